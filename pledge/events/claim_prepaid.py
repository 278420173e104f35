"""预付代偿: a compensator pays in advance, before the loss is settled."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._claiming import known_claim
from pledge.events._payload import Compensator, PositiveMoney, fen, require, take
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class ClaimPrepaid(FrozenModel):
    """Who pays in advance, and how much, yuan."""

    party: Compensator
    amount: PositiveMoney


def _apply(loan: Loan, event: Event, payload: ClaimPrepaid) -> Outcome:
    claim, amount = known_claim(loan, payload.party), fen(payload.amount)
    state = take(event, "claim", "pre_pay", state=claim.state)
    left = claim.claimed_fen - claim.advanced_fen
    require(
        amount <= left,
        "payload.amount",
        found=payload.amount,
        expected=f"at most {Money(left).text}, what is claimed and not advanced",
        advice="No more is advanced than is claimed.",
    )
    claim = replace(claim, state=state, advanced_fen=claim.advanced_fen + amount)
    return loan.with_claim(claim), post(
        event.effective_date, "advance_paid", amount, party=claim.party, cause=event.sequence
    )


EVENT_KIND = EventKind(
    id="claim_prepaid",
    label=Label("预付代偿", "claim pre-paid"),
    payload=ClaimPrepaid,
    apply=_apply,
    steps=(("claim", "pre_pay"),),
)
