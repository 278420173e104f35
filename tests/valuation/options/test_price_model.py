"""Price processes from a series: are the parameters found again, and do the stated errors cover what they should?

Checked against: a chain without noise (inverse), scipy's regression and a general optimiser (second ways), simulated
series whose parameters are known.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from valuation.errors import InputError
from valuation.options._price_model import (
    bootstrap_half_life,
    fit_mean_reversion,
    fit_prices,
    fit_random_walk,
    half_life_band,
)

YEARLY = 1.0


def chains(*, count: int, length: int, b: float, level: float, deviation: float, seed: int = 7) -> np.ndarray:  # type: ignore[type-arg]
    """Stationary chains, one a row."""
    generator = np.random.default_rng(seed)
    noise = deviation * generator.standard_normal((count, length))
    found = np.empty((count, length))
    found[:, 0] = level + noise[:, 0] / math.sqrt(1 - b**2)
    for step in range(1, length):
        found[:, step] = level + b * (found[:, step - 1] - level) + noise[:, step]
    return found


def test_a_chain_without_noise_gives_its_parameters_back() -> None:
    """Inverse: κ = 0.8, level ln 12, monthly; rounding alone is left as residual."""
    kept = math.exp(-0.8 / 12)
    logs = math.log(12) + 1.5 * kept ** np.arange(60)
    found = fit_mean_reversion(logs, interval_years=1 / 12, corrected=False)
    assert found is not None
    assert found.speed_per_year == pytest.approx(0.8, rel=1e-9)
    assert found.log_level == pytest.approx(math.log(12), rel=1e-9)
    assert found.half_life_years == pytest.approx(math.log(2) / 0.8, rel=1e-9)
    assert found.volatility < 1e-9


def test_the_regression_is_the_textbook_one() -> None:
    """Second way: scipy's linear regression, and the exact discretisation written out."""
    (logs,) = chains(count=1, length=120, b=0.9, level=1.0, deviation=0.08)
    line = stats.linregress(logs[:-1], logs[1:])
    found = fit_mean_reversion(logs, interval_years=0.25, corrected=False)
    assert found is not None
    assert found.step_coefficient == pytest.approx(line.slope, rel=1e-10)
    assert found.step_coefficient_error == pytest.approx(line.stderr, rel=1e-10)
    assert found.log_level == pytest.approx(line.intercept / (1 - line.slope), rel=1e-9)
    rest = logs[1:] - line.intercept - line.slope * logs[:-1]
    variance = rest @ rest / (len(rest) - 2)
    assert found.volatility**2 * (1 - line.slope**2) / (2 * found.speed_per_year) == pytest.approx(variance, rel=1e-9)
    _, deviation = found.motion().move(0.0, 0.25, np.array([0.0]), 0)
    assert float(deviation[0]) ** 2 == pytest.approx(variance, rel=1e-9)


def test_the_corrected_level_is_the_likeliest_one() -> None:
    """Second way: a general optimiser on the exact stationary likelihood, b held."""
    (logs,) = chains(count=1, length=60, b=0.85, level=2.0, deviation=0.2)
    found = fit_mean_reversion(logs, interval_years=YEARLY)
    assert found is not None
    b = found.step_coefficient

    def squares(level: float) -> float:
        rest = logs[1:] - level - b * (logs[:-1] - level)
        return float((1 - b**2) * (logs[0] - level) ** 2 + rest @ rest)

    assert found.log_level == pytest.approx(optimize.minimize_scalar(squares, tol=1e-12).x, abs=1e-6)


def test_the_correction_takes_most_of_the_bias_away() -> None:
    """Simulated: b = 0.85 in 60 yearly prices; Kendall's bias is −(1 + 3b)/59 = −0.060, of which a fifth is left."""
    drawn = chains(count=3000, length=60, b=0.85, level=0.0, deviation=0.2)
    before, after = drawn[:, :-1], drawn[:, 1:]
    centred = before - before.mean(axis=1, keepdims=True)
    plain = np.sum(centred * after, axis=1) / np.sum(centred**2, axis=1)
    assert plain.mean() - 0.85 == pytest.approx(-(1 + 3 * 0.85) / 59, abs=0.008)
    corrected = (59 * plain + 1) / 56
    assert abs(corrected.mean() - 0.85) < 0.012
    found = fit_mean_reversion(drawn[0], interval_years=YEARLY)
    assert found is not None
    assert found.step_coefficient == pytest.approx(corrected[0], rel=1e-9)


