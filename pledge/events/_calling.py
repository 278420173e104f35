"""What the events of a call for cover have in common."""

from __future__ import annotations

from pledge.event_kind import Event
from pledge.events._payload import PositiveMoney, require, take
from pledge.loan import Call, Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.money import Money

__all__ = ["CallPayload", "call_step", "require_covers_shortfall"]


class CallPayload(FrozenModel):
    """The amount of lending value (after pledge rate) or repayment asked for, yuan."""

    amount: PositiveMoney


def call_step(loan: Loan, event: Event, action: str) -> tuple[str, Call | None]:
    """The next state of the cover machine, and the call as it stands.

    Raises
    ------
    IllegalStepError : no facility, or the machine does not permit it.
    """
    require(
        loan.facility is not None,
        "facility",
        found="none",
        expected="a facility with cover limits",
        advice="Agree on the facility first.",
    )
    return take(event, "cover", action, state=loan.cover_stage), loan.call


def require_covers_shortfall(loan: Loan, amount_fen: int) -> None:
    """A call asks at least for what is short after pledge rate."""
    short = loan.shortfall_fen()
    require(
        amount_fen >= short,
        "payload.amount",
        found=Money(amount_fen).text,
        expected=f"at least {Money(short).text}, what is short after pledge rate",
        advice="A smaller call would leave the loan uncovered.",
    )
