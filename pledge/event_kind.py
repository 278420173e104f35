"""What is an event of a loan, who may record it, and how does a kind of event join the product?

One file in ``pledge/events`` is one kind of event. It joins by its attribute ``EVENT_KIND``: the name, the fields of
its payload, the roles that may record it, whether a second person must approve, and what it does to a loan.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import pledge.events
from pledge.ledger import Posting
from pledge.loan import Loan
from pledge.workflow import StateMachine, Step, machines
from valuation.kernel.discovery import discover
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["Actor", "Event", "EventKind", "Outcome", "event_kinds", "state_machines"]


@dataclass(frozen=True)
class Actor:
    """A person (or the system) and the role in which it acts."""

    id: str
    role: str

    def as_document(self) -> dict[str, str]:
        """Person and role, for JSON."""
        return {"id": self.id, "role": self.role}


@dataclass(frozen=True, kw_only=True)
class Event:
    """What was recorded: when it takes effect, when it was recorded, by whom, and what it says.

    ``digest`` covers everything before it in this list and ``previous_digest``, so that a change of any event
    breaks the chain.
    """

    sequence: int
    kind: str
    key: str
    effective_date: datetime.date
    recorded_at: str
    made_by: Actor
    approved_by: Actor | None
    payload: Mapping[str, Any] = field(hash=False)
    previous_digest: str
    digest: str

    def as_document(self) -> dict[str, Any]:
        """The event for JSON and for the store."""
        return {
            "sequence": self.sequence,
            "kind": self.kind,
            "key": self.key,
            "effective_date": self.effective_date.isoformat(),
            "recorded_at": self.recorded_at,
            "made_by": self.made_by.as_document(),
            "approved_by": None if self.approved_by is None else self.approved_by.as_document(),
            "payload": dict(self.payload),
            "previous_digest": self.previous_digest,
            "digest": self.digest,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Event:
        """Read an event back as it was stored; nothing is checked here, see :func:`pledge.history.verify_chain`."""
        approved = document["approved_by"]
        return cls(
            sequence=document["sequence"],
            kind=document["kind"],
            key=document["key"],
            effective_date=datetime.date.fromisoformat(document["effective_date"]),
            recorded_at=document["recorded_at"],
            made_by=Actor(**document["made_by"]),
            approved_by=None if approved is None else Actor(**approved),
            payload=document["payload"],
            previous_digest=document["previous_digest"],
            digest=document["digest"],
        )


#: What a kind of event does: the loan after it, and what it posts.
Outcome = tuple[Loan, tuple[Posting, ...]]


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """A kind of event.

    ``apply`` gets the loan at the day of the event (time already passed), the event and its parsed payload; it
    raises :class:`~pledge.loan_errors.IllegalStepError` when the loan does not allow it. ``steps`` are the steps of
    state machines it may take, as (machine, action); who may record and approve it follows from their tables.
    ``roles`` and ``approver_roles`` say it for a kind that takes no step. ``reverses`` is set for corrections only:
    it reads from the payload which event is taken back.
    """

    id: str
    label: Label
    payload: type[FrozenModel]
    apply: Callable[[Loan, Event, Any], Outcome]
    steps: tuple[tuple[str, str], ...] = ()
    roles: frozenset[str] = frozenset()
    approver_roles: frozenset[str] = frozenset()
    reverses: Callable[[Any], int] | None = None

    @cached_property
    def may_record(self) -> frozenset[str]:
        """The roles that may record it."""
        return self.roles.union(*(step.roles for step in self._rows()))

    @cached_property
    def may_approve(self) -> frozenset[str]:
        """The roles that may approve it as the second person; empty when one person is enough."""
        return self.approver_roles.union(*(step.approver_roles for step in self._rows()))

    def _rows(self) -> list[Step]:
        tables = state_machines()
        return [row for machine, action in self.steps for row in tables[machine].steps if row.action == action]

    def as_document(self) -> dict[str, Any]:
        """The kind for JSON: name, who may, and the schema of its payload."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "roles": sorted(self.may_record),
            "approver_roles": sorted(self.may_approve),
            "steps": [{"machine": machine, "action": action} for machine, action in self.steps],
            "payload": self.payload.model_json_schema(),
        }


def event_kinds() -> dict[str, EventKind]:
    """Which kinds of event exist? One file each in ``pledge/events``.

    Tested by: ``tests/pledge/test_event_kinds.py`` (a file dropped in appears and can be recorded).
    """
    return dict(_found(tuple(pledge.events.__path__)))


@cache
def state_machines() -> dict[str, StateMachine]:
    """The tables of states and steps, read once."""
    return machines()


@cache
def _found(_: tuple[str, ...]) -> dict[str, EventKind]:
    """The folder is read once for each set of places it consists of; recording asks for it at every command."""
    return discover(pledge.events, attribute="EVENT_KIND", of_type=EventKind)
