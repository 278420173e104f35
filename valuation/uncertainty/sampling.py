"""How do the stated uncertainties of the inputs carry into the answer?

Points are scrambled Sobol sequences (several independent scrambles, whose scatter is the error of the result) or plain
counter-based random numbers; a Gaussian copula ties inputs together where correlations are stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from scipy import special

from valuation.errors import InputError, UnknownNameError
from valuation.kernel.expression import Array
from valuation.kernel.fields import FiniteFloat, FrozenModel, Identifier, WholeNumber
from valuation.kernel.labels import Label
from valuation.kernel.randomness import MAXIMUM_SEED, block_generator
from valuation.kernel.worksheet import Input, Worksheet
from valuation.uncertainty.distributions import Distribution

__all__ = [
    "Correlation",
    "Interval",
    "Sensitivity",
    "Uncertainty",
    "draw_inputs",
    "sensitivities",
    "simulate_interval",
]

#: Random blocks have a fixed size, so that a block's numbers do not depend on how many draws are asked for.
_BLOCK = 8192
MAXIMUM_DRAWS = 2**22


class Correlation(FrozenModel):
    """How strongly two uncertain inputs move together: the correlation of their normal scores."""

    first: Identifier
    second: Identifier
    correlation: Annotated[FiniteFloat, Field(gt=-1, lt=1)]


def _only_power_of_two(points: int) -> int:
    """Refuse a number of points that breaks the balance of the Sobol sequence."""
    if points & (points - 1):
        raise PydanticCustomError("power_of_two", "a power of two")
    return points


class Uncertainty(FrozenModel):
    """How the interval is computed; every number of it is echoed in the conclusion.

    ``scrambles`` independent Sobol scrambles of ``points_per_scramble`` points (a power of two), or as many
    pseudo-random draws in all. ``level_share`` is the probability inside the interval.
    """

    seed: Annotated[WholeNumber, Field(ge=0, le=MAXIMUM_SEED)]
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9
    sampler: Literal["sobol", "pseudo_random"] = "sobol"
    scrambles: Annotated[WholeNumber, Field(ge=4, le=64)] = 8
    points_per_scramble: Annotated[
        WholeNumber, Field(ge=64, le=MAXIMUM_DRAWS // 64), AfterValidator(_only_power_of_two)
    ] = 2048
    correlations: Annotated[tuple[Correlation, ...], Field(max_length=500)] = ()


@dataclass(frozen=True)
class Interval:
    """A range with its meaning; ``error`` is the standard error of each end from the scrambles."""

    low: float
    high: float
    level_share: float
    meaning: Label
    mean: float | None = None
    standard_deviation: float | None = None
    low_error: float | None = None
    high_error: float | None = None
    draws: int | None = None

    def scaled(self, factor: float) -> Interval:
        """The same interval in another currency."""

        def times(number: float | None) -> float | None:
            return None if number is None else number * factor

        return Interval(
            self.low * factor,
            self.high * factor,
            self.level_share,
            self.meaning,
            times(self.mean),
            times(self.standard_deviation),
            times(self.low_error),
            times(self.high_error),
            self.draws,
        )


@dataclass(frozen=True)
class Sensitivity:
    """What one input does alone: the answer at the ends of its own range, all else as stated."""

    name: str
    label: Label
    answer_at_low: float
    answer_at_high: float

    @property
    def swing(self) -> float:
        """How far the answer moves between the two ends."""
        return abs(self.answer_at_high - self.answer_at_low)


def simulate_interval(
    worksheet: Worksheet, *, answer: str, uncertainty: Uncertainty, draw_limit: int = MAXIMUM_DRAWS
) -> Interval | None:
    """Within which range does the answer lie, given the distributions the request states?

    Each scramble gives its own quantiles; the interval is their mean and the error their standard error
    ``s / √scrambles``. ``None`` when no input has a distribution: then there is nothing to say about a range.

    Raises
    ------
    InputError : a distribution gives values outside the admissible range of its input.
    RefusalError : the answer is not finite for some draw.

    Tested by: closed form (product of lognormals is lognormal) and pseudo-random draws as second way,
    ``tests/valuation/uncertainty/test_sampling.py``.
    """
    uncertain = worksheet.uncertain_inputs
    if not uncertain:
        return None
    points = min(uncertainty.points_per_scramble, _power_of_two(draw_limit // uncertainty.scrambles))
    tail = (1 - uncertainty.level_share) / 2
    quantiles, moments = [], []
    for scramble in range(uncertainty.scrambles):
        draws = draw_inputs(worksheet, uncertainty, batch=scramble, count=points)
        answers = worksheet.simulate(draws, outputs=[answer])[answer]
        quantiles.append(np.quantile(answers, [tail, 1 - tail]))
        moments.append((answers.mean(), answers.std()))
    return _interval(np.array(quantiles), np.array(moments), uncertainty, points)


def _power_of_two(limit: int) -> int:
    """The largest power of two within the limit, at least 64: other numbers unbalance the Sobol sequence."""
    return max(64, 1 << (max(limit, 1).bit_length() - 1))


def _interval(quantiles: Array, moments: Array, uncertainty: Uncertainty, points: int) -> Interval:
    low, high = quantiles.mean(axis=0)
    errors = quantiles.std(axis=0, ddof=1) / np.sqrt(uncertainty.scrambles)
    share = f"{uncertainty.level_share:.0%}"
    meaning = Label(
        f"在所述输入分布下，评估值以 {share} 的概率落在此区间（两端各占一半）",
        f"given the stated input distributions the value lies inside with probability {share}, equal tails",
    )
    return Interval(
        float(low),
        float(high),
        uncertainty.level_share,
        meaning,
        mean=float(moments[:, 0].mean()),
        standard_deviation=float(np.sqrt(np.mean(moments[:, 1] ** 2))),
        low_error=float(errors[0]),
        high_error=float(errors[1]),
        draws=points * uncertainty.scrambles,
    )


@dataclass(frozen=True)
class _Uncertain:
    """One uncertain number: a whole input, or one column of a row whose columns have evidence of their own."""

    name: str
    label: Label
    entry: Input
    column: int | None
    distribution: Distribution
    multiplies: bool


def _uncertain_in(worksheet: Worksheet) -> list[_Uncertain]:
    found = []
    for entry in worksheet.uncertain_inputs:
        if entry.distribution is not None:
            found.append(_Uncertain(entry.name, entry.label, entry, None, entry.distribution, entry.multiplies))
        for column, (distribution, multiplies) in entry.column_distributions.items():
            at = worksheet.axis.columns[column]
            label = Label(f"{entry.label.zh}（{at}）", f"{entry.label.en} ({at})")
            found.append(_Uncertain(f"{entry.name}.{column}", label, entry, column, distribution, multiplies))
    return found


def draw_inputs(worksheet: Worksheet, uncertainty: Uncertainty, *, batch: int, count: int) -> dict[str, Array]:
    """Which values do the uncertain inputs take in batch number ``batch``?

    Returns
    -------
    input name → array as :meth:`Worksheet.simulate` takes it: ``(count,)`` values of a scalar or multipliers of a
    row, ``(columns, count)`` for a row whose columns are uncertain one by one. The numbers depend on (seed, batch)
    alone.
    """
    uncertain = _uncertain_in(worksheet)
    uniforms = _uniforms(len(uncertain), uncertainty, batch=batch, count=count)
    uniforms = _tied(uniforms, [each.name for each in uncertain], uncertainty.correlations)
    return _draws(worksheet, [(each, uniforms[:, index]) for index, each in enumerate(uncertain)])


def _draws(worksheet: Worksheet, points: Sequence[tuple[_Uncertain, Array]]) -> dict[str, Array]:
    """Turn uniforms into the arrays the worksheet takes; columns of one row are put together."""
    draws: dict[str, Array] = {}
    for each, uniforms in points:
        drawn = _drawn(worksheet, each, uniforms)
        if each.column is None:
            draws[each.entry.name] = drawn
            continue
        stated = worksheet.inputs[each.entry.name]
        row = draws.setdefault(each.entry.name, np.repeat(stated, len(uniforms), axis=1))
        row[each.column] = drawn
    return draws


def _uniforms(dimensions: int, uncertainty: Uncertainty, *, batch: int, count: int) -> Array:
    """Points strictly inside the unit cube, so that no quantile is infinite."""
    generator = block_generator(uncertainty.seed, batch)
    if uncertainty.sampler == "pseudo_random":
        points: Array = generator.random((count, dimensions))
    else:
        # Imported here: scipy.stats takes half a second that a point valuation need not pay.
        from scipy.stats import qmc

        # Sobol wants a generator it can spawn from; its seed is the first number of this batch's stream.
        scrambler = Generator(PCG64(SeedSequence(int(generator.integers(2**63 - 1)))))
        points = qmc.Sobol(dimensions, scramble=True, rng=scrambler).random(count)
    smallest = 2.0**-53
    return np.clip(points, smallest, 1 - smallest)


def _tied(uniforms: Array, names: Sequence[str], correlations: Sequence[Correlation]) -> Array:
    """Apply the Gaussian copula; without correlations the points stay as they are."""
    if not correlations:
        return uniforms
    matrix = _correlation_matrix(names, correlations)
    try:
        factor = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise InputError.of(
            "uncertainty.correlations",
            found="correlations no inputs can have together",
            expected="a positive definite matrix",
        ) from None
    tied: Array = special.ndtr(special.ndtri(uniforms) @ factor.T)
    return np.clip(tied, 2.0**-53, 1 - 2.0**-53)


def _correlation_matrix(names: Sequence[str], correlations: Sequence[Correlation]) -> Array:
    matrix = np.eye(len(names))
    seen: set[frozenset[str]] = set()
    for index, pair in enumerate(correlations):
        field, both = f"uncertainty.correlations.{index}", frozenset((pair.first, pair.second))
        for name in (pair.first, pair.second):
            if name not in names:
                raise UnknownNameError.among(field, found=name, known=names)
        if len(both) == 1 or both in seen:
            found = f"{pair.first} with {pair.second}"
            raise InputError.of(field, found=found, expected="two different inputs, each pair once")
        seen.add(both)
        i, j = names.index(pair.first), names.index(pair.second)
        matrix[i, j] = matrix[j, i] = pair.correlation
    return matrix


def _drawn(worksheet: Worksheet, uncertain: _Uncertain, uniforms: Array) -> Array:
    """The quantiles; of a whole row they stay multipliers, everything else becomes values."""
    drawn = uncertain.distribution.quantile(uniforms)
    stated = worksheet.inputs[uncertain.entry.name]
    base = stated.reshape(-1, 1) if uncertain.column is None else stated[uncertain.column].reshape(1, 1)
    reached = drawn[None, :] * base if uncertain.multiplies else drawn[None, :]
    low, high = uncertain.entry.domain
    outside = np.mean((reached < low) | (reached > high))
    if outside > 0:
        raise InputError.of(
            f"{uncertain.name}.distribution",
            found=f"{outside:.2%} of its values outside",
            expected=f"values between {low:g} and {high:g}; choose a bounded distribution",
        )
    is_whole_row = uncertain.entry.is_row and uncertain.column is None
    return drawn if is_whole_row else reached[0]


def sensitivities(worksheet: Worksheet, *, answer: str, level_share: float) -> tuple[Sensitivity, ...]:
    """Which uncertain input moves the answer most? Each at the ends of its own range, others as stated.

    Returns
    -------
    Sensitivities in falling order of swing: the data of a tornado chart.
    """
    tail = (1 - level_share) / 2
    ends = np.array([tail, 1 - tail])
    found = []
    for each in _uncertain_in(worksheet):
        at = worksheet.simulate(_draws(worksheet, [(each, ends)]), outputs=[answer])[answer]
        found.append(Sensitivity(each.name, each.label, float(at[0]), float(at[1])))
    return tuple(sorted(found, key=lambda each: -each.swing))
