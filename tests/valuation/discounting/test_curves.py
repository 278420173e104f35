"""What is a certain payment at a later time worth today?

Checked against: two-year bonds by hand, repricing of every par bond with the curve's own factors (identity), an own
search tenor by tenor (second way to QuantLib's bootstrap), and identities between factors, zero and forward rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from valuation.discounting.curves import (
    DiscountCurve,
    curve_from_nelson_siegel,
    curve_from_par_yields,
    curve_from_zero_rates,
    riskless_discount_factor_line,
)
from valuation.discounting.nelson_siegel import NelsonSiegel, NelsonSiegelFit
from valuation.errors import IpfinError
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet

MONTHS = [1, 3, 6, 9, 12, 24, 36, 60, 84, 120, 180, 240, 360]
YIELDS = [0.020, 0.021, 0.0215, 0.022, 0.0225, 0.024, 0.026, 0.029, 0.0305, 0.032, 0.035, 0.037, 0.038]


def payments(months: int, par_yield: float, coupons_per_year: int) -> list[tuple[float, float]]:
    """Time and amount of a bond of 1: whole coupon periods back from maturity, the first one may be short."""
    step = 12 // coupons_per_year
    days = sorted(range(months, 0, -step))
    starts = [0, *days[:-1]]
    coupons = [(day / 12, par_yield * (day - start) / 12) for day, start in zip(days, starts, strict=True)]
    return [*coupons, (months / 12, 1.0)]


def reprice(curve: DiscountCurve, months: int, par_yield: float, coupons_per_year: int) -> float:
    flows = payments(months, par_yield, coupons_per_year)
    return sum(amount * curve.discount_factor(time) for time, amount in flows)


# --- bootstrap ------------------------------------------------------------------------------------


def test_two_years_by_hand() -> None:
    """D1 = 1/1.03; 0.04 D1 + 1.04 D2 = 1."""
    curve = curve_from_par_yields([12, 24], [0.03, 0.04], coupons_per_year=1)
    assert curve.discount_factor(1) == pytest.approx(1 / 1.03, rel=1e-11)
    assert curve.discount_factor(2) == pytest.approx((1 - 0.04 / 1.03) / 1.04, rel=1e-11)


def test_below_a_coupon_period_interest_is_simple() -> None:
    curve = curve_from_par_yields([3, 6, 12], [0.02, 0.03, 0.03], coupons_per_year=1)
    assert curve.discount_factor(0.25) == pytest.approx(1 / 1.005, rel=1e-11)
    assert curve.discount_factor(0.5) == pytest.approx(1 / 1.015, rel=1e-11)


@pytest.mark.parametrize("coupons", [1, 2, 4, 12])
def test_every_bond_reprices_to_par(coupons: int) -> None:
    curve = curve_from_par_yields(MONTHS, YIELDS, coupons_per_year=coupons)
    for months, par_yield in zip(MONTHS, YIELDS, strict=True):
        assert reprice(curve, months, par_yield, coupons) == pytest.approx(1, abs=1e-9)


@given(
    rates=st.lists(st.floats(-0.005, 0.12), min_size=4, max_size=4),
    coupons=st.sampled_from([1, 2]),
)
def test_a_search_tenor_by_tenor_gives_the_same(rates: list[float], coupons: int) -> None:
    """Second way: the factor of each tenor by Brent's method, given those before it."""
    tenors = [6, 12, 36, 60]
    # A yield may differ from its forerunner by so much only that a positive factor remains.
    yields = [sum(rates[: k + 1]) / (k + 1) for k in range(4)]
    found = curve_from_par_yields(tenors, yields, coupons_per_year=coupons)
    times, factors = [0.0], [1.0]
    for months, par_yield in zip(tenors, yields, strict=True):

        def gap(log: float, months: int = months, par_yield: float = par_yield) -> float:
            points = [*times, months / 12], [*(math.log(each) for each in factors), log]
            flows = payments(months, par_yield, coupons)
            return sum(amount * math.exp(_interpolated(time, *points)) for time, amount in flows) - 1

        factors.append(math.exp(brentq(gap, -5, 2, xtol=1e-14)))
        times.append(months / 12)
    assert found.discount_factors == pytest.approx(factors[1:], rel=1e-9)


