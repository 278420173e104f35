"""What is an event of a loan, who may record it, and how does a kind of event join the product?

One file in ``pledge/events`` is one kind of event. It joins by its attribute ``EVENT_KIND``: the name, the fields of
its payload, the roles that may record it, whether a second person must approve, and what it does to a loan.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pledge.events
from pledge.ledger import Posting
from pledge.loan import Loan
from valuation.kernel.discovery import discover
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["ROLES", "Actor", "Event", "EventKind", "Outcome", "event_kinds"]

#: Who acts on a loan.
ROLES: dict[str, Label] = {
    "borrower": Label("借款人", "borrower"),
    "loan_officer": Label("客户经理", "loan officer"),
    "approver": Label("审批人", "approver"),
    "registrar": Label("登记机构经办人", "clerk of the IP office"),
    "valuer": Label("评估人员", "valuer"),
    "pool_manager": Label("资金池管理人", "manager of the pool"),
    "guarantor": Label("担保机构", "guarantor"),
    "insurer": Label("保险公司", "insurer"),
    "system": Label("系统", "system"),
}


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
    raises :class:`~pledge.loan_errors.IllegalStepError` when the loan does not allow it. ``reverses`` is set for
    corrections only: it reads from the payload which event is taken back.
    """

    id: str
    label: Label
    payload: type[FrozenModel]
    roles: frozenset[str]
    apply: Callable[[Loan, Event, Any], Outcome]
    approver_roles: frozenset[str] = frozenset()
    reverses: Callable[[Any], int] | None = None

    @property
    def needs_approval(self) -> bool:
        """Must a second person approve?"""
        return bool(self.approver_roles)

    def as_document(self) -> dict[str, Any]:
        """The kind for JSON: name, who may, and the schema of its payload."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "roles": sorted(self.roles),
            "needs_approval": self.needs_approval,
            "approver_roles": sorted(self.approver_roles),
            "payload": self.payload.model_json_schema(),
        }


def event_kinds() -> dict[str, EventKind]:
    """Which kinds of event exist? One file each in ``pledge/events``.

    Tested by: ``tests/pledge/test_event_kinds.py`` (a file dropped in appears and can be recorded).
    """
    return dict(_found(tuple(pledge.events.__path__)))


@cache
def _found(_: tuple[str, ...]) -> dict[str, EventKind]:
    """The folder is read once for each set of places it consists of; recording asks for it at every command."""
    return discover(pledge.events, attribute="EVENT_KIND", of_type=EventKind)
