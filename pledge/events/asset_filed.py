"""申请质押登记: registration of the pledge is applied for; after a refusal it may be filed again."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetFiled(FrozenModel):
    """Which right, and the number of the application to the registry."""

    asset: Identifier
    filing_number: Text


def _apply(loan: Loan, event: Event, payload: AssetFiled) -> Outcome:
    before = ("contract_signed", "registration_refused")
    return moved(loan, payload.asset, before=before, after="filed", refusal_ground=None), ()


EVENT_KIND = EventKind(
    id="asset_filed",
    label=Label("申请质押登记", "pledge registration filed"),
    payload=AssetFiled,
    roles=frozenset({"borrower", "loan_officer"}),
    apply=_apply,
)
