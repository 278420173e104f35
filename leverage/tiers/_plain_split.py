"""What stands in the place of a last tier that makes a concession: the same carry, the rest to all alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from leverage.fund_accounts import FundAccounts, Memory, Share, pro_rata
from leverage.waterfall import Tier, TierKind
from valuation.kernel.fields import DecimalText, FrozenModel
from valuation.kernel.labels import Label

__all__ = ["SPLIT", "Split", "plain_split"]


class Split(FrozenModel):
    """Carry: the manager's part beyond that of its own capital."""

    carry_share: Annotated[DecimalText, Field(ge=0, lt=1)]


def _take(terms: Any, memory: Memory, accounts: FundAccounts, amount: Decimal) -> tuple[Share, ...]:
    del memory
    carry = amount * terms.carry_share
    return (Share(accounts.manager, "carry", carry), *pro_rata(amount - carry, accounts.capital_weights(), "profit"))


SPLIT = TierKind(
    id="split",
    label=Label("超额收益分成", "split"),
    question=Label("剩余收益如何分成？", "How is what is left split?"),
    terms_model=Split,
    take=_take,
)


def plain_split(carry_share: Decimal) -> Tier:
    """Give the split that makes no concession."""
    return Tier(SPLIT, Split(carry_share=carry_share))
