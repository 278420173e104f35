"""Acting on a pledge loan: one person proposes, another approves, and the loan's chain grows by one event.

Services decide and let the store remember; they never commit. What a caller decided on is stated by the ETag of the
loan it read: a loan that moved meanwhile refuses.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy.orm import Session

from api.commands import Effect, Question
from api.errors import PreconditionFailedError, PreconditionMissingError, ProposalDecidedError
from api.pledge_loans.documents import loan_document
from api.pledge_loans.schemas import ActionBody, Approval, Decline, Members, OpeningBody
from api.responses import json_bytes
from api.store import pledge_loans as store
from api.store.pledge_loans import NewLoan, Sight
from api.store.tables import PledgeLoanRow, PledgeProposalRow
from pledge.event_kind import EventKind, event_kinds
from pledge.history import Actor, Command, Event, History, loan_at, record
from pledge.loan_errors import CommandKeyReusedError, NotPermittedError
from valuation.errors import FieldProblem, InputError

__all__ = [
    "ADDRESS",
    "CHINA",
    "Address",
    "Participant",
    "act",
    "add_members",
    "approve",
    "business_day",
    "decline",
    "open_loan",
    "proposal_document",
]

ADDRESS = "/v1/pledges"
#: Roles inside the bank: they see every loan of the installation.
BANK_ROLES = frozenset({"loan_officer", "approver", "system"})
#: The day of business is that of China, which knows no summer time.
CHINA = datetime.timezone(datetime.timedelta(hours=8))
#: Stands for the second person while a proposal is tried out; no caller can have this name.
_SOMEBODY = "(second person)"


@dataclass(frozen=True)
class Participant:
    """A caller and the roles in which it acts."""

    caller: str
    roles: frozenset[str]

    @property
    def sight(self) -> Sight:
        """Whose loans it sees: the bank all of them, others those that name them."""
        return Sight(self.caller, sees_all=bool(self.roles & BANK_ROLES))

    def acting(self, permitted: frozenset[str], *, stated: str | None, what: str) -> Actor:
        """Who acts, in which role?

        Raises
        ------
        NotPermittedError : none of the caller's roles permits it, or the role stated is not the caller's.
        InputError : several of its roles permit it and none is stated.
        """
        fitting = sorted(self.roles & permitted)
        if stated is not None:
            fitting = [stated] if stated in fitting else []
        if not fitting:
            found = stated if stated is not None else ", ".join(sorted(self.roles)) or "no role"
            expected = f"one of {', '.join(sorted(permitted))}, held by {self.caller}"
            raise NotPermittedError.of("role", found=found, expected=expected, advice=f"{what}.")
        if len(fitting) > 1:
            raise InputError.of("role", found="nothing", expected=f"one of {', '.join(fitting)}, for {what}")
        return Actor(self.caller, fitting[0])


@dataclass(frozen=True)
class Address:
    """Which loan a request is about, who asks, and which state of the loan it was decided on."""

    loan_id: str
    participant: Participant
    if_match: str | None
    proposal_id: str = ""


def business_day(moment: str) -> datetime.date:
    """Which day is it in China at this moment?"""
    return datetime.datetime.fromisoformat(moment).astimezone(CHINA).date()


def open_loan(session: Session, body: OpeningBody, question: Question, participant: Participant) -> Effect:
    """A new loan with its application: both are stored, or neither."""
    kind = event_kinds()["application_submitted"]
    actor = participant.acting(kind.may_record, stated=body.application.role, what=kind.id)
    _not_in_future(body.application.effective_date, question, field="application.effective_date")
    command = _command(kind, body.application, question, actor)
    history = record(History(store.new_loan_id()), command, recorded_at=question.created_at)
    outside = () if participant.sight.sees_all else (participant.caller,)
    new = NewLoan(question.created_at, participant.caller, body.title, (*body.members, *outside))
    store.open_loan(session, new, history)
    return _recorded(history, history.events[-1], location=f"{ADDRESS}/{history.loan_id}")


def act(session: Session, body: ActionBody, question: Question, *, kind: EventKind, address: Address) -> Effect:
    """Record an event, or propose it where a second person must approve.

    Raises
    ------
    NotFoundError, PreconditionMissingError, PreconditionFailedError, NotPermittedError, InputError,
    IllegalStepError, LaterEventIllegalError : nothing is stored.
    """
    row = store.find_loan(session, address.loan_id, sight=address.participant.sight)
    history = store.stored_history(session, row)
    actor = address.participant.acting(kind.may_record, stated=body.role, what=kind.id)
    command = _command(kind, body, question, actor)
    if done := _done_before(session, history, command):
        return done
    _check_head(row, address.if_match)
    _not_in_future(body.effective_date, question, field="effective_date")
    if kind.may_approve:
        return _propose(session, history, command, question, kind)
    grown = record(history, command, recorded_at=question.created_at)
    store.add_event(session, row, grown.events[-1])
    return _recorded(grown, grown.events[-1])


def approve(session: Session, body: Approval, question: Question, *, address: Address) -> Effect:
    """The second person agrees: what was proposed becomes an event of the loan as it is now.

    Raises
    ------
    ProposalDecidedError : it does not wait any more.
    SecondPersonError : the approver proposed it.
    NotFoundError, PreconditionMissingError, PreconditionFailedError, NotPermittedError, IllegalStepError :
        nothing is stored.
    """
    row = store.find_loan(session, address.loan_id, sight=address.participant.sight)
    proposal = store.find_proposal(session, row.id, address.proposal_id)
    _refuse_decided(proposal)
    _check_head(row, address.if_match)
    kind = event_kinds()[proposal.kind]
    approver = address.participant.acting(kind.may_approve, stated=body.role, what=f"approving {kind.id}")
    command = _proposed_command(proposal, approver)
    grown = record(store.stored_history(session, row), command, recorded_at=question.created_at)
    event = grown.events[-1]
    store.add_event(session, row, event)
    store.decide(session, proposal, "approved", by=approver, at=question.created_at, sequence=event.sequence)
    return _recorded(grown, event)


def decline(session: Session, body: Decline, question: Question, *, address: Address) -> Effect:
    """Let a proposal drop: an approver declines it, or who made it withdraws it. The loan does not change."""
    row = store.find_loan(session, address.loan_id, sight=address.participant.sight)
    proposal = store.find_proposal(session, row.id, address.proposal_id)
    _refuse_decided(proposal)
    kind, participant = event_kinds()[proposal.kind], address.participant
    if participant.caller == proposal.made_by:
        state, actor = "withdrawn", Actor(proposal.made_by, proposal.made_in_role)
    else:
        what = f"declining {kind.id}"
        state, actor = "declined", participant.acting(kind.may_approve, stated=body.role, what=what)
    store.decide(session, proposal, state, by=actor, at=question.created_at, reason=body.reason)
    document = proposal_document(proposal)
    return Effect(proposal.id, 200, {"ETag": f'"{row.head_digest}"'}, json_bytes(document))


def add_members(session: Session, body: Members, question: Question, *, address: Address) -> Effect:
    """Let callers from outside the bank see the loan; an officer of the bank says who."""
    del question
    row = store.find_loan(session, address.loan_id, sight=address.participant.sight)
    address.participant.acting(frozenset({"loan_officer"}), stated=None, what="naming who may see the loan")
    store.add_members(session, row.id, body.members)
    document = {"loan": row.id, "members": store.list_members(session, row.id)}
    return Effect(row.id, 200, {"ETag": f'"{row.head_digest}"'}, json_bytes(document))


def proposal_document(row: PledgeProposalRow) -> dict[str, Any]:
    """A proposal for JSON."""
    address = f"{ADDRESS}/{row.loan_id}/proposals/{row.id}"
    decided = None
    if row.decided_by is not None and row.decided_in_role is not None:
        decided = Actor(row.decided_by, row.decided_in_role).as_document()
    return {
        "id": row.id,
        "loan": row.loan_id,
        "kind": row.kind,
        "effective_date": row.effective_date,
        "payload": orjson.loads(row.payload),
        "made_by": Actor(row.made_by, row.made_in_role).as_document(),
        "made_at": row.made_at,
        "state": row.state,
        "approver_roles": sorted(event_kinds()[row.kind].may_approve),
        "decided_by": decided,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "event": row.sequence,
        "links": {"self": address, "approve": f"{address}/approve", "decline": f"{address}/decline"},
    }


def _propose(session: Session, history: History, command: Command, question: Question, kind: EventKind) -> Effect:
    """Keep the command until a second person decides; what could not be recorded even then is refused at once."""
    tried = record(history, replace(command, approved_by=Actor(_SOMEBODY, min(kind.may_approve))), recorded_at="")
    plain = replace(command, payload=tried.events[-1].payload)
    row = store.add_proposal(session, history.loan_id, plain, made_at=question.created_at)
    return _proposed(row, history)


def _proposed(row: PledgeProposalRow, history: History) -> Effect:
    document = proposal_document(row)
    headers = {"Location": document["links"]["self"], "ETag": f'"{history.events[-1].digest}"'}
    return Effect(row.id, 202, headers, json_bytes(document))


def _recorded(history: History, event: Event, *, location: str | None = None) -> Effect:
    address = f"{ADDRESS}/{history.loan_id}"
    where = f"{address}/events/{event.sequence}"
    document = {
        "id": history.loan_id,
        "event": event.as_document(),
        "loan": loan_document(loan_at(history)),
        "links": {"self": address, "event": where},
    }
    headers = {"Location": location or where, "ETag": f'"{history.events[-1].digest}"'}
    return Effect(history.loan_id, 201, headers, json_bytes(document))


def _done_before(session: Session, history: History, command: Command) -> Effect | None:
    """The answer to a command that came before, when its idempotency key was forgotten since."""
    event = next((each for each in history.events if each.key == command.key), None)
    if event is not None:
        record(history, replace(command, approved_by=event.approved_by), recorded_at="")
        return _recorded(history, event)
    row = store.proposal_with_key(session, history.loan_id, command.key)
    if row is None:
        return None
    if (row.kind, row.effective_date) != (command.kind, command.effective_date.isoformat()):
        problem = FieldProblem("header Idempotency-Key", "a key used for another proposal", "a new key")
        raise CommandKeyReusedError.from_problems([problem])
    return _proposed(row, history)


def _command(kind: EventKind, body: ActionBody, question: Question, actor: Actor) -> Command:
    """The command of a request; its key on the loan is the caller's key, so that it has one effect for ever."""
    key = hashlib.sha256(f"{question.caller}\n{question.key}".encode()).hexdigest()
    return Command(
        kind=kind.id,
        key=key,
        effective_date=body.effective_date,
        made_by=actor,
        approved_by=None,
        payload=body.payload.model_dump(mode="json"),
    )


