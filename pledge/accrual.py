"""What does time alone do to a loan?

Interest accrues, instalments fall due, late interest and compound interest accrue, periods to cure run out. Nothing
needs to be recorded for it, and it does not matter in how many steps time passes: what accrues is kept exact and
cumulative, and what is posted is the difference of two rounded cumulative amounts.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction

from pledge.ledger import Posting, post
from pledge.loan import Due, Loan, Note, Row
from valuation.errors import InputError

__all__ = ["advance", "advance_with_postings", "fall_due_now", "late_rate_of_days", "row_rate_share"]

#: Days a year of late interest where ordinary interest counts months: a day is a 360th (日利率 = 年利率 ÷ 360).
_DAYS_OF_MONTHLY_YEAR = 360


def advance(loan: Loan, to_day: datetime.date) -> Loan:
    """What is the loan at the beginning of the events of ``to_day``, when nothing is recorded in between?

    advance(advance(x, a), b) = advance(x, b) for every day a between.

    Raises
    ------
    InputError : a day before the day of the loan.

    Tested by: ``tests/pledge/test_accrual.py`` (any number of steps, the schedule to the fen, by hand).
    """
    return advance_with_postings(loan, to_day)[0]


def advance_with_postings(loan: Loan, to_day: datetime.date) -> tuple[Loan, tuple[Posting, ...]]:
    """The loan after time passed to ``to_day``, and what that posted, on the day each row closes and on the last day.

    Raises
    ------
    InputError : a day before the day of the loan.
    """
    if loan.day is not None and to_day < loan.day:
        raise InputError.of("to_day", found=to_day, expected=f"{loan.day} or later, the day of the loan")
    if loan.day is None or to_day == loan.day or not loan.notes:
        return replace(loan, day=to_day), ()
    notes, postings = [], []
    for note in loan.notes:
        moved, moves = _note_to(note, loan.day, to_day)
        notes.append(moved)
        postings += moves
    return replace(loan, day=to_day, notes=tuple(notes)), tuple(postings)


def row_rate_share(row: Row, start: datetime.date, end: datetime.date, *, day_count: str, months: int) -> Fraction:
    """Which share of the principal is the interest of ``row`` from ``start`` to ``end``?

    ``monthly``: rate × months / 12 for the whole row, part of it by the days that passed; else rate × days / basis.
    """
    days = (end - start).days
    if day_count == "monthly":
        whole = (row.period_end - row.period_start).days
        return row.annual_rate_share * Fraction(months * days, 12 * whole)
    return row.annual_rate_share * Fraction(days, int(day_count.removeprefix("actual/")))


def late_rate_of_days(note: Note, days: int) -> Fraction:
    """Which share of an overdue amount is the late interest 罚息 of so many days?

    contract rate × (1 + penalty) × days / basis, where months are counted a year of 360 days.
    """
    basis = _DAYS_OF_MONTHLY_YEAR if note.day_count == "monthly" else int(note.day_count.removeprefix("actual/"))
    return note.contract_rate_share * (1 + Fraction(note.penalty_share)) * Fraction(days, basis)


def fall_due_now(note: Note, day: datetime.date, *, all_principal: bool) -> tuple[Note, Due | None]:
    """The note when the interest accrued to ``day`` falls due on it, with all principal or with none.

    With all principal no row is left: nothing accrues any more but late interest, from ``day`` on.
    """
    interest = note.accrued_undue_fen
    principal = note.undue_principal_fen if all_principal else 0
    rows = () if all_principal else note.rows
    if not interest and not principal:
        return replace(note, rows=rows), None
    number = note.rows[0].number if note.rows else len(note.dues)
    due = Due(number, day, day, principal, interest, principal, interest)
    accrued, ahead = (Fraction(0), 0) if all_principal else (note.accrued, note.accrued_due_fen + interest)
    return replace(note, rows=rows, accrued=accrued, accrued_due_fen=ahead, dues=(*note.dues, due)), due


def _note_to(note: Note, day: datetime.date, to_day: datetime.date) -> tuple[Note, list[Posting]]:
    """Walk from one day on which something changes to the next."""
    postings: list[Posting] = []
    while day < to_day:
        stop = _next_stop(note, day, to_day)
        moved = _accrued(note, day, stop)
        postings += _growth(note, moved, stop)
        if moved.rows and moved.rows[0].closes_on <= stop:
            moved, rest = _closed(moved)
            postings += post(stop, "interest_accrued", rest)
        note, day = moved, stop
    return note, postings


def _next_stop(note: Note, day: datetime.date, to_day: datetime.date) -> datetime.date:
    stops = [due.late_from for due in note.dues if due.late_from > day]
    if note.rows:
        stops.append(note.rows[0].closes_on)
    return min([to_day, *stops])


def _accrued(note: Note, day: datetime.date, stop: datetime.date) -> Note:
    ordinary = note.accrued + _ordinary(note, day, stop)
    late_principal = sum(due.principal_open_fen for due in note.dues if due.late_from <= day)
    late_interest = sum(due.interest_open_fen for due in note.dues if due.late_from <= day) if note.compounds else 0
    if not late_principal and not late_interest:
        return replace(note, accrued=ordinary)
    rate = late_rate_of_days(note, (stop - day).days)
    late, compound = note.late.plus(late_principal * rate), note.compound.plus(late_interest * rate)
    return replace(note, accrued=ordinary, late=late, compound=compound)


def _ordinary(note: Note, day: datetime.date, stop: datetime.date) -> Fraction:
    if not note.rows:
        return Fraction(0)
    row = note.rows[0]
    start, end = max(day, row.period_start), min(stop, row.period_end)
    if end <= start:
        return Fraction(0)
    share = row_rate_share(row, start, end, day_count=note.day_count, months=note.period_months)
    return note.undue_principal_fen * share


def _growth(before: Note, after: Note, day: datetime.date) -> list[Posting]:
    """What grew, as differences of rounded cumulative amounts."""
    grown = {
        "interest_accrued": after.accrued_undue_fen - before.accrued_undue_fen,
        "late_interest_accrued": after.late.accrued_fen - before.late.accrued_fen,
        "compound_interest_accrued": after.compound.accrued_fen - before.compound.accrued_fen,
    }
    return [posting for meaning, amount in grown.items() for posting in post(day, meaning, amount)]


def _closed(note: Note) -> tuple[Note, int]:
    """The running row falls due with the interest of its whole period; also what of that had not accrued yet."""
    row = note.rows[0]
    rest = _ordinary(note, row.closes_on, row.period_end)
    interest = note.interest_rounding.to_fen(note.accrued + rest) - note.accrued_due_fen
    unposted = interest - note.accrued_undue_fen
    due = Due(
        number=row.number,
        due_date=row.due_date,
        late_from=max(row.due_date, row.period_end),
        principal_due_fen=row.principal_fen,
        interest_due_fen=interest,
        principal_open_fen=row.principal_fen,
        interest_open_fen=interest,
    )
    settled = due if due.is_open else replace(due, settled_on=row.due_date)
    moved = replace(note, rows=note.rows[1:], accrued=Fraction(0), accrued_due_fen=0, dues=(*note.dues, settled))
    return moved, unposted
