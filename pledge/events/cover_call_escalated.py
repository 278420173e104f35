"""升级处理: the days to cure ran out and the cover is still short."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._calling import call_step
from pledge.events._payload import require
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class CoverCallEscalated(FrozenModel):
    """What is done next, and why."""

    reason: Reason


def _apply(loan: Loan, event: Event, payload: CoverCallEscalated) -> Outcome:
    state, call = call_step(loan, event, "escalate")
    assert call is not None, "the machine permits it for an issued call only"
    require(
        event.effective_date > call.deadline and loan.shortfall_fen() > 0,
        "cover",
        found=f"{loan.shortfall_fen()} fen short on {event.effective_date}",
        expected=f"something short after {call.deadline}, the last day to cure",
        advice="Wait for the deadline, or confirm the cure.",
    )
    return replace(loan, call=replace(call, state=state)), ()


EVENT_KIND = EventKind(
    id="cover_call_escalated",
    label=Label("升级处理", "cover call escalated"),
    payload=CoverCallEscalated,
    apply=_apply,
    steps=(("cover", "escalate"),),
)
