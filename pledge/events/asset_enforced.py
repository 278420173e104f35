"""行使质权: the bank starts to realise a registered pledge of a loan that was called."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text, require
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetEnforced(FrozenModel):
    """Which right, and by which title (a judgement, an agreement)."""

    asset: Identifier
    title_of_enforcement: Text


def _apply(loan: Loan, event: Event, payload: AssetEnforced) -> Outcome:
    require(
        loan.called_on is not None,
        "loan",
        found="a loan that was not called",
        expected="a called loan",
        advice="Call the loan first: the whole debt must be due.",
    )
    return moved(loan, event, payload.asset, "enforce"), ()


EVENT_KIND = EventKind(
    id="asset_enforced",
    label=Label("行使质权", "pledge enforced"),
    payload=AssetEnforced,
    apply=_apply,
    steps=(("pledged_asset", "enforce"),),
)
