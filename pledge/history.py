"""What happened to a loan, in which order was it recorded, and what is its state on any day?

A loan is the fold of append-only events in the order of (effective date, sequence). A backdated event sorts earlier
and the later ones are replayed; if one of them becomes illegal by it, the backdated one is refused. The journal is
append-only in order of recording: what a backdated event or a correction changes is reversed and written anew.
"""

from __future__ import annotations

import datetime
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pledge.accrual import advance, advance_with_postings
from pledge.event_kind import Actor, Event, EventKind, event_kinds
from pledge.ledger import JournalEntry, Posting, changes
from pledge.loan import Loan
from pledge.loan_errors import (
    BrokenChainError,
    CommandKeyReusedError,
    IllegalStepError,
    LaterEventIllegalError,
    NotPermittedError,
    SecondPersonError,
)
from valuation.errors import FieldProblem, InputError, IpfinError
from valuation.kernel.digest import canonical_json
from valuation.kernel.discovery import named
from valuation.kernel.fields import parse

__all__ = [
    "FIRST_DIGEST",
    "Actor",
    "Command",
    "Event",
    "History",
    "changed_from",
    "event_kinds",
    "journal",
    "loan_at",
    "postings",
    "record",
    "verify_chain",
]

#: What stands before the first event of a chain.
FIRST_DIGEST = "0" * 64
#: Everything has a limit: events of one loan, and the letters of a key or of a person's name.
MAXIMUM_EVENTS = 10_000
MAXIMUM_LETTERS = 200


@dataclass(frozen=True, kw_only=True)
class Command:
    """What somebody wants to record; the same key with the same content is recorded once."""

    kind: str
    key: str
    effective_date: datetime.date
    made_by: Actor
    approved_by: Actor | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Step:
    """One event in the fold: the loan after it, what time posted before it and what it posted itself."""

    order: tuple[datetime.date, int]
    event: Event
    loan: Loan
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class History:
    """The events of a loan in order of recording. The fold is computed once and kept with the value."""

    loan_id: str
    events: tuple[Event, ...] = ()

    @cached_property
    def _trail(self) -> tuple[_Step, ...]:
        loan, steps = Loan(loan_id=self.loan_id), []
        for event in sorted(_standing(self.events), key=lambda each: (each.effective_date, each.sequence)):
            steps.append(_step(loan, event))
            loan = steps[-1].loan
        return tuple(steps)


def record(history: History, command: Command, *, recorded_at: str) -> History:
    """The history with one more event; with the same one when this command was recorded before.

    Parameters
    ----------
    recorded_at : when it is recorded, ISO 8601 text; it enters the digest and nothing else.

    Raises
    ------
    UnknownNameError : there is no such kind of event.
    InputError : the payload or a field of the command is malformed.
    CommandKeyReusedError : the key was used for another content.
    NotPermittedError, SecondPersonError : the wrong role, or no second person.
    IllegalStepError : the loan does not allow it on that day.
    LaterEventIllegalError : an event of a later day would not be allowed any more; it is named.

    Nothing changes when it raises.

    Tested by: ``tests/pledge/test_history.py``, ``tests/pledge/test_loan_machine.py``.
    """
    kind = named(event_kinds(), command.kind, field="kind")
    content = _content(kind, command)
    if known := next((event for event in history.events if event.key == command.key), None):
        return _unchanged(history, kind, known, content)
    _check_persons(kind, command)
    event = _sealed(history, content, recorded_at)
    trail = _with_event(history._trail, event, history.loan_id)
    grown = History(history.loan_id, (*history.events, event))
    vars(grown)["_trail"] = trail
    return grown


def loan_at(history: History, *, on: datetime.date | None = None, known_to: int | None = None) -> Loan:
    """What was the loan at the end of the day ``on``, as far as was known with event ``known_to``?

    Parameters
    ----------
    on : by default the effective date of the last event in the fold.
    known_to : the sequence of the last event that counts, by default the last recorded.

    Raises
    ------
    InputError : a ``known_to`` that is no sequence of this history.

    Tested by: ``tests/pledge/test_history.py`` (both dates moved independently, by hand).
    """
    trail = _known(history, known_to)._trail
    index = len(trail) if on is None else bisect_right(trail, (on, len(history.events)), key=lambda step: step.order)
    loan = trail[index - 1].loan if index else Loan(loan_id=history.loan_id)
    return loan if on is None else advance(loan, on)


def postings(history: History, *, known_to: int | None = None) -> tuple[Posting, ...]:
    """What does the fold post, in order of effective date? The journal adds up to the same balances."""
    return tuple(posting for step in _known(history, known_to)._trail for posting in step.postings)


