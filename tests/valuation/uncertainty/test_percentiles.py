"""Are the percentiles those of the answer's distribution, within the error they state?

Checked against: the lognormal's closed form, the interval of the same draws, and a paper without uncertainty.
"""

from __future__ import annotations

import math

import pytest
from scipy import stats

from tests.valuation.asking import figure
from tests.valuation.uncertainty.papers import paper, uncertainty
from valuation.errors import InputError
from valuation.uncertainty.percentiles import percentiles
from valuation.uncertainty.sampling import simulate_interval

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
LOGNORMAL = {
    name: figure(1.0, distribution={"kind": "lognormal", "median": 1.0, "log_sd": sigma})
    for name, sigma in (("x", 0.3), ("y", 0.4))
}
PRODUCT = paper(LOGNORMAL, lambda x, y: x * y)


def test_percentiles_of_a_lognormal_within_four_standard_errors() -> None:
    found = percentiles(PRODUCT, answer="value", probability_shares=SHARES, uncertainty=uncertainty())
    for each in found:
        assert each.error < 0.01 * each.value
        assert abs(each.value - stats.lognorm(0.5).ppf(each.probability_share)) < 4 * each.error
    assert [each.value for each in found] == sorted(each.value for each in found)


def test_the_outer_percentiles_are_the_interval() -> None:
    """Identity: the 90 % interval with equal tails lies between the 5th and the 95th percentile."""
    found = percentiles(PRODUCT, answer="value", probability_shares=(0.05, 0.95), uncertainty=uncertainty())
    interval = simulate_interval(PRODUCT, answer="value", uncertainty=uncertainty())
    assert interval is not None
    assert [each.value for each in found] == pytest.approx([interval.low, interval.high], rel=1e-12)
    assert [each.error for each in found] == pytest.approx([interval.low_error, interval.high_error], rel=1e-9)


def test_without_uncertainty_every_percentile_is_the_value() -> None:
    certain = paper({"x": figure(3.0)}, lambda x: 2 * x)
    found = percentiles(certain, answer="value", probability_shares=SHARES, uncertainty=uncertainty())
    assert {(each.value, each.error) for each in found} == {(6.0, 0.0)}


@pytest.mark.parametrize("shares", [(), (0.0, 0.5), (0.5, 1.0), (0.5, 0.5), (0.9, 0.1), (math.nan,), (5.0,)])
def test_probabilities_must_rise_inside_zero_and_one(shares: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match=r"probability_shares: found .* rising shares between 0 and 1"):
        percentiles(PRODUCT, answer="value", probability_shares=shares, uncertainty=uncertainty())
