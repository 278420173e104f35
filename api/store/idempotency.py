"""A request sent twice has one effect: which key stands for what.

1. :func:`claim` writes the key down as running, in a transaction of its own, so that every other process sees it.
   If the key is there already, the stored response is replayed or the request is refused.
2. The answer is computed; no transaction is open meanwhile.
3. :func:`finish` stores the response beside the key **in the transaction that stores the answer**: there is
   never an answer without its key, nor a key that promises an answer that was not stored.
4. A request that failed is forgotten by :func:`release`: corrected, it may come again under the same key.

A process that died between 1 and 3 leaves a key running for ever; after ``claim_seconds`` the same request may
take it over. The one it was taken from can then no longer finish, because its claim is no longer the row's.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import KeyInUseError, KeyReusedError
from api.store.database import Sessions
from api.store.tables import IdempotencyRow, moment_text

__all__ = ["Asked", "Claim", "StoredResponse", "claim", "finish", "release"]

_RUNNING, _DONE = "running", "done"
#: A key can vanish between two looks when its request fails at that moment; then it is free, so we look again.
_ATTEMPTS = 3
_HEADER = "header Idempotency-Key"


@dataclass(frozen=True)
class Asked:
    """A request as far as its key is concerned."""

    caller: str
    key: str
    method: str
    path: str
    fingerprint: str


@dataclass(frozen=True)
class Claim:
    """The right to answer under a key."""

    asked: Asked
    secret: str


@dataclass(frozen=True)
class StoredResponse:
    """A response as it was sent the first time; ``headers`` and ``body`` are JSON texts."""

    status: int
    headers: str
    body: str


def claim(sessions: Sessions, asked: Asked, *, now: datetime.datetime, claim_seconds: int) -> Claim | StoredResponse:
    """May this request be answered, or was it answered already?

    Raises
    ------
    KeyReusedError : the key stands for another body, method or address of this caller.
    KeyInUseError : the same request is being answered at this moment.

    Tested by: ``tests/api/test_idempotency.py``, with threads.
    """
    taken = Claim(asked, secrets.token_hex(16))
    for _ in range(_ATTEMPTS):
        if _insert(sessions, taken, now):
            return taken
        with sessions.begin() as session:
            row = session.get(IdempotencyRow, (asked.caller, asked.key))
            if row is None:
                continue
            _refuse_another_request(row, asked)
            if row.state == _DONE:
                return _stored(row)
        if _take_over(sessions, taken, now, claim_seconds):
            return taken
    raise KeyInUseError.of(_HEADER, found="a key whose request is running", expected="a retry after it ended")


def finish(session: Session, taken: Claim, response: StoredResponse, *, answer_id: str) -> None:
    """Write the response down beside its key, in the transaction of ``session``.

    Raises
    ------
    KeyInUseError : the claim was taken over; the transaction must not be committed.
    """
    values = {"state": _DONE, "answer_id": answer_id, "status": response.status}
    texts = {"headers": response.headers, "body": response.body}
    if _changed(session.execute(_of(update(IdempotencyRow), taken).values(**values, **texts))) != 1:
        raise KeyInUseError.of(_HEADER, found="a key taken over by a retry", expected="the answer of that retry")


def release(sessions: Sessions, taken: Claim) -> None:
    """Forget a request that failed, so that it may come again corrected under the same key."""
    with sessions.begin() as session:
        session.execute(_of(delete(IdempotencyRow), taken))


def _of(statement: Any, taken: Claim) -> Any:
    """Restrict a statement to the row of a claim, as long as it is the claim's."""
    asked = taken.asked
    return statement.where(
        IdempotencyRow.caller == asked.caller,
        IdempotencyRow.key == asked.key,
        IdempotencyRow.state == _RUNNING,
        IdempotencyRow.claim == taken.secret,
    )


def _insert(sessions: Sessions, taken: Claim, now: datetime.datetime) -> bool:
    """Write the key down as running; the primary key lets only one of several succeed."""
    asked = taken.asked
    try:
        with sessions.begin() as session:
            session.execute(
                insert(IdempotencyRow).values(
                    caller=asked.caller,
                    key=asked.key,
                    method=asked.method,
                    path=asked.path,
                    fingerprint=asked.fingerprint,
                    state=_RUNNING,
                    claim=taken.secret,
                    created_at=moment_text(now),
                )
            )
    except IntegrityError:
        return False
    return True


def _take_over(sessions: Sessions, taken: Claim, now: datetime.datetime, claim_seconds: int) -> bool:
    """Take the key of a request that began so long ago that its process must have died."""
    asked = taken.asked
    dead = moment_text(now - datetime.timedelta(seconds=claim_seconds))
    statement = (
        update(IdempotencyRow)
        .where(IdempotencyRow.caller == asked.caller, IdempotencyRow.key == asked.key)
        .where(IdempotencyRow.state == _RUNNING, IdempotencyRow.created_at < dead)
        .where(IdempotencyRow.fingerprint == asked.fingerprint)
        .values(claim=taken.secret, created_at=moment_text(now))
    )
    with sessions.begin() as session:
        return _changed(session.execute(statement)) == 1


def _changed(result: Any) -> int:
    assert isinstance(result, CursorResult), "an update or delete reports how many rows it changed"
    return result.rowcount


def _refuse_another_request(row: IdempotencyRow, asked: Asked) -> None:
    if (row.method, row.path) != (asked.method, asked.path):
        found = f"a key used for {row.method} {row.path}"
        raise KeyReusedError.of(_HEADER, found=found, expected=f"a new key for {asked.method} {asked.path}")
    if row.fingerprint != asked.fingerprint:
        raise KeyReusedError.of(_HEADER, found="a key used for another body", expected="a new key, or that body")


def _stored(row: IdempotencyRow) -> StoredResponse:
    assert row.status is not None, "a finished key has its status"
    assert row.headers is not None, "a finished key has its headers"
    assert row.body is not None, "a finished key has its body"
    return StoredResponse(row.status, row.headers, row.body)
