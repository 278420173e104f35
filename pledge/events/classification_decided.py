"""五级分类认定: two persons put the loan into a class; days overdue may force a worse one, never a better one."""

from __future__ import annotations

from dataclasses import replace

from pledge.asset_classes import AssetClass
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class ClassificationDecided(FrozenModel):
    """The class decided on and why; it stands until decided anew."""

    classification: AssetClass
    reason: Reason


def _apply(loan: Loan, event: Event, payload: ClassificationDecided) -> Outcome:
    require(
        loan.facility_state in ("drawn", "called", "written_off"),
        "facility",
        found=loan.facility_state,
        expected="drawn, called or written off",
        advice="What is not lent has no class.",
    )
    return replace(loan, classification=payload.classification), ()


EVENT_KIND = EventKind(
    id="classification_decided",
    label=Label("五级分类认定", "classification decided"),
    payload=ClassificationDecided,
    apply=_apply,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
)
