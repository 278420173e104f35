"""Which smooth curve do quoted rates follow, when some of the quotes are wrong?

Checked against: curves with known parameters (identity), planted wrong quotes, and scipy's differential evolution
over all four parameters at once (second way to the exact search among curves through three quotes), and
QuantLib's Nelson-Siegel formula.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import differential_evolution

from valuation.discounting.nelson_siegel import NelsonSiegel, NelsonSiegelFit, fit_nelson_siegel
from valuation.discounting.quantlib_adapter import evaluation_date
from valuation.errors import InputError, RefusalError

TENORS = [0, 1 / 12, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30]
TRUE = NelsonSiegel(0.042, -0.021, 0.013, 2.4)


def fit(rates: list[float], tenors: list[float] = TENORS, **changes: Any) -> NelsonSiegelFit:
    return fit_nelson_siegel(tenors, rates, **{"acceptable_bp": 10.0, "outlier_bp": 25.0} | changes)


def quotes(curve: NelsonSiegel) -> list[float]:
    return [curve.rate(tenor) for tenor in TENORS]


@settings(max_examples=25)
@given(
    level=st.floats(0.01, 0.08),
    slope=st.floats(-0.04, 0.02),
    hump=st.floats(-0.03, 0.03),
    tau=st.floats(0.5, 15),
)
def test_a_curve_of_the_family_is_found_again(level: float, slope: float, hump: float, tau: float) -> None:
    true = NelsonSiegel(level, slope, hump, tau)
    found = fit(quotes(true))
    assert max(abs(each) for each in found.residuals_bp) < 0.05
    assert found.curve.rate(4.0) == pytest.approx(true.rate(4.0), abs=1e-5)


def test_the_ends_of_the_curve_by_hand() -> None:
    assert TRUE.rate(0) == pytest.approx(0.042 - 0.021, rel=1e-15)
    assert TRUE.rate(1e9) == pytest.approx(0.042, rel=1e-6)
    z = 5 / 2.4
    slope = (1 - math.exp(-z)) / z
    assert TRUE.rate(5) == pytest.approx(0.042 - 0.021 * slope + 0.013 * (slope - math.exp(-z)), rel=1e-14)


@given(
    level=st.floats(0.01, 0.08),
    slope=st.floats(-0.04, 0.02),
    hump=st.floats(-0.03, 0.03),
    tau=st.floats(0.5, 15),
)
def test_quantlib_draws_the_same_curve(level: float, slope: float, hump: float, tau: float) -> None:
    """Second way to the formula, not to the fit: QuantLib's own search runs to a negative τ from its default start."""
    with evaluation_date(datetime.date(2001, 1, 1)) as ql:
        first, counter = ql.Date(1, 1, 2001), ql.Thirty360(ql.Thirty360.BondBasis)
        schedule = ql.Schedule(
            first,
            ql.Date(1, 1, 2031),
            ql.Period(ql.Annual),
            ql.NullCalendar(),
            ql.Unadjusted,
            ql.Unadjusted,
            ql.DateGeneration.Backward,
            False,
        )
        price = ql.QuoteHandle(ql.SimpleQuote(100.0))
        bond = ql.FixedRateBondHelper(price, 0, 100.0, schedule, [0.03], counter, ql.Unadjusted, 100.0, first)
        guess = [level, slope, hump, 1 / tau]
        drawn = ql.FittedBondDiscountCurve(first, [bond], counter, ql.NelsonSiegelFitting(), 1e-12, 0, guess)
        theirs = [drawn.discount(first + ql.Period(years, ql.Years)) for years in (1, 5, 10, 30)]
    curve = NelsonSiegel(level, slope, hump, tau)
    assert theirs == pytest.approx([math.exp(-years * curve.rate(years)) for years in (1, 5, 10, 30)], rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [{0: 0.096}, {12: 0.1054}, {0: 0.1196}, {0: 0.094, 1: 0.095, 2: 0.096}, {5: -0.01}, {3: -0.02, 12: 0.09}],
)
def test_wrong_quotes_do_not_drag_the_curve_along(wrong: dict[int, float]) -> None:
    """Least squares would move the others by tens of basis points; here they stay within half of one."""
    rates = [wrong.get(k, rate) for k, rate in enumerate(quotes(TRUE))]
    found = fit(rates)
    assert found.outlying_tenors_years == tuple(TENORS[k] for k in sorted(wrong))
    assert max(abs(each) for k, each in enumerate(found.residuals_bp) if k not in wrong) < 0.5
    (warning,) = (each for each in found.warnings() if each.code == "curve_quote_outlying")
    assert f"{TENORS[min(wrong)]:g}" in warning.label.en


