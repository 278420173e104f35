"""What every POST has in common: who asks, with which key, and that the effect happens once."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import orjson
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.bodies import read_json_object, read_model
from api.envelopes import address_of, envelope
from api.errors import KeyMissingError, UnsupportedMediaTypeError
from api.responses import JSON
from api.store.database import Sessions
from api.store.idempotency import Asked, Claim, StoredResponse, claim, finish, release
from api.store.tables import AnswerRow, moment_text
from valuation.kernel.digest import canonical_json

__all__ = ["Command", "Commands", "Question"]

Model = TypeVar("Model", bound=BaseModel)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_JSON_TYPE = re.compile(r"application/json(\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is known of a question beside its content: its text as sent, who asks, and when it came."""

    text: str
    caller: str
    created_at: str


@dataclass(frozen=True)
class Command:
    """A POST route: the model of its body, and the service that decides and lets the store remember.

    The service gets the session of the request and never commits it.
    """

    model: type[BaseModel]
    service: Callable[[Session, Any, Question], AnswerRow]


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
        _check_media_type(request)
        body = await request.body()
        answer = _Answering(self._sessions, command, self._claim_seconds, self._clock)
        call = _Call(caller, key, request.method, request.url.path, body)
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


@dataclass(frozen=True)
class _Answering:
    """The part of a command that runs in a thread of its own."""

    sessions: Sessions
    command: Command
    claim_seconds: int
    clock: Callable[[], datetime.datetime]

    def __call__(self, call: _Call) -> tuple[StoredResponse, bool]:
        document = read_json_object(call.body)
        asked = Asked(call.caller, call.key, call.method, call.path, _fingerprint(document))
        now = self.clock()
        claimed = claim(self.sessions, asked, now=now, claim_seconds=self.claim_seconds)
        if isinstance(claimed, StoredResponse):
            return claimed, True
        try:
            question = Question(call.body.decode("utf-8"), call.caller, moment_text(now))
            return self._effect(document, question, claimed), False
        except BaseException:
            release(self.sessions, claimed)
            raise

    def _effect(self, document: Mapping[str, Any], question: Question, claimed: Claim) -> StoredResponse:
        model = read_model(self.command.model, document)
        with self.sessions.begin() as session:
            row = self.command.service(session, model, question)
            response = _created(row)
            finish(session, claimed, response, answer_id=row.id)
        return response


def _created(row: AnswerRow) -> StoredResponse:
    headers = {"Location": address_of(row.kind, row.id), "ETag": f'"{row.digest}"'}
    return StoredResponse(201, orjson.dumps(headers).decode(), envelope(row).decode())


def _fingerprint(document: Mapping[str, Any]) -> str:
    """The same question whatever its spaces and the order of its names."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def _key_of(request: Request) -> str:
    stated = request.headers.getlist("idempotency-key")
    if len(stated) != 1 or not _KEY.fullmatch(stated[0]):
        found = "nothing" if not stated else f"{len(stated)} keys" if len(stated) > 1 else "an unreadable key"
        expected = "one key of 1 to 255 visible ASCII characters, such as a UUID"
        raise KeyMissingError.of("header Idempotency-Key", found=found, expected=expected)
    return stated[0]


def _check_media_type(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise UnsupportedMediaTypeError.of("header Content-Encoding", found=repr(encoding[:80]), expected="identity")
    stated = request.headers.get("content-type", "")
    if not _JSON_TYPE.fullmatch(stated.strip()):
        found = repr(stated[:80]) if stated else "nothing"
        raise UnsupportedMediaTypeError.of("header Content-Type", found=found, expected=JSON)
