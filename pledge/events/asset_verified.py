"""权属核验: title, force and burdens of a proposed right were checked."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetVerified(FrozenModel):
    """Which right was verified, and in what (a register extract, its date)."""

    asset: Identifier
    evidence: Text


def _apply(loan: Loan, event: Event, payload: AssetVerified) -> Outcome:
    return moved(loan, payload.asset, before=("proposed",), after="verified"), ()


EVENT_KIND = EventKind(
    id="asset_verified",
    label=Label("权属核验", "asset verified"),
    payload=AssetVerified,
    roles=frozenset({"loan_officer"}),
    apply=_apply,
)