def test_a_search_over_all_four_parameters_finds_nothing_better() -> None:
    """Second way, on quotes with noise: scipy's differential evolution on the same capped sum of residuals."""
    noise = np.random.Generator(np.random.Philox(key=7)).normal(scale=3e-4, size=len(TENORS))
    rates = np.array(quotes(TRUE)) + noise
    found = fit([float(rate) for rate in rates])

    def lost(parameters: np.ndarray) -> float:
        curve = NelsonSiegel(*(float(each) for each in parameters))
        return sum(min(abs(rate - curve.rate(tenor)) * 1e4, 25.0) for rate, tenor in zip(rates, TENORS, strict=True))

    bounds = [(0.0, 0.1), (-0.1, 0.1), (-0.1, 0.1), (1 / 12, 30.0)]
    other = differential_evolution(lost, bounds, rng=np.random.Generator(np.random.Philox(key=8)), maxiter=150)
    assert sum(abs(each) for each in found.residuals_bp) <= other.fun + 1e-6


def test_the_residuals_are_reported() -> None:
    rates = quotes(TRUE)
    rates[6] += 0.002
    found = fit(rates)
    assert found.residuals_bp[6] == pytest.approx(20, abs=0.1)
    assert found.median_absolute_bp < 0.05
    assert found.root_mean_square_bp == pytest.approx(20 / math.sqrt(len(TENORS)), rel=0.01)
    assert found.outlying_tenors_years == ()


def test_a_bound_that_is_reached_is_named() -> None:
    found = fit(quotes(TRUE), tau_bounds_years=(5.0, 20.0), acceptable_bp=100.0)
    assert found.is_tau_at_bound
    assert "curve_tau_at_bound" in {warning.code for warning in found.warnings()}
    assert not fit(quotes(TRUE)).is_tau_at_bound


def test_a_far_end_that_runs_away_is_named() -> None:
    """By hand: quotes between 2 and 3 %, far end at −10 %."""
    curve = NelsonSiegel(-0.10, 0.12, 0.25, 20.0)
    found = NelsonSiegelFit(curve, (0.0, 1.0, 5.0), (0.0, 0.0, 0.0), 25.0, (1.0, 100.0))
    assert found.is_long_end_wild
    assert "-10.00%" in found.warnings()[0].label.en
    assert fit(quotes(TRUE)).warnings() == ()


def test_the_move_between_two_days_by_hand() -> None:
    """A parallel move of 30 bp."""
    later = NelsonSiegel(0.045, -0.021, 0.013, 2.4)
    assert fit(quotes(later)).largest_move_bp(fit(quotes(TRUE))) == pytest.approx(30, abs=0.05)


def test_a_bad_fit_is_refused() -> None:
    saw = [0.02 + 0.01 * (k % 2) for k in range(len(TENORS))]
    with pytest.raises(RefusalError, match=r"rates_share: found three quarters of the quotes within 100\.0 bp"):
        fit(saw)


@pytest.mark.parametrize(
    ("tenors", "rates", "changes", "says"),
    [
        ([1, 2, 3, 4], [0.02] * 4, {}, "tenors_years: found 4 quotes, expected 5 to 60"),
        ([1, 2, 3, 4, 4], [0.02] * 5, {}, "tenors_years: found tenors out of order"),
        ([-1, 2, 3, 4, 5], [0.02] * 5, {}, "rising tenors of zero or more"),
        ([1, 2, 3, 4, 5], [0.02] * 4, {}, "rates_share: found 4 rates, expected 5"),
        ([1, 2, 3, 4, 5], [0.02, 0.02, math.nan, 0.02, 0.02], {}, "rates_share.2: found a number that is not finite"),
        ([1, 2, 3, 4, 5], [0.02] * 5, {"tau_bounds_years": (3.0, 1.0)}, "tau_bounds_years: found 3 to 1"),
        ([1, 2, 3, 4, 5], [0.02] * 5, {"starts": 1}, "starts: found 1"),
        ([1, 2, 3, 4, 5], [0.02] * 5, {"outlier_bp": 0.0}, "outlier_bp: found 0.0"),
    ],
)
def test_what_cannot_be_fitted_is_refused_by_name(
    tenors: list[float], rates: list[float], changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as raised:
        fit(rates, tenors, **changes)
    assert says in raised.value.message
