"""代垫费用: the bank pays a cost of realising its claim (court, appraisal, auction) that the borrower owes."""

from __future__ import annotations

from pledge.event_kind import EventKind
from pledge.events._charging import ChargePayload, charges
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class CostAdvanced(ChargePayload):
    """The amount in yuan and what it was paid for."""


EVENT_KIND = EventKind(
    id="cost_advanced",
    label=Label("代垫费用", "cost paid for the borrower"),
    payload=CostAdvanced,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=charges("cost_advanced"),
)
