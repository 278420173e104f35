"""How do the draws, repayments, losses and gains of a programme fall on the quarters?

A course is a statement about the firms, the same for every instrument: which share of all finance is drawn in each
quarter, which share is repaid or written off, which share comes back as gain on top. Every instrument turns it into
its own payments. Amounts are brought to whole fen cumulatively: after the quarter in which the shares add up to one,
exactly the whole amount has moved, and what is repaid and lost is never above what is drawn.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Annotated, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from leverage.contribution import Contribution
from leverage.instrument_ledger import FIRMS, Account, Ledger, Posting, committed, drawn, paid, written_off
from pledge.instalments import months_after
from valuation.kernel.fields import NOT_EMPTY, Day, DecimalText, FrozenModel
from valuation.kernel.figures import Graded
from valuation.kernel.money import Rounding, split_fen

__all__ = [
    "Course",
    "CourseQuarter",
    "Kind",
    "distributed",
    "given_back",
    "invested_in_firms",
    "lent_to_firms",
    "other_payers",
    "paid_into",
    "reached_firms",
]

Kind = Literal["drawn_share", "repaid_share", "lost_share", "gain_share"]
_Share = Annotated[DecimalText, Field(ge=0, le=1)]
_DOWN, _UP = Rounding(mode="down"), Rounding(mode="ceiling")


class CourseQuarter(FrozenModel):
    """What one quarter brings, as shares of all the finance that reaches firms.

    ``gain_share`` may be above one: a firm that returns five times its capital gains four.
    """

    drawn_share: _Share = Decimal(0)
    repaid_share: _Share = Decimal(0)
    lost_share: _Share = Decimal(0)
    gain_share: Annotated[DecimalText, Field(ge=0, le=1000)] = Decimal(0)


class Course(Graded):
    """Quarters with their shares, as one graded statement; quarter n falls 3·n months after ``first_day``."""

    first_day: Day
    quarters: Annotated[tuple[CourseQuarter, ...], Field(max_length=120), *NOT_EMPTY]

    def model_post_init(self, context: object) -> None:
        """Refuse a course that draws more than all, or repays and loses more than is drawn."""
        super().model_post_init(context)
        drawn_so_far = ended_so_far = Decimal(0)
        for place, quarter in enumerate(self.quarters):
            drawn_so_far += quarter.drawn_share
            ended_so_far += quarter.repaid_share + quarter.lost_share
            if drawn_so_far > 1:
                raise _course(place, "draws of at most 1 in all, not {found}", drawn_so_far)
            if ended_so_far > drawn_so_far:
                raise _course(place, "repaid and lost of at most what is drawn, not {found}", ended_so_far)

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """The day of each quarter."""
        return tuple(months_after(self.first_day, 3 * place) for place in range(len(self.quarters)))

    @property
    def last_day(self) -> datetime.date:
        """The day of the last quarter."""
        return self.days[-1]

    @property
    def is_resolved(self) -> bool:
        """Has every yuan that was drawn been repaid or written off by the end?"""
        ended = sum((row.repaid_share + row.lost_share for row in self.quarters), Decimal(0))
        return ended == sum((row.drawn_share for row in self.quarters), Decimal(0))

    def amounts(self, whole_fen: int, kind: Kind, *, up: bool = False) -> list[int]:
        """Which part of an amount falls on each quarter? Whole fen, cumulatively rounded down (or up).

        Examples
        --------
        >>> quarters = [{"drawn_share": "0.5"}, {"drawn_share": "0.5"}]
        >>> Course(first_day="2026-01-01", quarters=quarters, grade="assumed", reason="example").amounts(
        ...     7, "drawn_share"
        ... )
        [3, 4]
        """
        rounding = _UP if up else _DOWN
        shares = accumulate(Fraction(getattr(row, kind)) for row in self.quarters)
        reached = [0, *(rounding.to_fen(whole_fen * share) for share in shares)]
        return [later - earlier for earlier, later in pairwise(reached)]

    def up_to(self, whole_fen: int, kind: Kind, share: Decimal) -> list[int]:
        """Which part of ``share`` of what falls on the quarters is due in each? Rounded down cumulatively."""
        due = [0, *(_DOWN.to_fen(fen * Fraction(share)) for fen in accumulate(self.amounts(whole_fen, kind)))]
        return [later - earlier for earlier, later in pairwise(due)]


def _course(place: int, text: str, found: Decimal) -> PydanticCustomError:
    return PydanticCustomError("course", f"quarter {place + 1}: {text}", {"found": str(found)})


def other_payers(rows: Iterable[Contribution], *, lines: Mapping[str, int]) -> dict[str, int]:
    """Who pays beside the programme's lines at the stage disbursed, by source class? Fen.

    ``lines`` : source class → what the programme's own lines of that class pay, which are taken off.
    """
    totals: dict[str, int] = {}
    for row in rows:
        if row.stage == "disbursed" and row.is_origin and row.source_class is not None:
            totals[row.source_class] = totals.get(row.source_class, 0) + row.amount_fen
    rest = {name: fen - lines.get(name, 0) for name, fen in totals.items()}
    assert all(fen >= 0 for fen in rest.values()), "the lines are among the payers"
    return {name: fen for name, fen in rest.items() if fen}


def reached_firms(rows: Iterable[Contribution]) -> int:
    """How much reaches firms at the stage disbursed? Fen."""
    return sum(row.amount_fen for row in rows if row.stage == "disbursed" and row.layer == "firm")


def paid_into(course: Course, payers: Mapping[str, int], vehicle: str, *, at_once: bool) -> list[Posting]:
    """Book commitments on the first day and their calls: all at once, or as the finance is drawn.

    Calls are rounded up, so that a vehicle never lacks a fen of what it pays out.
    """
    postings: list[Posting] = []
    for name, fen in payers.items():
        postings += committed(course.first_day, name, vehicle, fen)
        calls = [fen] if at_once else course.amounts(fen, "drawn_share", up=True)
        for day, call in zip(course.days, calls, strict=False):
            postings += drawn(day, name, vehicle, "capital", call)
    return postings


def lent_to_firms(course: Course, lenders: Mapping[str, int]) -> list[Posting]:
    """Book what lenders lend to firms, get back and write off, quarter by quarter."""
    postings: list[Posting] = []
    for name, fen in lenders.items():
        lent, repaid, lost = (course.amounts(fen, kind) for kind in ("drawn_share", "repaid_share", "lost_share"))
        for place, day in enumerate(course.days):
            postings += paid(day, name, FIRMS, "loan", lent[place])
            postings += paid(day, FIRMS, name, "loan", repaid[place])
            postings += written_off(day, name, FIRMS, "loan", lost[place])
    return postings


def invested_in_firms(course: Course, holders: Mapping[str, int], *, commit: bool = False) -> list[Posting]:
    """Book what holders invest in firms as capital, get back, gain and write off, quarter by quarter."""
    postings: list[Posting] = []
    kinds: tuple[Kind, ...] = ("drawn_share", "repaid_share", "lost_share", "gain_share")
    for name, fen in holders.items():
        called, back, lost, gain = (course.amounts(fen, kind) for kind in kinds)
        postings += committed(course.first_day, name, FIRMS, fen) if commit else ()
        for place, day in enumerate(course.days):
            postings += (drawn if commit else paid)(day, name, FIRMS, "capital", called[place])
            postings += paid(day, FIRMS, name, "capital", back[place])
            postings += paid(day, FIRMS, name, "gain", gain[place])
            postings += written_off(day, name, FIRMS, "capital", lost[place])
    return postings


def distributed(course: Course, vehicle: str, payees: Mapping[str, int], so_far: Ledger) -> list[Posting]:
    """Book what a vehicle passes on: in each quarter what it received from below, at the end all it holds.

    Capital first, then gain; at the end of a resolved course the payees write off the capital that did not come back.
    """
    postings: list[Posting] = []
    holds = so_far.balance(vehicle, "cash")
    came = _came_back(so_far, vehicle, payees)
    owed = {name: so_far.paid_out(name) for name in payees}
    capital = 0
    for day in course.days:
        capital += sum(flows.get(day, 0) for flows in owed.values())
        amount = came.get(day, 0) if day < course.last_day else holds
        holds -= amount
        as_capital = min(amount, capital)
        capital -= as_capital
        postings += given_back(day, vehicle, payees, as_capital, account="capital")
        postings += given_back(day, vehicle, payees, amount - as_capital, account="gain")
    return [*postings, *_left_over(course, vehicle, payees, Ledger.of([*so_far.postings, *postings]))]


def _came_back(ledger: Ledger, vehicle: str, payees: Mapping[str, int]) -> dict[datetime.date, int]:
    """What a vehicle received by day from others than those who pay into it. Fen."""
    days: dict[datetime.date, int] = {}
    for row in ledger.postings:
        if row.party == vehicle and row.account == "cash" and row.amount_fen > 0 and row.counterparty not in payees:
            days[row.day] = days.get(row.day, 0) + row.amount_fen
    return days


def _left_over(course: Course, vehicle: str, payees: Mapping[str, int], ledger: Ledger) -> list[Posting]:
    if not course.is_resolved:
        return []
    claims = {
        name: sum(
            row.amount_fen
            for row in ledger.postings
            if (row.party, row.account, row.counterparty) == (name, "capital", vehicle)
        )
        for name in payees
    }
    # Shares of a fen may leave one payee a fen short and another a fen over: what is over is no loss.
    return [
        row
        for name, fen in claims.items()
        for row in written_off(course.last_day, name, vehicle, "capital", max(0, fen))
    ]


def given_back(
    day: datetime.date, vehicle: str, payees: Mapping[str, int], amount_fen: int, *, account: Account
) -> list[Posting]:
    """Book what a vehicle gives back on a day to those who paid in, by the weights ``payees``."""
    if not amount_fen:
        return []
    parts = split_fen(amount_fen, weights=list(payees.values()))
    return [row for name, fen in zip(payees, parts, strict=True) for row in paid(day, vehicle, name, account, fen)]
