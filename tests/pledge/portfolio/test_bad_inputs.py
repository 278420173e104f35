"""Is every bad input refused, naming what was found where and what was expected?

Checked against: a table of requests that must not be answered, each with the field its error names; none of them may
compute anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.contributions import shortfall_contributions
from pledge.portfolio.copula import conditional_pd, default_probabilities, loss_unit_probabilities
from pledge.portfolio.credit_risk_plus import CreditRiskPlus
from pledge.portfolio.importance import find_shift
from pledge.portfolio.joint import cover_distribution
from pledge.portfolio.loan_book import LoanBook, wrong_way_correlations
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan, Stress
from pledge.portfolio.tail_edge import TailEdge
from pledge.portfolio.tranches import Tranche, break_even_spread
from pledge.portfolio.value_table import SCORES, ValueTable
from pledge.portfolio.vasicek import LimitingLoss
from tests.pledge.portfolio.samples import HALF, even_book, mixed_book, pool, sectors
from valuation.errors import InputError

NAN = math.nan
ROW: dict[str, Any] = {
    "loan_id": "L-1",
    "sector": "software",
    "principal_cny": 1e6,
    "pd_share_per_year": 0.02,
    "factor_correlation": 0.3,
}


def rows(*changes: dict[str, Any]) -> LoanBook:
    """A good row and, after it, one for each change."""
    changed = [ROW | {"loan_id": f"L-{place + 2}"} | change for place, change in enumerate(changes)]
    return LoanBook.from_rows([ROW, *changed], sectors=sectors())


def without(name: str) -> LoanBook:
    return LoanBook.from_rows([ROW, {key: each for key, each in ROW.items() if key != name}], sectors=sectors())


def plan(**changes: Any) -> SimulationPlan:
    return SimulationPlan(**({"seed": 1, "scenarios": 100} | changes))


def run(book: LoanBook | None = None, **named: Any) -> BookLosses:
    return simulate_book(book or mixed_book(), pool(), named.pop("plan", plan()), **named)


def rule(**changes: Any) -> SharingRule:
    return pool(**changes)


def correlation(*numbers: float) -> SectorFactors:
    return SectorFactors(("a", "b", "c"), np.array(numbers).reshape(3, 3))


def credit_risk_plus(units: Any = (1, 2), rates: Any = (0.1, 0.1), sector: Any = (0, -1), s: Any = (0.5,)) -> object:
    return CreditRiskPlus(np.array(units), np.array(rates), np.array(sector), s)


Ask = Callable[[], object]
BAD: dict[str, tuple[str, Ask]] = {
    # The book, by row and column.
    "PD is NaN": (r"rows\[1\]\.pd_share_per_year: found nan", lambda: rows({"pd_share_per_year": NAN})),
    "PD of 2 typed for 2 %": (r"rows\[1\]\.pd_share_per_year", lambda: rows({"pd_share_per_year": 2.0})),
    "negative PD": (r"rows\[2\]\.pd_share_per_year", lambda: rows({}, {"pd_share_per_year": -0.01})),
    "PD as text": (r"rows\[1\]\.pd_share_per_year: found '0.02'", lambda: rows({"pd_share_per_year": "0.02"})),
    "no PD": (r"rows\[1\]\.pd_share_per_year: found None", lambda: without("pd_share_per_year")),
    "no principal": (r"rows\[1\]\.principal_cny", lambda: without("principal_cny")),
    "principal of zero": (r"rows\[1\]\.principal_cny", lambda: rows({"principal_cny": 0})),
    "infinite principal": (r"rows\[1\]\.principal_cny: found inf", lambda: rows({"principal_cny": math.inf})),
    "principal is True": (r"rows\[1\]\.principal_cny: found True", lambda: rows({"principal_cny": True})),
    "negative interest": (r"rows\[1\]\.interest_cny", lambda: rows({"interest_cny": -1.0})),
    "correlation of 1": (r"rows\[1\]\.factor_correlation", lambda: rows({"factor_correlation": 1.0})),
    "sale cost above 1": (r"rows\[1\]\.sale_cost_share", lambda: rows({"sale_cost_share": 30.0})),
    "damage below 0": (r"owner_failure_damage_share", lambda: rows({"owner_failure_damage_share": -0.1})),
    "half a grade": (r"rows\[1\]\.grade: .* a whole number", lambda: rows({"grade": 1.5})),
    "a table nobody gave": (r"rows\[1\]\.value_table", lambda: rows({"value_table": 0})),
    "table and volatility": (
        r"rows\[0\]\.value_table: .* beside a table",
        lambda: mixed_book(5, value_table=0, collateral_volatility=0.2, collateral_value_cny=0.0),
    ),
    "maturity of zero": (r"rows\[1\]\.maturity_years", lambda: rows({"maturity_years": 0})),
    "both correlations too strong": (
        r"rows\[1\]\.collateral_owner_correlation",
        lambda: rows({"collateral_factor_correlation": 0.8, "collateral_owner_correlation": 0.7}),
    ),
    "unknown sector": (r"rows\[1\]\.sector: found 'mining'", lambda: rows({"sector": "mining"})),
    "sector missing": (r"rows\[1\]\.sector: found None", lambda: without("sector")),
    "the same loan twice": (r"rows\[1\]\.loan_id: .*another than that of rows\[0\]", lambda: rows({"loan_id": "L-1"})),
    "a loan without a name": (r"rows\[1\]\.loan_id", lambda: rows({"loan_id": ""})),
    "unknown column": (r"rows\[1\]\.pd_percent", lambda: rows({"pd_percent": 2.0})),
    "two faults at once": (
        r"rows\[1\]\.sale_cost_share.*rows\[2\]\.sale_cost_share",
        lambda: rows({"sale_cost_share": 2}, {"sale_cost_share": 3}),
    ),
    "empty book": ("0 loans", lambda: LoanBook.from_rows([], sectors=sectors())),
    "column of another length": (
        "shape \\(3,\\)",
        lambda: even_book(4, pd=0.1, correlation=0.1, sale_cost_share=[0.1] * 3),
    ),
    "column of text": ("numbers", lambda: even_book(2, pd=0.1, correlation=0.1, sale_cost_share=["a", "b"])),
    "column nobody knows": ("unknown", lambda: even_book(2, pd=0.1, correlation=0.1, colour=1.0)),
    "wrong-way correlation of 2": ("correlation", lambda: wrong_way_correlations(2.0, factor_correlation=0.1)),
    # Sectors.
    "not positive definite": ("positive definite", lambda: correlation(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1)),
    "not symmetric": (r"symmetric", lambda: correlation(1, 0.1, 0, 0.2, 1, 0, 0, 0, 1)),
    "covariance, not correlation": ("diagonal", lambda: correlation(4, 0, 0, 0, 1, 0, 0, 0, 1)),
    "NaN correlation": (r"correlation\[1\]\[0\]", lambda: correlation(1, 0, 0, NAN, 1, 0, 0, 0, 1)),
    "matrix too small": ("shape", lambda: SectorFactors(("a", "b"), np.eye(1))),
    "sector twice": ("different names", lambda: SectorFactors(("a", "a"), np.eye(2))),
    "no sector": (r"sectors\.names", lambda: SectorFactors((), np.eye(0))),
    "global loading of 1": ("global_loading", lambda: SectorFactors.with_global(("a",), global_loading=1.0)),
    # Values.
    "draws that are NaN": ("1 of them not finite", lambda: ValueTable.of_draws("a", [NAN] + [1.0] * 200)),
    "too few draws": ("3 draws", lambda: ValueTable.of_draws("a", [1.0, 2.0, 3.0])),
    "falling quantiles": ("at least", lambda: ValueTable("a", -SCORES + 10)),
    "negative quantiles": ("0 or more", lambda: ValueTable("a", SCORES)),
    "table of another size": ("values", lambda: ValueTable("a", np.ones(7))),
    # The rule.
    "shares below 1": ("a sum of 0.9", lambda: rule(shares={"pool": Decimal("0.5"), "bank": Decimal("0.4")})),
    "shares above 1": ("exactly 1", lambda: rule(shares={"pool": Fraction(2, 3), "bank": Fraction(2, 3)})),
    "float shares": (r"shares\.pool", lambda: rule(shares={"pool": 0.5, "bank": 0.5})),
    "negative share": (r"shares\.pool", lambda: rule(shares={"pool": Decimal("-0.5"), "bank": Decimal("1.5")})),
    "NaN share": (r"shares\.pool", lambda: rule(shares={"pool": Decimal("NaN"), "bank": Decimal(1)})),
    "no bank": ("also bank", lambda: rule(shares={"pool": Decimal(1)})),
    "unknown party": ("shares", lambda: rule(shares=HALF | {"mayor": Decimal(0)})),
    "cap below zero": ("cap_per_loan_cny", lambda: rule(cap_per_loan_cny=-1.0)),
    "balance is NaN": ("pool_balance_cny", lambda: rule(balance=NAN)),
    "balance in fen of a province": ("pool_balance_cny", lambda: rule(balance=1e17)),
    "negative top-up": ("top_up_cny_per_period", lambda: rule(top_up_cny_per_period=-1.0)),
    "payment at leisure": ("payment", lambda: rule(payment="at leisure")),
    # The plan.
    "10^9 scenarios": ("scenarios: found 1000000000, expected .* to 16777216", lambda: plan(scenarios=10**9)),
    "one scenario": ("scenarios", lambda: plan(scenarios=1)),
    "half a scenario": ("scenarios", lambda: plan(scenarios=1000.5)),
    "no seed": ("seed", lambda: plan(seed=None)),
    "negative seed": ("seed", lambda: plan(seed=-1)),
    "block of zero": ("block", lambda: plan(block=0)),
    "41 periods": ("periods: .* to 40", lambda: plan(periods=41)),
    "period of no length": ("period_years", lambda: plan(period_years=0.0)),
    "shift is NaN": (r"shift\.mean", lambda: FactorShift((NAN,))),
    "twist towards nothing": (r"shift\.aimed_loss_cny", lambda: FactorShift((1.0,), aimed_loss_cny=0.0)),
    "twist towards NaN": (r"shift\.aimed_loss_cny", lambda: FactorShift((1.0,), aimed_loss_cny=NAN)),
    "no plain scenario and a share of 1": ("plain_share", lambda: FactorShift((1.0,), plain_share=1.0)),
    "spread that is no triangle": (
        r"shift\.spread",
        lambda: FactorShift((0.0, 0.0), spread=((1.0, 0.5), (0.0, 1.0))),
    ),
    "spread of nothing": (r"shift\.spread", lambda: FactorShift((0.0,), spread=((0.0,),))),
    "spread of another size": (r"shift\.spread", lambda: FactorShift((0.0, 1.0), spread=((1.0,),))),
    "edge along no direction": (r"shift\.edge\.direction", lambda: TailEdge((0.0, 0.0), (1.0, 1.0), ((0.0,),))),
    "edge along NaN": (r"shift\.edge\.direction", lambda: TailEdge((NAN,), (1.0, 1.0))),
    "edge that never falls": (r"shift\.edge\.falls", lambda: TailEdge((1.0,), (1.0, math.inf))),
    "edge that falls on one side only": (r"shift\.edge\.falls", lambda: TailEdge((1.0,), (1.0,))),
    "bend of another size": (r"shift\.edge\.bend", lambda: TailEdge((0.6, 0.8), (1.0, 1.0), ((0.0, 0.0),))),
    "bend is NaN": (r"shift\.edge\.bend", lambda: TailEdge((0.6, 0.8), (1.0, 1.0), ((NAN,),))),
    "edge of another dimension": (
        r"shift\.edge\.direction",
        lambda: FactorShift((0.0, 1.0), edge=TailEdge((1.0,), (1.0, 1.0))),
    ),
    "shift of another dimension": ("shift.mean", lambda: run(plan=plan(shift=FactorShift((1.0,))))),
    "too many loans × scenarios": ("10{12}", lambda: run(_huge(), plan=plan(scenarios=2**24))),
    "no worker": ("workers", lambda: run(workers=0)),
    "stress of an unknown sector": ("mining", lambda: run(stress=Stress(name="x", factor_shift={"mining": -1.0}))),
    "stress without a name": (r"stress\.name", lambda: Stress(name="")),
    "stress of NaN": (r"stress\.pd_factor", lambda: Stress(name="x", pd_factor=NAN)),
    "shift of −20": (r"stress\.factor_shift", lambda: Stress(name="x", factor_shift={"software": -20})),
    # What is asked of the answer.
    "party that bears nothing": ("party", lambda: run(engine="numpy").mean("mayor")),
    "falling tranches": ("bounds_cny", lambda: run(engine="numpy").tranche_losses([2.0, 1.0])),
    "losses of another run": (
        "losses",
        lambda: shortfall_contributions(mixed_book(), pool(), plan(), run(plan=plan(seed=2)), confidence=0.5),
    ),
    "losses of another size": (
        "200 scenarios",
        lambda: shortfall_contributions(mixed_book(), pool(), plan(), run(plan=plan(scenarios=200)), confidence=0.5),
    ),
    "shift for certainty": ("confidence", lambda: find_shift(mixed_book(), pool(), plan(), confidence=1.0)),
    "pilot of ten": (
        "pilot_scenarios",
        lambda: find_shift(mixed_book(), pool(), plan(), confidence=0.99, pilot_scenarios=10),
    ),
    "cover of the fifth of four periods": ("period", lambda: cover_distribution(mixed_book(), plan(), period=5)),
    "cover under a shift": (
        "plan.shift",
        lambda: cover_distribution(mixed_book(), plan(shift=FactorShift((0.0, 0.0, 1.0))), period=1),
    ),
    # Closed forms.
    "Vasicek with correlation 1": ("asset_correlation", lambda: LimitingLoss(0.01, 1.0)),
    "Vasicek with NaN": ("pd_share", lambda: LimitingLoss(NAN, 0.1)),
    "quantile at 1": ("confidence", lambda: LimitingLoss(0.01, 0.1).quantile(1.0)),
    "loss above all": ("loss_share", lambda: LimitingLoss(0.01, 0.1).probability_below(1.1)),
    "no loan": ("loans", lambda: default_probabilities(0, pd_share=0.1, asset_correlation=0.1)),
    "copula PD of NaN": ("pd_share", lambda: conditional_pd(np.array(NAN), np.array(0.1), np.zeros(1))),
    "copula correlation of 1": ("asset_corr", lambda: conditional_pd(np.array(0.1), np.array(1.0), np.zeros(1))),
    "half a unit": ("units", lambda: loss_unit_probabilities([1.5], pd_share=0.1, asset_correlation=0.1)),  # type: ignore[list-item]
    "too many units": (
        "at most 200000",
        lambda: loss_unit_probabilities([10**6], pd_share=0.1, asset_correlation=0.1),
    ),
    "tranche upside down": ("tranche", lambda: Tranche(0.06, 0.03)),
    "tranche of half a law": ("add up", lambda: Tranche(0, 1).expected_loss_share(np.array([0.5]), unit_share=1.0)),
    "expected losses that fall": (
        "do not fall",
        lambda: break_even_spread([0.2, 0.1], period_years=0.25, rate_per_year=0.05),
    ),
    "losses of NaN": ("do not fall", lambda: break_even_spread([NAN], period_years=0.25, rate_per_year=0.05)),
    "CreditRisk+ unit of 0": ("units", lambda: credit_risk_plus(units=(0, 1))),
    "CreditRisk+ rate of NaN": (r"expected_defaults\[1\]", lambda: credit_risk_plus(rates=(0.1, NAN))),
    "CreditRisk+ unknown sector": ("sector", lambda: credit_risk_plus(sector=(0, 1))),
    "CreditRisk+ no volatility": (r"sector_volatility\[0\]", lambda: credit_risk_plus(s=(0.0,))),
    "CreditRisk+ columns": ("one length", lambda: credit_risk_plus(units=(1,))),
    "CreditRisk+ too long": ("20000", lambda: CreditRiskPlus(
        np.array([1]), np.array([0.1]), np.array([-1]), ()
    ).probabilities(30_000)),
}  # fmt: skip


def _huge() -> LoanBook:
    return even_book(10**5, pd=0.01, correlation=0.1)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_is_refused_by_name(name: str) -> None:
    expected, ask = BAD[name]
    with pytest.raises(InputError, match=expected) as refused:
        ask()
    assert refused.value.problems, "the problem names field, found and expected"


def test_the_good_neighbours_of_the_bad_inputs_are_answered() -> None:
    assert rows({}).size == 2
    assert run(engine="numpy").mean().value > 0
    assert credit_risk_plus() is not None
    assert correlation(1, 0.1, 0, 0.1, 1, 0, 0, 0, 1).names == ("a", "b", "c")


def test_of_many_faults_the_first_are_told_and_that_there_are_more() -> None:
    with pytest.raises(InputError) as caught:
        rows(*({"principal_cny": None} for _ in range(30)))
    told = caught.value.problems
    assert len(told) == 21
    assert told[-1].field == "rows"
    assert "30 faults or more" in told[-1].found
