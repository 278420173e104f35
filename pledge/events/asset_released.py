"""解除质押: a pledge is given up; the cover that is left must hold."""

from __future__ import annotations

from decimal import Decimal

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class AssetReleased(FrozenModel):
    """Which right is released."""

    asset: Identifier


def _apply(loan: Loan, event: Event, payload: AssetReleased) -> Outcome:
    released = moved(loan, event, payload.asset, "release")
    if loan.facility is not None:
        _check_cover(released, loan.facility.warning_share)
    return released, ()


def _check_cover(released: Loan, share: Decimal) -> None:
    """What is left must reach the warning limit; with an open call, or a claim paid by others, nothing is given up."""
    missing = released.shortfall_fen(share)
    require(
        missing == 0,
        "payload.asset",
        found=f"a lending value short by {Money(missing).text} after the release",
        expected=f"{share} of the outstanding principal covered",
        advice="Repay, or pledge something else first.",
    )
    owed = released.due_fen or any(claim.subrogated_fen for claim in released.claims.values())
    is_called = released.call is not None and released.call.state != "cured"
    require(
        not owed and not is_called,
        "payload.asset",
        found="amounts due, claims of compensators or an open call for cover",
        expected="none of them",
        advice="Settle them before a release.",
    )


EVENT_KIND = EventKind(
    id="asset_released",
    label=Label("解除质押", "pledge released"),
    payload=AssetReleased,
    apply=_apply,
    steps=(("pledged_asset", "release"),),
)
