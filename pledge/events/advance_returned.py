"""退回预付代偿款: the bank gives an advance back; the claim stays accepted."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._claiming import known_claim
from pledge.events._payload import Compensator, take
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AdvanceReturned(FrozenModel):
    """To whom the whole advance is given back, and why."""

    party: Compensator
    reason: Reason


def _apply(loan: Loan, event: Event, payload: AdvanceReturned) -> Outcome:
    claim = known_claim(loan, payload.party)
    state = take(event, "claim", "repay_advance", state=claim.state)
    day, cause = event.effective_date, event.sequence
    moved = post(day, "advance_returned", claim.advanced_fen, party=claim.party, cause=cause)
    return loan.with_claim(replace(claim, state=state, advanced_fen=0)), moved


EVENT_KIND = EventKind(
    id="advance_returned",
    label=Label("退回预付代偿款", "advance returned"),
    payload=AdvanceReturned,
    apply=_apply,
    steps=(("claim", "repay_advance"),),
)
