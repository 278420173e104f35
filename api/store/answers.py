"""Remembering answers: written once, read by the caller they were given to."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, load_only

from api.errors import NotFoundError
from api.kinds import KINDS, AnswerKind
from api.store.tables import AnswerRow

__all__ = ["NewAnswer", "add_answer", "find_answer", "find_explanation", "find_workbook"]

_ID_BYTES = 12


@dataclass(frozen=True)
class NewAnswer:
    """What a service hands over to be remembered; the texts are JSON."""

    kind: AnswerKind
    digest: str
    request: str
    answer: str
    engine_version: str
    explanation: str | None = None
    workbook: bytes | None = None


def add_answer(session: Session, new: NewAnswer, *, caller: str, created_at: str) -> AnswerRow:
    """Put an answer into the session's transaction under an id of its own; the edge commits."""
    row = AnswerRow(
        id=KINDS[new.kind].id_prefix + secrets.token_hex(_ID_BYTES),
        kind=new.kind,
        caller=caller,
        created_at=created_at,
        digest=new.digest,
        request=new.request,
        answer=new.answer,
        explanation=new.explanation,
        workbook=new.workbook,
        engine_version=new.engine_version,
    )
    session.add(row)
    session.flush()
    return row


def find_answer(session: Session, identifier: str, *, kind: AnswerKind, caller: str) -> AnswerRow:
    """Which answer did this caller get under this id? Its explanation and workbook are not read.

    Raises
    ------
    NotFoundError : there is none, or it was given to another caller; the two look alike.
    """
    columns = (AnswerRow.kind, AnswerRow.created_at, AnswerRow.digest, AnswerRow.answer, AnswerRow.engine_version)
    asked = select(AnswerRow).options(load_only(*columns))
    row = session.scalars(asked.where(*_own(identifier, kind, caller))).one_or_none()
    if row is None:
        raise _not_found(identifier, kind)
    return row


def find_explanation(session: Session, identifier: str, *, kind: AnswerKind, caller: str) -> tuple[str, str]:
    """The explanation of an answer as JSON text, and the answer's digest."""
    asked = select(AnswerRow.explanation, AnswerRow.digest).where(*_own(identifier, kind, caller))
    row = session.execute(asked).one_or_none()
    if row is None or row.explanation is None:
        raise _not_found(identifier, kind)
    return row.explanation, row.digest


def find_workbook(session: Session, identifier: str, *, kind: AnswerKind, caller: str) -> tuple[bytes, str]:
    """The workbook of an answer, and the answer's digest."""
    asked = select(AnswerRow.workbook, AnswerRow.digest).where(*_own(identifier, kind, caller))
    row = session.execute(asked).one_or_none()
    if row is None or row.workbook is None:
        raise _not_found(identifier, kind)
    return row.workbook, row.digest


def _own(identifier: str, kind: AnswerKind, caller: str) -> tuple[ColumnElement[bool], ...]:
    if not re.fullmatch(f"{KINDS[kind].id_prefix}[0-9a-f]{{{2 * _ID_BYTES}}}", identifier):
        raise _not_found(identifier, kind)
    return (AnswerRow.id == identifier, AnswerRow.kind == kind, AnswerRow.caller == caller)


def _not_found(identifier: str, kind: AnswerKind) -> NotFoundError:
    expected = f"the id of a {kind} of this caller, beginning with {KINDS[kind].id_prefix}"
    return NotFoundError.of("id", found=repr(identifier[:80]), expected=expected)
