"""审批否决: the application is refused, with the reason."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class ApplicationRefused(FrozenModel):
    """Why it is refused."""

    reason: Reason


def _apply(loan: Loan, event: Event, payload: ApplicationRefused) -> Outcome:
    require(
        loan.application_state == "submitted",
        "application",
        found=loan.application_state,
        expected="submitted",
        advice="Only an open application can be refused.",
    )
    return replace(loan, application_state="refused"), ()


EVENT_KIND = EventKind(
    id="application_refused",
    label=Label("审批否决", "application refused"),
    payload=ApplicationRefused,
    roles=frozenset({"approver"}),
    apply=_apply,
)
