"""Remembering pledge loans: events are added, proposals are decided once, and nothing is half stored.

Every function works in the transaction of the session it is given and never commits. An event enters together with
the move of the loan's head; who read another head than the one in the table adds nothing.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, CursorResult, func, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import NotFoundError, PreconditionFailedError, ProposalDecidedError
from api.store.tables import PledgeEventRow, PledgeLoanRow, PledgeMemberRow, PledgeProposalRow
from pledge.history import Actor, Command, Event, History, verify_chain
from pledge.loan_errors import BrokenChainError
from valuation.errors import FieldProblem

__all__ = [
    "ID_PREFIX",
    "NewLoan",
    "Page",
    "Sight",
    "add_event",
    "add_members",
    "add_proposal",
    "decide",
    "find_loan",
    "find_proposal",
    "list_loans",
    "list_members",
    "list_proposals",
    "new_loan_id",
    "open_loan",
    "proposal_with_key",
    "stored_history",
]

ID_PREFIX, PROPOSAL_PREFIX = "pln_", "prp_"
_ID_BYTES = 12


@dataclass(frozen=True)
class Sight:
    """Whose loans does somebody see: all, or those that name the caller?"""

    caller: str
    sees_all: bool

    def clause(self) -> tuple[ColumnElement[bool], ...]:
        """The restriction of a query for loans."""
        if self.sees_all:
            return ()
        own = select(PledgeMemberRow.loan_id).where(PledgeMemberRow.caller == self.caller)
        return (PledgeLoanRow.id.in_(own),)


@dataclass(frozen=True)
class NewLoan:
    """What is known of a loan beside its events."""

    created_at: str
    created_by: str
    title: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Loans of one answer, and how many there are."""

    rows: tuple[PledgeLoanRow, ...]
    total: int


def new_loan_id() -> str:
    """An id that no loan has."""
    return ID_PREFIX + secrets.token_hex(_ID_BYTES)


def open_loan(session: Session, new: NewLoan, history: History) -> PledgeLoanRow:
    """Put a loan with its first events into the transaction."""
    assert history.events, "a loan begins with an event"
    row = PledgeLoanRow(
        id=history.loan_id,
        created_at=new.created_at,
        created_by=new.created_by,
        title=new.title,
        head_digest=history.events[-1].digest,
        event_count=len(history.events),
    )
    session.add(row)
    session.flush()
    add_members(session, row.id, new.members)
    session.add_all(_event_row(row.id, event) for event in history.events)
    session.flush()
    return row


def add_event(session: Session, row: PledgeLoanRow, event: Event) -> None:
    """Add an event behind the head that ``row`` shows.

    Raises
    ------
    PreconditionFailedError : somebody else added an event meanwhile.
    """
    moved = (
        update(PledgeLoanRow)
        .where(PledgeLoanRow.id == row.id, PledgeLoanRow.head_digest == event.previous_digest)
        .values(head_digest=event.digest, event_count=event.sequence)
    )
    if _changed(session.execute(moved, execution_options={"synchronize_session": False})) != 1:
        raise _overtaken(row.id)
    session.add(_event_row(row.id, event))
    try:
        session.flush()
    except IntegrityError as error:
        raise _overtaken(row.id) from error


def find_loan(session: Session, loan_id: str, *, sight: Sight) -> PledgeLoanRow:
    """Which loan has this id, as far as the caller may see it?

    Raises
    ------
    NotFoundError : there is none, or it names the caller nowhere; the two look alike.
    """
    asked = select(PledgeLoanRow).where(PledgeLoanRow.id == loan_id, *sight.clause())
    row = session.scalars(asked).one_or_none()
    if row is None:
        expected = f"the id of a pledge loan that this caller may see, beginning with {ID_PREFIX}"
        raise NotFoundError.of("id", found=repr(loan_id[:80]), expected=expected)
    return row


def stored_history(session: Session, row: PledgeLoanRow) -> History:
    """Which events were recorded on a loan, in order of recording, up to the head that ``row`` shows?

    Raises
    ------
    BrokenChainError : an event is not what was recorded, or one is missing; nothing may be built on it.
    """
    history = _recorded_so_far(session, row.id)
    # What somebody recorded after the row was read is left out, so that row and events agree.
    history = History(row.id, history.events[: row.event_count])
    verify_chain(history)
    head = history.events[-1].digest if history.events else "none"
    if (len(history.events), head) != (row.event_count, row.head_digest):
        found = f"{len(history.events)} events up to {head}"
        problem = FieldProblem("events", found, f"{row.event_count} events up to {row.head_digest}")
        raise BrokenChainError(f"{problem}: loan {row.id} is not what was recorded", problems=[problem])
    return history


def _recorded_so_far(session: Session, loan_id: str) -> History:
    """The events as they stand in the table, whether or not they are what was recorded."""
    asked = select(PledgeEventRow).where(PledgeEventRow.loan_id == loan_id).order_by(PledgeEventRow.sequence)
    return History(loan_id, tuple(_readable(row) for row in session.scalars(asked)))


def list_loans(session: Session, *, sight: Sight, limit: int, after: str | None) -> Page:
    """Loans the caller may see, the newest first, from behind ``after`` on.

    Raises
    ------
    NotFoundError : ``after`` is no loan of the caller's.
    """
    asked = select(PledgeLoanRow).where(*sight.clause())
    total = session.execute(select(func.count()).select_from(asked.subquery())).scalar_one()
    if after is not None:
        last = find_loan(session, after, sight=sight)
        asked = asked.where(tuple_(PledgeLoanRow.created_at, PledgeLoanRow.id) < tuple_(last.created_at, last.id))
    rows = session.scalars(asked.order_by(PledgeLoanRow.created_at.desc(), PledgeLoanRow.id.desc()).limit(limit))
    return Page(tuple(rows), total)


