"""收费: the bank charges the borrower a fee."""

from __future__ import annotations

from pledge.event_kind import EventKind
from pledge.events._charging import ChargePayload, charges
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class FeeCharged(ChargePayload):
    """The amount in yuan and what it is for."""


EVENT_KIND = EventKind(
    id="fee_charged",
    label=Label("收取费用", "fee charged"),
    payload=FeeCharged,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=charges("fee_charged"),
)
