"""What a caller sends to act on a pledge loan, and the layout of what it gets back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, create_model

from pledge.event_kind import EventKind
from valuation.kernel.fields import Day, FrozenModel, Reason

__all__ = [
    "ActionBody",
    "Approval",
    "Decline",
    "Members",
    "OpeningBody",
    "ProposalOut",
    "RecordedOut",
    "action_body",
    "opening_body",
]

Role = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Member = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
MAXIMUM_MEMBERS = 50


class ActionBody(FrozenModel):
    """An action on a loan.

    Attributes
    ----------
    effective_date : the day on which it takes effect, today or earlier.
    role : in which of the caller's roles; may be left out when only one of them permits the action.
    payload : what the action says.
    """

    effective_date: Day
    role: Role | None = None
    payload: Any


class OpeningBody(FrozenModel):
    """A new loan begins with its application.

    Attributes
    ----------
    title : what the loan is called on lists.
    members : callers from outside the bank that may see the loan; who opens it is added.
    application : the action ``application-submitted``.
    """

    title: Title
    members: Annotated[tuple[Member, ...], Field(max_length=MAXIMUM_MEMBERS)] = ()
    application: ActionBody


class Members(FrozenModel):
    """Callers from outside the bank that may see the loan from now on."""

    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=MAXIMUM_MEMBERS)]


class Approval(FrozenModel):
    """The second person agrees; ``role`` as for an action."""

    role: Role | None = None


class Decline(FrozenModel):
    """The second person, or the first one who changed its mind, lets the proposal drop, with the reason."""

    reason: Reason
    role: Role | None = None


class RecordedOut(BaseModel):
    """An event that was recorded, and the loan as it stands with it."""

    id: str
    event: dict[str, Any]
    loan: dict[str, Any]
    links: dict[str, str]


class ProposalOut(BaseModel):
    """A command that waits for a second person, or what became of it."""

    id: str
    loan: str
    kind: str
    effective_date: str
    payload: dict[str, Any]
    made_by: dict[str, str]
    made_at: str
    state: Literal["waiting", "approved", "declined", "withdrawn"]
    approver_roles: list[str]
    decided_by: dict[str, str] | None
    decided_at: str | None
    reason: str | None
    event: int | None
    links: dict[str, str]


def action_body(kind: EventKind) -> type[ActionBody]:
    """The body of one action: an event kind's own payload in the frame all actions share."""
    name = "".join(part.capitalize() for part in kind.id.split("_"))
    return create_model(f"{name}Action", __base__=ActionBody, __doc__=ActionBody.__doc__, payload=(kind.payload, ...))


def opening_body(kind: EventKind) -> type[OpeningBody]:
    """The body that opens a loan, with the payload of its application."""
    return create_model(
        "PledgeLoanOpening", __base__=OpeningBody, __doc__=OpeningBody.__doc__, application=(action_body(kind), ...)
    )
