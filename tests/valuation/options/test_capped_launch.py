"""capped_launch: is the right worth what barrier formulas, another lattice and the decision problem say?

Checked against: QuantLib's formula of a barrier with a rebate where nothing is paid out (closed form), an implicit
scheme with competitor and threat (second method), the binomial lattice without a cap and competitor (second method),
the decision problem with branches by quadrature (a bound from below that closes), two Black–Scholes calls from SciPy
(closed form), limits and bounds.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.core.rights import black_scholes
from tests.valuation.options.implicit_scheme import implicit_value
from tests.valuation.options.samples.capped_launch import sample
from valuation.kernel.conclusion import Conclusion
from valuation.options._answer import differences, differences_at_once
from valuation.options._capped_lattice import Capped, capped_value
from valuation.options._core.line import solve_line
from valuation.options._lattice import Right, right_value
from valuation.options.capped_launch import lattice_values, launch_problem

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NOBODY = {"kind": "none", "reason": "left out in this test"}
TODAY = ql.Date(1, 1, 2021)
STATED = {
    "value": 100.0,
    "cost": 110.0,
    "cap": 160.0,
    "life_years": 8.0,
    "rate": 0.04,
    "payout_yield": 0.05,
    "volatility": 0.35,
    "arrival": 0.0,
    "taken_share": 0.3,
    "threat": 0.0,
    "left_share": 0.0,
}


def american(**changes: float) -> float:
    return float(capped_value(Capped(**{name: np.array([each]) for name, each in (STATED | changes).items()}))[0])


def competitor(rate: float, share: float = 0.4) -> dict[str, Any]:
    return {"kind": "poisson", "rate_per_year": figure(rate), "taken_share": figure(share)}


def concluded(**changes: Any) -> Conclusion:
    stated = {key: item for key, item in (sample() | changes).items() if item is not None}
    return answered({"capped_launch": stated}, subject=NO_END).conclusions[0]


def barrier(value: float, volatility: float) -> float:
    """Launched at the cap at once, else at the end: best where waiting costs nothing."""
    before = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = TODAY
    try:
        count = ql.Actual365Fixed()
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(value)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, 0.0, count)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, 0.04, count)),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, count)),
        )
        payoff = ql.PlainVanillaPayoff(ql.Option.Call, 110.0)
        contract = ql.BarrierOption(ql.Barrier.UpOut, 160.0, 50.0, payoff, ql.EuropeanExercise(TODAY + 365 * 8))
        contract.setPricingEngine(ql.AnalyticBarrierEngine(process))
        return float(contract.NPV())
    finally:
        ql.Settings.instance().evaluationDate = before


@pytest.mark.parametrize("volatility", [0.2, 0.35, 0.6])
@pytest.mark.parametrize("value", [60.0, 100.0, 155.0])
def test_without_a_cost_of_waiting_it_is_the_barrier_formula(value: float, volatility: float) -> None:
    found = american(value=value, volatility=volatility, payout_yield=0.0)
    assert found == pytest.approx(barrier(value, volatility), rel=1e-4)


@pytest.mark.parametrize("value", [60.0, 100.0, 155.0])
def test_without_cap_and_competitor_it_is_the_right_to_launch(value: float) -> None:
    plain = Right.of(
        **{name: STATED[name] for name in ("cost", "life_years", "rate", "payout_yield", "volatility")},
        value=value,
        threat=0.05,
        left_share=0.3,
    )
    found = american(value=value, cap=math.inf, threat=0.05, left_share=0.3)
    assert found == pytest.approx(right_value(plain)[0], rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "close"),
    [
        ({"arrival": 0.1, "threat": 0.03}, 5e-5),
        ({"arrival": 0.1, "threat": 0.03, "left_share": 0.5, "payout_yield": 0.1, "value": 150.0}, 5e-5),
        # A competitor who presses bends the value sharply where launching begins, between two nodes of either way.
        ({"arrival": 0.5, "taken_share": 0.5, "threat": 0.1, "left_share": 0.4, "volatility": 0.2}, 3e-4),
    ],
)
def test_an_implicit_scheme_says_the_same(changes: dict[str, float], close: float) -> None:
    """Second method, with competitor and threat; half the cells change it by less than a third of the tolerance."""
    assert american(**changes) == pytest.approx(implicit_value(STATED | changes, cells=160, steps=400), rel=close)


def test_its_sensitivities_are_those_of_the_implicit_scheme() -> None:
    """Second method: a difference magnifies the noise of the lattice, so that 1 in 100 is what the paper says."""
    at = STATED | {"arrival": 0.1, "threat": 0.03}
    names = {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"}
    found = differences_at_once(lattice_values, at, names)
    assert found == pytest.approx(
        differences(lambda one: implicit_value(one, cells=40, steps=100), at, names), rel=1e-2
    )


def test_decisions_at_stated_dates_come_up_to_it_from_below() -> None:
    """Quadrature with branches: what is lost between dates falls about with the root of the step, as at a barrier."""
    at = STATED | {"arrival": 0.1, "threat": 0.03}
    exact = american(arrival=0.1, threat=0.03)
    missed = [exact - solve_line(launch_problem(at, steps)).value for steps in (12, 48, 192)]
    assert min(missed) > 0
    # Four times the dates halve what is missed, and a little more because of the terms of higher order.
    for coarse, fine in pairwise(missed):
        assert 2.0 < coarse / fine < 2.2


def test_a_competitor_who_takes_nothing_changes_nothing() -> None:
    assert american(arrival=0.5, taken_share=0.0) == pytest.approx(american(), rel=1e-9)


def test_a_competitor_who_is_here_tomorrow_leaves_the_right_on_what_remains() -> None:
    """Limit: with five thousand arrivals a year he comes before anything moves."""
    assert american(arrival=5000.0) == pytest.approx(american(value=70.0), rel=2e-3)


def test_the_european_value_is_two_calls_each() -> None:
    """Closed form: weighted by whether the competitor has come."""
    found = concluded().worksheet
    rate, absent = math.log(1.03), math.exp(-0.5)
    spreads = [
        black_scholes(value, 9e5, 5, rate, 0.04, 0.35) - black_scholes(value, 18e5, 5, rate, 0.04, 0.35)
        for value in (1e6, 6e5)
    ]
    expected = math.exp(-0.15) * (absent * spreads[0] + (1 - absent) * spreads[1])
    assert found.value("european_value") == pytest.approx(expected, rel=1e-10)


@settings(max_examples=5, deadline=None)
@given(
    value=st.floats(20, 300),
    volatility=st.floats(0.1, 0.8),
    payout=st.floats(0, 0.15),
    arrival=st.floats(0, 1),
    taken=st.floats(0, 0.9),
)
def test_bounds(value: float, volatility: float, payout: float, arrival: float, taken: float) -> None:
    """No less than now or never, no more than without a competitor, or without a cap, or than what can be gained."""
    stated = {"value": value, "volatility": volatility, "payout_yield": payout}
    found = american(**stated, arrival=arrival, taken_share=taken)
    free = american(**stated)
    assert max(min(value, 160) - 110, 0) <= found <= free * (1 + 1e-3) + 1e-3
    assert free <= american(**stated, cap=math.inf) * (1 + 1e-3) + 1e-3
    assert free <= 50 * (1 + 1e-9)


def test_a_nearer_competitor_or_a_greater_threat_is_worth_less() -> None:
    by_arrival = [concluded(competitor=competitor(rate)).value for rate in (0.0, 0.5)]
    assert by_arrival[0] > by_arrival[1]
    by_threat = [american(arrival=0.1, threat=rate, left_share=0.1) for rate in (0.0, 0.1, 0.4)]
    assert by_threat == sorted(by_threat, reverse=True)


def test_a_pledgee_counts_on_launching_today_or_never() -> None:
    assert concluded().pledgee_value == pytest.approx(100_000)
    assert concluded(value_if_launched_today=amount("5000000.00")).pledgee_value == pytest.approx(900_000)
    assert concluded(value_if_launched_today=amount("500000.00")).pledgee_value == 0


def test_probabilities_tell_of_the_competitor() -> None:
    shares = concluded().details["probabilities"]
    assert 0 < shares["competitor came"] < 1 - math.exp(-0.5)
    assert shares["launch"] + shares["lapse"] + shares["invalidated"] == pytest.approx(1, abs=1e-6)
    assert "competitor came" not in concluded(competitor=NOBODY).details["probabilities"]
