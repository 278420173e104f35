"""按成本加利息回购: the other partners buy the public part at its cost plus interest, and get what it would have got.

    price = capital not yet returned × (1 + r · days / basis)  (simple)   or   × (1 + r)^(days / basis)  (compound),

days since the first day of the fund's life stated in the terms; what the public part has gained so far is taken off
when agreed. From that day on its distributions go to the buyers, by their capital. Whether buyers want to buy is
theirs to decide: a date says they do, and an option is worth having only if the fund goes well.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.fund_accounts import FundAccounts, yearly_factor
from leverage.waterfall import SettlementKind, Transfer
from valuation.kernel.fields import Day, DecimalText, FrozenModel, Identifier
from valuation.kernel.labels import Label
from valuation.kernel.money import split_fen

__all__ = ["SETTLEMENT", "BuyOut"]


class BuyOut(FrozenModel):
    """Who is bought out by whom, on which day, at which interest since which day."""

    public: Identifier
    buyers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)]
    on: Day
    interest_from: Day
    rate_share: Annotated[DecimalText, Field(ge=0, le=1)]
    compounding: Literal["compound", "simple"]
    day_basis: Literal[365, 360]
    less_what_was_gained: bool

    @model_validator(mode="after")
    def _fits(self) -> BuyOut:
        if self.on < self.interest_from:
            raise PydanticCustomError(
                "on", "a day from {day} on, where interest begins", {"day": str(self.interest_from)}
            )
        if self.public in self.buyers:
            raise PydanticCustomError("buyers", "others than {name}", {"name": self.public})
        return self


def _settle(terms: BuyOut, accounts: FundAccounts, day: datetime.date) -> tuple[Transfer, ...]:
    account = accounts.accounts[terms.public]
    days = (day - terms.interest_from).days
    factor = 1 + terms.rate_share * days / terms.day_basis
    if terms.compounding == "compound":
        factor = yearly_factor(terms.rate_share, days=days, day_basis=terms.day_basis)
    price = account.unreturned * factor - (account.gained if terms.less_what_was_gained else 0)
    fen = int(max(Decimal(0), price).to_integral_value())
    weights = list(_weights(terms, accounts).values())
    parts = split_fen(fen, weights=weights)
    return tuple(
        Transfer(day, SETTLEMENT.id, buyer, terms.public, part)
        for buyer, part in zip(terms.buyers, parts, strict=True)
        if part
    )


def _passes_on(terms: BuyOut, accounts: FundAccounts) -> Mapping[str, Mapping[str, Decimal]]:
    return {terms.public: _weights(terms, accounts)}


def _weights(terms: BuyOut, accounts: FundAccounts) -> dict[str, Decimal]:
    """By what the buyers share: their capital; alike when none of them has any."""
    capital = {name: accounts.accounts[name].contributed for name in terms.buyers}
    return capital if any(capital.values()) else dict.fromkeys(terms.buyers, Decimal(1))


SETTLEMENT = SettlementKind(
    id="buy_out",
    label=Label("按成本加利息回购公共份额", "buy-out of the public part at cost plus interest"),
    question=Label("其他出资人以什么价格买走公共份额？", "At which price do the others buy the public part?"),
    terms_model=BuyOut,
    on_day=lambda terms, last: terms.on,
    settle=_settle,
    passes_on=_passes_on,
    partners_named=lambda terms: (terms.public, *terms.buyers),
)
