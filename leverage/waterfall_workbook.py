"""The waterfall of a whole fund as a spreadsheet that answers when a flow, a rate or a commitment is changed.

It holds the usual agreement: return of capital to all alike, a preferred return on drawn capital, a catch-up or none, a
split. There all partners share by commitment, so one row a day carries the whole fund; carry goes to the manager. Cells
are exact, while the engine brings each day to whole fen: the two agree to within a fen a cell. Agreements with
concessions stand by partner in :mod:`leverage.concession_workbook`; where neither holds one, the answer says so.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from leverage.table_sheets import written_book
from leverage.waterfall_request import WaterfallAnswer, WaterfallRequest

__all__ = ["SHEET", "TERM_CELLS", "flow_row", "has_live_workbook", "partner_column", "waterfall_workbook"]

SHEET = "瀑布分配"
#: Where the terms stand; the appraiser changes them.
TERM_CELLS = {
    "rate_share": "B4",
    "day_basis": "B5",
    "manager_share": "B6",
    "catch_up_carry_share": "B7",
    "carry_share": "B8",
}
_TERM_HEADS = {
    "rate_share": "优先回报率 preferred return",
    "day_basis": "日计数基准 day basis",
    "manager_share": "追赶比例（0＝无） catch-up, 0 for none",
    "catch_up_carry_share": "追赶目标 carry of the catch-up",
    "carry_share": "超额收益分成 carry",
}
_HEADS = (
    "日期 day",
    "出资 called",
    "回款 proceeds",
    "间隔天数 days",
    "未还本金 capital out",
    "还本 capital",
    "应付优先回报 owed",
    "优先回报 preferred",
    "追赶 catch-up",
    "追赶中管理人 its carry",
    "管理人分成 carry",
    "出资人分成 profit",
)
_PARTNERS_FROM = 12


@dataclass(frozen=True)
class _Agreement:
    """The terms that the sheet reads; a catch-up share of 0 is none."""

    rate: float
    day_basis: int
    is_compound: bool
    manager_share: float
    catch_up_carry: float
    carry: float


def _agreement(request: WaterfallRequest) -> _Agreement | None:
    """Read the terms where the agreement is the usual one, else None."""
    rows: dict[str, Any] = {str(getattr(row, "kind", "")): row for row in request.tiers}
    order = [name for name in ("return_of_capital", "preferred_return", "catch_up", "split") if name in rows]
    named = [str(getattr(row, "kind", "")) for row in request.tiers]
    if named != order or {"return_of_capital", "preferred_return", "split"} - rows.keys():
        return None
    preferred, catch_up = rows["preferred_return"], rows.get("catch_up")
    is_plain = not rows["return_of_capital"].order and not preferred.partners and preferred.base == "drawn"
    if request.settlements or request.way != "whole_fund" or not is_plain:
        return None
    return _Agreement(
        rate=float(preferred.rate_share),
        day_basis=preferred.day_basis,
        is_compound=preferred.compounding == "compound",
        manager_share=0.0 if catch_up is None else float(catch_up.manager_share),
        catch_up_carry=0.0 if catch_up is None else float(catch_up.carry_share),
        carry=float(rows["split"].carry_share),
    )


def has_live_workbook(request: WaterfallRequest) -> bool:
    """Is the agreement one that the sheet can hold?"""
    return _agreement(request) is not None


def flow_row(request: WaterfallRequest, place: int) -> int:
    """In which row of the sheet does the n-th day stand (0 is the first)?"""
    return 13 + len(request.partners) + place


def partner_column(request: WaterfallRequest, partner: str) -> str:
    """In which column does what a partner receives stand?"""
    return str(xl_col_to_name(_PARTNERS_FROM + [row.id for row in request.partners].index(partner)))


def waterfall_workbook(answer: WaterfallAnswer) -> bytes | None:
    """What does the appraiser open? A sheet of formulas over its input cells; None where there is none.

    Tested by: ``tests/leverage/test_waterfall_workbook.py``: recalculated by LibreOffice, also after a change of a
    flow and of a rate, every payment is the engine's to within a fen.
    """
    agreement = _agreement(answer.request)
    if agreement is None:
        return None
    day = answer.request.dates.report_date
    return written_book(lambda book: _Book(book, answer, agreement).write(), report_date=day)


class _Book:
    """The sheet on its way: terms, partners, then one row for each day."""

    def __init__(self, book: Any, answer: WaterfallAnswer, agreement: _Agreement) -> None:
        self._sheet = book.add_worksheet(SHEET)
        self._bold = book.add_format({"bold": True})
        self._input = book.add_format({"font_color": "#0000FF", "num_format": "#,##0.00##"})
        self._day = book.add_format({"font_color": "#0000FF", "num_format": "yyyy-mm-dd"})
        self._line = book.add_format({"num_format": "#,##0.00"})
        self._answer, self._request, self._agreement = answer, answer.request, agreement
        days: dict[datetime.date, list[float]] = {}
        for row in self._request.flows:
            cells = days.setdefault(row.day, [0.0, 0.0])
            cells[0] += float(row.called)
            cells[1] += float(row.proceeds)
        self._days = sorted(days.items())
        self._first = flow_row(self._request, 0)
        self._last = self._first + len(self._days) - 1

    def write(self) -> None:
        self._sheet.write_string("A1", "瀑布分配 Waterfall", self._bold)
        self._sheet.write_string("A2", "蓝色为输入，黑色为公式 · blue cells are inputs, black ones are formulas")
        self._write_terms()
        self._write_partners()
        for column, head in enumerate((*_HEADS, *(f"{row.id} 所得 receives" for row in self._request.partners))):
            self._sheet.write_string(self._first - 2, column, head, self._bold)
        for place in range(len(self._days)):
            self._write_day(place)
        self._write_notes()
        self._sheet.set_column(0, _PARTNERS_FROM + len(self._request.partners), 18)

    def _write_terms(self) -> None:
        terms = self._agreement
        values = (terms.rate, terms.day_basis, terms.manager_share, terms.catch_up_carry, terms.carry)
        for (name, cell), value in zip(TERM_CELLS.items(), values, strict=True):
            self._sheet.write_string(f"A{cell[1:]}", _TERM_HEADS[name])
            self._sheet.write_number(cell, value, self._input)

    def _write_partners(self) -> None:
        heads = ("合伙人 partner", "认缴 committed", "比例 share", "实缴 paid in", "所得 received", "倍数 multiple")
        for at, head in enumerate(heads):
            self._sheet.write_string(9, at, head, self._bold)
        whole = f"SUM($B$11:$B${10 + len(self._request.partners)})"
        for place, partner in enumerate(self._request.partners):
            row, column = 11 + place, partner_column(self._request, partner.id)
            self._sheet.write_string(f"A{row}", f"{partner.id} ({partner.role})")
            self._sheet.write_number(f"B{row}", float(partner.committed), self._input)
            self._formula(f"C{row}", f"B{row}/{whole}")
            self._formula(f"D{row}", f"C{row}*SUM(B{self._first}:B{self._last})")
            self._formula(f"E{row}", f"SUM({column}{self._first}:{column}{self._last})")
            self._formula(f"F{row}", f'IF(D{row}=0,"—",E{row}/D{row})')

    def _write_day(self, place: int) -> None:
        day, (called, proceeds) = self._days[place]
        row = self._first + place
        self._sheet.write_datetime(f"A{row}", datetime.datetime.combine(day, datetime.time()), self._day)
        self._sheet.write_number(f"B{row}", called, self._input)
        self._sheet.write_number(f"C{row}", proceeds, self._input)
        for column, text in self._formulas(row).items():
            self._formula(f"{column}{row}", text)
        for at, partner in enumerate(self._request.partners):
            share = f"$C${11 + at}*(F{row}+H{row}+I{row}-J{row}+L{row})"
            carry = f"+J{row}+K{row}" if partner.role == "manager" else ""
            self._formula(f"{partner_column(self._request, partner.id)}{row}", share + carry)

    def _formulas(self, row: int) -> dict[str, str]:
        """Give the formulas of a day by column; a sum over the rows above is 0 in the first row."""
        rest = f"(C{row}-F{row}-H{row})"
        carry, above = "$B$8", self._above
        profit = f"(SUM(H${self._first}:H{row})+{above('I', row)}+{above('K', row)}+{above('L', row)})"
        missing = f"($B$7*{profit}-{above('J', row)}-{above('K', row)})/($B$6-$B$7)"
        return {
            "D": "0" if row == self._first else f"A{row}-A{row - 1}",
            "E": f"B{row}+{self._before(row, 'E')}-{self._before(row, 'F')}",
            "F": f"MIN(C{row},E{row})",
            "G": self._owed(row),
            "H": f"MIN(C{row}-F{row},G{row})",
            "I": f"IF($B$6=0,0,MIN({rest},MAX(0,{missing})))",
            "J": f"I{row}*$B$6",
            "K": f"({rest}-I{row})*{carry}",
            "L": f"{rest}-I{row}-K{row}",
        }

    def _owed(self, row: int) -> str:
        capital = f"({self._before(row, 'E')}-{self._before(row, 'F')})"
        left = f"({self._before(row, 'G')}-{self._before(row, 'H')})"
        if self._agreement.is_compound:
            return f"({capital}+{left})*(1+$B$4)^(D{row}/$B$5)-{capital}"
        return f"{left}+{capital}*$B$4*D{row}/$B$5"

    def _before(self, row: int, column: str) -> str:
        return "0" if row == self._first else f"{column}{row - 1}"

    def _above(self, column: str, row: int) -> str:
        return "0" if row == self._first else f"SUM({column}${self._first}:{column}{row - 1})"

    def _formula(self, cell: str, text: str) -> None:
        self._sheet.write_formula(cell, f"={text}", self._line, "")

    def _write_notes(self) -> None:
        lines = [
            "各格不取整；引擎按日取整到分，相差不超过一分 cells are exact, the engine rounds each day to whole fen"
        ]
        lines += [f"提示 {each.code}: {each.label.zh} / {each.label.en}" for each in self._answer.warnings]
        lines += [f"摘要 digest {self._answer.digest}"]
        for place, line in enumerate(lines):
            self._sheet.write_string(self._last + 1 + place, 0, line)
