"""Extendible option: is the right to hold on for a fee worth what Longstaff's formula says?

Checked against: Haug's holder-extendible call (literature); the line solver, which knows only the decisions (second
method, calls and puts, with and without a threat); SciPy's quadrature over the first date (second method); limits.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from tests.valuation.asking import amount, figure
from tests.valuation.options.asking import NO_THREAT, beside, closed_only, concluded
from tests.valuation.options.core.rights import black_scholes
from valuation.kernel.conclusion import Conclusion
from valuation.options._extendible_right import Extendible, solved_extendible

METHOD = "extendible_option"
RATE, PAYOUT, SIGMA, LOSS = math.log(1.03), 0.05, 0.35, 0.04 * 0.8
HELD = Extendible(1.0, 1e6, 1.05e6, 2.0, 1.1e6, 3.5, 6e4, SIGMA, RATE, PAYOUT, LOSS)


def found(**changes: Any) -> Conclusion:
    return concluded(METHOD, **changes)


def test_quadrature_over_the_first_date_gives_the_value() -> None:
    """Second method: the best of exercising, extending and nothing, split at the levels where that changes."""
    drift = RATE - PAYOUT - SIGMA**2 / 2
    spread = SIGMA * math.sqrt(2)

    def worth(z: float) -> float:
        level = 1e6 * math.exp(2 * drift + spread * z)
        later = math.exp(-1.5 * LOSS) * black_scholes(level, 1.1e6, 1.5, RATE, PAYOUT, SIGMA) - 6e4
        return max(level - 1.05e6, later, 0.0) * stats.norm.pdf(z)

    levels = [row["high"] for row in found().details["thresholds"][:2]]
    splits = [(math.log(level / 1e6) - 2 * drift) / spread for level in levels]
    ends = [-10.0, *splits, 10.0]
    parts = (integrate.quad(worth, *pair, epsabs=1e-7, epsrel=1e-12)[0] for pair in itertools.pairwise(ends))
    assert found().value == pytest.approx(math.exp(-2 * (RATE + LOSS)) * math.fsum(parts), rel=1e-9)


@pytest.mark.parametrize("right", ["call", "put"])
@pytest.mark.parametrize("fee", ["0.00", "1000.00", "60000.00", "400000.00"])
@pytest.mark.parametrize("extended", ["800000.00", "1050000.00", "1400000.00"])
def test_the_line_solver_gives_the_same_value(right: str, fee: str, extended: str) -> None:
    """Second method: the decisions alone; also where extending is always, or never, the better."""
    answer = found(right=right, extension_fee=amount(fee), extended_amount=amount(extended))
    sign = 1.0 if right == "call" else -1.0
    same = Extendible(sign, 1e6, 1.05e6, 2.0, float(extended), 3.5, float(fee), SIGMA, RATE, PAYOUT, LOSS)
    assert answer.value == pytest.approx(solved_extendible(same).value, rel=1e-7)


def test_the_published_number_needs_no_threat() -> None:
    """Literature: Haug's 9.4233."""
    answer = found(
        asset_value=amount("100.00"),
        exercise_amount=amount("100.00"),
        first_years=figure(0.5),
        extended_amount=amount("105.00"),
        extended_years=figure(0.75),
        extension_fee=amount("1.00"),
        volatility_share=figure(0.25),
        riskless_rate_share=figure(0.08),
        rate_compounding="continuous",
        payout_yield_share=figure(0.0),
        threat=NO_THREAT,
    )
    assert answer.value == pytest.approx(9.4233, abs=5e-5)


@settings(max_examples=40, deadline=None)
@given(
    value=st.floats(3e5, 3e6),
    fee=st.floats(0, 3e5),
    more_fee=st.floats(1, 1e5),
    volatility=st.floats(0.05, 0.8),
    loss=st.floats(0, 0.3),
)
def test_the_right_to_extend_adds_and_a_dearer_one_adds_less(
    value: float, fee: float, more_fee: float, volatility: float, loss: float
) -> None:
    stated = {"asset_value": value, "volatility_share": volatility, "threat_rate": loss}
    lines = ["value", "without_extension", "static_npv"]
    cheap, dear = (closed_only(METHOD, lines, extension_fee=each, **stated) for each in (fee, fee + more_fee))
    assert cheap["value"] >= dear["value"] - 1e-6
    assert dear["value"] >= max(dear["without_extension"], dear["static_npv"], 0.0) - 1e-5


@settings(max_examples=25, deadline=None)
@given(volatility=st.floats(0.05, 0.8), more=st.floats(0.01, 0.3))
def test_it_rises_with_volatility(volatility: float, more: float) -> None:
    low, high = (
        closed_only(METHOD, ["value"], volatility_share=each)["value"] for each in (volatility, volatility + more)
    )
    assert high >= low - 1e-6


def test_a_free_extension_at_a_forbidding_amount_is_black_scholes() -> None:
    """Limit: nobody extends to a price that nobody pays."""
    answer = found(extension_fee=amount("5000000.00"))
    expected = black_scholes(1e6, 1.05e6, 2.0, RATE, PAYOUT, SIGMA) * math.exp(-2 * LOSS)
    assert answer.value == pytest.approx(expected, rel=1e-12)
    assert beside(answer)["extension_premium"] == pytest.approx(0.0, abs=1e-6)


def test_probabilities_are_those_of_the_regions() -> None:
    """Closed form: the first date's normal between the levels, in the real world, times not being struck."""
    answer = found()
    lapse, exercise = (row["high"] for row in answer.details["thresholds"][:2])
    spread = SIGMA * math.sqrt(2)

    def below(level: float) -> float:
        return float(stats.norm.cdf((math.log(level / 1e6) - 2 * (0.04 - SIGMA**2 / 2)) / spread))

    kept = math.exp(-0.04 * 2)
    got = answer.details["probabilities"]
    assert got["exercise at first"] == pytest.approx(kept * (1 - below(exercise)), abs=1e-7)
    assert got["extend"] == pytest.approx(kept * (below(exercise) - below(lapse)), abs=1e-7)
    rho = math.sqrt(2 / 3.5)
    end = (math.log(1e6 / 1.1e6) + 3.5 * (0.04 - SIGMA**2 / 2)) / (SIGMA * math.sqrt(3.5))
    joint = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    firsts = [(math.log(1e6 / level) + 2 * (0.04 - SIGMA**2 / 2)) / spread for level in (lapse, exercise)]
    between = joint.cdf([firsts[0], end]) - joint.cdf([firsts[1], end])
    assert got["exercise once extended"] == pytest.approx(math.exp(-0.04 * 3.5) * between, abs=1e-6)


def test_the_solver_agrees_on_the_sensitivity_to_the_threat() -> None:
    """Second method: differences of the solver, λ moved by 0.001 and the loss rate by 0.0008."""
    up, down = (solved_extendible(dataclasses.replace(HELD, loss_rate=LOSS + each)).value for each in (0.0008, -0.0008))
    assert found().details["sensitivities"]["hazard"] == pytest.approx((up - down) / 0.002, rel=1e-5)


def test_a_pledgee_counts_on_what_is_decided_today() -> None:
    rich = found(asset_value=amount("4000000.00"))
    at_first = (4e6 * math.exp(-2 * PAYOUT) - 1.05e6 * math.exp(-2 * RATE)) * math.exp(-2 * LOSS)
    assert rich.pledgee_value == pytest.approx(at_first, rel=1e-12)
    assert rich.pledgee_value <= rich.value
    assert found().pledgee_value == 0
