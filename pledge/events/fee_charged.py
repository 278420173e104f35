"""收费: the bank charges the borrower a fee."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._charging import ChargePayload, charged
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class FeeCharged(ChargePayload):
    """The amount in yuan and what it is for."""


def _apply(loan: Loan, event: Event, payload: FeeCharged) -> Outcome:
    charge = charged(loan, event.effective_date, payload)
    moved = post(event.effective_date, "fee_charged", charge.amount_fen, cause=event.sequence)
    return replace(loan, charges=(*loan.charges, charge)), moved


EVENT_KIND = EventKind(
    id="fee_charged",
    label=Label("收取费用", "fee charged"),
    payload=FeeCharged,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
