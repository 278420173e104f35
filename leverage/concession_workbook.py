"""A waterfall with concessions (让利) as a spreadsheet, partner by partner, that answers when a term or flow changes.

It holds agreements in which partners no longer share alike: capital that comes back group after group (first loss), a
capped public return, public profit passed to the manager, a preferred return for some or on commitments, and a buy-out
of the public part at cost plus interest. Tiers stand in the usual order, each once, over the whole fund. Each partner
has a block of columns; letters below are those of a partner's block, small ones of the day before:

    K = k − a + called        a = what capital of the day brings      O = preferred return owed        p = paid of it
    M = what a capped partner may have gained by now                  U = gained before the day        R = received

Cells are exact, the engine rounds each day to whole fen.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from leverage.table_sheets import written_book
from leverage.waterfall_request import PartnerRow, WaterfallAnswer, WaterfallRequest

__all__ = ["CELLS", "SHEET", "concession_workbook", "day_row", "days_of", "received_column"]

SHEET = "让利分配"
#: Where the terms stand.
CELLS = {
    "rate_share": "B4",
    "day_basis": "B5",
    "manager_share": "B6",
    "catch_up_carry_share": "B7",
    "carry_share": "B8",
    "cap_rate_share": "B9",
    "cap_day_basis": "B10",
    "passed_share": "B11",
    "buy_out_on": "B12",
    "buy_out_interest_from": "B13",
    "buy_out_rate_share": "B14",
    "buy_out_day_basis": "B15",
}
_HEADS = {
    "rate_share": "优先回报率 preferred return",
    "day_basis": "日计数基准 day basis",
    "manager_share": "追赶比例（0＝无） catch-up, 0 for none",
    "catch_up_carry_share": "追赶目标 carry of the catch-up",
    "carry_share": "超额收益分成 carry",
    "cap_rate_share": "公共收益上限 cap of the public return",
    "cap_day_basis": "上限日计数基准 its day basis",
    "passed_share": "公共收益让渡比例 public profit passed",
    "buy_out_on": "回购日 day of the buy-out",
    "buy_out_interest_from": "计息起日 interest from",
    "buy_out_rate_share": "回购利率 its rate",
    "buy_out_day_basis": "回购日计数基准 its day basis",
}
_PARTNERS_ROW = 18
_DAY_HEADS = (
    "日期 day",
    "出资 called",
    "回款 proceeds",
    "间隔天数 days",
    "还本后余额 after capital",
    "优先回报后余额 after preferred",
    "追赶 catch-up",
    "末层金额 last tier",
    "超上限部分 above the cap",
)
#: Columns of a partner's block, in order.
_BLOCK = ("K", "a", "O", "p", "c", "M", "U", "s", "R", "T")
_BLOCK_HEADS = {
    "K": "未还本金 capital out",
    "a": "还本 capital",
    "O": "应付优先回报 owed",
    "p": "优先回报 preferred",
    "c": "追赶 catch-up",
    "M": "上限额 ceiling",
    "U": "此前所得收益 gained before",
    "s": "末层 last tier",
    "R": "应得 under the tiers",
    "T": "所得 received",
}
_FIRST_BLOCK = len(_DAY_HEADS)
_LAST = ("split", "capped_public_return", "public_profit_to_manager")


@dataclass(frozen=True)
class _Agreement:
    """The terms of an agreement that the sheet can hold."""

    capital: Any
    preferred: Any | None
    catch_up: Any | None
    last: Any
    buy_out: Any | None


def _agreement(request: WaterfallRequest) -> _Agreement | None:
    kinds: dict[str, Any] = {_kind(row): row for row in request.tiers}
    order = ["return_of_capital", *(each for each in ("preferred_return", "catch_up") if each in kinds)]
    named = [_kind(row) for row in request.tiers]
    if request.way != "whole_fund" or named[:-1] != order or named[-1] not in _LAST:
        return None
    settled = [_kind(row) for row in request.settlements]
    if settled not in ([], ["buy_out"]):
        return None
    buy_out = request.settlements[0] if settled else None
    return _Agreement(
        kinds["return_of_capital"], kinds.get("preferred_return"), kinds.get("catch_up"), request.tiers[-1], buy_out
    )


def _kind(row: Any) -> str:
    return str(getattr(row, "kind", ""))


def days_of(request: WaterfallRequest) -> list[datetime.date]:
    """The days of the sheet: those of the flows, and of the buy-out."""
    agreement = _agreement(request)
    extra = {agreement.buy_out.on} if agreement is not None and agreement.buy_out is not None else set()
    return sorted({row.day for row in request.flows} | extra)


def day_row(request: WaterfallRequest, place: int) -> int:
    """In which row does the n-th day stand (0 is the first)?"""
    return _PARTNERS_ROW + len(request.partners) + 3 + place


def received_column(request: WaterfallRequest, partner: str) -> str:
    """In which column does what a partner receives stand, after a buy-out and with its price?"""
    return _column([row.id for row in request.partners].index(partner), "T")


def _column(place: int, name: str) -> str:
    return str(xl_col_to_name(_FIRST_BLOCK + place * len(_BLOCK) + _BLOCK.index(name)))


def concession_workbook(answer: WaterfallAnswer) -> bytes | None:
    """What does the appraiser open of an agreement with concessions? None where the sheet cannot hold it.

    Tested by: ``tests/leverage/test_concession_workbook.py``: recalculated by LibreOffice, each payment of each day is
    the engine's, also after terms were changed.
    """
    agreement = _agreement(answer.request)
    if agreement is None:
        return None
    day = answer.request.dates.report_date
    return written_book(lambda book: _Sheet(book, answer, agreement).write(), report_date=day)


class _Sheet:
    """The sheet on its way: terms, partners, then one row for each day with a block for each partner."""

    def __init__(self, book: Any, answer: WaterfallAnswer, agreement: _Agreement) -> None:
        self._sheet = book.add_worksheet(SHEET)
        self._bold = book.add_format({"bold": True, "text_wrap": True})
        self._input = book.add_format({"font_color": "#0000FF", "num_format": "#,##0.00##"})
        self._day = book.add_format({"font_color": "#0000FF", "num_format": "yyyy-mm-dd"})
        self._line = book.add_format({"num_format": "#,##0.00"})
        self._answer, self._request, self._terms = answer, answer.request, agreement
        self._partners = self._request.partners
        self._places = {row.id: place for place, row in enumerate(self._partners)}
        self._manager = next(place for place, row in enumerate(self._partners) if row.role == "manager")
        self._public = [place for place, row in enumerate(self._partners) if row.role == "public"]
        self._days = days_of(self._request)
        self._first = day_row(self._request, 0)
        self._end = day_row(self._request, len(self._days) - 1)

    def write(self) -> None:
        self._sheet.write_string("A1", "瀑布分配与让利 Waterfall with concessions", self._bold)
        self._sheet.write_string("A2", "蓝色为输入，黑色为公式 · blue cells are inputs, black ones are formulas")
        self._write_terms()
        self._write_partners()
        for column, head in enumerate(_DAY_HEADS):
            self._sheet.write_string(self._first - 2, column, head, self._bold)
        for place, partner in enumerate(self._partners):
            for name in _BLOCK:
                cell = f"{_column(place, name)}{self._first - 1}"
                self._sheet.write_string(cell, f"{partner.id}: {_BLOCK_HEADS[name]}", self._bold)
        for place in range(len(self._days)):
            self._write_day(place)
        notes = [f"提示 {each.code}: {each.label.zh} / {each.label.en}" for each in self._answer.warnings]
        for place, line in enumerate([*notes, f"摘要 digest {self._answer.digest}"]):
            self._sheet.write_string(self._end + 1 + place, 0, line)
        self._sheet.set_column(0, _FIRST_BLOCK + len(_BLOCK) * len(self._partners), 15)

    def _write_terms(self) -> None:
        preferred, catch_up, last, bought = (
            self._terms.preferred,
            self._terms.catch_up,
            self._terms.last,
            self._terms.buy_out,
        )
        values: dict[str, Any] = {
            "rate_share": 0 if preferred is None else preferred.rate_share,
            "day_basis": 365 if preferred is None else preferred.day_basis,
            "manager_share": 0 if catch_up is None else catch_up.manager_share,
            "catch_up_carry_share": 0 if catch_up is None else catch_up.carry_share,
            "carry_share": last.carry_share,
            "cap_rate_share": getattr(last, "cap_rate_share", None),
            "cap_day_basis": getattr(last, "day_basis", None),
            "passed_share": getattr(last, "passed_share", None),
            "buy_out_on": None if bought is None else bought.on,
            "buy_out_interest_from": None if bought is None else bought.interest_from,
            "buy_out_rate_share": None if bought is None else bought.rate_share,
            "buy_out_day_basis": None if bought is None else bought.day_basis,
        }
        for name, cell in CELLS.items():
            self._sheet.write_string(f"A{cell[1:]}", _HEADS[name])
            value = values[name]
            if isinstance(value, datetime.date):
                self._sheet.write_datetime(cell, datetime.datetime.combine(value, datetime.time()), self._day)
            elif value is None:
                self._sheet.write_string(cell, "—")
            else:
                self._sheet.write_number(cell, float(value), self._input)

    def _write_partners(self) -> None:
        heads = ("合伙人 partner", "认缴 committed", "比例 share", "实缴 paid in", "所得 received", "倍数 multiple")
        for at, head in enumerate(heads):
            self._sheet.write_string(_PARTNERS_ROW - 2, at, head, self._bold)
        last = _PARTNERS_ROW + len(self._partners) - 1
        for place, partner in enumerate(self._partners):
            row, column = _PARTNERS_ROW + place, _column(place, "T")
            self._sheet.write_string(f"A{row}", f"{partner.id} ({partner.role})")
            self._sheet.write_number(f"B{row}", float(partner.committed), self._input)
            self._formula(f"C{row}", f"B{row}/SUM($B${_PARTNERS_ROW}:$B${last})")
            self._formula(f"D{row}", f"C{row}*SUM(B{self._first}:B{self._end})")
            self._formula(f"E{row}", f"SUM({column}{self._first}:{column}{self._end})")
            self._formula(f"F{row}", f'IF(D{row}=0,"—",E{row}/D{row})')

    def _write_day(self, place: int) -> None:
        day, row = self._days[place], self._first + place
        flows = [each for each in self._request.flows if each.day == day]
        self._sheet.write_datetime(f"A{row}", datetime.datetime.combine(day, datetime.time()), self._day)
        self._sheet.write_number(f"B{row}", float(sum(each.called for each in flows)), self._input)
        self._sheet.write_number(f"C{row}", float(sum(each.proceeds for each in flows)), self._input)
        for column, text in self._day_formulas(row).items():
            self._formula(f"{column}{row}", text)
        for at, partner in enumerate(self._partners):
            for name, text in self._block(at, partner, row).items():
                self._formula(f"{_column(at, name)}{row}", text)

    # --- formulas -----------------------------------------------------------------------------------------

    def _at(self, place: int, name: str, row: int) -> str:
        """A cell of a partner's block; before the first day there is nothing."""
        return "0" if row < self._first else f"{_column(place, name)}{row}"

    def _share(self, place: int) -> str:
        return f"$C${_PARTNERS_ROW + place}"

    def _sum(self, name: str, row: int, places: list[int] | None = None) -> str:
        chosen = range(len(self._partners)) if places is None else places
        return "(" + "+".join(self._at(place, name, row) for place in chosen) + ")" if chosen else "0"

    def _day_formulas(self, row: int) -> dict[str, str]:
        profit = f"({self._sum('U', row)}+{self._sum('p', row)})"
        carry = self._carry_before(row)
        missing = f"($B$7*{profit}-{carry})/($B$6-$B$7)"
        return {
            "D": "0" if row == self._first else f"A{row}-A{row - 1}",
            "E": f"C{row}-{self._sum('a', row)}",
            "F": f"E{row}-{self._sum('p', row)}",
            "G": f"IF($B$6=0,0,MIN(F{row},MAX(0,{missing})))",
            "H": f"F{row}-G{row}",
            "I": self._above(row),
        }

    def _carry_before(self, row: int) -> str:
        """Carry paid on earlier days: the manager's parts of the catch-up and of the last tier beyond its capital's."""
        if row == self._first:
            return "0"
        catch_up = f"$B$6*SUM(G${self._first}:G{row - 1})"
        last = f"$B$8*SUM(H${self._first}:H{row - 1})"
        return f"({catch_up}+{last}+{self._extra_carry(row - 1)})"

    def _extra_carry(self, row: int) -> str:
        """What of the public profit went to the manager as carry, up to a day."""
        kind = _kind(self._terms.last)
        if kind == "public_profit_to_manager":
            weights = "+".join(self._share(place) for place in self._public) or "0"
            return f"$B$11*({weights})*(1-$B$8)*SUM(H${self._first}:H{row})"
        if kind == "capped_public_return" and self._above_goes_to_manager():
            return f"SUM(I${self._first}:I{row})"
        return "0"

    def _above_goes_to_manager(self) -> bool:
        others = [row for row in self._partners if row.role != "public" and row.committed]
        return self._terms.last.above_to == "manager" or not others

    def _plain_part(self, place: int, row: int) -> str:
        """A partner's part of the last tier by capital, before any concession."""
        return f"H{row}*(1-$B$8)*{self._share(place)}"

    def _room(self, place: int, row: int) -> str:
        gained = f"{self._at(place, 'U', row)}+{self._at(place, 'p', row)}+{self._at(place, 'c', row)}"
        return f"MAX(0,{self._at(place, 'M', row)}-({gained}))"

    def _above(self, row: int) -> str:
        """What lies above the ceilings of public partners on a day."""
        if _kind(self._terms.last) != "capped_public_return":
            return "0"
        parts = [f"MAX(0,{self._plain_part(at, row)}-{self._room(at, row)})" for at in self._public]
        return "+".join(parts) or "0"

    def _block(self, at: int, partner: PartnerRow, row: int) -> dict[str, str]:
        before = row - 1
        carry_of_catch_up = f"+G{row}*$B$6" if at == self._manager else ""
        gained = "+".join(self._at(at, name, before) for name in ("U", "p", "c", "s"))
        return {
            "K": f"{self._at(at, 'K', before)}-{self._at(at, 'a', before)}+B{row}*{self._share(at)}",
            "a": self._capital(at, partner, row),
            "O": self._owed(at, partner, row),
            "p": f"IF({self._sum('O', row)}=0,0,MIN(E{row},{self._sum('O', row)})*{self._at(at, 'O', row)}"
            f"/{self._sum('O', row)})",
            "c": f"G{row}*(1-$B$6)*{self._share(at)}{carry_of_catch_up}",
            "M": self._ceiling(at, partner, row),
            "U": gained,
            "s": self._last(at, partner, row),
            "R": "+".join(self._at(at, name, row) for name in ("a", "p", "c", "s")),
            "T": self._received(at, partner, row),
        }

    def _groups(self) -> list[list[int]]:
        stated = [[self._places[name] for name in group] for group in self._terms.capital.order]
        named = {place for group in stated for place in group}
        return [*stated, [place for place in range(len(self._partners)) if place not in named]]

    def _capital(self, at: int, partner: PartnerRow, row: int) -> str:
        """Capital comes back group after group, in a group by what has not come back yet."""
        del partner
        groups = self._groups()
        mine = next(place for place, group in enumerate(groups) if at in group)
        earlier = [place for group in groups[:mine] for place in group]
        due = self._sum("K", row, groups[mine])
        left = f"MAX(0,C{row}-{self._sum('K', row, earlier)})" if earlier else f"C{row}"
        return f"IF({due}=0,0,MIN({left},{due})*{self._at(at, 'K', row)}/{due})"

    def _owed(self, at: int, partner: PartnerRow, row: int) -> str:
        terms = self._terms.preferred
        if terms is None or (terms.partners and partner.id not in terms.partners) or row == self._first:
            return "0"
        left = f"({self._at(at, 'O', row - 1)}-{self._at(at, 'p', row - 1)})"
        base = f"({self._at(at, 'K', row - 1)}-{self._at(at, 'a', row - 1)})"
        if terms.base == "committed":
            back = f"SUM({_column(at, 'a')}${self._first}:{_column(at, 'a')}{row - 1})"
            base = f"IF({self._share(at)}*SUM(B${self._first}:B{row - 1})=0,0,$B${_PARTNERS_ROW + at}-{back})"
        if terms.compounding == "compound":
            return f"{left}+({base}+{left})*((1+$B$4)^(D{row}/$B$5)-1)"
        return f"{left}+{base}*$B$4*D{row}/$B$5"

    def _ceiling(self, at: int, partner: PartnerRow, row: int) -> str:
        if _kind(self._terms.last) != "capped_public_return" or partner.role != "public" or row == self._first:
            return "0"
        capital = f"({self._at(at, 'K', row - 1)}-{self._at(at, 'a', row - 1)})"
        before, gained = self._at(at, "M", row - 1), self._at(at, "U", row)
        return f"{before}+MAX(0,{capital}+{before}-{gained})*((1+$B$9)^(D{row}/$B$10)-1)"

    def _last(self, at: int, partner: PartnerRow, row: int) -> str:
        kind, plain = _kind(self._terms.last), self._plain_part(at, row)
        carry = f"+H{row}*$B$8" if at == self._manager else ""
        if kind == "public_profit_to_manager":
            if partner.role == "public":
                return f"{plain}*(1-$B$11)"
            weights = "+".join(self._share(place) for place in self._public) or "0"
            return plain + carry + (f"+H{row}*(1-$B$8)*({weights})*$B$11" if at == self._manager else "")
        if kind == "capped_public_return":
            if partner.role == "public":
                return f"MIN({plain},{self._room(at, row)})"
            return plain + carry + self._of_above(at, row)
        return plain + carry

    def _of_above(self, at: int, row: int) -> str:
        if self._above_goes_to_manager():
            return f"+I{row}" if at == self._manager else ""
        others = [place for place, partner in enumerate(self._partners) if partner.role != "public"]
        weights = "+".join(self._share(place) for place in others)
        return f"+I{row}*{self._share(at)}/({weights})"

    def _received(self, at: int, partner: PartnerRow, row: int) -> str:
        """What arrives: after the day of a buy-out the public part goes to the buyers, who pay its price on the day."""
        own, terms = self._at(at, "R", row), self._terms.buy_out
        if terms is None or partner.id not in (terms.public, *terms.buyers):
            return own
        seller = self._places[terms.public]
        if partner.id == terms.public:
            return f"IF(A{row}>$B$12,0,{own})+IF(A{row}=$B$12,{self._price(seller, row)},0)"
        part = self._buyer_part(at)
        passed = f"IF(A{row}>$B$12,{self._at(seller, 'R', row)},0)"
        return f"{own}+{part}*({passed}-IF(A{row}=$B$12,{self._price(seller, row)},0))"

    def _buyer_part(self, at: int) -> str:
        """By what the buyers share: their capital; alike when none of them has any."""
        places = [self._places[name] for name in self._terms.buy_out.buyers]  # type: ignore[union-attr]  # asked only with one
        if not any(self._partners[place].committed for place in places):
            return f"(1/{len(places)})"
        return f"({self._share(at)}/({'+'.join(self._share(place) for place in places)}))"

    def _price(self, seller: int, row: int) -> str:
        terms: Any = self._terms.buy_out
        days = "($B$12-$B$13)/$B$15"
        factor = f"(1+$B$14)^({days})" if terms.compounding == "compound" else f"(1+$B$14*{days})"
        capital = f"({self._at(seller, 'K', row)}-{self._at(seller, 'a', row)})"
        names = ("U", "p", "c", "s")
        gained = "+".join(self._at(seller, name, row) for name in names) if terms.less_what_was_gained else "0"
        return f"MAX(0,{capital}*{factor}-({gained}))"

    def _formula(self, cell: str, text: str) -> None:
        self._sheet.write_formula(cell, f"={text}", self._line, "")
