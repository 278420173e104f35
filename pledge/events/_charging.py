"""What a fee and a cost have in common: an amount that the borrower owes from the day on which it is charged."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

from pledge.event_kind import Event, Outcome
from pledge.events._payload import PositiveMoney, Text, fen, require
from pledge.ledger import post
from pledge.loan import Charge, Loan
from valuation.kernel.fields import FrozenModel

__all__ = ["ChargePayload", "charges"]

MAXIMUM_CHARGES = 1000


class ChargePayload(FrozenModel):
    """The amount in yuan and what it is for."""

    amount: PositiveMoney
    what: Text


def charges(meaning: str) -> Callable[[Loan, Event, ChargePayload], Outcome]:
    """What recording a charge does: the borrower owes it, and the books say so by ``meaning``."""

    def apply(loan: Loan, event: Event, payload: ChargePayload) -> Outcome:
        charge = _charged(loan, event.effective_date, payload)
        moved = post(event.effective_date, meaning, charge.amount_fen, cause=event.sequence)
        return replace(loan, charges=(*loan.charges, charge)), moved

    return apply


def _charged(loan: Loan, day: datetime.date, payload: ChargePayload) -> Charge:
    """The charge, open in full.

    Raises
    ------
    IllegalStepError : no facility is in force, or there are too many charges.
    """
    require(
        loan.facility_state in ("agreed", "drawn", "called"),
        "facility",
        found=loan.facility_state,
        expected="agreed, drawn or called",
        advice="A charge rests on a contract in force.",
    )
    require(
        len(loan.charges) < MAXIMUM_CHARGES,
        "charges",
        found=len(loan.charges),
        expected=f"fewer than {MAXIMUM_CHARGES}",
        advice="Charge larger sums less often.",
    )
    return Charge(day, payload.what, fen(payload.amount), fen(payload.amount))
