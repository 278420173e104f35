"""质押登记: the registry entered the pledge; from this day it exists."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetRegistered(FrozenModel):
    """Which right, and the registration number of its pledge; the effective date is the day of registration."""

    asset: Identifier
    registration_number: Text


def _apply(loan: Loan, event: Event, payload: AssetRegistered) -> Outcome:
    registered = moved(
        loan,
        event,
        payload.asset,
        "register",
        registration_number=payload.registration_number,
        registered_on=event.effective_date,
    )
    return registered, ()


EVENT_KIND = EventKind(
    id="asset_registered",
    label=Label("质押登记", "pledge registered"),
    payload=AssetRegistered,
    apply=_apply,
    steps=(("pledged_asset", "register"),),
)
