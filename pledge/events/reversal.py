"""冲正: an event is taken back as if it had never happened; the journal keeps both and shows the reversal."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pledge.event_kind import Event, EventKind, Outcome
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Reason, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class Reversal(FrozenModel):
    """Which event is taken back, by its sequence, and why."""

    sequence: Annotated[WholeNumber, Field(ge=1)]
    reason: Reason


def _reverses(payload: Reversal) -> int:
    return payload.sequence


def _apply(loan: Loan, event: Event, payload: Reversal) -> Outcome:
    """A reversal is no step of the fold: the fold leaves out what it takes back."""
    raise AssertionError("a reversal is never applied")


EVENT_KIND = EventKind(
    id="reversal",
    label=Label("冲正", "reversal"),
    payload=Reversal,
    roles=frozenset({"loan_officer", "approver"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
    reverses=_reverses,
)