def test_the_errors_cover() -> None:
    """Simulated: nine in ten bands hold the true half-life, walk's drift and volatility (± 5 points: 400 series)."""
    drawn = chains(count=400, length=150, b=0.8, level=1.0, deviation=0.2)
    truth = -math.log(2) / math.log(0.8)
    bands = [half_life_band(fit) for each in drawn if (fit := fit_mean_reversion(each, interval_years=YEARLY))]
    assert len(bands) == 400
    assert np.mean([band.low_years <= truth <= band.high_years for band in bands]) == pytest.approx(0.9, abs=0.05)
    walks = np.cumsum(0.02 + 0.3 * np.random.default_rng(5).standard_normal((400, 100)), axis=1)
    fits = [fit_random_walk(each, interval_years=YEARLY) for each in walks]
    z = float(stats.norm.ppf(0.95))
    drifts = [abs(fit.log_drift_per_year - 0.02) <= z * fit.log_drift_error for fit in fits]
    volatilities = [abs(fit.volatility - 0.3) <= z * fit.volatility_error for fit in fits]
    assert np.mean(drifts) == pytest.approx(0.9, abs=0.05)
    assert np.mean(volatilities) == pytest.approx(0.9, abs=0.05)


def test_the_delta_method_is_the_derivative() -> None:
    (logs,) = chains(count=1, length=120, b=0.9, level=1.0, deviation=0.1)
    found = fit_mean_reversion(logs, interval_years=0.5)
    assert found is not None
    b, step = found.step_coefficient, 1e-6
    slope = (-0.5 * math.log(2) / math.log(b + step) + 0.5 * math.log(2) / math.log(b - step)) / (2 * step)
    assert found.half_life_error_years == pytest.approx(slope * found.step_coefficient_error, rel=1e-6)


def test_resampling_gives_nearly_the_same_band() -> None:
    """Second way: with 200 observations far from a unit root the two bands agree to a fifth."""
    (logs,) = chains(count=1, length=200, b=0.7, level=1.0, deviation=0.2, seed=3)
    fit = fit_mean_reversion(logs, interval_years=YEARLY)
    assert fit is not None
    by_formula = half_life_band(fit)
    drawn = bootstrap_half_life(logs, interval_years=YEARLY, generator=np.random.default_rng(1), resamples=4000)
    assert drawn.low_years == pytest.approx(by_formula.low_years, rel=0.2)
    assert drawn.high_years == pytest.approx(by_formula.high_years, rel=0.2)


def test_a_return_near_to_none_has_no_upper_end() -> None:
    (logs,) = chains(count=1, length=40, b=0.85, level=1.0, deviation=0.2, seed=7)
    fit = fit_mean_reversion(logs, interval_years=YEARLY)
    assert fit is not None
    assert half_life_band(fit).high_years == math.inf


def test_the_rule_mostly_chooses_what_made_the_series() -> None:
    """Simulated: 200 returns with a half-life of two steps, 200 walks; how often the rule finds each."""
    returning = [
        fit_prices(each, interval_years=YEARLY)
        for each in chains(count=200, length=100, b=0.7, level=1.0, deviation=0.2)
    ]
    walks = np.cumsum(0.2 * np.random.default_rng(5).standard_normal((200, 100)), axis=1)
    wandering = [fit_prices(each, interval_years=YEARLY) for each in walks]
    assert np.mean([fit.chosen == "mean_reversion" for fit in returning]) > 0.9
    assert np.mean([fit.chosen == "random_walk" for fit in wandering]) > 0.8


def test_the_rule_as_stated() -> None:
    """Every branch of the rule follows from the tests that are reported with it."""
    drawn = np.vstack([chains(count=40, length=50, b=b, level=1.0, deviation=0.2) for b in (0.6, 0.9, 0.98)])
    seen = set()
    for each in drawn:
        fit = fit_prices(each, interval_years=YEARLY)
        root, level = not fit.dickey_fuller.rejects(0.05), not fit.stationarity.rejects(0.05)
        pays = fit.likelihood_gain > math.log(fit.dickey_fuller.observations)
        expected = {(False, True): True, (True, False): False}.get((root, level), pays) and fit.evidence != "no_return"
        assert (fit.chosen == "mean_reversion") == expected, fit.reason
        seen.add(fit.evidence)
    assert seen == {"returns_to_level", "wanders", "undecided", "no_return"}


def test_without_any_return_only_the_walk_is_left() -> None:
    logs = np.cumsum(0.1 + 0.01 * np.random.default_rng(2).standard_normal(40)) ** 1.5
    fit = fit_prices(logs, interval_years=YEARLY)
    assert fit.mean_reversion is None
    assert fit.chosen == "random_walk"
    with pytest.raises(InputError, match="no return to a level"):
        bootstrap_half_life(logs, interval_years=YEARLY, generator=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("prices", "interval", "text"),
    [
        ([1.0] * 10, 1.0, "at least 20"),
        ([1.0] * 30, 1.0, "do not vary"),
        ([math.nan] * 30, 1.0, "not positive"),
        (list(range(30)), 0.0, "interval_years"),
        (list(range(30)), 9.0, "interval_years"),
    ],
)
def test_what_cannot_be_fitted_is_refused(prices: list[float], interval: float, text: str) -> None:
    with pytest.raises(InputError, match=text):
        fit_prices(prices, interval_years=interval)


def test_too_few_resamples_are_refused() -> None:
    (logs,) = chains(count=1, length=40, b=0.5, level=1.0, deviation=0.2)
    with pytest.raises(InputError, match="resamples"):
        bootstrap_half_life(logs, interval_years=YEARLY, generator=np.random.default_rng(1), resamples=5)
