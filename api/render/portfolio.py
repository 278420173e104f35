"""A simulated loan book on a screen: losses by party, the pool, the loans of the tail, stresses, the exact check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from api.render.grids import Grid, Heading, Lines, Section
from pledge.portfolio.simulation import Progress

__all__ = ["portfolio_sections", "progress_bar"]


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A bar of the scenarios done, on standard error; each run of a stress begins anew."""
    columns = (TextColumn("模拟 scenarios"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("", total=None)
        yield lambda done: bar.update(task, total=done.scenarios_in_all, completed=done.scenarios_done)


def portfolio_sections(found: Mapping[str, Any]) -> Iterator[Section]:
    """Who loses what first, then how sure that is."""
    yield Heading("贷款簿损失 Losses of the book")
    yield Lines((f"贷款 loans {found['loan_count']} · 债权 claims {_grouped(found['claim_cny'])} CNY",))
    yield _losses("基准 base", found["losses"])
    yield _pool(found["pool"])
    tops = tuple((each["loan_id"], _grouped(each["cny"])) for each in found["contributions"])
    yield Grid(("贷款 Loan", "对尾部均值的贡献 Part of the shortfall CNY"), tops)
    layers = tuple(
        (f"{_grouped(each['from_cny'])} – {_grouped(each['to_cny'])}", _grouped(each["expected_loss"]["value"]))
        for each in found["tranches"]
    )
    yield Grid(("分层 Layer CNY", "预期损失 Expected loss CNY"), layers)
    for stress in found["stresses"]:
        yield _losses(f"压力 stress {stress['name']}", stress["losses"])
        yield _pool(stress["pool"])
    yield from _check(found["check"])
    yield Lines(tuple(f"{each['code']}: {each['zh']} / {each['en']}" for each in found["warnings"]))


def _losses(title: str, losses: Mapping[str, Any]) -> Grid:
    rows = tuple((party, *_cells(each)) for party, each in losses.items())
    heads = ("承担方 Party", "预期损失 Expected", "VaR", "VaR 区间 interval", "ES", "ES 区间 interval")
    return Grid(heads, rows, title=title)


def _cells(each: Mapping[str, Any]) -> tuple[str, ...]:
    tail = [
        text
        for name in ("value_at_risk", "expected_shortfall")
        for text in (_grouped(each[name]["value"]), f"{_grouped(each[name]['low'])} – {_grouped(each[name]['high'])}")
    ]
    return (_grouped(each["expected_loss"]["value"]), *tail)


def _pool(pool: Mapping[str, Any]) -> Lines:
    found, years = pool["exhaustion_probability"], pool["mean_years_to_exhaustion"]
    when = "从未 never" if years is None else f"平均第 {years:.2f} 年 after {years:.2f} years on average"
    told = f"{found['value']:.3%} ({found['low']:.3%} – {found['high']:.3%})"
    return Lines((f"资金池耗尽概率 pool exhausted: {told}; {when}",))


def _check(check: Mapping[str, Any]) -> Iterator[Section]:
    count = check["expected_defaults"]
    simulated = count["simulated"]
    told = f"{simulated['value']:.4f} ± {simulated['standard_error']:.4f}"
    yield Lines((f"校验 check: 违约数 defaults simulated {told}, exact {count['exact']:.4f}",))


def _grouped(amount: str) -> str:
    return f"{float(amount):,.0f}"
