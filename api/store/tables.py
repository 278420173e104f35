"""The tables. Money is text or integer fen, never ``Numeric``: SQLite would silently round it."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.kinds import AnswerKind

__all__ = [
    "AnswerRow",
    "Base",
    "IdempotencyRow",
    "PledgeClosingRow",
    "PledgeDayRow",
    "PledgeEventRow",
    "PledgeLoanRow",
    "PledgeMemberRow",
    "PledgeProposalRow",
    "moment_text",
]


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


class PledgeLoanRow(Base):
    """A pledge loan: who opened it, and the head of its chain of events.

    ``head_digest`` and ``event_count`` change only together with an event that is added: whoever adds one states the
    head that was seen, and loses when it has moved.
    """

    __tablename__ = "pledge_loans"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[str] = mapped_column(String(40), index=True)
    created_by: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    head_digest: Mapped[str] = mapped_column(String(64))
    event_count: Mapped[int] = mapped_column(Integer)


class PledgeMemberRow(Base):
    """A caller from outside the bank that may see a loan: its borrower, guarantor, insurer, clerk, valuer."""

    __tablename__ = "pledge_members"

    loan_id: Mapped[str] = mapped_column(String(40), ForeignKey("pledge_loans.id"), primary_key=True)
    caller: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class PledgeEventRow(Base):
    """One event of a loan: added once, never changed or deleted; a trigger of the database refuses both.

    ``payload`` is JSON text and holds amounts as text. Days and moments are ISO 8601 texts.
    """

    __tablename__ = "pledge_events"
    __table_args__ = (UniqueConstraint("loan_id", "key", name="uq_pledge_events_key"),)

    loan_id: Mapped[str] = mapped_column(String(40), ForeignKey("pledge_loans.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(60))
    effective_date: Mapped[str] = mapped_column(String(10))
    recorded_at: Mapped[str] = mapped_column(String(40))
    made_by: Mapped[str] = mapped_column(String(64))
    made_in_role: Mapped[str] = mapped_column(String(20))
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_in_role: Mapped[str | None] = mapped_column(String(20))
    payload: Mapped[str] = mapped_column(Text)
    previous_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class PledgeProposalRow(Base):
    """A command that waits for a second person, or what became of it.

    ``state``: waiting, approved, declined or withdrawn. ``sequence`` is that of the event it became.
    """

    __tablename__ = "pledge_proposals"
    __table_args__ = (UniqueConstraint("loan_id", "key", name="uq_pledge_proposals_key"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    loan_id: Mapped[str] = mapped_column(String(40), ForeignKey("pledge_loans.id"), index=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(60))
    effective_date: Mapped[str] = mapped_column(String(10))
    payload: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(64))
    made_in_role: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_in_role: Mapped[str | None] = mapped_column(String(20))
    decided_at: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    sequence: Mapped[int | None] = mapped_column(Integer)


class PledgeClosingRow(Base):
    """To which day a loan is closed, and the last event that was known then."""

    __tablename__ = "pledge_closings"

    loan_id: Mapped[str] = mapped_column(String(40), ForeignKey("pledge_loans.id"), primary_key=True)
    through: Mapped[str] = mapped_column(String(10))
    known_to: Mapped[int] = mapped_column(Integer)


class PledgeDayRow(Base):
    """What was found on a loan at the end of a day, as far as was known then: JSON text, never changed.

    A day that is run again after a backdated event has a row for what was known before and one for after.
    """

    __tablename__ = "pledge_days"

    loan_id: Mapped[str] = mapped_column(String(40), ForeignKey("pledge_loans.id"), primary_key=True)
    business_date: Mapped[str] = mapped_column(String(10), primary_key=True)
    known_to: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    facts: Mapped[str] = mapped_column(Text)
