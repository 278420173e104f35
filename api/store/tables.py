"""The tables. Money is text or integer fen, never ``Numeric``: SQLite would silently round it."""

from __future__ import annotations

import datetime

from sqlalchemy import Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.kinds import AnswerKind

__all__ = ["AnswerRow", "Base", "IdempotencyRow", "moment_text"]


def moment_text(moment: datetime.datetime) -> str:
    """A moment as it is stored: UTC, always of one length, so that texts sort as the moments do."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


class Base(DeclarativeBase):
    """What all tables share."""


class AnswerRow(Base):
    """One answer as it was given: never changed, never computed again.

    ``created_at`` is an ISO 8601 moment in UTC. ``request``, ``answer`` and ``explanation`` are JSON texts, so that
    what is read is what was written, to the character.
    """

    __tablename__ = "answers"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[AnswerKind] = mapped_column(String(40))
    caller: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    request: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    explanation: Mapped[str | None] = mapped_column(Text)
    workbook: Mapped[bytes | None] = mapped_column(LargeBinary)
    engine_version: Mapped[str] = mapped_column(String(40))


class IdempotencyRow(Base):
    """What a caller's key stands for: a request that runs, or its stored response.

    The primary key (caller, key) is what makes one of two simultaneous requests wait for the other's answer.
    ``claim`` is the secret of the request that runs; whoever lost the claim cannot finish. ``headers`` is JSON.
    """

    __tablename__ = "idempotency_keys"

    caller: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    claim: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[str] = mapped_column(String(40))
    status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    answer_id: Mapped[str | None] = mapped_column(String(40))