def journal(history: History, *, closed_to: datetime.date | None = None) -> tuple[JournalEntry, ...]:
    """What was written into the books, in order of recording, never edited?

    Recording an event writes what the fold now produces less what was written before: reversals of the postings
    that changed, then the new ones.

    Parameters
    ----------
    closed_to : also write what time alone posts from the last event to this day; by default nothing.

    Tested by: ``tests/pledge/test_history.py`` (backdating by hand), ``tests/pledge/test_loan_machine.py`` (sums).
    """
    entries: list[JournalEntry] = []
    trail: tuple[_Step, ...] = ()
    for event in history.events:
        after = _with_event(trail, event, history.loan_id)
        entries += _written(trail, after, first_number=len(entries) + 1, sequence=event.sequence)
        trail = after
    if closed_to is not None and trail and closed_to > trail[-1].order[0]:
        _, moved = advance_with_postings(trail[-1].loan, closed_to)
        entries += [JournalEntry(len(entries) + 1 + at, None, posting) for at, posting in enumerate(moved)]
    return tuple(entries)


def changed_from(history: History, *, since: int) -> datetime.date | None:
    """From which day on may the loan be another than it was known to be with event ``since``?

    The earliest day on which an event recorded later takes effect; for a correction the day of what it takes back.
    None when nothing was recorded since.
    """
    days = []
    for event in history.events[since:]:
        kind = named(event_kinds(), event.kind, field="kind")
        reversed_one = None if kind.reverses is None else kind.reverses(parse(kind.payload, event.payload))
        days.append(event.effective_date if reversed_one is None else history.events[reversed_one - 1].effective_date)
    return min(days, default=None)


def verify_chain(history: History) -> None:
    """Is every event what was recorded, in the order in which it was recorded?

    Raises
    ------
    BrokenChainError : naming the first event that is not.

    Tested by: ``tests/pledge/test_history.py`` (every field of every event changed, events cut out or swapped).
    """
    previous = FIRST_DIGEST
    for number, event in enumerate(history.events, start=1):
        digest = _digest(history.loan_id, event.as_document())
        for name, found, expected in (
            ("sequence", event.sequence, number),
            ("previous_digest", event.previous_digest, previous),
            ("digest", event.digest, digest),
        ):
            if found != expected:
                where = f"events.{number}.{name}"
                problem = FieldProblem(where, str(found), str(expected))
                raise BrokenChainError(
                    f"{problem}: event {number} of loan {history.loan_id} is not what was recorded", problems=[problem]
                )
        previous = event.digest


def _known(history: History, known_to: int | None) -> History:
    if known_to is None or known_to == len(history.events):
        return history
    if not 0 <= known_to <= len(history.events):
        raise InputError.of("known_to", found=known_to, expected=f"0 to {len(history.events)}")
    return History(history.loan_id, history.events[:known_to])


def _content(kind: EventKind, command: Command) -> dict[str, Any]:
    """The command as it will be stored, its payload read by the kind and written the one way."""
    for name, text in (("key", command.key), ("made_by.id", command.made_by.id)):
        if not text.strip() or len(text) > MAXIMUM_LETTERS:
            raise InputError.of(name, found=repr(text[:40]), expected=f"1 to {MAXIMUM_LETTERS} letters")
    payload = parse(kind.payload, command.payload, field="payload").model_dump(mode="json")
    approved = command.approved_by
    return {
        "kind": kind.id,
        "key": command.key,
        "effective_date": command.effective_date.isoformat(),
        "made_by": command.made_by.as_document(),
        "approved_by": None if approved is None else approved.as_document(),
        "payload": payload,
    }


def _unchanged(history: History, kind: EventKind, known: Event, content: Mapping[str, Any]) -> History:
    stored = known.as_document()
    different = [name for name, value in content.items() if name != "payload" and stored[name] != value]
    # 100.0 and 100.00 are the same amount, so payloads are compared as the kind reads them.
    if not different and parse(kind.payload, stored["payload"]) != parse(kind.payload, content["payload"]):
        different = ["payload"]
    if different:
        found = f"{known.key!r} with another {', '.join(different)}"
        expected = f"the content of event {known.sequence}, or a new key"
        raise CommandKeyReusedError.from_problems([FieldProblem("key", found, expected)])
    return history


def _check_persons(kind: EventKind, command: Command) -> None:
    made, approved = command.made_by, command.approved_by
    if made.role not in kind.may_record:
        raise NotPermittedError.of(
            "made_by.role", found=made.role, expected=_one_of(kind.may_record), advice=f"{kind.id} is recorded by them."
        )
    if not kind.may_approve:
        return
    if approved is None or approved.id == made.id:
        found = "nobody" if approved is None else f"{approved.id}, who recorded it"
        raise SecondPersonError.of(
            "approved_by", found=found, expected="a second person", advice=f"{kind.id} needs two persons."
        )
    if approved.role not in kind.may_approve:
        raise SecondPersonError.of(
            "approved_by.role",
            found=approved.role,
            expected=_one_of(kind.may_approve),
            advice=f"{kind.id} needs two persons.",
        )


