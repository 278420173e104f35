"""申请代偿: the bank claims a part of its loss of principal from a compensator."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._claiming import principal_claim_fen
from pledge.events._payload import Compensator, PositiveMoney, fen, require, take
from pledge.loan import Claim, Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class ClaimFiled(FrozenModel):
    """On whom, and how much, yuan: the share the policy gives it of the principal lost."""

    party: Compensator
    claimed: PositiveMoney


def _apply(loan: Loan, event: Event, payload: ClaimFiled) -> Outcome:
    require(
        loan.facility_state in ("called", "written_off"),
        "facility",
        found=loan.facility_state,
        expected="called or written off",
        advice="A loss is claimed when the whole loan is due and unpaid.",
    )
    before = loan.claims.get(payload.party)
    state = take(event, "claim", "file", state="none" if before is None else before.state)
    open_claims = sum(
        claim.claimed_fen for claim in loan.claims.values() if claim.state in ("filed", "accepted", "pre_paid")
    )
    left = principal_claim_fen(loan) - open_claims
    require(
        fen(payload.claimed) <= left,
        "payload.claimed",
        found=payload.claimed,
        expected=f"at most {Money(left).text}, the principal lost that is claimed from nobody",
        advice="No principal is claimed twice.",
    )
    return loan.with_claim(Claim(payload.party, state, event.effective_date, fen(payload.claimed))), ()


EVENT_KIND = EventKind(
    id="claim_filed",
    label=Label("申请代偿", "claim filed"),
    payload=ClaimFiled,
    apply=_apply,
    steps=(("claim", "file"),),
)
