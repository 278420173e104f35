"""拍卖、变卖: an enforced right is sold; costs of the sale and everybody's claims are paid from the proceeds."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, Text, fen, require
from pledge.events._realising import spread
from pledge.events._rights import moved
from pledge.ledger import post
from pledge.loan import Charge, Loan
from valuation.kernel.fields import FrozenModel, Identifier, NonNegativeMoneyText
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetSold(FrozenModel):
    """Which right, to whom, for how much, and what the sale cost the bank, in yuan.

    What the price exceeds all claims by belongs to the pledgor; it never enters the books of this loan.
    """

    asset: Identifier
    buyer: Text
    price: PositiveMoney
    costs: NonNegativeMoneyText


def _apply(loan: Loan, event: Event, payload: AssetSold) -> Outcome:
    price, costs = fen(payload.price), fen(payload.costs)
    require(
        costs <= price,
        "payload.costs",
        found=payload.costs,
        expected=f"at most the price, {payload.price}",
        advice="Costs above the price are recorded as costs advanced.",
    )
    sold = moved(loan, event, payload.asset, "sell", proceeds_fen=price)
    charged = post(event.effective_date, "cost_advanced", costs, cause=event.sequence)
    if costs:
        charge = Charge(event.effective_date, f"sale of {payload.asset}", costs, costs)
        sold = replace(sold, charges=(*sold.charges, charge))
    spread_loan, postings = spread(sold, price, event)
    return spread_loan, (*charged, *postings)


EVENT_KIND = EventKind(
    id="asset_sold",
    label=Label("质物变卖", "asset sold"),
    payload=AssetSold,
    apply=_apply,
    steps=(("pledged_asset", "sell"),),
)
