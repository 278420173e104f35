"""日终: the books are closed for a day; what time alone posted up to it is written into the journal."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pledge.event_kind import Event, EventKind, Outcome
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class EndOfDay(FrozenModel):
    """What was found that evening, as text by name; kept for the auditor, the fold does not read it."""

    facts: Annotated[dict[str, str], Field(max_length=50)] = Field(default_factory=dict)


def _apply(loan: Loan, event: Event, payload: EndOfDay) -> Outcome:
    """Nothing changes: time passed before any event of the day."""
    return loan, ()


EVENT_KIND = EventKind(
    id="end_of_day",
    label=Label("日终", "end of day"),
    payload=EndOfDay,
    roles=frozenset({"system", "loan_officer"}),
    apply=_apply,
)
