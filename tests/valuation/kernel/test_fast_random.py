"""Are the counter-based numbers uniform, independent, and a matter of their index alone?

Checked against: moments and the Kolmogorov–Smirnov distance of the laws they are turned into; correlations within a
stream, between streams and between blocks; a chi-square count of pairs; the kernel that draws against the same draws
as arrays through SciPy's quantiles (second way); closed form of a product of lognormals. These are checks of a
simulation's needs, not a battery for generators.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numba import njit
from scipy import stats

from tests.valuation.asking import figure
from tests.valuation.kernel.test_worksheet import LABEL, started
from tests.valuation.kernel.test_worksheet import figure as stated_figure
from valuation.errors import InputError
from valuation.kernel import fast_math
from valuation.kernel.expression import Array, total
from valuation.kernel.fast_random import counter_uniforms, stream_keys, uniforms_at
from valuation.kernel.fields import parse
from valuation.kernel.figures import Amount, AmountSeries, Figure
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import Uncertainty, simulated_answers

COUNT = 2**17
KEYS = stream_keys(20201231, 0, streams=6)
POINTS = counter_uniforms(KEYS, first=0, count=COUNT)


# --- uniform and independent ----------------------------------------------------------------------


def test_they_lie_strictly_inside_and_have_the_moments_of_uniform_numbers() -> None:
    """Moments of 131,072 numbers within four standard errors of those of the law."""
    assert POINTS.min() > 0
    assert POINTS.max() < 1
    for power, spread in ((1, 1 / 12), (2, 4 / 45), (3, 9 / 112)):
        assert abs((POINTS**power).mean(axis=1) - 1 / (power + 1)).max() < 4 * np.sqrt(spread / COUNT)


def test_each_stream_is_uniform_by_kolmogorov_and_smirnov() -> None:
    assert min(stats.kstest(stream, "uniform").pvalue for stream in POINTS) > 0.001


def test_streams_and_neighbours_are_uncorrelated() -> None:
    """Between streams, and of a stream with itself some places later: four standard errors of a correlation."""
    limit = 4 / np.sqrt(COUNT)
    between = np.corrcoef(POINTS) - np.eye(len(POINTS))
    assert np.abs(between).max() < limit
    for lag in (1, 2, 3, 7, 64, 8192):
        assert max(abs(np.corrcoef(stream[:-lag], stream[lag:])[0, 1]) for stream in POINTS) < limit


def test_blocks_and_seeds_are_independent_also_by_their_ranks_in_pairs() -> None:
    """Chi-square over 32 × 32 cells of pairs from two blocks, from two seeds, and of neighbours."""
    other_block = counter_uniforms(stream_keys(20201231, 1, streams=1), first=0, count=COUNT)[0]
    other_seed = counter_uniforms(stream_keys(20201232, 0, streams=1), first=0, count=COUNT)[0]
    for second in (other_block, other_seed, np.roll(POINTS[0], 1)):
        counts = np.histogram2d(POINTS[0], second, bins=32, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(counts.reshape(-1)).pvalue > 0.001
    assert not np.intersect1d(POINTS[0], other_block).size, "no number of one stream appears in the other"


@pytest.mark.parametrize("shift", [0, 20, 40])
def test_every_part_of_a_number_is_random(shift: int) -> None:
    """Low bits too: eight bits at three places, counted."""
    cells = (POINTS[1] * 2.0 ** (shift + 8)).astype(np.uint64) % np.uint64(256)
    assert stats.chisquare(np.bincount(cells.astype(int), minlength=256)).pvalue > 0.001


def test_a_part_of_a_stream_is_the_same_bits_wherever_it_is_computed() -> None:
    for first in (0, 1, 8191, 100_000):
        part = counter_uniforms(KEYS, first=first, count=1000)
        assert part.tobytes() == np.ascontiguousarray(POINTS[:, first : first + 1000]).tobytes()


def test_the_compiled_stream_is_the_defined_stream() -> None:
    @njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def stream(first_key: Any, second_key: Any, out: Array) -> None:
        for i in range(out.size):
            out[i] = fast_math.uniform(np.uint64(i), first_key, second_key)

    found = np.empty(COUNT)
    stream(KEYS[2, 0], KEYS[2, 1], found)
    assert found.tobytes() == POINTS[2].tobytes()


# --- drawn inside a kernel ------------------------------------------------------------------------

LAWS: dict[str, dict[str, Any]] = {
    "uniform": {"kind": "uniform", "low": 0.8, "high": 1.3},
    "triangular": {"kind": "triangular", "low": 0.5, "mode": 0.9, "high": 2.0},
    "normal": {"kind": "normal", "mean": 1.0, "standard_deviation": 0.1},
    "lognormal": {"kind": "lognormal", "median": 1.1, "log_sd": 0.3},
}


def stated(seed: int = 5, **changes: Any) -> Uncertainty:
    data = {"seed": seed, "sampler": "counter", "scrambles": 4, "points_per_scramble": 4096}
    return parse(Uncertainty, data | changes)


def one(law: dict[str, Any]) -> Worksheet:
    """The answer is the drawn number itself."""
    sheet = started()
    drawn = sheet.figure("drawn", parse(Figure, figure(1.0, distribution=law)), label=LABEL, unit="1")
    sheet.line("value", drawn * 1, label=LABEL, unit="1")
    return sheet.finish()


@pytest.mark.parametrize("law", LAWS)
def test_numbers_drawn_by_a_kernel_have_their_law(law: str) -> None:
    """Against the distribution's own quantile function, turned into a distribution of uniform numbers."""
    worksheet = one(LAWS[law])
    found = simulated_answers(worksheet, answer="value", uncertainty=stated(), engine="compiled").reshape(-1)
    grid = np.linspace(0.0005, 0.9995, 20_000)
    (entry,) = worksheet.uncertain_inputs
    assert entry.distribution is not None
    ranks = np.interp(found, entry.distribution.quantile(grid), grid)
    inside = ranks[(ranks > grid[0]) & (ranks < grid[-1])]
    assert stats.kstest(inside, stats.uniform(grid[0], grid[-1] - grid[0]).cdf).pvalue > 0.001


