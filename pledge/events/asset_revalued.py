"""重估: a pledged right gets a new value or pledge rate; an issued call for cover is not lowered by it."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require
from pledge.events._rights import known_right
from pledge.events._valuation import ValuationPayload, valued_fields
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

_REVALUED = ("valued", "contract_signed", "filed", "registration_refused", "registered", "enforced", "licensed")


class AssetRevalued(ValuationPayload):
    """A later value of a right; see the fields of a valuation."""


def _apply(loan: Loan, event: Event, payload: AssetRevalued) -> Outcome:
    right = known_right(loan, payload.asset)
    require(
        right.state in _REVALUED,
        f"assets.{right.id}",
        found=right.state,
        expected=" or ".join(_REVALUED),
        advice="A right is revalued after its first valuation, until it is released or realised.",
    )
    require(
        right.value_date is None or payload.value_date >= right.value_date,
        "payload.value_date",
        found=payload.value_date,
        expected=f"{right.value_date} or later, the day of the last value",
        advice="An older value does not replace a newer one.",
    )
    return loan.with_right(replace(right, **valued_fields(payload, event.effective_date))), ()


EVENT_KIND = EventKind(
    id="asset_revalued",
    label=Label("押品重估", "asset revalued"),
    payload=AssetRevalued,
    roles=frozenset({"loan_officer", "valuer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
