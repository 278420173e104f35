"""重组: easier terms for a borrower in difficulty; the loan is watched from then on."""

from __future__ import annotations

from dataclasses import replace

from pledge.amendments.restructuring import RestructuringParameters
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._amending import AmendmentPayload, replanned
from pledge.loan import Loan
from valuation.kernel.fields import Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class Restructuring(AmendmentPayload):
    """What is made easier, and in which difficulty the borrower is. What is overdue stays due."""

    terms: RestructuringParameters
    difficulty: Reason


def _apply(loan: Loan, event: Event, payload: Restructuring) -> Outcome:
    restructured, amended = replanned(loan, event, "restructuring", payload.terms, note=payload.note)
    assert amended.watch_until is not None, "a restructured loan is watched"
    until = max(amended.watch_until, loan.watched_until or amended.watch_until)
    return replace(restructured, watched_until=until), ()


EVENT_KIND = EventKind(
    id="restructuring",
    label=Label("重组", "restructuring"),
    payload=Restructuring,
    apply=_apply,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
)