def _proposed_command(row: PledgeProposalRow, approver: Actor) -> Command:
    return Command(
        kind=row.kind,
        key=row.key,
        effective_date=datetime.date.fromisoformat(row.effective_date),
        made_by=Actor(row.made_by, row.made_in_role),
        approved_by=approver,
        payload=orjson.loads(row.payload),
    )


def _check_head(row: PledgeLoanRow, if_match: str | None) -> None:
    """Was the step decided on the loan as it is now? A tag begins with the digest of the last event."""
    expected = f'"{row.head_digest}", the ETag of {ADDRESS}/{row.id}'
    stated = (if_match or "").strip()
    if not stated or stated == "*":
        raise PreconditionMissingError.of("header If-Match", found=stated or "nothing", expected=expected)
    if stated.strip('"').partition("-")[0] != row.head_digest:
        raise PreconditionFailedError.of("header If-Match", found=stated[:200], expected=expected)


def _not_in_future(day: datetime.date, question: Question, *, field: str) -> None:
    today = business_day(question.created_at)
    if day > today:
        raise InputError.of(field, found=day, expected=f"{today} or earlier: what is recorded has happened")


def _refuse_decided(row: PledgeProposalRow) -> None:
    if row.state != "waiting":
        found = f"{row.state} by {row.decided_by}"
        raise ProposalDecidedError.of("proposal", found=found, expected="a proposal that waits")
