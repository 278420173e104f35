"""宣布提前到期: the bank calls the loan; all principal and the interest accrued fall due today."""

from __future__ import annotations

from dataclasses import replace

from pledge.accrual import fall_due_now
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class LoanCalled(FrozenModel):
    """Why the loan is called: the breach the contract names."""

    reason: Reason


def _apply(loan: Loan, event: Event, payload: LoanCalled) -> Outcome:
    require(
        loan.facility_state == "drawn",
        "facility",
        found=loan.facility_state,
        expected="drawn",
        advice="Only a loan that is running can be called.",
    )
    notes = tuple(fall_due_now(note, event.effective_date, all_principal=True)[0] for note in loan.notes)
    return replace(loan, notes=notes, called_on=event.effective_date, facility_state="called"), ()


EVENT_KIND = EventKind(
    id="loan_called",
    label=Label("宣布贷款提前到期", "loan called"),
    payload=LoanCalled,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
