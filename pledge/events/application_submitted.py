"""申请受理: the borrower applies for a loan."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, Text, fen, take
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class ApplicationSubmitted(FrozenModel):
    """What is asked for: ``requested`` in yuan, and what for."""

    requested: PositiveMoney
    purpose: Text | None = None


def _apply(loan: Loan, event: Event, payload: ApplicationSubmitted) -> Outcome:
    state = take(event, "application", "submit", state=loan.application_state)
    return replace(loan, application_state=state, requested_fen=fen(payload.requested)), ()


EVENT_KIND = EventKind(
    id="application_submitted",
    label=Label("提交申请", "application submitted"),
    payload=ApplicationSubmitted,
    apply=_apply,
    steps=(("application", "submit"),),
)
