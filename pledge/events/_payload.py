"""Fields that the payloads of several kinds of event share, and the one way to refuse a step."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pledge.event_kind import Event, state_machines
from pledge.ledger import Compensator
from pledge.loan import Facility
from pledge.loan_errors import IllegalStepError
from valuation.kernel.fields import DecimalText, NonNegativeMoneyText
from valuation.kernel.money import Money

__all__ = ["Compensator", "PositiveMoney", "RateShare", "Share", "Text", "fen", "floating_rate", "require", "take"]


def _positive(found: Decimal) -> Decimal:
    if found == 0:
        raise PydanticCustomError("money", "an amount above zero")
    return found


def _share(found: Decimal) -> Decimal:
    if not 0 <= found <= 1:
        raise PydanticCustomError("share", "a share of one from 0 to 1")
    return found


def _rate(found: Decimal) -> Decimal:
    if not 0 <= found < 1:
        raise PydanticCustomError("rate", 'a share of one from 0 to below 1, such as "0.0435" for 4.35 %')
    return found


#: An amount in yuan above zero.
PositiveMoney = Annotated[NonNegativeMoneyText, AfterValidator(_positive)]
#: A share of one from 0 to 1.
Share = Annotated[DecimalText, AfterValidator(_share)]
#: A nominal yearly rate, a share of one below 1.
RateShare = Annotated[DecimalText, AfterValidator(_rate)]
#: A short text.
Text = Annotated[str, Field(min_length=1, max_length=500)]


def fen(amount: Decimal) -> int:
    """An amount of a payload in whole fen."""
    return Money.from_text(amount).fen


def floating_rate(facility: Facility, reference_rate_share: Decimal) -> Decimal:
    """The yearly rate of a floating facility at a stated fixing.

    Raises
    ------
    IllegalStepError : the spread makes it negative, or a whole or more.
    """
    rate = facility.rate_with(reference_rate_share)
    require(
        0 <= rate < 1,
        "payload.reference_rate_share",
        found=f"a rate of {rate}",
        expected="a rate from 0 to below 1 with the spread",
        advice="Check the fixing.",
    )
    return rate


def require(holds: bool, field: str, *, found: object, expected: str, advice: str) -> None:
    """Refuse a step that the state of the loan does not allow.

    Raises
    ------
    IllegalStepError : ``holds`` is false.
    """
    if not holds:
        raise IllegalStepError.of(field, found=found, expected=expected, advice=advice)


def take(event: Event, machine: str, action: str, *, state: str) -> str:
    """Which state follows when this event takes a step of a machine?

    Raises
    ------
    IllegalStepError : the machine does not permit it in this state; what it permits is named.
    NotPermittedError, SecondPersonError : the persons of the event may not take this step.
    """
    approved = event.approved_by
    return state_machines()[machine].step(
        state,
        action,
        role=event.made_by.role,
        approver_role=None if approved is None else approved.role,
        person=event.made_by.id,
        approver=None if approved is None else approved.id,
    )
