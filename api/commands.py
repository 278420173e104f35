"""What every POST has in common: who asks, with which key, and that the effect happens once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import orjson
from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.envelopes import address_of, envelope
from api.errors import KeyMissingError
from api.intake import Body, Understood
from api.responses import JSON
from api.store.database import Sessions
from api.store.idempotency import Asked, Claim, StoredResponse, claim, finish, release
from api.store.tables import AnswerRow, moment_text

__all__ = ["Command", "Commands", "Effect", "Question", "created"]

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Question:
    """What is known of a question beside its content: what is remembered of it, who asks, when it came, its key."""

    text: str
    caller: str
    created_at: str
    key: str = ""


@dataclass(frozen=True)
class Effect:
    """What a service did: the id of what it stored, and how that is answered."""

    id: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def created(row: AnswerRow) -> Effect:
    """How a stored answer is given the first time."""
    headers = {"Location": address_of(row.kind, row.id), "ETag": f'"{row.digest}"'}
    return Effect(row.id, 201, headers, envelope(row))


@dataclass(frozen=True)
class Command:
    """A POST route: the kind of its body, and the service that decides and lets the store remember.

    The service gets the session of the request and never commits it; ``answered`` says how what it returns is
    answered.
    """

    body: Body
    service: Callable[[Session, Any, Question], Any]
    answered: Callable[[Any], Effect] = created


class Commands:
    """Runs commands: one session a request, committed here, computed outside the event loop."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        callers: Callers,
        clock: Callable[[], datetime.datetime],
        compute_threads: int,
        claim_seconds: int,
    ) -> None:
        self._sessions = sessions
        self._callers = callers
        self._clock = clock
        self._limiter = CapacityLimiter(compute_threads)
        self._claim_seconds = claim_seconds

    async def run(self, request: Request, command: Command) -> Response:
        """Answer a POST: 201 with the address of the answer, or the stored response of the first time.

        Raises
        ------
        WebError : no key, no caller, no JSON, a key that stands for something else.
        IpfinError : whatever the domain says; then nothing is stored and the key is free again.
        """
        caller = self._callers.identify(request)
        key = _key_of(request)
        read = command.body.admit(request)
        body = await request.body()
        answer = _Answering(self._sessions, command, self._claim_seconds, self._clock)
        call = _Call(caller, key, request.method, request.url.path, body, read)
        # Shielded: a caller that goes away must not leave its key claimed by nobody.
        with anyio.CancelScope(shield=True):
            stored, is_replay = await to_thread.run_sync(answer, call, limiter=self._limiter)
        headers: Mapping[str, str] = orjson.loads(stored.headers)
        replayed = {"Idempotent-Replayed": "true"} if is_replay else {}
        return Response(stored.body, status_code=stored.status, headers={**headers, **replayed}, media_type=JSON)


@dataclass(frozen=True)
class _Call:
    caller: str
    key: str
    method: str
    path: str
    body: bytes
    read: Callable[[bytes], Understood]


@dataclass(frozen=True)
class _Answering:
    """The part of a command that runs in a thread of its own."""

    sessions: Sessions
    command: Command
    claim_seconds: int
    clock: Callable[[], datetime.datetime]

    def __call__(self, call: _Call) -> tuple[StoredResponse, bool]:
        understood = call.read(call.body)
        asked = Asked(call.caller, call.key, call.method, call.path, understood.fingerprint)
        now = self.clock()
        claimed = claim(self.sessions, asked, now=now, claim_seconds=self.claim_seconds)
        if isinstance(claimed, StoredResponse):
            return claimed, True
        try:
            question = Question(understood.text, call.caller, moment_text(now), call.key)
            return self._effect(understood, question, claimed), False
        except BaseException:
            release(self.sessions, claimed)
            raise

    def _effect(self, understood: Understood, question: Question, claimed: Claim) -> StoredResponse:
        asked = understood.question()
        with self.sessions.begin() as session:
            effect = self.command.answered(self.command.service(session, asked, question))
            response = StoredResponse(effect.status, orjson.dumps(dict(effect.headers)).decode(), effect.body.decode())
            finish(session, claimed, response, answer_id=effect.id)
        return response


def _key_of(request: Request) -> str:
    stated = request.headers.getlist("idempotency-key")
    if len(stated) != 1 or not _KEY.fullmatch(stated[0]):
        found = "nothing" if not stated else f"{len(stated)} keys" if len(stated) > 1 else "an unreadable key"
        expected = "one key of 1 to 255 visible ASCII characters, such as a UUID"
        raise KeyMissingError.of("header Idempotency-Key", found=found, expected=expected)
    return stated[0]
