"""展期: the maturity of a drawing moves back, within the limits of the general rules."""

from __future__ import annotations

from pledge.amendments.extension import ExtensionParameters
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._amending import AmendmentPayload, replanned, require_nothing_due
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class Extension(AmendmentPayload):
    """By how much, and what else changes; the original term is the one drawn under."""

    terms: ExtensionParameters


def _apply(loan: Loan, event: Event, payload: Extension) -> Outcome:
    require_nothing_due(loan)
    # All extensions together are measured against the term agreed on, whatever a second one states.
    original = None if loan.facility is None else loan.facility.period_count
    terms = payload.terms.model_copy(update={"original_periods": original})
    return replanned(loan, event, "extension", terms, note=payload.note)[0], ()


EVENT_KIND = EventKind(
    id="extension",
    label=Label("展期", "extension"),
    payload=Extension,
    apply=_apply,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
)
