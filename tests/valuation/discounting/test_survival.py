"""How likely is the right still there?

Checked against: the curves computed here with math.exp (second way), identities (memoryless; shape 1; a new right),
and SciPy's Weibull conditional on age (second method).
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from tests.valuation.asking import figure, series
from valuation.discounting.survival import Survival, survival_line
from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

SURVIVAL: TypeAdapter[Any] = TypeAdapter(Survival)
TIMES = st.lists(st.floats(0, 40), min_size=1, max_size=8)


def curve(stated: dict[str, Any], times: list[float]) -> tuple[float, ...]:
    return worksheet(stated, times).row("survival")


def worksheet(stated: dict[str, Any], times: list[float]) -> Worksheet:
    sheet = Sheet(title=Label("存续", "Survival"), axis=Axis(Label("年", "year"), tuple(map(str, range(len(times))))))
    survival_line(sheet, SURVIVAL.validate_python(stated), mid_times=times)
    return sheet.finish()


def exponential(hazard: float) -> dict[str, Any]:
    return {"kind": "exponential", "annual_hazard": figure(hazard)}


def weibull(shape: float, scale: float, age: float) -> dict[str, Any]:
    return {"kind": "weibull", "shape": figure(shape), "scale_years": figure(scale), "age_years": figure(age)}


@given(hazard=st.floats(0, 2), times=TIMES)
def test_the_exponential_curve(hazard: float, times: list[float]) -> None:
    assert curve(exponential(hazard), times) == pytest.approx([math.exp(-hazard * time) for time in times])


@given(hazard=st.floats(0.01, 1), first=st.floats(0, 10), then=st.floats(0, 10))
def test_the_exponential_does_not_age(hazard: float, first: float, then: float) -> None:
    reached, further, both = curve(exponential(hazard), [first, then, first + then])
    assert both == pytest.approx(reached * further)


@given(scale=st.floats(1, 30), age=st.floats(0, 20), times=TIMES)
def test_weibull_of_shape_one_is_the_exponential(scale: float, age: float, times: list[float]) -> None:
    assert curve(weibull(1, scale, age), times) == pytest.approx(curve(exponential(1 / scale), times))


@given(shape=st.floats(0.5, 4), scale=st.floats(2, 30), age=st.floats(0, 15), times=TIMES)
def test_weibull_is_conditional_on_age(shape: float, scale: float, age: float, times: list[float]) -> None:
    """Second method: SciPy's Weibull, S(age + t) / S(age)."""
    law = stats.weibull_min(shape, scale=scale)
    # Logarithms, because the probability of so old a right may be too small for a float.
    expected = [math.exp(law.logsf(age + time) - law.logsf(age)) for time in times]
    assert curve(weibull(shape, scale, age), times) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert curve(weibull(shape, scale, age), [0.0]) == pytest.approx((1,), rel=1e-14)


def test_an_old_right_with_rising_hazard_is_less_likely_to_last() -> None:
    new, old = (curve(weibull(2, 10, age), [5.0])[0] for age in (0, 8))
    assert old < new


def test_no_attrition_is_one_for_a_reason_and_a_table_is_as_stated() -> None:
    assert curve({"kind": "none", "reason": "compulsory standard"}, [1, 2]) == (1, 1)
    table = {"kind": "table", "probability": series([0.9, 0.7])}
    assert curve(table, [1, 2]) == (0.9, 0.7)
    assert worksheet({"kind": "none", "reason": "compulsory standard"}, [1]).formula_in_words("survival", "zh") == (
        "compulsory standard"
    )


def test_a_table_has_one_probability_a_year() -> None:
    with pytest.raises(InputError, match="survival: found 2 values, expected 3 values"):
        curve({"kind": "table", "probability": series([0.9, 0.7])}, [1, 2, 3])


@pytest.mark.parametrize(
    "stated",
    [
        {"kind": "none"},
        {"kind": "none", "reason": "  "},
        exponential(-0.1),
        weibull(0, 10, 0),
        weibull(1, 0, 0),
        weibull(1, 10, -1),
        {"kind": "table", "probability": series([1.2])},
        {"kind": "gompertz"},
    ],
)
def test_what_is_no_survival_curve_does_not_enter(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SURVIVAL.validate_python(stated)


def test_a_table_that_rises_is_refused() -> None:
    with pytest.raises(ValidationError, match="probabilities that never rise"):
        SURVIVAL.validate_python({"kind": "table", "probability": series([0.9, 0.95])})
