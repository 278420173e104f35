"""审批通过: the application is approved, by another person than the one who proposes it."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, Text, fen, require, take
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class ApplicationApproved(FrozenModel):
    """What is granted: ``approved`` in yuan, and the conditions."""

    approved: PositiveMoney
    conditions: Text | None = None


def _apply(loan: Loan, event: Event, payload: ApplicationApproved) -> Outcome:
    state = take(event, "application", "approve", state=loan.application_state)
    require(
        fen(payload.approved) <= loan.requested_fen,
        "payload.approved",
        found=payload.approved,
        expected="no more than was asked for",
        advice="A larger loan needs a new application.",
    )
    return replace(loan, application_state=state, approved_fen=fen(payload.approved)), ()


EVENT_KIND = EventKind(
    id="application_approved",
    label=Label("审批通过", "application approved"),
    payload=ApplicationApproved,
    apply=_apply,
    steps=(("application", "approve"),),
)
