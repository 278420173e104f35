"""代垫费用: the bank pays a cost of realising its claim (court, appraisal, auction) that the borrower owes."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._charging import ChargePayload, charged
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class CostAdvanced(ChargePayload):
    """The amount in yuan and what it was paid for."""


def _apply(loan: Loan, event: Event, payload: CostAdvanced) -> Outcome:
    charge = charged(loan, event.effective_date, payload)
    moved = post(event.effective_date, "cost_advanced", charge.amount_fen, cause=event.sequence)
    return replace(loan, charges=(*loan.charges, charge)), moved


EVENT_KIND = EventKind(
    id="cost_advanced",
    label=Label("代垫费用", "cost paid for the borrower"),
    payload=CostAdvanced,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
