"""Is the internal rate the true one, and are several or no rates reported as such?

Checked against the published xirr cases (literature), pyxirr and scipy's brentq (second methods), products of
linear factors whose roots are known beforehand (identity), and properties by hypothesis.
"""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from valuation.discounting.internal_rate import (
    MAXIMUM_SIGN_CHANGES,
    dated_internal_rate,
    periodic_internal_rate,
)
from valuation.errors import InputError

DAY_ONE = datetime.date(2020, 1, 1)


def after(*days: int) -> list[datetime.date]:
    return [DAY_ONE + datetime.timedelta(days=day) for day in days]


def year_ends(first: int, last: int) -> list[datetime.date]:
    return [datetime.date(year, 12, 31) for year in range(first, last + 1)]


def net_present_value(dates: list[datetime.date], amounts: list[float], rate: float) -> float:
    return math.fsum(
        amount * (1 + rate) ** (-(day - min(dates)).days / 365) for day, amount in zip(dates, amounts, strict=True)
    )


# --- literature -----------------------------------------------------------------------------------

EXCEL_DATES = [
    datetime.date(2008, 1, 1),
    datetime.date(2008, 3, 1),
    datetime.date(2008, 10, 30),
    datetime.date(2009, 2, 15),
    datetime.date(2009, 4, 1),
]
EXCEL_AMOUNTS = [-10000, 2750, 4250, 3250, 2750]


def test_example_of_the_spreadsheet_manual() -> None:
    # Literature: Microsoft's XIRR example, 0.373362535 at Excel's precision of 1e-8.
    result = dated_internal_rate(EXCEL_DATES, EXCEL_AMOUNTS)
    assert result.status == "one_root"
    assert result.rate == pytest.approx(0.373362535, abs=2e-9)
    assert result.roots == (result.rate,)
    assert result.nearest_zero == result.rate


def test_near_total_loss_has_two_roots_and_names_the_one_nearer_zero() -> None:
    # Literature: pyxirr's sample minus_0_993.csv.
    dates = [datetime.date(2021, 6, 8), datetime.date(2022, 6, 29), datetime.date(2023, 6, 8)]
    amounts = [-1_000_000.0, 5_000.0, -3.0]
    for extra in ([], [datetime.date(2023, 6, 30)]):
        result = dated_internal_rate(dates + extra, amounts + [0.0] * len(extra))
        assert result.status == "several_roots"
        assert result.rate is None
        assert result.nearest_zero == pytest.approx(-0.993785049929284, abs=1e-9)
        assert len(result.roots) == 2
        for root in result.roots:
            assert abs(net_present_value(dates, amounts, root)) < 1e-4


def test_idle_years_before_and_after_change_nothing() -> None:
    # Literature: pyxirr's sample zeros.csv.
    amounts = [0, 0, -100, 10, 0, 10, 10, 10, 200, 0, 0, 0, 0]
    result = dated_internal_rate(year_ends(2021, 2033), amounts)
    assert result.rate == pytest.approx(0.175680730580782, abs=1e-12)


def test_periodic_rate_of_a_fund() -> None:
    # Literature: INSEAD GPEI 2019, 32.4 % and 49.4 %.
    assert periodic_internal_rate([-12, -10, -4, 40, 0, 15, 5]).rate == pytest.approx(0.324, abs=5e-4)
    assert periodic_internal_rate([-12, 0, 0, 40]).rate == pytest.approx((40 / 12) ** (1 / 3) - 1, rel=1e-14)


# --- extremes, by hand ----------------------------------------------------------------------------


def test_rates_above_a_thousand_percent_and_next_to_total_loss() -> None:
    # Hand: one year apart, r = received / paid - 1.
    assert dated_internal_rate(after(0, 365), [-1, 51]).rate == pytest.approx(50, rel=1e-13)
    assert dated_internal_rate(after(0, 365), [-1, 1e9]).rate == pytest.approx(1e9 - 1, rel=1e-12)
    assert dated_internal_rate(after(0, 365), [-1e6, 1]).rate == pytest.approx(-1 + 1e-6, abs=1e-15)
    # Hand: ten per cent in one day, compounded over 365 days.
    assert dated_internal_rate(after(0, 1), [-100, 110]).rate == pytest.approx(1.1**365 - 1, rel=1e-11)
    # Hand: a thousandfold in one day is e^2521 a year, which no float holds; it is not reported.
    assert dated_internal_rate(after(0, 1), [-1, 1000]).status == "no_root"


def test_equal_sums_are_exactly_zero_per_cent() -> None:
    assert dated_internal_rate(after(0, 30, 61), [Decimal("8000000.00"), -4000000, -4000000]).rate == 0.0


def test_other_day_basis() -> None:
    # Hand: 360 days are one year of 360.
    assert dated_internal_rate(after(0, 360), [-100, 110], day_basis=360).rate == pytest.approx(0.1, rel=1e-14)


# --- none and several -----------------------------------------------------------------------------


@pytest.mark.parametrize("amounts", [[100, 110], [-100, -1], [0, 5]])
def test_one_sign_has_no_root(amounts: list[int]) -> None:
    result = dated_internal_rate(after(0, 365), amounts)
    assert (result.rate, result.roots, result.status, result.nearest_zero) == (None, (), "no_root", None)


