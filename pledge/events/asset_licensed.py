"""许可变现: an enforced right is licensed; what the licensee pays is recorded as recoveries."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetLicensed(FrozenModel):
    """Which right, and to whom; it stays pledged."""

    asset: Identifier
    licensee: Text


def _apply(loan: Loan, event: Event, payload: AssetLicensed) -> Outcome:
    return moved(loan, payload.asset, before=("enforced",), after="licensed"), ()


EVENT_KIND = EventKind(
    id="asset_licensed",
    label=Label("许可变现", "asset licensed"),
    payload=AssetLicensed,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
