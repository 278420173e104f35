"""staged_development: is an n-fold compound with failures and changing volatility worth what theory says?

Checked against: SciPy's multivariate normal for two to six decisions (closed form), the compound option of this
package (second method), a simulation of values and outcomes under the stated thresholds (second way), a plan without
choices by hand, limits and bounds (identities).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.core.rights import black_scholes
from tests.valuation.options.samples.compound_option import sample as compound_sample
from tests.valuation.options.samples.staged_development import sample
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}


def stage(
    number: int, outlay: float, years: float, success: float = 1.0, volatility: float | None = None
) -> dict[str, Any]:
    stated = {
        "name": f"阶段{number}",
        "outlay": amount(f"{outlay:.2f}"),
        "duration_years": figure(years),
        "success_share": figure(success),
    }
    return stated if volatility is None else stated | {"volatility_share": figure(volatility)}


def concluded(**changes: Any) -> Conclusion:
    stated = {"threat": NO_THREAT, "rate_compounding": "continuous"}
    return answered({"staged_development": sample() | stated | changes}, subject=NO_END).conclusions[0]


def plain(outlays: Sequence[float], years: Sequence[float], sigma: Sequence[float], **changes: Any) -> Conclusion:
    """Outlays of the stages and last of the launch; years to the first stage and from each to the next."""
    stages = [
        stage(number, outlay, span, volatility=deviation)
        for number, (outlay, span, deviation) in enumerate(zip(outlays, years[1:], sigma[1:], strict=False))
    ]
    return concluded(
        stages=stages,
        launch_value=amount("1000000.00"),
        launch_outlay=amount(f"{outlays[-1]:.2f}"),
        first_stage_in_years=figure(years[0]),
        volatility_share=figure(sigma[0]),
        riskless_rate_share=figure(0.05),
        payout_yield_share=figure(0.02),
        **changes,
    )


def n_fold(value: float, outlays: Sequence[float], times: Sequence[float], sums: Sequence[float]) -> float:
    """The n-fold compound call by multivariate normals; ``sums`` are variances from today to each time.

    Critical values come from rights of fewer stages by the same formula, the shortest from Black–Scholes: nothing of
    the solver enters.
    """
    return _n_fold(value, outlays, times, sums, _critical_values(outlays, times, sums))


def _critical_values(outlays: Sequence[float], times: Sequence[float], sums: Sequence[float]) -> list[float]:
    critical: list[float] = [outlays[-1]]
    for first in range(len(outlays) - 2, -1, -1):
        later = [time - times[first] for time in times[first + 1 :]]
        variances = [each - sums[first] for each in sums[first + 1 :]]

        def gained(
            log_value: float,
            first: int = first,
            later: Sequence[float] = later,
            variances: Sequence[float] = variances,
            known: Sequence[float] = tuple(critical),
        ) -> float:
            follows = _n_fold(math.exp(log_value), outlays[first + 1 :], later, variances, known, precision=1e-7)
            return follows - outlays[first]

        critical.insert(0, math.exp(optimize.brentq(gained, math.log(1e3), math.log(1e8), xtol=1e-7)))
    return critical


def _n_fold(
    value: float,
    outlays: Sequence[float],
    times: Sequence[float],
    sums: Sequence[float],
    critical: Sequence[float],
    precision: float = 1e-9,
) -> float:
    when, root = np.array(times), np.sqrt(np.array(sums))
    lower = (np.log(value / np.array(critical)) + 0.03 * when) / root - root / 2
    correlation = np.array([[math.sqrt(min(s, t) / max(s, t)) for t in sums] for s in sums])

    def together(bounds: Any) -> float:
        size = len(bounds)
        if size == 1:
            return float(stats.norm.cdf(bounds[0]))
        return float(
            stats.multivariate_normal.cdf(
                bounds,
                np.zeros(size),
                correlation[:size, :size],
                abseps=precision,
                releps=precision,
                maxpts=40_000 if precision > 1e-8 else 1_000_000,
                rng=np.random.default_rng(7),
            )
        )

    paid = sum(
        outlay * math.exp(-0.05 * time) * together(lower[: number + 1])
        for number, (outlay, time) in enumerate(zip(outlays, times, strict=True))
    )
    return value * math.exp(-0.02 * times[-1]) * together(lower + root) - paid


@pytest.mark.parametrize("fold", [2, 3, 4, 5, 6])
def test_the_n_fold_compound_is_the_multivariate_normal(fold: int) -> None:
    """Closed form: outlays that rise, volatility that differs by stage."""
    outlays = [20_000.0 * (number + 1) for number in range(fold - 1)] + [900_000.0]
    years = [0.5] + [1.0] * (fold - 1)
    sigma = [0.5, *([0.7, 0.3] * fold)][:fold]
    times = np.cumsum(years).tolist()
    sums = np.cumsum([span * deviation**2 for span, deviation in zip(years, sigma, strict=True)]).tolist()
    found = plain(outlays, years, sigma).value
    assert found == pytest.approx(n_fold(1_000_000, outlays, times, sums), rel=5e-6)


@pytest.mark.parametrize("outlay", [20_000.0, 150_000.0, 400_000.0])
def test_a_stage_that_cannot_fail_is_the_compound_option(outlay: float) -> None:
    """Second method: the closed form of the compound option, with a threat."""
    threat = {"kind": "constant", "rate_per_year": figure(0.06), "recovery_share": figure(0.25)}
    found = plain([outlay, 900_000], [2.0, 3.0], [0.4, 0.4], threat=threat)
    compound = compound_sample() | {
        "first_right": {"side": "call", "strike": amount(f"{outlay:.2f}"), "decided_in_years": figure(2.0)},
        "riskless_rate_share": figure(0.05),
        "rate_compounding": "continuous",
        "threat": threat,
    }
    expected = answered({"compound_option": compound}, subject=NO_END).conclusions[0]
    assert found.value == pytest.approx(expected.value, rel=1e-7)
    for name in ("delta", "vega", "rho", "hazard"):
        slope = expected.details["sensitivities"][name]
        assert found.details["sensitivities"][name] == pytest.approx(slope, rel=1e-4), name


def test_success_enters_once() -> None:
    """Identity: with free stages success multiplies the value; with certain success an outlay is only shared."""
    free = [stage(1, 0, 2.0), stage(2, 0, 1.0)]
    doubtful = [stage(1, 0, 2.0, 0.5), stage(2, 0, 1.0, 0.4)]
    certain, risky = (concluded(stages=stages).value for stages in (free, doubtful))
    assert risky == pytest.approx(0.2 * certain, rel=1e-12)


def test_values_and_outcomes_drawn_at_random_agree() -> None:
    """Second way: 800,000 paths, outcomes drawn, decisions by the stated thresholds; value and chances."""
    found = concluded(real_growth_share=None)
    rng, count = np.random.default_rng(11), 800_000
    times, sigmas, success = [0.5, 2.0, 5.0], [0.4, 0.6, 0.4], [0.6, 0.5, 1.0]
    cash = [-100_000.0, -400_000.0, None]
    goes = [each for each in found.details["thresholds"] if each["high"] is None]
    value, alive, worth = np.full(count, 3e6), np.ones(count, dtype=bool), np.zeros(count)
    went = []
    for number, (time, before) in enumerate(zip(times, [0.0, *times], strict=False)):
        span, sigma = time - before, sigmas[number]
        noise = rng.standard_normal(count) * math.sqrt(span)
        value = value * np.exp((0.03 - 0.02 - sigma**2 / 2) * span + sigma * noise)
        alive &= value >= goes[number]["low"]
        went.append(alive.mean())
        spent = value - 1_200_000 if cash[number] is None else cash[number]
        worth += np.where(alive, spent, 0.0) * math.exp(-0.03 * time)
        alive &= rng.random(count) < success[number]
    error = float(worth.std()) / math.sqrt(count)
    assert found.value == pytest.approx(float(worth.mean()), abs=3.5 * error)
    assert error < 0.01 * found.value
    chances = found.details["probabilities"]
    for event, share in zip(("invest: 临床前", "invest: 临床试验", "launch"), went, strict=True):
        assert chances[event] == pytest.approx(share, abs=0.004)


def test_what_happens_adds_up_to_one() -> None:
    threat = {"kind": "constant", "rate_per_year": figure(0.08), "recovery_share": figure(0.5)}
    chances = concluded(threat=threat, real_growth_share=figure(0.06)).details["probabilities"]
    ends = {event: share for event, share in chances.items() if not event.startswith("invest")}
    assert sum(ends.values()) == pytest.approx(1, rel=1e-7)
    assert {event for event in ends if event.startswith("failed")} == {"failed: 临床前", "failed: 临床试验"}


def test_the_plan_without_choices_is_the_hand_calculation() -> None:
    """Hand: outlays weighted by the probability of reaching their stage, not of passing it; discounted to today."""
    found = concluded()
    beside = {each.name: each.value for each in found.beside}
    outlays = 100_000 * math.exp(-0.015) + 0.6 * 400_000 * math.exp(-0.06)
    launched = 3_000_000 * math.exp(-0.1) - 1_200_000 * math.exp(-0.15)
    assert beside["static_npv"] == pytest.approx(0.3 * launched - outlays, rel=1e-12)
    assert found.pledgee_value == pytest.approx(beside["static_npv"], rel=1e-12)
    # Only the launch at will: Black–Scholes on the mean variance, less the same outlays.
    mean = math.sqrt((0.5 * 0.16 + 1.5 * 0.36 + 3 * 0.16) / 5)
    call = black_scholes(3_000_000, 1_200_000, 5.0, 0.03, 0.02, mean)
    assert beside["european_value"] == pytest.approx(0.3 * call - outlays, rel=1e-12)


def test_a_first_stage_today_is_decided_today() -> None:
    """Identity: what follows the first stage, times its success, less its outlay in full."""
    now = concluded(first_stage_in_years=figure(0.0))
    rest = concluded(
        first_stage_in_years=figure(1.5),
        stages=[stage(2, 400_000, 3.0, 0.5, volatility=0.4)],
        volatility_share=figure(0.6),
    )
    assert now.value == pytest.approx(0.6 * rest.value - 100_000, rel=1e-7)
    assert now.details["probabilities"]["invest: 临床前"] == pytest.approx(1)
    hopeless = concluded(first_stage_in_years=figure(0.0), launch_value=amount("100000.00"))
    assert hopeless.value == 0
    assert hopeless.details["probabilities"]["abandon before: 临床前"] == pytest.approx(1)


@settings(max_examples=2, deadline=None)
@given(
    value=st.floats(2e5, 2e7),
    success=st.floats(0.05, 0.95),
    sigma=st.floats(0.1, 1.0),
    rate=st.floats(-0.01, 0.12),
    payout=st.floats(0, 0.12),
    threat=st.floats(0, 0.3),
)
def test_bounds_and_order(
    value: float, success: float, sigma: float, rate: float, payout: float, threat: float
) -> None:
    """Committed ≤ launch at will ≤ every choice; success and volatility never take away, a threat never adds."""

    def found(*, success: float = success, sigma: float = sigma, threat: float = threat) -> Conclusion:
        return concluded(
            launch_value=amount(f"{value:.2f}"),
            stages=[stage(1, 100_000, 1.5, success), stage(2, 300_000, 2.0, 0.5)],
            volatility_share=figure(sigma),
            riskless_rate_share=figure(rate),
            payout_yield_share=figure(payout),
            threat={"kind": "constant", "rate_per_year": figure(threat), "recovery_share": figure(0.1)},
        )

    here = found()
    beside = {each.name: each.value for each in here.beside}
    slack = 1e-8 * value
    assert beside["static_npv"] <= beside["european_value"] + slack
    assert max(beside["european_value"], 0) <= here.value + slack
    assert 0 <= (here.pledgee_value or 0) <= here.value + slack
    assert here.value <= found(success=min(1.0, success * 1.05)).value + slack
    assert here.value <= found(sigma=sigma * 1.1).value + slack
    assert found(threat=threat + 0.05).value <= here.value + slack
