"""The right to launch later: is the American value right, and the European shortcut labelled as one?

Checked against: QuantLib's QdFp engine for a constant yield (second method), QuantLib's finite differences with the
yield that the decay (T − t)/T implies (second method), Black–Scholes from SciPy (closed form), limit cases, and the
published Avonex patent, of which textbooks show the European number only (literature: 907; American about 1,604).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import solve_banded

from tests.valuation.asking import PATENT, VARIETY, amount, answered, figure, option
from tests.valuation.options.asking import quantlib_american
from valuation.errors import InputError
from valuation.kernel.conclusion import Conclusion
from valuation.options._lattice import Right, boundary, right_value

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}


def concluded(subject: dict[str, Any] = NO_END, **changes: Any) -> Conclusion:
    return answered({"launch_option": option(**changes)}, subject=subject).conclusions[0]


def launch(decays: bool, **changes: float) -> Right:
    stated = {"value": 100.0, "cost": 110.0, "life_years": 8.0, "rate": 0.04, "payout_yield": 0.05, "volatility": 0.35}
    return Right.of(decays=decays, **(stated | changes))


def american(decays: bool, **changes: float) -> float:
    return float(right_value(launch(decays, **changes))[0])


def black_scholes(value: float, cost: float, years: float, rate: float, payout: float, volatility: float) -> float:
    spread = volatility * math.sqrt(years)
    d1 = (math.log(value / cost) + (rate - payout) * years) / spread + spread / 2
    paid = cost * math.exp(-rate * years) * stats.norm.cdf(d1 - spread)
    return float(value * math.exp(-payout * years) * stats.norm.cdf(d1) - paid)


# --- constant yield: QuantLib ---------------------------------------------------------------------


@pytest.mark.parametrize("volatility", [0.15, 0.35, 0.7])
@pytest.mark.parametrize(("value", "payout"), [(70.0, 0.05), (100.0, 0.05), (150.0, 0.05), (100.0, 0.0), (100.0, 0.12)])
def test_the_american_value_is_quantlibs(value: float, payout: float, volatility: float) -> None:
    expected = quantlib_american(value, 110.0, 8, 0.04, payout, volatility)
    found = american(False, value=value, payout_yield=payout, volatility=volatility)
    assert found == pytest.approx(expected, rel=5e-5, abs=1e-4)


def test_the_published_patent_shows_both_numbers() -> None:
    """Literature (Damodaran, Avonex): 907 as a European call; QdFp on the same inputs gives 1,603.8."""
    found = concluded(
        value_if_launched_today=amount("3422.00"),
        launch_cost=amount("2875.00"),
        life_years=figure(17),
        volatility_share=figure(math.sqrt(0.224)),
        riskless_rate_share=figure(0.067),
        value_decay="constant_yield",
    )
    beside = {each.name: each.value for each in found.beside}
    assert beside["european_shortcut"] == pytest.approx(907, abs=0.5)
    assert found.value == pytest.approx(quantlib_american(3422, 2875, 17, 0.067, 1 / 17, math.sqrt(0.224)), rel=2e-4)
    assert found.value == pytest.approx(1603.76, rel=2e-4)
    assert "european_shortcut_shown_beside" in [each.code for each in found.warnings]


# --- value that decays with the life --------------------------------------------------------------


def finite_differences(value: float, cost: float, years: float, rate: float, volatility: float) -> float:
    """Crank–Nicolson with projected exercise on a log grid, written here: the obstacle is (T − t)/T · S − K."""
    nodes, steps = 1200, 1600
    reach = 6 * volatility * math.sqrt(years)
    grid = np.linspace(math.log(value) - reach, math.log(value) + reach, nodes + 1)
    width, interval = grid[1] - grid[0], years / steps
    drift, variance = rate - volatility**2 / 2, volatility**2
    lower = 0.5 * interval * (0.5 * variance / width**2 - 0.5 * drift / width)
    middle = 0.5 * interval * (-variance / width**2 - rate)
    upper = 0.5 * interval * (0.5 * variance / width**2 + 0.5 * drift / width)
    bands = np.zeros((3, nodes + 1))
    bands[0, 2:], bands[1, 1:-1], bands[2, :-2] = -upper, 1 - middle, -lower
    bands[1, 0] = bands[1, -1] = 1
    level = np.exp(grid)
    held = np.zeros(nodes + 1)
    for step in range(steps - 1, -1, -1):
        exercise = (1 - step / steps) * level - cost
        right = held.copy()
        right[1:-1] = lower * held[:-2] + (1 + middle) * held[1:-1] + upper * held[2:]
        right[0], right[-1] = 0.0, max(exercise[-1], 0.0)
        held = np.maximum(solve_banded((1, 1), bands, right), np.maximum(exercise, 0.0))
    return float(np.interp(math.log(value), grid, held))


@pytest.mark.parametrize(
    ("value", "volatility", "rate"), [(100.0, 0.35, 0.04), (150.0, 0.35, 0.04), (100.0, 0.7, 0.02), (200.0, 0.5, 0.08)]
)
def test_the_decaying_value_agrees_with_finite_differences(value: float, volatility: float, rate: float) -> None:
    """Second method: another discretisation of the same obstacle problem."""
    found = american(True, value=value, payout_yield=0.0, volatility=volatility, rate=rate)
    expected = finite_differences(value, 110.0, 8.0, rate, volatility)
    assert found == pytest.approx(expected, rel=2e-3, abs=2e-3)


@settings(max_examples=25)
@given(
    value=st.floats(20, 400),
    volatility=st.floats(0.1, 1.0),
    rate=st.floats(0, 0.1),
    years=st.floats(1, 18),
)
def test_bounds_of_the_right_to_launch(value: float, volatility: float, rate: float, years: float) -> None:
    """No less than launching now or never; no more than the same right without decay; no more than the value."""
    stated = {"value": value, "volatility": volatility, "rate": rate, "life_years": years, "payout_yield": 0.0}
    decaying, lasting = american(True, **stated), american(False, **stated)
    assert max(value - 110.0, 0.0) <= decaying <= lasting * (1 + 1e-3) + 1e-3
    assert lasting <= value
    # Without a yield, waiting to the end is best: the American call is the European one.
    assert lasting == pytest.approx(black_scholes(value, 110.0, years, rate, 0.0, volatility), rel=1e-3, abs=2e-2)


def test_more_volatility_and_a_longer_life_are_worth_more() -> None:
    by_volatility = [american(True, payout_yield=0.0, volatility=each) for each in (0.1, 0.3, 0.6, 0.9)]
    by_life = [american(True, payout_yield=0.0, life_years=each) for each in (1.0, 4.0, 10.0, 20.0)]
    assert by_volatility == sorted(by_volatility)
    assert by_life == sorted(by_life)


def test_a_product_worth_far_more_than_its_launch_is_launched_at_once() -> None:
    assert american(True, value=10_000.0, payout_yield=0.0) == pytest.approx(9_890.0)


def test_the_launch_threshold_rises_as_the_life_runs_out() -> None:
    """Less of the value is left, so more of it is needed; and at the threshold launching equals holding."""
    points = [(time, level) for time, level in boundary(launch(True, payout_yield=0.0)) if level is not None]
    levels = [level for _, level in points]
    assert len(points) == 24
    assert all(level > 110 / (1 - time / 8) * 0.999 for time, level in points), "never below what pays back the cost"
    assert levels[-1] > levels[len(levels) // 2]


def test_without_a_cost_of_waiting_there_is_no_threshold() -> None:
    """Limit: a call on what pays nothing is never exercised early."""
    assert {level for _, level in boundary(launch(False, payout_yield=0.0))} == {None}


def test_a_right_that_may_be_struck_down_has_both_rates_raised() -> None:
    """Second way: with nothing left, λ works like one more yield and one more rate; the drift r − y is kept."""
    threatened = american(False, threat=0.06)
    assert threatened == pytest.approx(american(False, rate=0.1, payout_yield=0.11), rel=1e-9)
    naive = american(False, rate=0.1)
    assert naive > american(False) > threatened, "raising the rate alone raises the drift too: dearer, not cheaper"


def test_what_a_sudden_end_leaves_is_worth_something() -> None:
    values = [american(True, payout_yield=0.0, threat=0.06, left_share=share) for share in (0.0, 0.5, 1.0)]
    assert values == sorted(values)
    assert values[0] < values[-1] <= american(True, payout_yield=0.0)


# --- the paper ------------------------------------------------------------------------------------


def test_the_shortcut_is_black_scholes_with_one_over_the_life() -> None:
    found = concluded()
    beside = {each.name: each.value for each in found.beside}
    assert beside["european_shortcut"] == pytest.approx(black_scholes(100_000, 120_000, 9, 0.03, 1 / 9, 0.35))
    assert beside["static_npv"] == pytest.approx(-20_000)
    assert beside["option_premium"] == pytest.approx(found.value + 20_000)


def test_an_annual_rate_is_not_taken_for_a_continuous_one() -> None:
    annual, continuous = (concluded(rate_compounding=each) for each in ("annual", "continuous"))
    assert annual.worksheet.value("continuous_rate") == pytest.approx(math.log(1.03))
    assert annual.value < continuous.value
    same = concluded(rate_compounding="continuous", riskless_rate_share=figure(math.log(1.03)))
    assert same.value == pytest.approx(annual.value, rel=1e-12)


def test_a_pledgee_counts_on_launching_today_or_never() -> None:
    assert concluded().pledgee_value == 0
    ready = concluded(value_if_launched_today=amount("150000.00"))
    assert ready.pledgee_value == pytest.approx(30_000)
    assert ready.value >= ready.pledgee_value


def test_the_answer_holds_the_threshold_and_how_it_was_found() -> None:
    details = concluded().as_document()["details"]
    assert len(details["thresholds"]) == 24
    assert {(each["action"], each["high"]) for each in details["thresholds"]} == {("launch", None)}
    assert "extrapolated" in details["convergence"]


def test_a_request_without_a_threat_is_valued_and_says_so() -> None:
    assert "no_threat_stated" in [each.code for each in concluded().warnings]
    stated = {"kind": "none", "reason": "nobody has attacked it in ten years"}
    calm = concluded(threat=stated)
    assert "no_threat_stated" not in [each.code for each in calm.warnings]
    assert calm.value == concluded().value


def test_the_greater_the_threat_the_lower_value_and_threshold() -> None:
    found = [
        concluded(
            value_decay="constant_yield",
            payout_yield_share=figure(0.05),
            threat={"kind": "constant", "rate_per_year": figure(rate), "recovery_share": figure(0.0)},
        )
        for rate in (0.0, 0.05, 0.2)
    ]
    values = [each.value for each in found]
    levels = [each.details["thresholds"][5]["low"] for each in found]
    assert values == sorted(values, reverse=True)
    assert levels == sorted(levels, reverse=True)
    assert found[1].details["sensitivities"]["hazard"] < 0
    shares = found[2].details["probabilities"]
    assert shares["launch"] + shares["lapse"] + shares["invalidated"] == pytest.approx(1, abs=1e-6)


def test_probabilities_of_the_world_take_its_growth() -> None:
    grown = concluded(real_growth_share=figure(0.2)).details
    assert grown["probability_measure"] == "real_world"
    assert grown["probabilities"]["launch"] > concluded().details["probabilities"]["launch"]


def test_the_delta_of_a_certain_launch_is_one() -> None:
    """Limit: far above the threshold the right is the value less the cost."""
    found = concluded(value_if_launched_today=amount("10000000.00")).details["sensitivities"]
    assert found["delta"] == pytest.approx(1, abs=1e-9)
    assert found["vega"] == pytest.approx(0, abs=1e-6)


def test_uncertain_inputs_give_an_interval_around_the_value() -> None:
    spread = {"kind": "uniform", "low": 0.25, "high": 0.45}
    data = option(volatility_share=figure(0.35, distribution=spread))
    found = answered({"launch_option": data}, uncertainty={"seed": 1, "scrambles": 4, "points_per_scramble": 64})
    interval = found.conclusions[0].interval
    assert interval is not None
    assert interval.draws == 256
    assert interval.low < found.conclusions[0].value < interval.high


# --- refusals -------------------------------------------------------------------------------------


def test_the_right_cannot_outlive_its_legal_protection() -> None:
    """The patent ends 9.5 years after the valuation date."""
    assert concluded(PATENT, life_years=figure(9.49)).value > 0
    with pytest.raises(InputError, match=r"life_years: found 9.6, expected no more than the 9.496 years to 2030-06-30"):
        concluded(PATENT, life_years=figure(9.6))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value_if_launched_today": amount("0.00")}, "value_if_launched_today"),
        ({"launch_cost": amount("-1.00")}, "launch_cost"),
        ({"life_years": figure(0)}, "life_years"),
        ({"life_years": figure(101)}, "life_years"),
        ({"volatility_share": figure(0)}, "volatility_share"),
        ({"volatility_share": figure(35)}, "volatility_share"),
        ({"riskless_rate_share": figure(3)}, "riskless_rate_share"),
        ({"payout_yield_share": figure(-0.1)}, "payout_yield_share"),
        ({"rate_compounding": "monthly"}, "rate_compounding"),
        ({"value_decay": "none"}, "value_decay"),
        ({"threat": {"kind": "none"}}, "threat.reason"),
        ({"real_growth_share": figure(3)}, "real_growth_share"),
    ],
)
def test_a_request_out_of_range_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        concluded(**changes)
    assert raised.value.problems[0].field == f"methods.launch_option.{field}"


def test_the_lattice_itself_refuses_what_is_not_positive() -> None:
    with pytest.raises(InputError, match="volatility: found zero or less"):
        launch(True, volatility=0.0)
