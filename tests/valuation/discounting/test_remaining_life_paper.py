"""The paper of a remaining life says what the curves say, in formulas that a workbook computes again.

Checked against: the classes of ``remaining_life``, which integrate adaptively (second way, another method than the
fixed nodes of the paper); hand for a table; LibreOffice for the formulas; the memorylessness of the exponential.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.valuation.asking import figure, series
from tests.valuation.kernel import test_workbook
from valuation.discounting.remaining_life import ExponentialSurvivors, TabulatedSurvivors, WeibullSurvivors
from valuation.discounting.remaining_life_paper import RemainingLifeInputs, remaining_life_paper
from valuation.errors import GapError, InputError
from valuation.kernel.fields import parse
from valuation.kernel.workbook import workbook_bytes
from valuation.kernel.worksheet import Worksheet

DAY = datetime.date(2021, 1, 1)
recalculated = test_workbook.recalculated


def stated(age_years: float, **survivors: Any) -> RemainingLifeInputs:
    return parse(RemainingLifeInputs, {"age_years": figure(age_years), "survivors": survivors})


def paper(age_years: float, **survivors: Any) -> Worksheet:
    return remaining_life_paper(stated(age_years, **survivors), policy_date=DAY)


def weibull(age_years: float, shape: float, scale_years: float) -> Worksheet:
    return paper(age_years, kind="weibull", shape=figure(shape), scale_years=figure(scale_years))


def tabulated(age_years: float, ages: list[float], shares: list[float], **more: Any) -> Worksheet:
    return paper(age_years, kind="table", ages_years=ages, shares=series(shares), **more)


SHAPES = (0.1, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.7, 10.0, 100.0)
AGES = (0.0, 0.01, 0.3, 1.0, 1.05, 2.0, 8.0)


#: Beyond a hazard of 700 nothing is left, and the paper refuses.
@pytest.mark.parametrize(("shape", "age_in_scales"), [(b, a) for b in SHAPES for a in AGES if a**b <= 700])
def test_a_weibull_life_is_that_of_the_adaptive_integral(shape: float, age_in_scales: float) -> None:
    curve = WeibullSurvivors(shape, 12.5)
    found = weibull(age_in_scales * 12.5, shape, 12.5)
    expected = curve.remaining_life(age_in_scales * 12.5)
    assert found.value("remaining_life_years") == pytest.approx(expected, rel=1e-9)
    assert found.value("survival_share") == pytest.approx(curve.survival(age_in_scales * 12.5), rel=1e-12)


def test_a_weibull_of_shape_one_forgets_its_age() -> None:
    assert weibull(7.0, 1.0, 4.0).value("remaining_life_years") == pytest.approx(4.0, rel=1e-12)


def test_an_exponential_life_is_the_same_at_any_age() -> None:
    for age in (0.0, 3.0, 40.0):
        found = paper(age, kind="exponential", annual_hazard=figure(0.08))
        assert found.value("remaining_life_years") == pytest.approx(12.5)
        assert found.value("survival_share") == pytest.approx(ExponentialSurvivors(0.08).survival(age))


def test_a_table_by_hand() -> None:
    """At 3 of (0, 1), (2, 0.8), (6, 0): left 0.6; area 3·0.6/2 = 0.9; so 1.5 years more."""
    found = tabulated(3.0, [0.0, 2.0, 6.0], [1.0, 0.8, 0.0])
    assert found.value("survival_share") == pytest.approx(0.6)
    assert found.value("remaining_life_years") == pytest.approx(1.5)


@pytest.mark.parametrize("age_years", [0.0, 0.5, 1.0, 2.5, 4.0, 9.99])
def test_a_table_is_that_of_the_trapezoids(age_years: float) -> None:
    ages, shares = (0.0, 1.0, 2.0, 5.0, 10.0), (1.0, 1.0, 0.7, 0.7, 0.1)
    curve = TabulatedSurvivors(ages, shares, cut_off=True)
    found = tabulated(age_years, list(ages), list(shares), cut_off=True)
    assert found.value("remaining_life_years") == pytest.approx(curve.remaining_life(age_years), rel=1e-12)
    assert found.value("survival_share") == pytest.approx(curve.survival(age_years), rel=1e-12)


def test_recalculated_it_is_the_engines(recalculated: test_workbook.Recalculate) -> None:
    made = {
        "weibull": weibull(6.0, 2.2, 11.0),
        "table": tabulated(3.0, [0.0, 2.0, 6.0], [1.0, 0.8, 0.0]),
        "exponential": paper(3.0, kind="exponential", annual_hazard=figure(0.08)),
    }
    for name, sheet in made.items():
        content = workbook_bytes({name: sheet}, links={}, notes=[], report_date=DAY)
        assert test_workbook.disagreements(recalculated(content), {name: sheet}) == []


def test_an_iowa_curve_is_a_gap_that_names_the_bulletin() -> None:
    with pytest.raises(GapError, match="Bulletin 125"):
        paper(3.0, kind="iowa", name="R3", average_life_years=figure(20.0))


@pytest.mark.parametrize(
    ("age_years", "shares", "field"),
    [
        (7.0, [1.0, 0.8, 0.0], "age_years"),
        (6.0, [1.0, 0.8, 0.0], "age_years"),
        (3.0, [1.0, 0.8, 0.2], "shares"),
        (3.0, [0.9, 0.8, 0.0], "shares"),
        (3.0, [1.0, 0.0, 0.5], "shares"),
        (3.0, [1.0, 0.0], "ages_years, shares"),
    ],
)
def test_a_table_that_cannot_be_is_refused(age_years: float, shares: list[float], field: str) -> None:
    with pytest.raises(InputError) as caught:
        tabulated(age_years, [0.0, 2.0, 6.0], shares)
    assert caught.value.problems[0].field == field


def test_an_age_at_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(InputError, match="where something is left"):
        weibull(100.0, 4.0, 10.0)
