"""How many more years may be expected at an age?

Checked against: the gamma function at age zero, the incomplete gamma function and plain quadrature of the survivor
curve (second ways), memorylessness of the exponential (identity), and small tables by hand.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import special
from scipy.integrate import quad

from tests.valuation.asking import figure
from valuation.discounting.remaining_life import (
    ExponentialSurvivors,
    TabulatedSurvivors,
    WeibullSurvivors,
    iowa_survivor_curve,
)
from valuation.discounting.survival import Survival, survival_line
from valuation.errors import GapError, InputError
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet

AGES = st.floats(0, 40)


@given(hazard=st.floats(0.01, 2), age=AGES)
def test_the_exponential_forgets_its_age(hazard: float, age: float) -> None:
    curve = ExponentialSurvivors(hazard)
    assert curve.remaining_life(age) == 1 / hazard
    area = quad(lambda t: curve.survival(age + t), 0, 60 / hazard, limit=200)[0]
    assert area / curve.survival(age) == pytest.approx(1 / hazard, rel=1e-6)


@given(shape=st.floats(0.4, 6), scale=st.floats(1, 40), share=st.floats(0.001, 2))
def test_weibull_by_the_incomplete_gamma_function(shape: float, scale: float, share: float) -> None:
    """Second way: ∫ₐ S = (η/β) Γ(1/β, (a/η)^β)."""
    age = share * scale
    reached = share**shape
    area = scale / shape * special.gamma(1 / shape) * special.gammaincc(1 / shape, reached)
    found = WeibullSurvivors(shape, scale).remaining_life(age)
    assert found == pytest.approx(area / math.exp(-reached), rel=1e-7)


def test_weibull_at_age_zero_and_where_nothing_is_left_of_the_curve() -> None:
    """By hand: η Γ(1 + 1/β); far out the remaining life nears 1 / hazard = η / β (η/a)^(β−1)."""
    assert WeibullSurvivors(2.0, 10.0).remaining_life(0) == pytest.approx(10 * math.sqrt(math.pi) / 2, rel=1e-12)
    old = WeibullSurvivors(3.0, 10.0)
    assert old.survival(100.0) == 0, "e^−1000 is no float"
    assert old.remaining_life(100.0) == pytest.approx(10 / 3 / 100, rel=1e-3)


@given(scale=st.floats(0.5, 50), age=AGES)
def test_weibull_of_shape_one_is_the_exponential(scale: float, age: float) -> None:
    found = WeibullSurvivors(1.0, scale)
    assert found.remaining_life(age) == pytest.approx(scale, rel=1e-9)
    assert found.survival(age) == pytest.approx(ExponentialSurvivors(1 / scale).survival(age), rel=1e-12)


@given(shape=st.floats(1.05, 4), ages=st.lists(st.floats(0, 30), min_size=2, max_size=2, unique=True))
def test_who_wears_out_has_ever_less_time(shape: float, ages: list[float]) -> None:
    curve = WeibullSurvivors(shape, 12.0)
    younger, older = sorted(ages)
    assert curve.remaining_life(older) <= curve.remaining_life(younger) * (1 + 1e-9)


@given(shape=st.floats(0.5, 4), scale=st.floats(2, 40), age=st.floats(0, 20))
def test_the_forecast_uses_the_same_curve(shape: float, scale: float, age: float) -> None:
    """Second way: the survival line of a forecast is the curve beyond the age, over its height there."""
    label = Label("年度", "year")
    sheet = Sheet(title=label, axis=Axis(label, ("1", "2", "3")))
    stated = {
        "kind": "weibull",
        "shape": figure(shape),
        "scale_years": figure(scale),
        "age_years": figure(age),
    }
    times = (0.5, 1.5, 2.5)
    survival_line(sheet, TypeAdapter(Survival).validate_python(stated), mid_times=times)
    curve = WeibullSurvivors(shape, scale)
    left = [share * curve.survival(age) for share in sheet.finish().row("survival")]
    assert left == pytest.approx([curve.survival(age + time) for time in times], rel=1e-9, abs=1e-300)


# --- tables ---------------------------------------------------------------------------------------

TABLE = TabulatedSurvivors((0.0, 2.0, 4.0, 5.0), (1.0, 0.8, 0.4, 0.0))


def test_a_table_by_hand() -> None:
    """Areas 1.8, 1.2, 0.2; at age 3 the share is 0.6 and the area beyond 0.5 + 0.2."""
    assert TABLE.remaining_life(0) == pytest.approx(3.2, rel=1e-15)
    assert TABLE.remaining_life(2) == pytest.approx(1.4 / 0.8, rel=1e-15)
    assert TABLE.survival(3) == pytest.approx(0.6, rel=1e-15)
    assert TABLE.remaining_life(3) == pytest.approx(0.7 / 0.6, rel=1e-15)
    assert TABLE.survival(5) == 0


def test_a_fine_table_of_an_exponential_gives_its_life() -> None:
    ages = np.linspace(0, 200, 1000)
    table = TabulatedSurvivors(tuple(ages.tolist()), tuple(np.exp(-0.1 * ages).tolist()), cut_off=True)
    assert table.remaining_life(7.3) == pytest.approx(10, rel=1e-3)


def test_a_table_that_is_cut_off_counts_what_it_holds() -> None:
    cut = TabulatedSurvivors((0.0, 10.0), (1.0, 0.5), cut_off=True)
    assert cut.remaining_life(0) == 7.5


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda: ExponentialSurvivors(0), "annual_hazard: found 0"),
        (lambda: ExponentialSurvivors(math.nan), "annual_hazard: found nan"),
        (lambda: WeibullSurvivors(-1, 5), "shape: found -1"),
        (lambda: WeibullSurvivors(1, math.inf), "scale_years: found inf"),
        (lambda: ExponentialSurvivors(0.1).remaining_life(-1), "age_years: found -1, expected an age ≥ 0"),
        (lambda: WeibullSurvivors(1, 5).survival(math.nan), "age_years: found nan"),
        (lambda: WeibullSurvivors(0.001, 5), "shape: found 0.001, expected a shape from 0.01 to 100"),
        (lambda: WeibullSurvivors(101, 5), "shape: found 101"),
        (lambda: WeibullSurvivors(100, 1).remaining_life(11), "age_years: found 11, expected an age from 0 to 10"),
        (lambda: TABLE.survival(6), "age_years: found 6, expected an age from 0 to 5"),
        (lambda: TABLE.remaining_life(5), "expected an age at which something is left"),
        (lambda: TabulatedSurvivors((0.0,), (1.0,), cut_off=True), "found 1 ages and 1 shares"),
        (lambda: TabulatedSurvivors((0.0, 1.0), (1.0,)), "found 2 ages and 1 shares"),
        (lambda: TabulatedSurvivors((1.0, 2.0), (1.0, 0.0)), "expected ages rising from 0"),
        (lambda: TabulatedSurvivors((0.0, 2.0, 2.0), (1.0, 0.5, 0.0)), "expected ages rising from 0"),
        (lambda: TabulatedSurvivors((0.0, math.nan), (1.0, 0.0)), "expected ages rising from 0"),
        (lambda: TabulatedSurvivors((0.0, 1.0), (0.9, 0.0)), "expected shares falling from 1"),
        (lambda: TabulatedSurvivors((0.0, 1.0, 2.0), (1.0, 0.4, 0.5)), "expected shares falling from 1"),
        (lambda: TabulatedSurvivors((0.0, 1.0), (1.0, math.nan)), "expected shares falling from 1"),
        (lambda: TabulatedSurvivors((0.0, 1.0), (1.0, 0.2)), "0.2 at the last age, expected 0 there, or cut_off"),
    ],
)
def test_what_is_no_survivor_curve_is_refused_by_name(attempt: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError) as raised:
        attempt()
    assert says in raised.value.message


def test_iowa_curves_are_a_gap_and_never_a_guess() -> None:
    with pytest.raises(GapError, match="Bulletin 125"):
        iowa_survivor_curve(policy_date=datetime.date(2024, 1, 1))
