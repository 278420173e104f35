"""优先回报: a yearly return on capital before anybody shares in the profit.

Owed grows with time, from the day the money is paid in until the capital is back:

    compound   O ← (K + O)(1 + r)^(days/basis) − K        simple   O ← O + K · r · days/basis

K is the capital not yet returned (``drawn``), or the commitment until it is returned (``committed``). Compound on
drawn capital is the same as a hurdle rate in the sense of an internal rate of return. In a whole year of
``day_basis`` days the return is exactly r.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from leverage.fund_accounts import FundAccounts, Memory, Share, pro_rata, yearly_factor
from leverage.waterfall import TierKind
from valuation.kernel.fields import DecimalText, FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["TIER", "PreferredReturn"]


class PreferredReturn(FrozenModel):
    """The rate (share of one a year), how it compounds, on what it runs, for whom (all who paid in, when not said)."""

    rate_share: Annotated[DecimalText, Field(ge=0, le=1)]
    compounding: Literal["compound", "simple"]
    base: Literal["drawn", "committed"]
    day_basis: Literal[365, 360]
    partners: Annotated[tuple[Identifier, ...], Field(max_length=100)] = ()


def _grow(terms: PreferredReturn, memory: Memory, accounts: FundAccounts, days: int) -> None:
    factor = yearly_factor(terms.rate_share, days=days, day_basis=terms.day_basis)
    for partner in accounts.partners:
        if terms.partners and partner.id not in terms.partners:
            continue
        account = accounts.accounts[partner.id]
        base = account.unreturned
        if terms.base == "committed" and account.contributed:
            base = partner.committed_fen - account.received["capital"]
        if terms.compounding == "compound":
            memory[partner.id] += (base + memory[partner.id]) * (factor - 1)
        else:
            memory[partner.id] += base * terms.rate_share * days / terms.day_basis


def _take(terms: PreferredReturn, memory: Memory, accounts: FundAccounts, amount: Decimal) -> tuple[Share, ...]:
    del terms, accounts
    given = min(amount, sum(memory.values(), Decimal(0)))
    shares = pro_rata(given, memory, "preferred")
    for share in shares:
        memory[share.partner] = max(Decimal(0), memory[share.partner] - share.amount)
    return shares


TIER = TierKind(
    id="preferred_return",
    label=Label("优先回报（门槛收益）", "preferred return"),
    question=Label(
        "出资人在分享超额收益前先得多少？", "What do partners get on their capital before profit is shared?"
    ),
    terms_model=PreferredReturn,
    take=_take,
    grow=_grow,
    partners_named=lambda terms: terms.partners,
)