def _one_of(roles: Iterable[str]) -> str:
    return f"one of {', '.join(sorted(roles))}"


def _sealed(history: History, content: Mapping[str, Any], recorded_at: str) -> Event:
    if len(history.events) >= MAXIMUM_EVENTS:
        raise InputError.of("events", found=len(history.events), expected=f"fewer than {MAXIMUM_EVENTS} on one loan")
    previous = history.events[-1].digest if history.events else FIRST_DIGEST
    document = {
        **content,
        "sequence": len(history.events) + 1,
        "recorded_at": recorded_at,
        "previous_digest": previous,
    }
    return Event.from_document({**document, "digest": _digest(history.loan_id, document)})


def _digest(loan_id: str, document: Mapping[str, Any]) -> str:
    """The fingerprint of an event: its content, the loan it belongs to and the event before.

    The version of the engine is no part of it: a new version must verify what an old one recorded.
    """
    content = {name: value for name, value in document.items() if name != "digest"}
    return hashlib.sha256(canonical_json({"loan_id": loan_id, **content}).encode()).hexdigest()


def _standing(events: Iterable[Event]) -> list[Event]:
    """The events that count: neither reversed nor themselves reversals."""
    reversed_ones, standing = set(), []
    for event in events:
        kind = named(event_kinds(), event.kind, field="kind")
        if kind.reverses is None:
            standing.append(event)
        else:
            reversed_ones.add(kind.reverses(parse(kind.payload, event.payload)))
    return [event for event in standing if event.sequence not in reversed_ones]


def _with_event(trail: tuple[_Step, ...], event: Event, loan_id: str) -> tuple[_Step, ...]:
    """The fold with one more event; the steps before it in the order of dates are kept as they are."""
    kind = named(event_kinds(), event.kind, field="kind")
    if kind.reverses is not None:
        return _without(trail, kind.reverses(parse(kind.payload, event.payload)), event, loan_id)
    order = (event.effective_date, event.sequence)
    at = bisect_right(trail, order, key=lambda step: step.order)
    start = trail[at - 1].loan if at else Loan(loan_id=loan_id)
    first = _step(start, event)
    return (*trail[:at], first, *_replayed(first.loan, trail[at:], event))


def _without(trail: tuple[_Step, ...], sequence: int, event: Event, loan_id: str) -> tuple[_Step, ...]:
    """The fold as if an event had never happened."""
    at = next((number for number, step in enumerate(trail) if step.event.sequence == sequence), None)
    if at is None:
        raise IllegalStepError.of(
            "payload.sequence",
            found=sequence,
            expected="an event of this loan that is not reversed and is no reversal",
            advice="To restore what was reversed, record it again.",
        )
    start = trail[at - 1].loan if at else Loan(loan_id=loan_id)
    return (*trail[:at], *_replayed(start, trail[at + 1 :], event))


def _replayed(loan: Loan, later: Iterable[_Step], because: Event) -> list[_Step]:
    steps = []
    for step in later:
        try:
            again = _step(loan, step.event)
        except IpfinError as error:
            broken = step.event
            raise LaterEventIllegalError(
                f"{because.kind} on {because.effective_date}: event {broken.sequence} ({broken.kind} on"
                f" {broken.effective_date}) would become illegal: {error.message}",
                problems=[
                    FieldProblem(
                        "effective_date",
                        f"{because.kind} on {because.effective_date}",
                        f"one that leaves event {broken.sequence} ({broken.kind} on {broken.effective_date}) legal",
                    )
                ],
            ) from error
        steps.append(again)
        loan = again.loan
    return steps


def _step(loan: Loan, event: Event) -> _Step:
    kind = named(event_kinds(), event.kind, field="kind")
    payload = parse(kind.payload, event.payload, field="payload")
    today, passed = advance_with_postings(loan, event.effective_date)
    after, moved = kind.apply(today, event, payload)
    return _Step((event.effective_date, event.sequence), event, after, (*passed, *moved))


def _written(
    before: tuple[_Step, ...], after: tuple[_Step, ...], *, first_number: int, sequence: int
) -> list[JournalEntry]:
    """The entries that bring the journal from one fold to the next."""
    same = 0
    while same < min(len(before), len(after)) and before[same] is after[same]:
        same += 1
    gone, new = changes(_postings(before[same:]), _postings(after[same:]))
    marked = [*((posting, True) for posting in gone), *((posting, False) for posting in new)]
    return [
        JournalEntry(number, sequence, posting, is_reversal)
        for number, (posting, is_reversal) in enumerate(marked, start=first_number)
    ]


def _postings(steps: Iterable[_Step]) -> list[Posting]:
    return [posting for step in steps for posting in step.postings]
