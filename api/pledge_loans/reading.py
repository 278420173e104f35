"""Reading a pledge loan: as of which day, as known at which moment, and the tag of what was read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.pledge_loans.service import CHINA, Participant
from api.responses import json_bytes, tagged_response
from api.store import pledge_loans as store
from api.store.database import Sessions
from api.store.tables import PledgeLoanRow
from pledge.history import History, loan_at
from pledge.loan import Loan
from pledge.loan_errors import BrokenChainError
from valuation.errors import InputError

__all__ = ["Known", "LoanReading", "known_until", "verified"]


@dataclass(frozen=True)
class Known:
    """A loan as it was known at a moment, and the day it is looked at."""

    row: PledgeLoanRow
    history: History
    as_of: datetime.date

    @property
    def loan(self) -> Loan:
        """The loan at the end of the day."""
        return loan_at(self.history, on=self.as_of)


class LoanReading:
    """Reads for one request: who asks, and a session that is closed at the end."""

    def __init__(self, sessions: Sessions, *, callers: Callers, clock: Callable[[], datetime.datetime]) -> None:
        self.sessions = sessions
        self._callers = callers
        self._clock = clock

    def participant(self, request: Request) -> Participant:
        """Who sent this request, and in which roles it acts."""
        caller = self._callers.identify(request)
        return Participant(caller, self._callers.roles_of(caller))

    def known(self, request: Request, loan_id: str, *, as_of: datetime.date | None, known_at: str | None) -> Known:
        """The loan as it was known at a moment, by default now; looked at on a day, by default that of the moment.

        Raises
        ------
        NotFoundError : no such loan for this caller.
        BrokenChainError : an event is not what was recorded.
        InputError : a moment that cannot be read.
        """
        participant = self.participant(request)
        moment = known_until(known_at) or self._clock()
        with self.sessions() as session:
            row = store.find_loan(session, loan_id, sight=participant.sight)
            history = store.stored_history(session, row)
        if known_at is not None:
            events = tuple(takewhile(lambda event: _moment(event.recorded_at) <= moment, history.events))
            history = History(history.loan_id, events)
        return Known(row, history, as_of or moment.astimezone(CHINA).date())

    def answer(self, request: Request, known: Known, document: dict[str, Any]) -> Response:
        """Answer with what was read. The tag begins with the head of the chain, so that it serves as ``If-Match``."""
        head = known.history.events[-1].digest if known.history.events else "none"
        tag = f"{head}-{known.as_of.isoformat()}"
        return tagged_response(request, json_bytes(document), tag=tag)


def known_until(stated: str | None) -> datetime.datetime | None:
    """Which moment is meant? A day means its end in China; a moment states its offset.

    Raises
    ------
    InputError : neither a day nor a moment with an offset.
    """
    if stated is None:
        return None
    try:
        if len(stated) == len("2026-01-31"):
            day = datetime.date.fromisoformat(stated)
            return datetime.datetime.combine(day, datetime.time.max, tzinfo=CHINA)
        moment = datetime.datetime.fromisoformat(stated)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        expected = 'a day such as "2026-01-31", or a moment with its offset such as "2026-01-31T12:00:00Z"'
        raise InputError.of("known_at", found=repr(stated[:80]), expected=expected)
    return moment


def verified(session: Session, row: PledgeLoanRow) -> dict[str, Any]:
    """The finding: each event against its digest, and the whole against the head that the loan's own row shows."""
    found: dict[str, Any] = {"loan": row.id, "events": row.event_count, "head": row.head_digest}
    try:
        store.stored_history(session, row)
    except BrokenChainError as error:
        problems = [{"field": each.field, "found": each.found, "expected": each.expected} for each in error.problems]
        return {**found, "is_intact": False, "detail": error.message, "problems": problems}
    return {**found, "is_intact": True, "detail": None, "problems": []}


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
