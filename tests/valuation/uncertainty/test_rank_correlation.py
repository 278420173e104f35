"""Do ranks move together as Spearman's correlation says, and do the distributions of evidence give back their evidence?

Checked against: SciPy's rank correlation of the draws (second method), SciPy's beta, NumPy's quantiles, and the
identity of an observed input that never varied with its one value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from tests.valuation.asking import figure
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.distributions import Beta, Distribution, Empirical
from valuation.uncertainty.draws import Correlation, Uncertainty, draw_inputs
from valuation.uncertainty.sampling import simulate_interval

LABEL = Label("量", "quantity")
DISTRIBUTION: TypeAdapter[Any] = TypeAdapter(Distribution)
PROBABILITIES = np.linspace(0.0005, 0.9995, 401)
OBSERVED = [3.0, 4.0, 4.0, 7.0, 11.0, 30.0]


def paper(first: dict[str, Any], second: dict[str, Any]) -> Worksheet:
    """``value = first × second``."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    names = [
        sheet.figure(name, parse(Figure, figure(_middle(law), distribution=law)), label=LABEL, unit="1")
        for name, law in (("first", first), ("second", second))
    ]
    sheet.line("value", names[0] * names[1], label=LABEL, unit="1", total=True)
    return sheet.finish()


def _middle(law: dict[str, Any]) -> float:
    """A figure must lie inside its own distribution: its median does."""
    return float(DISTRIBUTION.validate_python(law).quantile(np.array([0.5]))[0])


def uncertainty(**changes: Any) -> Uncertainty:
    return parse(Uncertainty, {"seed": 7, "scrambles": 4} | changes)


# --- rank correlation -----------------------------------------------------------------------------


@pytest.mark.parametrize("stated", [-0.95, -0.4, 0.25, 0.7])
def test_the_ranks_of_the_draws_have_the_stated_correlation(stated: float) -> None:
    """Second method: scipy.stats.spearmanr of draws of a skewed and a bounded input."""
    made = paper({"kind": "beta", "a": 0.5, "b": 3, "low": 0, "high": 1}, {"kind": "uniform", "low": 2, "high": 8})
    tie = {"first": "first", "second": "second", "correlation": stated, "measure": "spearman"}
    draws = draw_inputs(made, uncertainty(correlations=[tie]), batch=0, count=2**15)
    found = stats.spearmanr(draws["first"], draws["second"]).statistic
    assert found == pytest.approx(stated, abs=0.005)


@given(st.floats(-0.999, 0.999))
def test_the_conversion_is_odd_and_a_little_stronger(stated: float) -> None:
    ranks = Correlation(first="a", second="b", correlation=stated, measure="spearman")
    mirrored = Correlation(first="a", second="b", correlation=-stated, measure="spearman")
    assert ranks.normal_score_correlation == -mirrored.normal_score_correlation
    assert abs(stated) - 1e-12 <= abs(ranks.normal_score_correlation) < 1
    back = 6 / np.pi * np.arcsin(ranks.normal_score_correlation / 2)
    assert back == pytest.approx(stated, abs=1e-12), "inverse: rank correlation of a bivariate normal"


def test_without_a_measure_the_correlation_is_of_normal_scores() -> None:
    assert Correlation(first="a", second="b", correlation=0.5).normal_score_correlation == 0.5


# --- beta and empirical ---------------------------------------------------------------------------


@given(a=st.floats(0.2, 40), b=st.floats(0.2, 40), low=st.floats(-5, 5), width=st.floats(0.1, 50))
def test_beta_is_scipys_beta(a: float, b: float, low: float, width: float) -> None:
    made = Beta(kind="beta", a=a, b=b, low=low, high=low + width)
    expected = stats.beta(a, b, low, width).ppf(PROBABILITIES)
    np.testing.assert_allclose(made.quantile(PROBABILITIES), expected, rtol=1e-8, atol=1e-8 * width)


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=60))
def test_empirical_quantiles_are_those_of_the_observations(observed: list[float]) -> None:
    """Second method: numpy.quantile, linear interpolation."""
    made = Empirical(kind="empirical", values=tuple(sorted(observed)))
    expected = np.quantile(observed, PROBABILITIES)
    np.testing.assert_allclose(made.quantile(PROBABILITIES), expected, rtol=1e-9, atol=1e-6)
    assert made.quantile(PROBABILITIES).min() >= min(observed)


def test_an_input_that_never_varied_leaves_the_point_value() -> None:
    """Identity: zero spread gives back the value of the paper, and an interval without width or error."""
    still = {"kind": "empirical", "values": [5.0] * 5}
    made = paper(still, still)
    found = simulate_interval(made, answer="value", uncertainty=uncertainty())
    assert found is not None
    assert found.low == found.high == found.mean == made.value("value") == 25.0
    assert (found.standard_deviation, found.low_error, found.high_error) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "stated",
    [
        {"kind": "beta", "a": 0, "b": 1, "low": 0, "high": 1},
        {"kind": "beta", "a": 1, "b": -1, "low": 0, "high": 1},
        {"kind": "beta", "a": 1, "b": 1, "low": 1, "high": 1},
        {"kind": "beta", "a": 1, "b": 1, "low": 0, "high": "one"},
        {"kind": "empirical", "values": OBSERVED[:4]},
        {"kind": "empirical", "values": OBSERVED[::-1]},
        {"kind": "empirical", "values": [1, 2, float("nan"), 4, 5]},
        {"kind": "empirical"},
    ],
)
def test_what_is_no_distribution_does_not_enter(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DISTRIBUTION.validate_python(stated)


def test_the_message_says_what_an_empirical_distribution_needs() -> None:
    with pytest.raises(ValidationError, match="values in rising order"):
        DISTRIBUTION.validate_python({"kind": "empirical", "values": OBSERVED[::-1]})


@pytest.mark.parametrize("measure", ["kendall", 1])
def test_an_unknown_measure_is_refused(measure: object) -> None:
    with pytest.raises(ValidationError, match="measure"):
        Correlation.model_validate({"first": "a", "second": "b", "correlation": 0.1, "measure": measure})