def _interpolated(time: float, times: list[float], logs: list[float]) -> float:
    for k in range(1, len(times)):
        if time <= times[k]:
            share = (time - times[k - 1]) / (times[k] - times[k - 1])
            return logs[k - 1] + share * (logs[k] - logs[k - 1])
    raise AssertionError("time within the curve")


def test_yields_without_a_curve_are_refused() -> None:
    """By hand: a coupon of 150 % on top of D1 = 1 leaves 1 − 1.5 for the second year."""
    with pytest.raises(IpfinError):
        curve_from_par_yields([12, 24], [0.0, 1.5], coupons_per_year=1)


# --- factors, zero and forward rates --------------------------------------------------------------


def test_zero_rates_by_hand() -> None:
    annual = curve_from_zero_rates([1, 2], [0.03, 0.04], compounding="annual")
    assert annual.discount_factors == pytest.approx([1 / 1.03, 1 / 1.04**2], rel=1e-15)
    assert annual.forward_rate(1, 2, compounding="annual") == pytest.approx(1.04**2 / 1.03 - 1, rel=1e-12)
    continuous = curve_from_zero_rates([1, 2], [0.03, 0.04], compounding="continuous")
    assert continuous.discount_factors == pytest.approx([math.exp(-0.03), math.exp(-0.08)], rel=1e-15)
    assert continuous.forward_rate(1, 2) == pytest.approx(0.05, rel=1e-12)


@given(
    rates=st.lists(st.floats(-0.02, 0.2), min_size=2, max_size=8),
    share=st.floats(0.01, 0.99),
    compounding=st.sampled_from(["annual", "continuous"]),
)
def test_rates_and_factors_say_the_same(rates: list[float], share: float, compounding: Any) -> None:
    times = [1.5 * (k + 1) for k in range(len(rates))]
    curve = curve_from_zero_rates(times, rates, compounding=compounding)
    for time, rate in zip(times, rates, strict=True):
        assert curve.zero_rate(time, compounding=compounding) == pytest.approx(rate, abs=1e-12)
    last, middle = times[-1], share * times[-1]
    grown = curve.discount_factor(middle) * math.exp(-curve.forward_rate(middle, last) * (last - middle))
    assert grown == pytest.approx(curve.discount_factor(last), rel=1e-12)
    assert curve.discount_factor(0) == 1


def test_between_two_times_the_forward_rate_is_constant() -> None:
    curve = DiscountCurve((1.0, 3.0), (0.97, 0.90), "test")
    assert curve.discount_factor(2) == pytest.approx(math.sqrt(0.97 * 0.90), rel=1e-15)


def test_beyond_the_last_time_the_curve_refuses_unless_told_otherwise() -> None:
    curve = DiscountCurve((1.0, 2.0), (0.97, 0.93), "test")
    with pytest.raises(IpfinError, match=r"time_years: found 2\.5, expected a time from 0 to 2 years"):
        curve.discount_factor(2.5)
    longer = DiscountCurve((1.0, 2.0), (0.97, 0.93), "test", beyond="flat_forward")
    assert longer.discount_factor(4) == pytest.approx(0.93 * (0.93 / 0.97) ** 2, rel=1e-13)
    assert longer.forward_rate(2, 9) == pytest.approx(longer.forward_rate(1, 2), rel=1e-12)


def test_negative_forward_rates_are_named() -> None:
    curve = DiscountCurve((1.0, 2.0, 3.0), (1.01, 0.98, 0.99), "test")
    assert curve.negative_forwards == ((0.0, 1.0), (2.0, 3.0))
    (warning,) = curve.warnings()
    assert warning.code == "negative_forward_rate"
    assert "0–1, 2–3" in warning.label.en
    assert DiscountCurve((1.0, 2.0), (0.97, 0.93), "test").warnings() == ()


# --- a fitted curve, and the working paper --------------------------------------------------------

SMOOTH = NelsonSiegel(0.04, -0.02, 0.01, 3.0)
FIT = NelsonSiegelFit(SMOOTH, (1.0, 2.0, 5.0, 10.0, 30.0), (0.0,) * 5, 10.0, (1.0, 30.0))


