"""How a drawing takes an amendment: planned by ``pledge/amendments``, here put into the loan and the books."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from pledge.amendment import RULES, AmendedPlan, amend
from pledge.event_kind import Event
from pledge.events._notes import NoteNumber
from pledge.events._payload import require
from pledge.events._replanning import running_note, with_plan
from pledge.ledger import Posting, post
from pledge.loan import Due, Loan, Note
from pledge.policy_catalogue import load_policies
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import FrozenModel
from valuation.kernel.money import Money

__all__ = [
    "AmendmentPayload",
    "ended_note",
    "paid_today",
    "planned",
    "replanned",
    "require_amount",
    "require_nothing_due",
]


class AmendmentPayload(FrozenModel):
    """Which drawing is amended, by its number."""

    note: NoteNumber = 1


def planned(loan: Loan, event: Event, name: str, parameters: FrozenModel, *, note: int) -> tuple[Note, AmendedPlan]:
    """The drawing as it is, and what the amendment makes of its plan on the day of the event.

    Raises
    ------
    IllegalStepError : the loan is not running, or no such drawing is.
    InputError, RefusalError : what the amendment itself refuses.
    """
    require(
        loan.facility_state == "drawn",
        "facility",
        found=loan.facility_state,
        expected="drawn",
        advice="Only a loan that is running is amended.",
    )
    found = running_note(loan, note)
    return found, amend(
        name,
        found.plan,
        parameters,
        on=event.effective_date,
        principal_fen=found.undue_principal_fen,
        policies=_rules(),
    )


def replanned(loan: Loan, event: Event, name: str, parameters: FrozenModel, *, note: int) -> tuple[Loan, AmendedPlan]:
    """The loan with the drawing under its new plan, for an amendment by which nothing is paid on the day."""
    found, amended = planned(loan, event, name, parameters, note=note)
    assert not amended.principal_paid_fen + amended.interest_paid_fen + amended.fee_fen, f"{name} pays nothing today"
    return loan.with_note(with_plan(found, amended.plan, event.effective_date)), amended


def ended_note(note: Note, amended: AmendedPlan) -> Note:
    """The drawing whose plan ended today: no row runs any more."""
    plan = amended.plan if amended.closed is None else amended.closed
    return replace(note, plan=plan, closed=len(plan.rows), accrued=note.accrued * 0)


def paid_today(
    loan: Loan, event: Event, note: Note, *, principal_fen: int, interest_fen: int
) -> tuple[Loan, tuple[Posting, ...]]:
    """The loan with a drawing on which principal and interest were paid on the day they fell due, as agreed today."""
    day, cause = event.effective_date, event.sequence
    number = note.dues[-1].number if note.dues else 0
    row = note.running_row
    due = Due(number if row is None else row.number, day, day, principal_fen, interest_fen, 0, 0, settled_on=day)
    paid = replace(
        loan.with_note(replace(note, dues=(*note.dues, due))),
        principal_repaid_fen=loan.principal_repaid_fen + principal_fen,
        interest_paid_fen=loan.interest_paid_fen + interest_fen,
    )
    moved = post(day, "interest_paid", interest_fen, cause=cause)
    return paid, (*moved, *post(day, "principal_repaid", principal_fen, cause=cause))


def require_nothing_due(loan: Loan) -> None:
    """Refuse while anything is due: it is paid first, on the same day if need be."""
    require(
        loan.due_fen == 0,
        "loan",
        found=f"{Money(loan.due_fen).text} due",
        expected="nothing due",
        advice="Record the repayment of what is due first, of the same day if need be.",
    )


def require_amount(stated_fen: int, expected_fen: int, *, of: str) -> None:
    """Refuse an amount that is not what the amendment asks for on the day."""
    require(
        stated_fen == expected_fen,
        "payload.amount",
        found=Money(stated_fen).text,
        expected=f"{Money(expected_fen).text}: {of}",
        advice="What is paid must be what falls due by this amendment today.",
    )


@cache
def _rules() -> dict[str, DatedTable]:
    return {RULES: load_policies()[RULES]}
