"""质押变更登记: something about a registered pledge changed in the register (a name, the debt, the term)."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import known_right, moved
from pledge.loan import Loan
from valuation.kernel.fields import Day, FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetChanged(FrozenModel):
    """Which right, what changed, and the new title, registration number or last day of protection where it did."""

    asset: Identifier
    what: Text
    title: Text | None = None
    registration_number: Text | None = None
    expiry_date: Day | None = None


def _apply(loan: Loan, event: Event, payload: AssetChanged) -> Outcome:
    named = {"title": payload.title, "registration_number": payload.registration_number}
    stated = {**named, "expiry_date": payload.expiry_date}
    changed = {name: value for name, value in stated.items() if value is not None}
    action = "change_again" if known_right(loan, payload.asset).state == "changed" else "change"
    return moved(loan, event, payload.asset, action, **changed), ()


EVENT_KIND = EventKind(
    id="asset_changed",
    label=Label("质押变更登记", "registered pledge changed"),
    payload=AssetChanged,
    apply=_apply,
    steps=(
        ("pledged_asset", "change"),
        ("pledged_asset", "change_again"),
    ),
)
