"""追赶: the manager catches up until carry is its agreed part of all profit paid so far.

The manager takes c of the tier, the others 1 − c by their capital, until carry = k · profit:

    c·Z = k(Π + Z) − G    →    Z = (k·Π − G) / (c − k),      k < c ≤ 1

Π profit paid so far (preferred return and all), G carry paid so far. A partial catch-up completes as a full one does,
only later: with k 20 %, c 50 % and a preferred return of 60,000, Z is 40,000 and the manager gets 20,000 of 100,000.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.fund_accounts import FundAccounts, Memory, Share, pro_rata
from leverage.waterfall import TierKind
from valuation.kernel.fields import DecimalText, FrozenModel
from valuation.kernel.labels import Label

__all__ = ["TIER", "CatchUp"]


class CatchUp(FrozenModel):
    """The manager's part of this tier, and the carry it catches up to."""

    manager_share: Annotated[DecimalText, Field(gt=0, le=1)]
    carry_share: Annotated[DecimalText, Field(ge=0, lt=1)]

    @model_validator(mode="after")
    def _catches_up(self) -> CatchUp:
        if self.manager_share <= self.carry_share:
            raise PydanticCustomError(
                "catch_up",
                "a manager_share above the carry_share of {k}, else it never catches up",
                {"k": self.carry_share},
            )
        return self


def _take(terms: CatchUp, memory: Memory, accounts: FundAccounts, amount: Decimal) -> tuple[Share, ...]:
    del memory
    missing = terms.carry_share * accounts.profit_paid - accounts.carry_paid
    given = min(amount, max(Decimal(0), missing / (terms.manager_share - terms.carry_share)))
    if given == 0:
        return ()
    carry = given * terms.manager_share
    return (Share(accounts.manager, "carry", carry), *pro_rata(given - carry, accounts.capital_weights(), "profit"))


TIER = TierKind(
    id="catch_up",
    label=Label("管理人追赶", "catch-up"),
    question=Label(
        "管理人先得多少，才使收益分成达到约定比例？", "What does the manager get first, so that carry reaches its part?"
    ),
    terms_model=CatchUp,
    take=_take,
)
