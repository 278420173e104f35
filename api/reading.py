"""What every GET of a stored answer has in common: only its caller may read it, and it never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.envelopes import envelope
from api.kinds import AnswerKind
from api.responses import tagged_response
from api.store.answers import find_answer
from api.store.database import Sessions

__all__ = ["Reading"]

Found = TypeVar("Found")


class Reading:
    """Reads for one request: who asks, and a session that is closed at the end."""

    def __init__(self, sessions: Sessions, *, callers: Callers) -> None:
        self._sessions = sessions
        self.callers = callers

    def find(self, request: Request, query: Callable[[Session, str], Found]) -> Found:
        """Run a query for the caller of this request."""
        caller = self.callers.identify(request)
        with self._sessions() as session:
            return query(session, caller)

    def answer(self, request: Request, identifier: str, kind: AnswerKind) -> Response:
        """Answer with a stored answer."""
        row = self.find(request, lambda session, caller: find_answer(session, identifier, kind=kind, caller=caller))
        return tagged_response(request, envelope(row), tag=row.digest)
