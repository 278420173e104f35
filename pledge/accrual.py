"""What does time alone do to a loan?

Interest accrues, instalments fall due, late interest and compound interest accrue, periods to cure run out. Nothing
needs to be recorded for it, and it does not matter in how many steps time passes: what accrues is kept exact and
cumulative, and what is posted is the difference of two rounded cumulative amounts.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction

from pledge.late_interest import OverdueSegment, accrued_late_interest
from pledge.ledger import Posting, post
from pledge.loan import Due, Loan, Note
from pledge.plan import PlanRow, accrued_interest
from pledge.rates import RateStep
from valuation.errors import InputError

__all__ = ["advance", "advance_with_postings", "closing_day", "fall_due_now"]


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
    if loan.day is None or to_day == loan.day:
        return replace(loan, day=to_day), ()
    notes, postings = [], []
    for note in loan.notes:
        moved, moves = _note_to(note, loan.day, to_day)
        notes.append(moved)
        postings += moves
    return replace(loan, day=to_day, notes=tuple(notes), was_warned=loan.leaves_warned), tuple(postings)


def closing_day(row: PlanRow) -> datetime.date:
    """On which day does a row fall due with all its interest: its due date, or the end of its days if earlier?"""
    return min(row.due_date, row.period_end)


def fall_due_now(note: Note, day: datetime.date) -> Note:
    """The note when all principal and the interest accrued to ``day`` fall due on it.

    No row runs any more: nothing accrues but late interest, from ``day`` on.
    """
    row = note.running_row
    if row is None:
        return note
    principal, interest = note.undue_principal_fen, note.accrued_undue_fen
    due = Due(row.number, day, day, principal, interest, principal, interest)
    closed = len(note.plan.rows)
    return replace(note, closed=closed, accrued=Fraction(0), dues=(*note.dues, due))


def _note_to(note: Note, day: datetime.date, to_day: datetime.date) -> tuple[Note, list[Posting]]:
    """Walk from one day on which something changes to the next."""
    postings: list[Posting] = []
    while day < to_day:
        stop = _next_stop(note, day, to_day)
        moved = _accrued(note, day, stop)
        postings += _growth(note, moved, stop)
        row = moved.running_row
        if row is not None and closing_day(row) <= stop:
            moved, closing = _closed(moved, row)
            postings += closing
        note, day = moved, stop
    return note, postings


def _next_stop(note: Note, day: datetime.date, to_day: datetime.date) -> datetime.date:
    stops = [due.late_from for due in note.open_dues if due.late_from > day]
    if note.running_row is not None:
        stops.append(closing_day(note.running_row))
    return min([to_day, *stops])


def _accrued(note: Note, day: datetime.date, stop: datetime.date) -> Note:
    ordinary = _ordinary(note, stop)
    late_dues = [due for due in note.open_dues if due.late_from <= day]
    if not late_dues:
        return replace(note, accrued=ordinary)
    overdue = OverdueSegment(
        from_date=day,
        principal_fen=sum(due.principal_open_fen for due in late_dues),
        interest_fen=sum(due.interest_open_fen for due in late_dues),
    )
    rates = [RateStep(day, note.annual_rate_share)]
    late, compound = accrued_late_interest([overdue], upto=stop, rates=rates, terms=note.late_terms)
    return replace(note, accrued=ordinary, late=note.late.plus(late), compound=note.compound.plus(compound))


def _ordinary(note: Note, upto: datetime.date) -> Fraction:
    """The exact interest of the running row; nothing before its first day, which a due date may come ahead of."""
    row = note.running_row
    if row is None or upto <= row.period_start:
        return Fraction(0)
    return accrued_interest(row, upto=min(upto, row.period_end))


def _growth(before: Note, after: Note, day: datetime.date) -> list[Posting]:
    """What grew, as differences of rounded cumulative amounts."""
    grown = [*post(day, "interest_accrued", after.accrued_undue_fen - before.accrued_undue_fen)]
    if after.late is not before.late:
        grown += post(day, "late_interest_accrued", after.late.accrued_fen - before.late.accrued_fen)
        grown += post(day, "compound_interest_accrued", after.compound.accrued_fen - before.compound.accrued_fen)
    return grown


def _closed(note: Note, row: PlanRow) -> tuple[Note, list[Posting]]:
    """The running row falls due with the interest of its whole period, or adds it to the principal."""
    day = closing_day(row)
    complete = note.accrued if day == row.period_end else accrued_interest(row, upto=row.period_end)
    whole = note.plan.terms.interest_rounding.to_fen(complete)
    interest = whole - row.settled_fen
    postings = list(post(day, "interest_accrued", interest - note.accrued_undue_fen))
    capitalised = -row.principal_fen if row.is_capitalised else 0
    postings += post(day, "interest_capitalised", capitalised)
    principal, falls_due = max(row.principal_fen, 0), interest - capitalised
    assert falls_due >= 0, "no more interest is added to the principal than accrued"
    due = Due(
        number=row.number,
        due_date=row.due_date,
        late_from=max(row.due_date, row.period_end),
        principal_due_fen=principal,
        interest_due_fen=falls_due,
        principal_open_fen=principal,
        interest_open_fen=falls_due,
    )
    settled = due if due.is_open else replace(due, settled_on=row.due_date)
    dues = (*note.dues, settled)
    closed = note.closed + 1
    moved = replace(
        note,
        closed=closed,
        accrued=Fraction(0),
        dues=dues,
        capitalised_fen=note.capitalised_fen + capitalised,
    )
    return moved, postings
