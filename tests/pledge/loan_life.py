"""Shorthand for tests that write the life of a loan: two persons, short commands, keys counted up."""

from __future__ import annotations

import datetime
from typing import Any

from pledge.history import Actor, Command, History, loan_at, record
from pledge.loan import Loan

OFFICER = Actor("li", "loan_officer")
APPROVER = Actor("wang", "approver")
RECORDED_AT = "2026-01-01T09:00:00+08:00"

REPAYMENT = {"form": "interest_only", "period_months": 1, "period_count": 12, "day_count": "actual/360"}
COVER = {"warning_share": "1.2", "call_share": "1.0", "cure_days": 30, "unsecured_limit": "1000000.00"}
FACILITY: dict[str, Any] = {
    "limit": "1000000.00",
    "available_until": "2026-06-30",
    "rate": {"kind": "fixed", "annual_rate_share": "0.036"},
    "repayment": REPAYMENT,
    "penalty_share": "0.5",
    "compounds": False,
    "cover": COVER,
}


def day(text: str) -> datetime.date:
    """``"0131"`` is 31 January 2026; ``"20270131"`` a day of another year."""
    return datetime.date(2026, int(text[:2]), int(text[2:])) if len(text) == 4 else datetime.date.fromisoformat(text)


class Life:
    """A history that grows by short commands."""

    def __init__(self, loan_id: str = "L1") -> None:
        self.history = History(loan_id)

    def does(self, kind: str, on: str, *, made_by: Actor = OFFICER, **payload: Any) -> Life:
        """Record an event, approved by the second person."""
        command = Command(
            kind=kind,
            key=f"key-{len(self.history.events) + 1}",
            effective_date=day(on),
            made_by=made_by,
            approved_by=APPROVER,
            payload=payload,
        )
        self.history = record(self.history, command, recorded_at=RECORDED_AT)
        return self

    def agreed(self, **changed: Any) -> Life:
        """Application, approval and facility in the first days of 2026."""
        facility = {**FACILITY, **changed}
        self.does("application_submitted", "0101", requested=facility["limit"])
        self.does("application_approved", "0102", approved=facility["limit"])
        return self.does("facility_agreed", "0103", **facility)

    def on(self, text: str) -> Loan:
        """The loan at the end of a day."""
        return loan_at(self.history, on=day(text))

    @property
    def last(self) -> Loan:
        """The loan on the day of its last event."""
        return loan_at(self.history)
