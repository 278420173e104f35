"""减免罚息: late interest and compound interest are waived, late interest first."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, fen, require
from pledge.ledger import post
from pledge.loan import AccruedClaim, Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class LateInterestWaived(FrozenModel):
    """How much is waived, yuan, and why."""

    amount: PositiveMoney
    reason: Reason


def _apply(loan: Loan, event: Event, payload: LateInterestWaived) -> Outcome:
    amount = fen(payload.amount)
    waivable = loan.late_interest_fen + loan.compound_interest_fen
    require(
        amount <= waivable,
        "payload.amount",
        found=payload.amount,
        expected=f"at most {Money(waivable).text}, the late and compound interest unpaid",
        advice="What was paid or never accrued cannot be waived.",
    )
    late = min(amount, loan.late_interest_fen)
    compound = amount - late
    notes, left_late, left_compound = [], late, compound
    for note in loan.notes:
        claim, left_late = _taken(note.late, left_late)
        other, left_compound = _taken(note.compound, left_compound)
        notes.append(replace(note, late=claim, compound=other))
    day, cause = event.effective_date, event.sequence
    moved = post(day, "late_interest_waived", late, cause=cause)
    moved += post(day, "compound_interest_waived", compound, cause=cause)
    return replace(loan, notes=tuple(notes)).settled_if_nothing_left(), moved


def _taken(claim: AccruedClaim, left: int) -> tuple[AccruedClaim, int]:
    part = min(left, claim.open_fen)
    return claim.settled(part), left - part


EVENT_KIND = EventKind(
    id="late_interest_waived",
    label=Label("减免罚息", "late interest waived"),
    payload=LateInterestWaived,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
