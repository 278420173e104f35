"""Does the weighted prediction interval hold what it says?

Checked against: simulation with known truth (equal and uneven weights, geometric), the closed form of equal weights
(SciPy's t), and the land case of the literature by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from tests.valuation.asking import figure
from tests.valuation.market.samples import weighted
from valuation.kernel.entries import Axis
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.market._weighted_grid import Average, Weighted, average_lines, weighted_interval


def paper(prices: np.ndarray, weights: list[float], average: Average) -> Worksheet:
    lines = [parse(Weighted, weighted(str(number), weight)) for number, weight in enumerate(weights)]
    sheet = Sheet(title=Label("格", "grid"), axis=Axis(Label("行", "line"), tuple(each.name for each in lines)))
    stated = [parse(Figure, figure(float(price))) for price in prices]
    price = sheet.figure_row("price", stated, label=Label("价", "price"), unit="1")
    average_lines(sheet, lines, price, average=average, name="centre", label=Label("中心", "centre"), unit="1")
    return sheet.finish()


def coverage(
    weights: list[float], average: Average, draw: Callable[[np.random.Generator, int], np.ndarray], level: float
) -> float:
    """How often one more draw falls inside the interval of as many draws as there are weights."""
    generator = np.random.default_rng(20_240_117)
    hits, runs = 0, 2000
    for _ in range(runs):
        *seen, unseen = draw(generator, len(weights) + 1)
        interval = weighted_interval(paper(np.array(seen), weights, average), average=average, level_share=level)
        assert interval is not None
        hits += interval.low <= unseen <= interval.high
    return hits / runs


def lognormal(generator: np.random.Generator, count: int) -> np.ndarray:
    return np.exp(10 + 0.4 * generator.standard_normal(count))


def normal(generator: np.random.Generator, count: int) -> np.ndarray:
    return 1000 + 20 * generator.standard_normal(count)


#: Four standard errors of a share of 0.9 or 0.8 in 2,000 runs.
FOUR_ERRORS = 4 * math.sqrt(0.9 * 0.1 / 2000)


def test_equal_weights_hold_the_stated_share_of_new_prices() -> None:
    """Simulation with known truth: the interval is exact for normal logs."""
    assert coverage([0.25] * 4, "geometric", lognormal, 0.9) == pytest.approx(0.9, abs=FOUR_ERRORS)
    assert coverage([1 / 7] * 7, "arithmetic", normal, 0.9) == pytest.approx(0.9, abs=FOUR_ERRORS)


def test_uneven_weights_hold_it_nearly() -> None:
    """The degrees of freedom 1/Σw² − 1 are an approximation; the simulation bounds its error at three points."""
    uneven = [0.4, 0.3, 0.15, 0.1, 0.05]
    assert coverage(uneven, "geometric", lognormal, 0.9) == pytest.approx(0.9, abs=0.03 + FOUR_ERRORS)


def test_a_narrower_claim_would_be_noticed() -> None:
    """The simulation is not blind: without the new price's own scatter the share is far too small."""
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        *seen, unseen = np.log(lognormal(generator, 5))
        reach = stats.t(3).ppf(0.95) * np.std(seen, ddof=1) / 2
        hits += abs(unseen - np.mean(seen)) <= reach
    assert hits / 2000 < 0.9 - FOUR_ERRORS


@pytest.mark.parametrize("count", [2, 3, 10])
def test_equal_weights_are_the_closed_form(count: int) -> None:
    """Closed form: x̄ ± t(n − 1) s √(1 + 1/n)."""
    prices = normal(np.random.default_rng(count), count)
    found = weighted_interval(paper(prices, [1 / count] * count, "arithmetic"), average="arithmetic", level_share=0.8)
    reach = stats.t(count - 1).ppf(0.9) * prices.std(ddof=1) * math.sqrt(1 + 1 / count)
    assert found is not None
    assert found.low == pytest.approx(max(prices.mean() - reach, 0), rel=1e-9)
    assert found.high == pytest.approx(prices.mean() + reach, rel=1e-9)


def test_the_interval_of_several_units_is_that_many_times_wider() -> None:
    sheet = paper(np.array([900.0, 1100.0, 1000.0]), [0.5, 0.25, 0.25], "geometric")
    one = weighted_interval(sheet, average="geometric", level_share=0.9)
    six = weighted_interval(sheet, average="geometric", level_share=0.9, multiple=6.0)
    assert one is not None
    assert six is not None
    assert (six.low, six.high) == pytest.approx((6 * one.low, 6 * one.high))
