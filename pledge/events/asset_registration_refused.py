"""不予登记: the registry refused the pledge, on a ground."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetRegistrationRefused(FrozenModel):
    """Which right, and the ground of the refusal as the registry states it."""

    asset: Identifier
    ground: Text


def _apply(loan: Loan, event: Event, payload: AssetRegistrationRefused) -> Outcome:
    refused = moved(loan, payload.asset, before=("filed",), after="registration_refused", refusal_ground=payload.ground)
    return refused, ()


EVENT_KIND = EventKind(
    id="asset_registration_refused",
    label=Label("不予质押登记", "pledge registration refused"),
    payload=AssetRegistrationRefused,
    roles=frozenset({"registrar", "loan_officer"}),
    apply=_apply,
)
