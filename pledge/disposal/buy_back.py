"""回购: a guarantor or a state company buys the right at a price agreed before."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pledge.disposal._inputs import Charges, Days, Probability, days_after, fen_of, paid, sold
from pledge.disposal_way import DisposalCase, DisposalWay, Outcome
from valuation.kernel.fields import FrozenModel, NonNegativeMoneyText
from valuation.kernel.labels import Label

__all__ = ["BUYERS", "WAY", "BuyBackInputs"]

#: Who promised to buy.
BUYERS: dict[str, Label] = {
    "guarantor": Label("担保机构", "guarantor"),
    "state_company": Label("国有公司", "state company"),
}


class BuyBackInputs(FrozenModel):
    """The promise: who buys at which price after how many days, how probable it is that the buyer performs.

    ``fallback_price`` is what the right brings otherwise, ``fallback_after_days`` from the start; zero if nothing.
    """

    buyer: Literal["guarantor", "state_company"]
    price: NonNegativeMoneyText
    pays_after_days: Days
    performance_probability_share: Probability
    fallback_price: NonNegativeMoneyText
    fallback_after_days: Days
    charges: Charges


def _outcomes(case: DisposalCase, stated: BuyBackInputs) -> tuple[tuple[Outcome, ...], tuple[()]]:
    """The buyer performs with the stated probability, else the fallback; nothing sold costs only the fixed cost."""
    buyer, performs = BUYERS[stated.buyer], Fraction(stated.performance_probability_share)
    kept = sold(days_after(case.starts_on, stated.pays_after_days), fen_of(stated.price), stated.charges)
    day, price = days_after(case.starts_on, stated.fallback_after_days), fen_of(stated.fallback_price)
    fallback = sold(day, price, stated.charges) if price else paid(day, fen_of(stated.charges.fixed_cost))
    return (
        Outcome(Label(f"{buyer.zh}按约回购", f"the {buyer.en} buys as agreed"), performs, (kept,)),
        Outcome(Label(f"{buyer.zh}未履约", f"the {buyer.en} does not perform"), 1 - performs, (fallback,)),
    ), ()


WAY = DisposalWay(
    id="buy_back",
    label=Label("约定回购", "buy-back at an agreed price"),
    question=Label(
        "担保机构或国有公司按约定价回购，能换回多少、何时、概率多大？",
        "What does a promise of a guarantor or a state company to buy bring, when, with which probability?",
    ),
    inputs=BuyBackInputs,
    outcomes=_outcomes,
)