def add_members(session: Session, loan_id: str, callers: Iterable[str]) -> None:
    """Let callers from outside the bank see a loan; who may see it already stays."""
    known = set(list_members(session, loan_id))
    new = sorted(set(callers) - known)
    session.add_all(PledgeMemberRow(loan_id=loan_id, caller=caller) for caller in new)
    session.flush()


def list_members(session: Session, loan_id: str) -> list[str]:
    """Who from outside the bank may see a loan?"""
    asked = select(PledgeMemberRow.caller).where(PledgeMemberRow.loan_id == loan_id)
    return sorted(session.scalars(asked))


def add_proposal(session: Session, loan_id: str, command: Command, *, made_at: str) -> PledgeProposalRow:
    """Put a command that waits for a second person into the transaction."""
    row = PledgeProposalRow(
        id=PROPOSAL_PREFIX + secrets.token_hex(_ID_BYTES),
        loan_id=loan_id,
        key=command.key,
        kind=command.kind,
        effective_date=command.effective_date.isoformat(),
        payload=_json(command.payload),
        made_by=command.made_by.id,
        made_in_role=command.made_by.role,
        made_at=made_at,
        state="waiting",
    )
    session.add(row)
    session.flush()
    return row


def find_proposal(session: Session, loan_id: str, proposal_id: str) -> PledgeProposalRow:
    """Which proposal of this loan has this id?

    Raises
    ------
    NotFoundError : none.
    """
    asked = select(PledgeProposalRow).where(PledgeProposalRow.loan_id == loan_id, PledgeProposalRow.id == proposal_id)
    row = session.scalars(asked).one_or_none()
    if row is None:
        expected = f"the id of a proposal on this loan, beginning with {PROPOSAL_PREFIX}"
        raise NotFoundError.of("proposal_id", found=repr(proposal_id[:80]), expected=expected)
    return row


def proposal_with_key(session: Session, loan_id: str, key: str) -> PledgeProposalRow | None:
    """The proposal that a command made before, if it did."""
    asked = select(PledgeProposalRow).where(PledgeProposalRow.loan_id == loan_id, PledgeProposalRow.key == key)
    return session.scalars(asked).one_or_none()


def list_proposals(session: Session, loan_id: str, *, state: str | None) -> list[PledgeProposalRow]:
    """The proposals on a loan, the oldest first."""
    asked = select(PledgeProposalRow).where(PledgeProposalRow.loan_id == loan_id)
    if state is not None:
        asked = asked.where(PledgeProposalRow.state == state)
    return list(session.scalars(asked.order_by(PledgeProposalRow.made_at, PledgeProposalRow.id)))


def decide(
    session: Session,
    row: PledgeProposalRow,
    state: str,
    *,
    by: Actor,
    at: str,
    reason: str | None = None,
    sequence: int | None = None,
) -> None:
    """Write down what became of a waiting proposal.

    Raises
    ------
    ProposalDecidedError : it does not wait any more.
    """
    decided = (
        update(PledgeProposalRow)
        .where(PledgeProposalRow.id == row.id, PledgeProposalRow.state == "waiting")
        .values(state=state, decided_by=by.id, decided_in_role=by.role, decided_at=at, reason=reason, sequence=sequence)
    )
    if _changed(session.execute(decided, execution_options={"synchronize_session": False})) != 1:
        raise ProposalDecidedError.of("proposal", found="one that was decided", expected="one that waits")
    session.refresh(row)


def _event_row(loan_id: str, event: Event) -> PledgeEventRow:
    approved = event.approved_by
    return PledgeEventRow(
        loan_id=loan_id,
        sequence=event.sequence,
        key=event.key,
        kind=event.kind,
        effective_date=event.effective_date.isoformat(),
        recorded_at=event.recorded_at,
        made_by=event.made_by.id,
        made_in_role=event.made_by.role,
        approved_by=None if approved is None else approved.id,
        approved_in_role=None if approved is None else approved.role,
        payload=_json(event.payload),
        previous_digest=event.previous_digest,
        digest=event.digest,
    )


def _readable(row: PledgeEventRow) -> Event:
    """The event of a row; a row that is no event any more was tampered with like one whose digest is wrong."""
    try:
        return _event(row)
    except ValueError as error:
        where = f"events.{row.sequence}"
        problem = FieldProblem(where, "a row that cannot be read", "the event as it was recorded")
        raise BrokenChainError(f"{problem}: loan {row.loan_id}", problems=[problem]) from error


def _event(row: PledgeEventRow) -> Event:
    approved = None
    if row.approved_by is not None and row.approved_in_role is not None:
        approved = Actor(row.approved_by, row.approved_in_role)
    return Event(
        sequence=row.sequence,
        kind=row.kind,
        key=row.key,
        effective_date=datetime.date.fromisoformat(row.effective_date),
        recorded_at=row.recorded_at,
        made_by=Actor(row.made_by, row.made_in_role),
        approved_by=approved,
        payload=orjson.loads(row.payload),
        previous_digest=row.previous_digest,
        digest=row.digest,
    )


def _json(payload: Any) -> str:
    return orjson.dumps(dict(payload)).decode()


def _changed(result: Any) -> int:
    assert isinstance(result, CursorResult), "an update reports how many rows it changed"
    return result.rowcount


def _overtaken(loan_id: str) -> PreconditionFailedError:
    return PreconditionFailedError.of(
        "header If-Match", found=f"a state of {loan_id} before another event", expected="the ETag it has now"
    )
