"""日终: the books are closed for a day; what time alone posted up to it is written into the journal."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class EndOfDay(FrozenModel):
    """Nothing to state: the effective date is the day that is closed."""


def _apply(loan: Loan, event: Event, payload: EndOfDay) -> Outcome:
    """Nothing changes: time passed before any event of the day."""
    return loan, ()


EVENT_KIND = EventKind(
    id="end_of_day",
    label=Label("日终", "end of day"),
    payload=EndOfDay,
    apply=_apply,
    roles=frozenset({"system", "loan_officer"}),
)
