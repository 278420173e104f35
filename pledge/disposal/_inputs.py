"""Fields and small sums that several ways of disposal share."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pledge.disposal_way import CashFlow
from valuation.kernel.fields import DecimalText, FrozenModel, NonNegativeMoneyText, WholeNumber
from valuation.kernel.money import Money, Rounding

__all__ = ["Charges", "Days", "Probability", "Share", "days_after", "fen_of", "paid", "sold"]

_NEAREST = Rounding()


def _share(found: Decimal) -> Decimal:
    if not 0 <= found <= 1:
        raise PydanticCustomError("share", "a share of one from 0 to 1")
    return found


#: A share of one.
Share = Annotated[DecimalText, AfterValidator(_share)]
#: A probability, stated by the user.
Probability = Share
#: A number of days up to some thirty years.
Days = Annotated[WholeNumber, Field(ge=0, le=11_000)]


class Charges(FrozenModel):
    """What a sale costs.

    ``fixed_cost`` is paid for every sale; ``cost_share`` is a share of the price; ``tax_share`` are the stated taxes,
    as a share of the price.
    """

    fixed_cost: NonNegativeMoneyText
    cost_share: Share
    tax_share: Share


def fen_of(amount: Decimal) -> int:
    """An amount in yuan as whole fen."""
    return Money.from_text(amount).fen


def days_after(day: date, days: int) -> date:
    """The day so many days later."""
    return day + timedelta(days=days)


def sold(day: date, price_fen: int, charges: Charges) -> CashFlow:
    """The price received and what the sale costs, each share rounded half up to the fen."""
    cost = fen_of(charges.fixed_cost) + _NEAREST.to_fen(price_fen * Fraction(charges.cost_share))
    return CashFlow(day, price_fen, cost, _NEAREST.to_fen(price_fen * Fraction(charges.tax_share)))


def paid(day: date, cost_fen: int) -> CashFlow:
    """A cost without any receipt."""
    return CashFlow(day, 0, cost_fen)
