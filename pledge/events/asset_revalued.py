"""重估: a pledged right gets a new value or pledge rate; an issued call for cover is not lowered by it."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require
from pledge.events._rights import known_right, moved
from pledge.events._valuation import ValuationPayload, valued_fields
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetRevalued(ValuationPayload):
    """A later value of a right; see the fields of a valuation."""


def _apply(loan: Loan, event: Event, payload: AssetRevalued) -> Outcome:
    right = known_right(loan, payload.asset)
    require(
        right.value_date is None or payload.value_date >= right.value_date,
        "payload.value_date",
        found=payload.value_date,
        expected=f"{right.value_date} or later, the day of the last value",
        advice="An older value does not replace a newer one.",
    )
    return moved(loan, event, right.id, "revalue", **valued_fields(payload, event.effective_date)), ()


EVENT_KIND = EventKind(
    id="asset_revalued",
    label=Label("押品重估", "asset revalued"),
    payload=AssetRevalued,
    apply=_apply,
    steps=(("pledged_asset", "revalue"),),
)