def test_two_changes_of_sign_without_a_root() -> None:
    # Hand: 100x² - 100x + 100 has a negative discriminant.
    assert periodic_internal_rate([100, -100, 100]).status == "no_root"


def test_amounts_of_one_day_that_cancel_have_no_root() -> None:
    assert dated_internal_rate(after(0, 0), [-5, 5]).status == "no_root"


def test_a_root_that_only_touches_zero_counts_once() -> None:
    # Identity: -100(1 - 1.1x)², and its cube.
    assert periodic_internal_rate([-100, 220, -121]).rate == pytest.approx(0.1, abs=1e-7)
    assert periodic_internal_rate([-1000, 3300, -3630, 1331]).rate == pytest.approx(0.1, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True), st.booleans())
def test_all_roots_of_a_product_of_factors_are_found(twentieths: list[int], flip: bool) -> None:
    # Identity: the factors (1 - g x), g = 0.05 … 3, have the roots r = g - 1 and no others.
    growth = [Fraction(number, 20) for number in sorted(twentieths)]
    coefficients = [Fraction(-1 if flip else 1)]
    for factor in growth:
        coefficients = [
            a - factor * b for a, b in zip([*coefficients, Fraction(0)], [Fraction(0), *coefficients], strict=True)
        ]
    result = periodic_internal_rate(coefficients)
    assert len(result.roots) == len(growth)
    assert result.roots == pytest.approx([float(g) - 1 for g in growth], abs=1e-6)


def test_many_changes_of_sign_are_searched_and_too_many_refused() -> None:
    amounts = [(-1) ** i * (1 + i % 7) for i in range(60)]
    roots = np.roots(np.array(amounts, dtype=float))  # in powers of x = 1 + r, highest first
    real = [root.real - 1 for root in roots if abs(root.imag) < 1e-9 and root.real > 0]
    assert sorted(periodic_internal_rate(amounts).roots) == pytest.approx(sorted(real), abs=1e-8)
    with pytest.raises(InputError, match="changes of sign"):
        periodic_internal_rate([(-1) ** i for i in range(MAXIMUM_SIGN_CHANGES + 2)])


# --- second methods -------------------------------------------------------------------------------

money = st.floats(0.01, 1e9)


@settings(max_examples=150, deadline=None)
@given(
    outlays=st.lists(money, min_size=1, max_size=5),
    incomes=st.lists(money, min_size=1, max_size=30),
    gaps=st.lists(st.integers(1, 400), min_size=35, max_size=35),
)
def test_one_change_of_sign_has_one_root_and_agrees_with_two_others(
    outlays: list[float], incomes: list[float], gaps: list[int]
) -> None:
    amounts = [-x for x in outlays] + incomes
    dates = after(*np.cumsum(gaps)[: len(amounts)].tolist())
    years = np.array([(day - dates[0]).days / 365 for day in dates])

    def value(log_rate: float) -> float:
        exponents = -years * log_rate
        return float(np.dot(amounts, np.exp(exponents - exponents.max())))

    if value(-36) * value(709) > 0:
        assert dated_internal_rate(dates, amounts).status == "no_root"  # beyond what a float holds
        return
    rate = dated_internal_rate(dates, amounts).rate
    assert rate is not None
    second = math.expm1(brentq(value, -36, 709, xtol=1e-14, rtol=1e-14, maxiter=500))
    assert math.log1p(rate) == pytest.approx(math.log1p(second), rel=1e-9, abs=1e-10)
    oracle = pyxirr.xirr(dates, amounts)
    if oracle is not None and -0.999 < oracle < 1e6:
        assert rate == pytest.approx(oracle, rel=1e-6, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=12).filter(any), st.randoms())
def test_order_scale_and_sign_change_no_root(amounts: list[int], random: object) -> None:
    dates = after(*range(0, 200 * len(amounts), 200))
    plain = dated_internal_rate(dates, amounts)
    order = list(range(len(amounts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = dated_internal_rate([dates[i] for i in order], [-1024 * amounts[i] for i in order])
    assert moved == plain
    assert (plain.status == "one_root") == (len(plain.roots) == 1) == (plain.rate is not None)


def test_periodic_agrees_with_pyxirr() -> None:
    amounts = [-1000.0, *([9.5] * 120)]
    assert periodic_internal_rate(amounts).rate == pytest.approx(pyxirr.irr(amounts), rel=1e-9)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "field"),
    [
        ([1.0], "amounts"),
        ([1.0, math.nan], "amounts.1"),
        ([math.inf, -1.0], "amounts.0"),
        ([Decimal("NaN"), 1], "amounts.0"),
        ([10**400, -1], "amounts.0"),
        ([Decimal("sNaN"), -1], "amounts.0"),
        ([0, 0], "amounts"),
    ],
)
def test_bad_amounts_name_the_field(amounts: list[float], field: str) -> None:
    with pytest.raises(InputError) as caught:
        dated_internal_rate(after(*range(len(amounts))), amounts)
    assert caught.value.problems[0].field == field
    with pytest.raises(InputError):
        periodic_internal_rate(amounts)


def test_lengths_and_basis_must_fit() -> None:
    with pytest.raises(InputError, match="dates"):
        dated_internal_rate(after(0), [1, -1])
    for basis in (0, -365, math.nan):
        with pytest.raises(InputError, match="day_basis"):
            dated_internal_rate(after(0, 1), [1, -1], day_basis=basis)
