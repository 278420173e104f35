"""The worked example: a patent and a plant variety are valued, a loan is quoted, public money is compared.

    python3 tasks.py demo

Reads the requests in ``examples/``, prints the answers and writes the working papers to ``demo-output/``. Nothing is
stored elsewhere and nothing stays running.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from api.catalogues import load_catalogues
from api.files import leverage_file, quote_file, value_file, write_bytes
from api.render.appraisal import appraisal_sections
from api.render.grids import Grid, Heading, Lines, grouped, money, print_sections
from api.render.leverage import leverage_sections
from api.render.listings import error_sections
from api.render.quote import quote_sections
from leverage.answer import LeverageAnswer
from leverage.contribution import STAGE_LABELS, Stage
from leverage.ladder import ratio_text
from pledge.quote import PledgeQuote
from valuation.appraisal import Appraisal
from valuation.errors import InputError, IpfinError
from valuation.kernel.money import Money

__all__ = ["main", "run_demo"]

ROOT = Path(__file__).resolve().parents[1]
VALUATIONS = ("drug_patent", "plant_variety")
QUOTE = "pledge_quote_drug_patent"
LEVERAGE = "leverage_haikou_high_tech"
_STAGES: tuple[Stage, ...] = ("announced", "disbursed")
_WIDTH = 120


def main() -> int:
    """Run the example in this checkout; exit code 0 when every question was answered."""
    console = Console(width=_WIDTH, highlight=False, markup=False)
    try:
        run_demo(console, examples=ROOT / "examples", output=ROOT / "demo-output")
    except IpfinError as error:
        print_sections(Console(stderr=True, width=_WIDTH, markup=False), error_sections(error))
        return 2
    return 0


def run_demo(console: Console, *, examples: Path, output: Path) -> list[Path]:
    """Ask the three questions of the product about the examples.

    Returns
    -------
    The workbooks written, one a valuation.

    Raises
    ------
    InputError : an example is not there.
    """
    files = {name: examples / f"{name}.toml" for name in (*VALUATIONS, QUOTE, LEVERAGE)}
    for path in files.values():
        if not path.is_file():
            raise InputError.of(f"examples/{path.name}", found="no such file", expected="the examples of the checkout")
    catalogues = load_catalogues(())
    appraisals = {name: value_file(files[name], catalogues) for name in VALUATIONS}
    quote = quote_file(files[QUOTE], catalogues)
    scenario = leverage_file(files[LEVERAGE], catalogues)
    for name, appraisal in appraisals.items():
        print_sections(console, appraisal_sections(appraisal, language="zh", brief=name != VALUATIONS[0]))
    print_sections(console, quote_sections(quote, language="zh"))
    print_sections(console, leverage_sections(scenario, language="zh", brief=True))
    output.mkdir(exist_ok=True)
    written = {output / f"{name}.xlsx": appraisal.workbook() for name, appraisal in appraisals.items()}
    for path, content in written.items():
        write_bytes(path, content)
    rows = [*map(_value_row, appraisals.values()), _quote_row(quote), *_leverage_rows(scenario)]
    heads = ("问题 Question", "对象 About", "答案 Answer")
    print_sections(
        console,
        [
            Heading("小结 Summary"),
            Grid(heads, tuple(rows), texts=frozenset({1, 2}), codes=frozenset({0})),
            Heading("已写出工作底稿（公式可重算）Workbooks written, with live formulas"),
            Lines(tuple(f"• {path.parent.name}/{path.name}" for path in written)),
        ],
    )
    return list(written)


def _value_row(appraisal: Appraisal) -> tuple[str, str, str]:
    found = appraisal.reconciled
    unit, interval = found.currency, found.interval
    answer = f"{unit} {money(found.value, unit)}"
    if interval is not None:
        ends = f"{money(interval.low, unit)} – {money(interval.high, unit)}"
        answer += f"\n{100 * interval.level_share:.10g}% 区间 interval: {ends}"
    if found.pledgee_value is not None:
        answer += f"\n对质权人的价值 to a pledgee: {money(found.pledgee_value, unit)}"
    return "值多少 What is it worth?", appraisal.subject.name, answer


def _quote_row(quote: PledgeQuote) -> tuple[str, str, str]:
    offered = f"CNY {grouped(Money(quote.offered_principal_fen).text)}"
    asked = f"申请 asked for: {grouped(Money(quote.requested_fen).text)}"
    return "能贷多少 What may be lent?", quote.request.asset.title or quote.request.asset.kind, f"{offered}\n{asked}"


def _leverage_rows(scenario: LeverageAnswer) -> Iterator[tuple[str, str, str]]:
    """Of each alternative, the multiples that reach firms as planned and as drawn; there is never just one."""
    for alternative in scenario.alternatives:
        parts = []
        for stage in _STAGES:
            ladder = alternative.ladder(stage)
            if ladder is not None:
                rungs = ", ".join(f"{rung.label.zh} {ratio_text(rung.multiple)[0]}" for rung in ladder.rungs)
                parts.append(f"{STAGE_LABELS[stage].zh}: {rungs}")
        yield "撬动多少 What is set in motion?", alternative.label.zh, "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
