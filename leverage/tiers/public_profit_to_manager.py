"""公共收益让渡管理人: the last tier, in which the manager also gets a part of the profit of public money.

Carry is taken from all; of what the public partners would then get, a share goes to the manager as well (a reward for
early-stage or local work, paid out of the public side alone).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leverage.fund_accounts import FundAccounts, Memory, Share, pro_rata
from leverage.tiers import _plain_split
from leverage.waterfall import TierKind
from valuation.kernel.fields import DecimalText, FrozenModel
from valuation.kernel.labels import Label

__all__ = ["TIER", "PublicProfitToManager"]


class PublicProfitToManager(FrozenModel):
    """Carry taken from all, and the part of public profit that is passed to the manager on top."""

    carry_share: Annotated[DecimalText, Field(ge=0, lt=1)]
    passed_share: Annotated[DecimalText, Field(ge=0, le=1)]


def _take(terms: PublicProfitToManager, memory: Memory, accounts: FundAccounts, amount: Decimal) -> tuple[Share, ...]:
    del memory
    carry = amount * terms.carry_share
    public = {partner.id for partner in accounts.partners if partner.role == "public"}
    shares: list[Share] = []
    for share in pro_rata(amount - carry, accounts.capital_weights(), "profit"):
        passed = share.amount * terms.passed_share if share.partner in public else Decimal(0)
        carry += passed
        shares.append(Share(share.partner, "profit", share.amount - passed))
    return (Share(accounts.manager, "carry", carry), *shares)


TIER = TierKind(
    id="public_profit_to_manager",
    label=Label("公共收益让渡管理人", "public profit passed to the manager"),
    question=Label("公共出资的收益中多少奖励给管理人？", "How much of the profit of public money rewards the manager?"),
    terms_model=PublicProfitToManager,
    take=_take,
    plain=lambda terms: _plain_split.plain_split(terms.carry_share),
)
