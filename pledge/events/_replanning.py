"""How a note takes a new plan on a day: what accrued stays accrued, what fell due stays due."""

from __future__ import annotations

import datetime
from dataclasses import replace

from pledge.events._payload import require
from pledge.loan import Loan, Note
from pledge.plan import PaymentPlan, accrued_interest

__all__ = ["running_note", "with_plan"]


def running_note(loan: Loan, number: int) -> Note:
    """The note of that number, its plan still running today.

    Raises
    ------
    IllegalStepError : no such note, or nothing of it is still to fall due.
    """
    numbers = [note.number for note in loan.notes]
    require(
        number in numbers,
        "payload.note",
        found=number,
        expected=f"one of {', '.join(map(str, numbers))}" if numbers else "a drawdown first",
        advice="Name the drawing that is meant.",
    )
    note = loan.note(number)
    row = note.running_row
    running = row is not None and row.period_start <= loan.today
    require(
        running,
        "payload.note",
        found="a plan with nothing to fall due" if row is None else f"a period that begins on {row.period_start}",
        expected="a period of interest that runs today",
        advice="The plan can be changed from the first day of a period to the day before its last.",
    )
    return note


def with_plan(note: Note, plan: PaymentPlan, day: datetime.date) -> Note:
    """The note under a new plan from ``day`` on."""
    closed = sum(row.period_end <= day for row in plan.rows)
    assert closed == note.closed, "the rows that fell due stay as they are"
    changed = replace(note, plan=plan)
    row = changed.running_row
    assert row is not None, "a new plan has something to fall due"
    assert accrued_interest(row, upto=day) == note.accrued, "what accrued stays accrued"
    return changed
