"""When can the public money of an allocation be drawn, and how does that move the course of the firms' money?

A programme may state on which days parts of a line are paid in (``timetable``); a line without such a statement is
there from the start. An allocation has of each payment the part that it has of the line. Its course is a plan; a yuan
that is not there yet is drawn when it is, and everything that becomes of it comes later by the same delay:

    drawn at  max(day of the course, day of the money)      ended at  day of the course + delay of its draw

yuan in the order in which they are drawn, the first drawn ending first. Of several lines those whose money is there
pay first; in the end each has paid all that the allocation has of it.

Everything falls on the quarters of the run: a day belongs to the quarter of the run that it lies in.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

import numpy as np

from leverage.course import Course
from leverage.path_money import CourseShares
from leverage.programme import MoneyLine, Payment
from valuation.errors import InputError, RefusalError
from valuation.kernel.money import Money

__all__ = ["available_shares", "course_on_quarters", "quarter_of"]

_MONTHS = 3


def quarter_of(day: datetime.date, *, first_day: datetime.date) -> int:
    """In which quarter after ``first_day`` (0 is the first) does a day lie? Negative before it.

    Examples
    --------
    >>> quarter_of(datetime.date(2026, 3, 30), first_day=datetime.date(2025, 12, 31))
    0
    >>> quarter_of(datetime.date(2026, 3, 31), first_day=datetime.date(2025, 12, 31))
    1
    """
    months = 12 * (day.year - first_day.year) + day.month - first_day.month
    # A month that ends before the day of the month is complete with its last day.
    is_month_end = (day + datetime.timedelta(days=1)).month != day.month
    if day.day < first_day.day and not is_month_end:
        months -= 1
    return months // _MONTHS


def available_shares(
    placed_fen: Mapping[str, int],
    lines: Mapping[str, MoneyLine],
    timetable: Sequence[Payment],
    *,
    first_day: datetime.date,
) -> dict[int, Fraction]:
    """Which share of an allocation's public money becomes payable in which quarter? Adds up to one.

    Parameters
    ----------
    placed_fen : line → what the allocation has of it, fen.
    lines : the lines by id.

    Raises
    ------
    RefusalError : a timetable that dates less than the whole of a line.
    """
    whole = sum(placed_fen.values())
    found: dict[int, Fraction] = {}
    for name, fen in placed_fen.items():
        for place, share in _payments(lines[name], timetable, first_day=first_day).items():
            found[place] = found.get(place, Fraction(0)) + share * Fraction(fen, whole)
    return dict(sorted(found.items()))


def _payments(line: MoneyLine, timetable: Sequence[Payment], *, first_day: datetime.date) -> dict[int, Fraction]:
    """Which share of a line is paid in in which quarter? What was paid before the run is there when it begins."""
    payments = [row for row in timetable if row.line == line.id]
    if not payments:
        return {0: Fraction(1)}
    found: dict[int, Fraction] = {}
    for row in payments:
        place = max(0, quarter_of(row.day, first_day=first_day))
        found[place] = found.get(place, Fraction(0)) + Fraction(Money.from_text(row.amount).fen, line.fen)
    if sum(found.values()) < 1:
        raise RefusalError.of(
            f"timetable: {line.id}",
            found=f"a share of {float(sum(found.values())):g} dated",
            expected="a day for the whole line",
            advice="Complete the timetable, or leave the line out of it",
        )
    return found


def course_on_quarters(
    course: Course,
    *,
    first_day: datetime.date,
    quarters: int,
    available: Mapping[int, Fraction] | None = None,
    field: str = "course",
) -> CourseShares:
    """Lay a course on the quarters of a run, delayed where the money comes later than it would be drawn.

    Parameters
    ----------
    available : see :func:`available_shares`; everything from the start, when not given.

    Raises
    ------
    InputError : a course that begins before the run or ends after it; that draws nothing, or leaves open what becomes
        of a part of what is drawn.

    Tested by: by hand, and nothing moves when the money is there, ``tests/leverage/test_timetable.py``.
    """
    start = quarter_of(course.first_day, first_day=first_day)
    _check(course, start, first_day=first_day, field=field)
    money = dict(available or {0: Fraction(1)})
    payable: dict[int, Fraction] = {}
    for place, share in money.items():
        # What is there before the course begins is paid when it begins.
        payable[max(start, place)] = payable.get(max(start, place), Fraction(0)) + share
    rows = _delayed(course, start, payable)
    last = max(start + len(course.quarters) - 1, *(place for row in rows.values() for place in row))
    if last >= quarters:
        raise InputError.of(
            f"{field}.quarters", found=f"a course until quarter {last + 1}", expected=f"one within {quarters} quarters"
        )
    laid = {name: _row(row, quarters) for name, row in rows.items()}
    return CourseShares(**laid, available=_row(payable, quarters), last=last)


def _check(course: Course, start: int, *, first_day: datetime.date, field: str) -> None:
    if start < 0:
        raise InputError.of(f"{field}.first_day", found=course.first_day, expected=f"{first_day} or later")
    if not any(row.drawn_share for row in course.quarters):
        raise InputError.of(f"{field}.quarters", found="no draws", expected="a course that draws money")
    if not course.is_resolved:
        raise InputError.of(
            f"{field}.quarters",
            found="a part of what is drawn is neither repaid nor lost",
            expected="a course that says when everything drawn has ended, since the risk says how",
        )


#: A part of a whole: from where to where it lies in the order of the yuan, and the quarter it falls in.
_Piece = tuple[Fraction, Fraction, int]


def _delayed(course: Course, start: int, payable: Mapping[int, Fraction]) -> dict[str, dict[int, Fraction]]:
    draws = _pieces({start + place: Fraction(row.drawn_share) for place, row in enumerate(course.quarters)})
    # Money lies in the order in which it is paid in; a yuan of finance needs its yuan of it.
    moved = [(low, high, at, max(at, paid)) for low, high, at, paid in _overlaps(draws, _pieces(payable)) if high > low]
    drawn: dict[int, Fraction] = {}
    for low, high, _, at in moved:
        drawn[at] = drawn.get(at, Fraction(0)) + (high - low)
    delays = [(low, high, later - at) for low, high, at, later in moved]
    return {"drawn": drawn, **_ends(course, start, delays), "gain": _gains(course, start, delays)}


def _ends(course: Course, start: int, delays: Sequence[_Piece]) -> dict[str, dict[int, Fraction]]:
    """What is repaid and what is lost, each yuan with the delay of its draw; within a quarter repayments come first."""
    both = [
        (name, start + place, Fraction(share))
        for place, row in enumerate(course.quarters)
        for name, share in (("repaid", row.repaid_share), ("lost", row.lost_share))
    ]
    ends = list(accumulate(share for _, _, share in both))
    found: dict[str, dict[int, Fraction]] = {"repaid": {}, "lost": {}}
    for (name, at, share), end in zip(both, ends, strict=True):
        for low, high, _, delay in _overlaps([(end - share, end, at)], delays):
            found[name][at + delay] = found[name].get(at + delay, Fraction(0)) + (high - low)
    return found


def _gains(course: Course, start: int, delays: Sequence[_Piece]) -> dict[int, Fraction]:
    """Gains with the delay of the money they are made with: the n-th part of them with the n-th part of the draws."""
    whole = sum((Fraction(row.gain_share) for row in course.quarters), Fraction(0))
    drawn = delays[-1][1]
    found: dict[int, Fraction] = {}
    if not whole:
        return found
    gains = _pieces({start + place: Fraction(row.gain_share) for place, row in enumerate(course.quarters)})
    scaled = [(low * drawn / whole, high * drawn / whole, at) for low, high, at in gains]
    for low, high, at, delay in _overlaps(scaled, delays):
        found[at + delay] = found.get(at + delay, Fraction(0)) + (high - low) * whole / drawn
    return found


def _pieces(shares: Mapping[int, Fraction]) -> list[_Piece]:
    """Shares by quarter as parts of a whole, one after the other."""
    found, low = [], Fraction(0)
    for place in sorted(shares):
        if shares[place]:
            found.append((low, low + shares[place], place))
            low += shares[place]
    return found


def _overlaps(first: Sequence[_Piece], second: Sequence[_Piece]) -> list[tuple[Fraction, Fraction, int, int]]:
    """Where parts of one whole and parts of another overlap: from, to, and the quarter or delay of each."""
    return [
        (max(low, other_low), min(high, other_high), at, other_at)
        for low, high, at in first
        for other_low, other_high, other_at in second
        if min(high, other_high) > max(low, other_low)
    ]


def _row(shares: Mapping[int, Fraction], quarters: int) -> np.ndarray:
    row = np.zeros(quarters)
    for place, share in shares.items():
        row[place] += float(share)
    return row