@pytest.mark.parametrize("quoted", ["zero_annual", "zero_continuous", "par_annual"])
def test_a_fitted_curve_becomes_factors_by_what_was_quoted(quoted: Any) -> None:
    curve = curve_from_nelson_siegel(FIT, tenors_months=[12, 24, 60], quoted=quoted)
    if quoted == "par_annual":
        assert reprice(curve, 60, SMOOTH.rate(5), 1) == pytest.approx(1, abs=1e-9)
    else:
        compounding = quoted.removeprefix("zero_")
        assert curve.zero_rate(5, compounding=compounding) == pytest.approx(SMOOTH.rate(5), rel=1e-12)


def test_the_instantaneous_forward_is_the_slope_of_the_factors() -> None:
    """Second way: a central difference of ln D for continuous zero rates."""
    step = 1e-4
    up, down = (time * SMOOTH.rate(time) for time in (5 + step, 5 - step))
    assert SMOOTH.instantaneous_forward(5) == pytest.approx((up - down) / (2 * step), rel=1e-7)
    assert SMOOTH.instantaneous_forward(0) == pytest.approx(SMOOTH.rate(0), rel=1e-15)


def test_the_factors_stand_on_a_working_paper_with_their_origin() -> None:
    label = Label("年度", "year")
    sheet = Sheet(title=label, axis=Axis(label, ("1", "2")))
    curve = curve_from_zero_rates([1, 2], [0.03, 0.04], compounding="annual")
    riskless_discount_factor_line(sheet, curve, times_years=[1, 2])
    paper = sheet.finish()
    assert paper.row("riskless_discount_factor") == pytest.approx([1 / 1.03, 1 / 1.04**2])
    assert paper.formula_in_words("riskless_discount_factor", "en") == "zero rates, annual compounding"


# --- refusals -------------------------------------------------------------------------------------

GOOD = DiscountCurve((1.0, 2.0), (0.97, 0.93), "test")


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda: DiscountCurve((1.0,), (0.97,), "t"), "times_years: found 1 points, expected 2 to 1000"),
        (lambda: DiscountCurve((2.0, 1.0), (0.97, 0.9), "t"), "times_years.1: found 1 after 2, expected rising times"),
        (lambda: DiscountCurve((1.0, 1.0), (0.97, 0.9), "t"), "rising times"),
        (lambda: DiscountCurve((0.0, 1.0), (1.0, 0.9), "t"), "times_years.0: found 0.0, expected a time above zero"),
        (lambda: DiscountCurve((1.0, 2.0), (0.97,), "t"), "discount_factors: found 1 numbers"),
        (lambda: DiscountCurve((1.0, 2.0), (0.97, -0.1), "t"), "discount_factors.1: found -0.1"),
        (lambda: DiscountCurve((1.0, 2.0), (0.97, 0.0), "t"), "above zero"),
        (lambda: DiscountCurve((1.0, 2.0), (0.97, math.nan), "t"), "discount_factors.1: found a number that is not"),
        (lambda: DiscountCurve((1.0, math.inf), (0.97, 0.9), "t"), "times_years.1: found a number that is not"),
        (lambda: curve_from_zero_rates([1, 2], [0.1, -1.0], compounding="annual"), "annual rates above -1"),
        (lambda: curve_from_par_yields([12, 12.5], [0.1, 0.1], coupons_per_year=1), "whole months"),  # type: ignore[list-item]
        (lambda: curve_from_par_yields([0, 12], [0.1, 0.1], coupons_per_year=1), "whole months from 1"),
        (lambda: curve_from_par_yields([12, 24], [0.1, 0.1], coupons_per_year=3), "coupons_per_year: found 3"),
        (lambda: GOOD.discount_factor(-1), "time_years: found -1"),
        (lambda: GOOD.discount_factor(math.nan), "time_years: found nan"),
        (lambda: GOOD.zero_rate(0, compounding="annual"), "time_years: found 0"),
        (lambda: GOOD.forward_rate(2, 2), "end_years: found 2"),
    ],
)
def test_what_is_no_curve_is_refused_by_name(attempt: Callable[[], object], says: str) -> None:
    with pytest.raises(IpfinError) as raised:
        attempt()
    assert says in raised.value.message
