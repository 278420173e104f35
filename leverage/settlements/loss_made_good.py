"""亏损补偿: on the last day public money makes good a part of the others' loss, out of what it got back.

    payment = min(share × Σ max(0, paid in − received), cap × public capital, what the public partner received)

A government's risk is limited to its contribution: it never pays more than it received. What is paid is shared among
the losers by their losses.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leverage.fund_accounts import FundAccounts
from leverage.waterfall import SettlementKind, Transfer
from valuation.kernel.fields import DecimalText, FrozenModel, Identifier
from valuation.kernel.labels import Label
from valuation.kernel.money import split_fen

__all__ = ["SETTLEMENT", "LossMadeGood"]


class LossMadeGood(FrozenModel):
    """Which partner makes good which share of the others' loss, up to which part of its capital."""

    public: Identifier
    loss_share: Annotated[DecimalText, Field(gt=0, le=1)]
    cap_of_public_capital_share: Annotated[DecimalText, Field(ge=0, le=1)]


def _settle(terms: LossMadeGood, accounts: FundAccounts, day: datetime.date) -> tuple[Transfer, ...]:
    others = [partner.id for partner in accounts.partners if partner.role == "other"]
    losses = {
        name: max(Decimal(0), accounts.accounts[name].unreturned - accounts.accounts[name].gained) for name in others
    }
    public = accounts.accounts[terms.public]
    most = min(terms.cap_of_public_capital_share * public.contributed, public.received["capital"] + public.gained)
    whole = min(terms.loss_share * sum(losses.values(), Decimal(0)), most)
    fen = int(whole)
    if not fen:
        return ()
    parts = split_fen(fen, weights=list(losses.values()))
    return tuple(
        Transfer(day, SETTLEMENT.id, terms.public, name, part) for name, part in zip(losses, parts, strict=True) if part
    )


SETTLEMENT = SettlementKind(
    id="loss_made_good",
    label=Label("公共出资承担亏损", "loss made good by public money"),
    question=Label(
        "基金亏损时，公共出资补偿其他出资人多少？", "How much of the others' loss does public money make good?"
    ),
    terms_model=LossMadeGood,
    on_day=lambda terms, last: last,
    settle=_settle,
    partners_named=lambda terms: (terms.public,),
)
