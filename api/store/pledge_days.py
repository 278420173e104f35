"""Where the end of day reads and writes: one transaction for each loan, so that a loan is closed or it is not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import PreconditionFailedError
from api.responses import json_bytes
from api.store.database import Sessions
from api.store.pledge_loans import add_event, stored_history
from api.store.tables import PledgeClosingRow, PledgeDayRow, PledgeLoanRow
from pledge.end_of_day import Closed, DayFacts
from pledge.history import History

__all__ = ["PledgeDayStore"]


class PledgeDayStore:
    """The loans of this installation, as :func:`pledge.end_of_day.run_end_of_day` asks for them."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def loan_ids(self, *, after: str | None) -> Sequence[str]:
        """The loans to look at, sorted."""
        asked = select(PledgeLoanRow.id).order_by(PledgeLoanRow.id)
        with self._sessions() as session:
            return list(session.scalars(asked if after is None else asked.where(PledgeLoanRow.id > after)))

    def history(self, loan_id: str) -> History:
        """The events of a loan, verified.

        Raises
        ------
        BrokenChainError : an event is not what was recorded.
        """
        with self._sessions() as session:
            return stored_history(session, _loan(session, loan_id))

    def closed(self, loan_id: str) -> Closed | None:
        """To which day a loan is closed; None before its first end of day."""
        with self._sessions() as session:
            row = session.get(PledgeClosingRow, loan_id)
            return None if row is None else Closed(datetime.date.fromisoformat(row.through), row.known_to)

    def keep(self, loan_id: str, facts: Sequence[DayFacts], history: History, closed: Closed) -> None:
        """Store the findings, the new events and the day closed to, in one transaction.

        Raises
        ------
        PreconditionFailedError : somebody recorded an event meanwhile; the loan is run again next time.
        """
        with self._sessions.begin() as session:
            row = _loan(session, loan_id)
            for event in history.events[row.event_count :]:
                add_event(session, row, event)
            if row.event_count > len(history.events):
                found, expected = f"{row.event_count} events", f"{len(history.events)}, as they were read"
                raise PreconditionFailedError.of("events", found=found, expected=expected)
            session.add_all(_day_row(each) for each in facts)
            session.merge(
                PledgeClosingRow(loan_id=loan_id, through=closed.through.isoformat(), known_to=closed.known_to)
            )


def _loan(session: Session, loan_id: str) -> PledgeLoanRow:
    row = session.get(PledgeLoanRow, loan_id)
    assert row is not None, "a loan that was listed is never deleted"
    return row


def _day_row(facts: DayFacts) -> PledgeDayRow:
    return PledgeDayRow(
        loan_id=facts.loan_id,
        business_date=facts.business_date.isoformat(),
        known_to=facts.known_to,
        facts=json_bytes(facts.as_document()).decode(),
    )
