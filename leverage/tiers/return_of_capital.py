"""返还出资: paid-in capital comes back first, to all alike or group after group (先行亏损: who comes last loses first).

In each group by what has not come back yet. With ``order`` [["private"], ["public"]] the public money bears the first
loss: that is a concession, and its plain form returns to all alike.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.fund_accounts import FundAccounts, Memory, Share, pro_rata
from leverage.waterfall import Tier, TierKind
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["TIER", "ReturnOfCapital"]

_Group = Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)]


class ReturnOfCapital(FrozenModel):
    """In which order capital comes back; nobody stated comes after all stated groups. Empty: all alike."""

    order: Annotated[tuple[_Group, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _once(self) -> ReturnOfCapital:
        named = [name for group in self.order for name in group]
        if len(set(named)) != len(named):
            raise PydanticCustomError("order", "each partner in one group")
        return self


def _take(terms: ReturnOfCapital, memory: Memory, accounts: FundAccounts, amount: Decimal) -> tuple[Share, ...]:
    del memory
    stated = {name for group in terms.order for name in group}
    last = tuple(name for name in accounts.accounts if name not in stated)
    shares: list[Share] = []
    for group in (*terms.order, last):
        due = {name: accounts.accounts[name].unreturned for name in group}
        given = min(amount, sum(due.values(), Decimal(0)))
        shares += pro_rata(given, due, "capital")
        amount -= given
    return tuple(shares)


def _plain(terms: ReturnOfCapital) -> Tier:
    del terms
    return Tier(TIER, ReturnOfCapital())


TIER = TierKind(
    id="return_of_capital",
    label=Label("返还出资", "return of capital"),
    question=Label("实缴出资按什么顺序返还？", "In which order does paid-in capital come back?"),
    terms_model=ReturnOfCapital,
    take=_take,
    plain=_plain,
    partners_named=lambda terms: tuple(name for group in terms.order for name in group),
)
