"""拒绝代偿: a compensator rejects a claim; an advance is returned."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._claiming import CLAIM_ROLES, known_claim
from pledge.events._payload import Compensator, require
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class ClaimRejected(FrozenModel):
    """Who rejects, and why."""

    party: Compensator
    reason: Reason


def _apply(loan: Loan, event: Event, payload: ClaimRejected) -> Outcome:
    claim = known_claim(loan, payload.party)
    require(
        claim.state in ("filed", "prepaid"),
        f"claims.{claim.party}",
        found=claim.state,
        expected="filed or prepaid",
        advice="Only an open claim can be rejected.",
    )
    day, cause = event.effective_date, event.sequence
    moved = post(day, "advance_returned", claim.advanced_fen, party=claim.party, cause=cause)
    return loan.with_claim(replace(claim, state="rejected", advanced_fen=0)), moved


EVENT_KIND = EventKind(
    id="claim_rejected",
    label=Label("拒绝代偿", "claim rejected"),
    payload=ClaimRejected,
    roles=CLAIM_ROLES,
    approver_roles=frozenset({"approver", "pool_manager"}),
    apply=_apply,
)
