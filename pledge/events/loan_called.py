"""宣布提前到期: the bank calls the loan; all principal and the interest accrued fall due today."""

from __future__ import annotations

from dataclasses import replace

from pledge.accrual import fall_due_now
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import take
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class LoanCalled(FrozenModel):
    """Why the loan is called: the breach the contract names."""

    reason: Reason


def _apply(loan: Loan, event: Event, payload: LoanCalled) -> Outcome:
    state = take(event, "facility", "call", state=loan.facility_state)
    notes = tuple(fall_due_now(note, event.effective_date) for note in loan.notes)
    return replace(loan, notes=notes, called_on=event.effective_date, facility_state=state), ()


EVENT_KIND = EventKind(
    id="loan_called",
    label=Label("宣布贷款提前到期", "loan called"),
    payload=LoanCalled,
    apply=_apply,
    steps=(("facility", "call"),),
)
