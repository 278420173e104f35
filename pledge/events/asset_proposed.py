"""拟质押: a right is proposed as security."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text, require, take
from pledge.loan import Loan, Right
from pledge.pledged_asset import AssetKind
from valuation.kernel.fields import Day, FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

MAXIMUM_RIGHTS = 200


class AssetProposed(FrozenModel):
    """Which right: an id of the bank's own, its kind and title, and the last day of protection if there is one."""

    asset: Identifier
    asset_kind: AssetKind
    title: Text
    expiry_date: Day | None = None


def _apply(loan: Loan, event: Event, payload: AssetProposed) -> Outcome:
    require(
        payload.asset not in loan.rights,
        "payload.asset",
        found=payload.asset,
        expected="an id that this loan does not use yet",
        advice="One right is proposed once.",
    )
    require(
        len(loan.rights) < MAXIMUM_RIGHTS,
        "assets",
        found=len(loan.rights),
        expected=f"fewer than {MAXIMUM_RIGHTS}",
        advice="Pledge a portfolio in several loans.",
    )
    require(
        loan.application_state in ("submitted", "approved", "contracted"),
        "application",
        found=loan.application_state,
        expected="submitted, approved or contracted",
        advice="A right secures an application.",
    )
    state = take(event, "pledged_asset", "propose", state="none")
    right = Right(
        id=payload.asset,
        kind=payload.asset_kind,
        title=payload.title,
        state=state,
        expiry_date=payload.expiry_date,
    )
    return loan.with_right(right), ()


EVENT_KIND = EventKind(
    id="asset_proposed",
    label=Label("拟质押资产", "asset proposed"),
    payload=AssetProposed,
    apply=_apply,
    steps=(("pledged_asset", "propose"),),
)
