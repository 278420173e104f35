"""Kinds of event that do nothing but take one step of a machine, with the reason stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._claiming import known_claim
from pledge.events._payload import Compensator, take
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier, Reason
from valuation.kernel.labels import Label

__all__ = ["claim_step", "loan_step", "right_step"]


class Reasoned(FrozenModel):
    """Why, or in what."""

    reason: Reason


class ReasonedRight(FrozenModel):
    """Which right, and why, or in what."""

    asset: Identifier
    reason: Reason


class ReasonedClaim(FrozenModel):
    """On whom the claim is, and why."""

    party: Compensator
    reason: Reason


def loan_step(identifier: str, label: Label, *, machine: str, action: str) -> EventKind:
    """A kind that moves the application or the facility of a loan."""
    field = f"{machine}_state"

    def apply(loan: Loan, event: Event, _: Reasoned) -> Outcome:
        changed: dict[str, Any] = {field: take(event, machine, action, state=getattr(loan, field))}
        return replace(loan, **changed), ()

    return EventKind(id=identifier, label=label, payload=Reasoned, apply=apply, steps=((machine, action),))


def right_step(identifier: str, label: Label, *, action: str) -> EventKind:
    """A kind that moves one pledged right."""

    def apply(loan: Loan, event: Event, payload: ReasonedRight) -> Outcome:
        return moved(loan, event, payload.asset, action, remark=payload.reason), ()

    return EventKind(id=identifier, label=label, payload=ReasonedRight, apply=apply, steps=(("pledged_asset", action),))


def claim_step(identifier: str, label: Label, *, action: str) -> EventKind:
    """A kind that moves the claim on one compensator, no money with it."""

    def apply(loan: Loan, event: Event, payload: ReasonedClaim) -> Outcome:
        claim = known_claim(loan, payload.party)
        return loan.with_claim(replace(claim, state=take(event, "claim", action, state=claim.state))), ()

    return EventKind(id=identifier, label=label, payload=ReasonedClaim, apply=apply, steps=(("claim", action),))