def every_kind() -> Worksheet:
    """Scalars with all four laws, an amount and a row with multipliers, a row of which two columns are uncertain."""
    sheet = started()
    scalars = [
        sheet.figure(f"x_{law}", parse(Figure, figure(1.0, distribution=LAWS[law])), label=LABEL, unit="1")
        for law in LAWS
    ]
    reason = {"grade": "assumed", "reason": "for the test"}
    amount = parse(Amount, {"value": "250.00", "factor": LAWS["lognormal"]} | reason)
    price = sheet.figure("price", amount, label=LABEL, unit="CNY")
    years = parse(AmountSeries, {"values": ["1.00", "2.00", "3.00"], "factor": LAWS["triangular"]} | reason)
    row = sheet.series("years", years, label=LABEL, unit="CNY", domain=(0, 1e9))
    second = parse(Figure, figure(1.0, distribution=LAWS["normal"]))
    mixed = [second, stated_figure(2.0), parse(Figure, figure(1.2, distribution=LAWS["uniform"]))]
    each = sheet.figure_row("each", mixed, label=LABEL, unit="1", domain=(0, 10))
    line = sheet.line("line", row * each * price, label=LABEL, unit="CNY")
    value = total(line)
    for scalar in scalars:
        value = value * scalar
    sheet.line("value", value, label=LABEL, unit="CNY", total=True)
    return sheet.finish()


def test_a_kernel_that_draws_agrees_with_drawn_arrays() -> None:
    """Second way: the same uniform numbers through SciPy's quantiles and NumPy."""
    arrays, kernel = (
        simulated_answers(every_kind(), answer="value", uncertainty=stated(), engine=engine)
        for engine in ("numpy", "compiled")
    )
    np.testing.assert_allclose(kernel, arrays, rtol=1e-12)
    assert not np.array_equal(kernel, arrays), "two ways of rounding: the kernel was not by-passed"


def test_any_number_of_threads_draws_the_same_bits() -> None:
    alone = simulated_answers(every_kind(), answer="value", uncertainty=stated(), engine="compiled")
    for workers in (1, 2, 3):
        with ThreadPoolExecutor(workers) as executor:
            found = simulated_answers(
                every_kind(), answer="value", uncertainty=stated(), engine="compiled", executor=executor
            )
        assert found.tobytes() == alone.tobytes()
    assert len({batch.tobytes() for batch in alone}) == 4, "each batch its own numbers"


def test_correlations_and_laws_without_a_compiled_quantile_come_as_arrays() -> None:
    pert = {"kind": "pert", "low": 0.5, "mode": 1.0, "high": 2.0}
    tie = {"first": "x_normal", "second": "x_uniform", "correlation": 0.7}
    for worksheet, changes in ((one(pert), {}), (every_kind(), {"correlations": [tie]})):
        arrays, kernel = (
            simulated_answers(worksheet, answer="value", uncertainty=stated(**changes), engine=engine)
            for engine in ("numpy", "compiled")
        )
        np.testing.assert_allclose(kernel, arrays, rtol=1e-12)


def test_an_input_that_leaves_its_domain_is_refused_in_the_same_words() -> None:
    sheet = started()
    law = {"kind": "normal", "mean": 0.05, "standard_deviation": 0.02}
    share = sheet.figure("share", parse(Figure, figure(0.05, distribution=law)), label=LABEL, unit="1", domain=(0, 1))
    sheet.line("value", share * 2, label=LABEL, unit="1")
    messages = []
    for engine in ("numpy", "compiled"):
        with pytest.raises(InputError) as raised:
            simulated_answers(sheet.finish(), answer="value", uncertainty=stated(), engine=engine)  # type: ignore[arg-type]
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
    assert "of its values outside" in messages[0]


def test_the_closed_form_of_a_product_of_lognormals() -> None:
    """By hand: the logarithm of the product of two is normal with variance 0.3² + 0.3²."""
    sheet = started()
    factors = [
        sheet.figure(name, parse(Figure, figure(1.0, distribution=LAWS["lognormal"])), label=LABEL, unit="1")
        for name in ("first", "second")
    ]
    sheet.line("value", factors[0] * factors[1], label=LABEL, unit="1")
    draws = stated(scrambles=16, points_per_scramble=8192)
    found = simulated_answers(sheet.finish(), answer="value", uncertainty=draws, engine="compiled")
    logarithms = np.log(found).reshape(-1)
    deviation = np.sqrt(0.18)
    assert abs(logarithms.mean() - 2 * np.log(1.1)) < 4 * deviation / np.sqrt(logarithms.size)
    assert abs(logarithms.std() - deviation) < 4 * deviation / np.sqrt(2 * logarithms.size)
    assert stats.kstest((logarithms - 2 * np.log(1.1)) / deviation, "norm").pvalue > 0.001


def test_numbers_at_any_indices_are_those_of_the_stream() -> None:
    keys = stream_keys(3, 4, streams=2)
    whole = counter_uniforms(keys, first=0, count=50)
    index = np.array([[7, 49], [0, 21]], dtype=np.uint64)
    found = uniforms_at(index, keys[:, :1], keys[:, 1:])
    np.testing.assert_array_equal(found, np.take_along_axis(whole, index.astype(int), axis=1))
