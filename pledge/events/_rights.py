"""How a pledged right moves from one state to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pledge.events._payload import require
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


def moved(loan: Loan, asset: str, *, before: tuple[str, ...], after: str, **changed: Any) -> Loan:
    """The loan with one right in its next state.

    Raises
    ------
    IllegalStepError : the right is in none of the states ``before``.
    """
    right = known_right(loan, asset)
    require(
        right.state in before,
        f"assets.{asset}",
        found=right.state,
        expected=" or ".join(before),
        advice=f"The step to {after} is not open to it.",
    )
    return loan.with_right(replace(right, state=after, **changed))
