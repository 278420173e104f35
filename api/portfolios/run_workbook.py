"""A run as a workbook: parties, pool by period, stresses side by side, layers, and what every loan adds to the tail.

The numbers are results of a simulation, so they stand as values, not as formulas.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from pledge.claims import PARTIES
from pledge.portfolio.book_losses import TOTAL
from pledge.portfolio.contributions import ShortfallContributions
from valuation.kernel.labels import Label

__all__ = ["MEASURES", "party_label", "run_workbook"]

MEASURES = {
    "expected_loss": Label("预期损失", "Expected loss"),
    "value_at_risk": Label("在险价值", "VaR"),
    "expected_shortfall": Label("尾部均值", "ES"),
}
#: A workbook of the same run has the same bytes whenever it is written.
_NO_DAY = datetime.datetime.combine(datetime.date(2000, 1, 1), datetime.time(12))
_BASE = "基准 base"

Row = Sequence[str | float | None]


def party_label(party: str) -> str:
    """A party as a heading, Chinese first."""
    label = Label("合计", TOTAL) if party == TOTAL else PARTIES[party]
    return f"{label.zh} {label.en}"


def run_workbook(body: Mapping[str, Any], tail: ShortfallContributions) -> bytes:
    """The workbook of a run.

    Parameters
    ----------
    body : the answer's own part, as :func:`run_book` makes it.
    tail : what every loan adds; the answer itself lists the largest only.

    Tested by: ``tests/api/portfolios/test_runs.py`` (cells against the answer, contributions add up).
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "ipfin portfolio run", "created": _NO_DAY})
    bold = book.add_format({"bold": True, "bg_color": "#DDE6EE"})
    for name, heads, look, rows in (
        ("各方损失", _LOSS_HEADS, _MONEY, _loss_rows(body)),
        ("资金池", _POOL_HEADS, "General", _pool_rows(body)),
        ("分层", _LAYER_HEADS, _MONEY, _layer_rows(body)),
        ("逐笔贡献", ("贷款 Loan", "对尾部均值的贡献 Part of the shortfall CNY"), _MONEY, _loan_rows(tail)),
    ):
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(heads) - 1, 26, book.add_format({"num_format": look}))
        for number, row in enumerate((heads, *rows)):
            for place, cell in enumerate(row):
                _write(sheet, number, place, cell, bold if number == 0 else None)
        sheet.freeze_panes(1, 1)
    book.close()
    return stream.getvalue()


_MONEY = "#,##0.00"
_POOL_HEADS = ("情景 Run", "至第几年 Until year", "首次耗尽概率 First exhausted with probability")
_LAYER_HEADS = ("自 From CNY", "至 To CNY", "预期损失 Expected CNY", "标准误 Standard error")
_LOSS_HEADS = ("情景 Run", "承担方 Party", "指标 Measure", "数值 CNY", "标准误 Standard error", "下限 Low", "上限 High")


def _write(sheet: Any, row: int, place: int, cell: str | float | None, look: Any) -> None:
    """Texts as texts: a loan named ``=1+1`` is no formula."""
    if isinstance(cell, str):
        sheet.write_string(row, place, cell, look)
    elif cell is not None:
        sheet.write_number(row, place, cell, look)


def _runs(body: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    yield _BASE, body
    yield from ((str(each["name"]), each) for each in body["stresses"])


def _loss_rows(body: Mapping[str, Any]) -> Iterable[Row]:
    for name, found in _runs(body):
        for party, measures in found["losses"].items():
            for key, label in MEASURES.items():
                if measures[key] is None:
                    continue
                numbers = [float(measures[key][each]) for each in ("value", "standard_error", "low", "high")]
                yield (name, party_label(party), f"{label.zh} {label.en}", *numbers)


def _pool_rows(body: Mapping[str, Any]) -> Iterable[Row]:
    for name, found in _runs(body):
        pool = found["pool"]
        for each in pool["exhaustion_by_period"]:
            yield (name, each["until_years"], each["probability_share"])
        yield (name, "合计 in all", pool["exhaustion_probability_share"]["value"])


def _layer_rows(body: Mapping[str, Any]) -> Iterable[Row]:
    for each in body["tranches"]:
        found = each["expected_loss"]
        yield tuple(
            float(number) for number in (each["from_cny"], each["to_cny"], found["value"], found["standard_error"])
        )


def _loan_rows(tail: ShortfallContributions) -> Iterable[Row]:
    yield from tail.largest(len(tail.loan_ids))
    yield (f"合计 total（{party_label(tail.party)}）", tail.shortfall_cny)
