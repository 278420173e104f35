"""代偿结算: the compensation is fixed; an advance is set against it, the rest is paid or returned.

The compensator steps into the bank's claim for what it paid (代位追偿): the borrower then owes it to the compensator.
"""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._claiming import known_claim, principal_claim_fen
from pledge.events._payload import Compensator, PositiveMoney, fen, require, take
from pledge.events._settling import remove_due_principal
from pledge.ledger import Posting, post
from pledge.loan import Claim, Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class ClaimSettled(FrozenModel):
    """Who compensates, and how much in the end, advances included, yuan."""

    party: Compensator
    compensation: PositiveMoney


def _apply(loan: Loan, event: Event, payload: ClaimSettled) -> Outcome:
    claim, amount = known_claim(loan, payload.party), fen(payload.compensation)
    state = take(event, "claim", "settle", state=claim.state)
    most = min(claim.claimed_fen, principal_claim_fen(loan))
    require(
        amount <= most,
        "payload.compensation",
        found=payload.compensation,
        expected=f"at most {Money(most).text}, what is claimed and still lost",
        advice="No more is compensated than is lost.",
    )
    settled = replace(claim, state=state, advanced_fen=0, compensated_fen=amount)
    return _transferred(loan.with_claim(settled), amount), _postings(loan, claim, amount, event)


def _transferred(loan: Loan, amount: int) -> Loan:
    """The bank's principal is smaller by what the compensator took over, in its books or after the write-off."""
    loan = replace(loan, principal_transferred_fen=loan.principal_transferred_fen + amount)
    if loan.written_off_on is None:
        return remove_due_principal(loan, amount)
    return replace(loan, principal_written_off_fen=loan.principal_written_off_fen - amount)


def _postings(loan: Loan, claim: Claim, amount: int, event: Event) -> tuple[Posting, ...]:
    after = "" if loan.written_off_on is None else "_after_write_off"
    from_advance = min(claim.advanced_fen, amount)
    amounts = {
        f"advance_settled{after}": from_advance,
        f"compensation_paid{after}": amount - from_advance,
        "advance_returned": claim.advanced_fen - from_advance,
    }
    day, cause = event.effective_date, event.sequence
    return tuple(
        each for meaning, part in amounts.items() for each in post(day, meaning, part, party=claim.party, cause=cause)
    )


EVENT_KIND = EventKind(
    id="claim_settled",
    label=Label("代偿结算", "claim settled"),
    payload=ClaimSettled,
    apply=_apply,
    steps=(("claim", "settle"),),
)
