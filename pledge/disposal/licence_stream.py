"""许可收益抵偿: the right is licensed out and the fees repay the debt."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from pledge.disposal._inputs import Charges, Days, Probability, days_after, fen_of, paid, sold
from pledge.disposal_way import CashFlow, DisposalCase, DisposalWay, Outcome
from pledge.instalments import months_after
from valuation.kernel.fields import (
    DISTINCT_NAMES,
    NOT_EMPTY,
    FrozenModel,
    Identifier,
    NonNegativeMoneyText,
    WholeNumber,
)
from valuation.kernel.labels import Label

__all__ = ["WAY", "LicenceInputs", "LicenceScenario"]


class LicenceScenario(FrozenModel):
    """One course of the licence: equal payments every so many months; no payment at all is a scenario too."""

    name: Identifier
    probability_share: Probability
    payment: NonNegativeMoneyText
    first_after_days: Days
    period_months: Annotated[WholeNumber, Field(ge=1, le=120)]
    payment_count: Annotated[WholeNumber, Field(ge=0, le=600)]


class LicenceInputs(FrozenModel):
    """The scenarios, the cost of finding a licensee, and what each payment costs and is taxed."""

    scenarios: Annotated[tuple[LicenceScenario, ...], *NOT_EMPTY, DISTINCT_NAMES, Field(max_length=50)]
    set_up_cost: NonNegativeMoneyText
    charges_of_each_payment: Charges


def _outcomes(case: DisposalCase, stated: LicenceInputs) -> tuple[tuple[Outcome, ...], tuple[()]]:
    """Each scenario pays its fee on each of its days."""
    return tuple(_outcome(case, stated, each) for each in stated.scenarios), ()


def _outcome(case: DisposalCase, stated: LicenceInputs, scenario: LicenceScenario) -> Outcome:
    days = _days(case, scenario)
    fees: list[CashFlow] = [sold(day, fen_of(scenario.payment), stated.charges_of_each_payment) for day in days]
    flows = (paid(case.starts_on, fen_of(stated.set_up_cost)), *fees)
    label = Label(f"许可情形{scenario.name}", f"licence scenario {scenario.name}")
    return Outcome(label, Fraction(scenario.probability_share), flows)


def _days(case: DisposalCase, scenario: LicenceScenario) -> list[date]:
    first = days_after(case.starts_on, scenario.first_after_days)
    return [months_after(first, scenario.period_months * number) for number in range(scenario.payment_count)]


WAY = DisposalWay(
    id="licence_stream",
    label=Label("许可收益抵偿", "licence fees"),
    question=Label(
        "以许可费逐期偿债，能换回多少、何时、概率多大？",
        "What do licence fees repay, when, with which probability?",
    ),
    inputs=LicenceInputs,
    outcomes=_outcomes,
)
