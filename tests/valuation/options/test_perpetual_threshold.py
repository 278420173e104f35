"""perpetual_threshold: are threshold and value those of the differential equation, with a threat in its right place?

Checked against: Dixit and Pindyck's example (literature, in tests/literature), the finite American option on the
lattice as its life grows (second way), value matching and smooth pasting (identities), simulation of the first
passage (second way), and the answer of a hazard that was added to the drift too (a published trap).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import amount, answered, figure
from tests.valuation.options.samples.perpetual_threshold import sample
from valuation.kernel.conclusion import Conclusion
from valuation.options._lattice import Right, right_value

NO_THREAT = {"kind": "none", "reason": "left out in this test"}


def threat(rate: float, recovery: float = 0.0) -> dict[str, Any]:
    return {"kind": "constant", "rate_per_year": figure(rate), "recovery_share": figure(recovery)}


def concluded(**changes: Any) -> Conclusion:
    return answered({"perpetual_threshold": sample() | changes}).conclusions[0]


@pytest.mark.parametrize("rate", [0.0, 0.06])
def test_it_is_the_limit_of_an_american_option_that_lasts(rate: float) -> None:
    """Second way: 120 years at 6 % and 5 % are as good as for ever."""
    found = concluded(
        threat=threat(rate),
        threat_applies="while_waiting",
        riskless_rate_share=figure(0.06),
        rate_compounding="continuous",
    )
    lasting = Right.of(value=1e6, cost=9e5, life_years=120.0, rate=0.06, payout_yield=0.05, volatility=0.3, threat=rate)
    assert found.value == pytest.approx(right_value(lasting, steps=8000)[0], rel=1e-3)


def test_a_running_project_that_may_end_is_worth_less_from_the_start() -> None:
    """Second way: the lattice with the value h V in place of V."""
    found = concluded(riskless_rate_share=figure(0.06), rate_compounding="continuous")
    share = (0.05 + 0.03 * 0.4) / 0.08
    lasting = Right.of(
        value=share * 1e6, cost=9e5, life_years=120.0, rate=0.06, payout_yield=0.05, volatility=0.3, threat=0.03
    )
    assert found.value == pytest.approx(right_value(lasting, steps=8000)[0], rel=1e-3)


@settings(max_examples=30, deadline=None)
@given(
    volatility=st.floats(0.05, 0.9),
    payout=st.floats(0.005, 0.3),
    rate=st.floats(0.005, 0.2),
    hazard=st.floats(0, 0.5),
)
def test_value_matches_and_pastes_smoothly_at_the_threshold(
    volatility: float, payout: float, rate: float, hazard: float
) -> None:
    """Identity: at V* the two sides agree in value and slope, and below it waiting beats investing."""
    changes = {
        "volatility_share": figure(volatility),
        "payout_yield_share": figure(payout),
        "riskless_rate_share": figure(rate),
        "threat": threat(hazard),
        "threat_applies": "while_waiting",
    }
    paper = concluded(**changes).worksheet
    level, beta = paper.value("threshold_value"), paper.value("beta_1")
    above, below = (concluded(**changes, project_value=amount(f"{level + step:.2f}")).value for step in (1, -1))
    assert above == pytest.approx(level + 1 - 9e5, abs=0.02)
    assert below == pytest.approx(level - 1 - 9e5, abs=0.02 + 1e-6 * beta)
    # F = A V^β, so its slope is βF/V: one, as that of what investing gives.
    assert beta * (level - 9e5) / level == pytest.approx(1, rel=1e-9)


def test_a_threat_lowers_threshold_and_value_and_the_trap_raises_both() -> None:
    """Trap: λ added to the rate in the drift too makes the lost right dearer, and its threshold higher."""
    calm, threatened = (
        concluded(threat=threat(rate), threat_applies="while_waiting").worksheet for rate in (0.0, 0.04)
    )
    assert threatened.value("value") < calm.value("value")
    assert threatened.value("threshold_value") < calm.value("threshold_value")
    assert threatened.value("threshold_hazard_in_drift") > calm.value("threshold_value")
    assert calm.value("threshold_hazard_in_drift") == pytest.approx(calm.value("threshold_value"), rel=1e-12)


def test_the_threshold_is_never_where_investing_only_breaks_even() -> None:
    paper = concluded().worksheet
    assert paper.value("threshold_value") > 9e5 / paper.value("running_share")


def test_the_probability_of_ever_investing_is_what_simulated_paths_do() -> None:
    """Second way: 40,000 paths over 60 years with the chance of a hit between two dates (Brownian bridge)."""
    found = concluded(real_growth_share=figure(0.02)).details
    level = found["thresholds"][0]["low"]
    generator = np.random.default_rng(20)
    paths, steps, step = 40_000, 240, 0.25
    drift, sigma = 0.02 - 0.045, 0.3
    at = np.full(paths, math.log(1e6 / level))
    alive, hit = np.ones(paths), np.zeros(paths)
    for number in range(steps):
        after = at + drift * step + sigma * math.sqrt(step) * generator.standard_normal(paths)
        crossed = np.where(after >= 0, 1.0, np.exp(-2 * at * after / (sigma**2 * step)))
        hit += alive * crossed * math.exp(-0.03 * step * (number + 0.5))
        alive *= 1 - crossed
        # A path that has crossed is kept below, with the weight that is left of it.
        at = np.where(after >= 0, -1e-9, after)
    assert found["probabilities"]["invest"] == pytest.approx(float(hit.mean()), abs=0.01)
    assert found["probability_measure"] == "real_world"
    assert sum(found["probabilities"].values()) == pytest.approx(1)


def test_the_sensitivities_are_the_sheets() -> None:
    """Second way: the sheet itself with a changed input cell."""
    paper, greeks = concluded().worksheet, concluded().details["sensitivities"]
    for name, cell, step in (("delta", "project_value", 1000.0), ("hazard", "threat_rate", 1e-4)):
        up, down = (paper.with_inputs({cell: paper.value(cell) + sign * step}).value("value") for sign in (1, -1))
        assert greeks[name] == pytest.approx((up - down) / (2 * step), rel=1e-4)


def test_above_the_threshold_one_invests_at_once() -> None:
    found = concluded(project_value=amount("9000000.00"))
    assert found.value == pytest.approx(found.pledgee_value)
    assert found.details["probabilities"]["invest"] == 1
