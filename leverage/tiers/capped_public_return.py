"""公共出资收益封顶: the last tier, in which public money takes its part only up to a capped yearly return.

Public partners' ceiling is their capital compounded at the cap until it is returned, as a preferred return at that
rate would be; what they would get above it goes to the others by their capital, or to the manager, as agreed. A public
partner at its ceiling gets nothing more.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from leverage.fund_accounts import FundAccounts, Memory, Share, pro_rata, yearly_factor
from leverage.tiers import _plain_split
from leverage.waterfall import TierKind
from valuation.kernel.fields import DecimalText, FrozenModel
from valuation.kernel.labels import Label

__all__ = ["TIER", "CappedPublicReturn"]


class CappedPublicReturn(FrozenModel):
    """Carry, the cap on the yearly return of public money, and who gets what lies above it."""

    carry_share: Annotated[DecimalText, Field(ge=0, lt=1)]
    cap_rate_share: Annotated[DecimalText, Field(ge=0, le=1)]
    day_basis: Literal[365, 360]
    above_to: Literal["others", "manager"]


def _grow(terms: CappedPublicReturn, memory: Memory, accounts: FundAccounts, days: int) -> None:
    """``memory`` holds the return a public partner may have had by now, received or not."""
    factor = yearly_factor(terms.cap_rate_share, days=days, day_basis=terms.day_basis)
    for partner in accounts.partners:
        account = accounts.accounts[partner.id]
        outstanding = account.unreturned + memory[partner.id] - account.gained
        if partner.role == "public" and outstanding > 0:
            memory[partner.id] += outstanding * (factor - 1)


def _take(terms: CappedPublicReturn, memory: Memory, accounts: FundAccounts, amount: Decimal) -> tuple[Share, ...]:
    carry = amount * terms.carry_share
    profit = {share.partner: share.amount for share in pro_rata(amount - carry, accounts.capital_weights(), "profit")}
    public = [partner.id for partner in accounts.partners if partner.role == "public"]
    above = Decimal(0)
    for name in set(public) & profit.keys():
        room = max(Decimal(0), memory[name] - accounts.accounts[name].gained)
        above += max(Decimal(0), profit[name] - room)
        profit[name] = min(profit[name], room)
    shares = [Share(name, "profit", part) for name, part in profit.items()]
    return (Share(accounts.manager, "carry", carry), *shares, *_above(terms, accounts, above, public))


def _above(terms: CappedPublicReturn, accounts: FundAccounts, above: Decimal, public: list[str]) -> tuple[Share, ...]:
    weights = {name: weight for name, weight in accounts.capital_weights().items() if name not in public}
    if terms.above_to == "manager" or not any(weights.values()):
        return (Share(accounts.manager, "carry", above),)
    return pro_rata(above, weights, "profit")


TIER = TierKind(
    id="capped_public_return",
    label=Label("公共出资收益封顶", "capped public return"),
    question=Label(
        "公共出资收益封顶后，超出部分归谁？", "Who gets what public money would earn above its capped return?"
    ),
    terms_model=CappedPublicReturn,
    take=_take,
    grow=_grow,
    plain=lambda terms: _plain_split.plain_split(terms.carry_share),
)
