"""How a pledged right moves from one state to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pledge.event_kind import Event
from pledge.events._payload import require, take
from pledge.loan import Loan, Right

__all__ = ["known_right", "moved"]


def known_right(loan: Loan, asset: str) -> Right:
    """The right of that id.

    Raises
    ------
    IllegalStepError : the loan has no such right.
    """
    require(
        asset in loan.rights,
        "payload.asset",
        found=repr(asset),
        expected=f"one of {', '.join(sorted(loan.rights)) or 'no rights yet'}",
        advice="Propose the asset first.",
    )
    return loan.rights[asset]


def moved(loan: Loan, event: Event, asset: str, action: str, **changed: Any) -> Loan:
    """The loan with one right in the state its machine says, and with what else changed about it.

    Raises
    ------
    IllegalStepError : the machine does not permit the action in the state of the right.
    """
    right = known_right(loan, asset)
    state = take(event, "pledged_asset", action, state=right.state)
    return loan.with_right(replace(right, state=state, **changed))
