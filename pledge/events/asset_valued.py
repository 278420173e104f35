"""价值评估: a verified right gets its value and pledge rate, by two persons."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._rights import moved
from pledge.events._valuation import ValuationPayload, valued_fields
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetValued(ValuationPayload):
    """The first value of a right; see the fields of a valuation."""


def _apply(loan: Loan, event: Event, payload: AssetValued) -> Outcome:
    values = valued_fields(payload, event.effective_date)
    return moved(loan, event, payload.asset, "value", **values), ()


EVENT_KIND = EventKind(
    id="asset_valued",
    label=Label("价值评估", "asset valued"),
    payload=AssetValued,
    apply=_apply,
    steps=(("pledged_asset", "value"),),
)
