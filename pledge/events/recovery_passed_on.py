"""划付追偿分成: the bank passes on what it set aside for a compensator."""

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


class RecoveryPassedOn(FrozenModel):
    """To whom, and how much, yuan."""

    party: Compensator
    amount: PositiveMoney


def _apply(loan: Loan, event: Event, payload: RecoveryPassedOn) -> Outcome:
    claim, amount = known_claim(loan, payload.party), fen(payload.amount)
    state = take(event, "claim", "share_recovery", state=claim.state)
    require(
        amount <= claim.set_aside_fen,
        "payload.amount",
        found=payload.amount,
        expected=f"at most {Money(claim.set_aside_fen).text}, what is set aside for the {payload.party}",
        advice="Only what was recovered and set aside can be passed on.",
    )
    moved = post(event.effective_date, "recovery_passed_on", amount, party=payload.party, cause=event.sequence)
    return loan.with_claim(replace(claim, state=state, set_aside_fen=claim.set_aside_fen - amount)), moved


EVENT_KIND = EventKind(
    id="recovery_passed_on",
    label=Label("划付追偿分成", "share of a recovery passed on"),
    payload=RecoveryPassedOn,
    apply=_apply,
    steps=(("claim", "share_recovery"),),
)
