"""以物抵债: the pledgee takes the right against part of the debt, and sells it later."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from pledge.disposal._inputs import Charges, Days, Probability, Share, days_after, fen_of, paid, sold
from pledge.disposal_way import CashFlow, Credit, DisposalCase, DisposalWay, Outcome, judicial_sale_rules
from valuation.errors import InputError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel, Identifier, NonNegativeMoneyText
from valuation.kernel.labels import Label
from valuation.kernel.money import Rounding

__all__ = ["WAY", "Resale", "SettlementInputs"]


class Resale(FrozenModel):
    """One course of the later sale: the price (zero if the right is never sold) and the days after the transfer."""

    name: Identifier
    probability_share: Probability
    price: NonNegativeMoneyText
    after_days: Days


class SettlementInputs(FrozenModel):
    """At which value the right settles the debt, when it is transferred, what that and the waiting cost, the resales.

    ``failed_reserve`` is the reserve of the auction that failed before, None when the parties agreed without one.
    """

    settlement_value: NonNegativeMoneyText
    failed_reserve: NonNegativeMoneyText | None
    transfer_after_days: Days
    transfer_cost: NonNegativeMoneyText
    transfer_tax_share: Share
    holding_cost: NonNegativeMoneyText
    resales: Annotated[tuple[Resale, ...], *NOT_EMPTY, DISTINCT_NAMES, Field(max_length=50)]
    charges: Charges


def _outcomes(case: DisposalCase, stated: SettlementInputs) -> tuple[tuple[Outcome, ...], tuple[DatedValue, ...]]:
    """The debt falls by the settlement value on the day of transfer; money comes only from the resale."""
    used = _check_value(case, stated)
    day, value = days_after(case.starts_on, stated.transfer_after_days), fen_of(stated.settlement_value)
    tax = Rounding().to_fen(value * Fraction(stated.transfer_tax_share))
    credit = Credit(day, value, fen_of(stated.transfer_cost), tax)
    return tuple(_outcome(stated, each, credit) for each in stated.resales), used


def _outcome(stated: SettlementInputs, resale: Resale, credit: Credit) -> Outcome:
    day, price = days_after(credit.day, resale.after_days), fen_of(resale.price)
    transfer = CashFlow(credit.day, 0, credit.cost_fen, credit.tax_fen)
    last = (sold(day, price, stated.charges),) if price else ()
    flows = (transfer, paid(day, fen_of(stated.holding_cost)), *last)
    label = Label(f"抵债后处置情形{resale.name}", f"settlement, then resale {resale.name}")
    return Outcome(label, Fraction(resale.probability_share), flows, credit)


def _check_value(case: DisposalCase, stated: SettlementInputs) -> tuple[DatedValue, ...]:
    """After a failed auction the right is taken at no less than the reserve of that auction."""
    if stated.failed_reserve is None:
        return ()
    rule = judicial_sale_rules().value("debt_settlement_minimum_share", on=case.policy_date)
    least = Fraction(str(rule.value)) * fen_of(stated.failed_reserve)
    if fen_of(stated.settlement_value) < least:
        raise InputError.of(
            "debt_to_patent.settlement_value",
            found=stated.settlement_value,
            expected=f"{stated.failed_reserve} or more, the failed reserve ({rule.source.citation}, {rule.status})",
        )
    return (rule,)


WAY = DisposalWay(
    id="debt_to_patent",
    label=Label("以物抵债", "settlement of debt by the right"),
    question=Label(
        "债权人受让权利抵债并择机转让，债务减少多少、能换回多少、何时？",
        "By how much does taking the right reduce the debt, and what does its later sale bring, when?",
    ),
    inputs=SettlementInputs,
    outcomes=_outcomes,
)
