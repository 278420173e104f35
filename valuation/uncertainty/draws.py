"""Which values do the uncertain inputs take together? Points of a cube, tied by a copula, turned into quantiles.

Points are scrambled Sobol sequences (several independent scrambles, whose scatter is the error of a result) or plain
counter-based random numbers; a Gaussian copula ties inputs together where correlations are stated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from scipy import special

from valuation.errors import InputError, UnknownNameError
from valuation.kernel.compiled import Engine, is_compiled
from valuation.kernel.compiled_draws import StreamNumber, simulate_drawn
from valuation.kernel.expression import Array
from valuation.kernel.fast_random import counter_uniforms, stream_keys
from valuation.kernel.fields import FiniteFloat, FrozenModel, Identifier, WholeNumber
from valuation.kernel.labels import Label
from valuation.kernel.randomness import MAXIMUM_SEED, block_generator
from valuation.kernel.worksheet import Input, Worksheet
from valuation.uncertainty.distributions import Distribution

__all__ = [
    "MAXIMUM_DRAWS",
    "Correlation",
    "UncertainNumber",
    "Uncertainty",
    "draw_inputs",
    "inputs_at",
    "points_within",
    "simulated_answers",
    "uncertain_numbers",
    "uniform_points",
]

MAXIMUM_DRAWS = 2**22


class Correlation(FrozenModel):
    """How strongly do two uncertain inputs move together?

    ``measure`` says what ``correlation`` is: of the normal scores (the copula's own), or Spearman's of the ranks,
    which can be estimated from any observations.
    """

    first: Identifier
    second: Identifier
    correlation: Annotated[FiniteFloat, Field(gt=-1, lt=1)]
    measure: Literal["normal_score", "spearman"] = "normal_score"

    @property
    def normal_score_correlation(self) -> float:
        """The copula's correlation: of Spearman's ρ it is ``2 sin(π ρ / 6)``.

        References
        ----------
        Kruskal (1958), Ordinal measures of association, JASA 53, section 6.

        Tested by: ``tests/valuation/uncertainty/test_rank_correlation.py`` (ranks of the draws).
        """
        if self.measure == "normal_score":
            return self.correlation
        return 2 * math.sin(math.pi * self.correlation / 6)


def _only_power_of_two(points: int) -> int:
    """Refuse a number of points that breaks the balance of the Sobol sequence."""
    if points & (points - 1):
        raise PydanticCustomError("power_of_two", "a power of two")
    return points


class Uncertainty(FrozenModel):
    """How the interval is computed; every number of it is echoed in the conclusion.

    ``scrambles`` independent Sobol scrambles of ``points_per_scramble`` points (a power of two), or as many
    pseudo-random draws in all; ``counter`` draws them by their index, which is the fastest for very many.
    ``level_share`` is the probability inside the interval.
    """

    seed: Annotated[WholeNumber, Field(ge=0, le=MAXIMUM_SEED)]
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9
    sampler: Literal["sobol", "pseudo_random", "counter"] = "sobol"
    scrambles: Annotated[WholeNumber, Field(ge=4, le=64)] = 8
    points_per_scramble: Annotated[
        WholeNumber, Field(ge=64, le=MAXIMUM_DRAWS // 64), AfterValidator(_only_power_of_two)
    ] = 2048
    correlations: Annotated[tuple[Correlation, ...], Field(max_length=500)] = ()


def points_within(limit: int) -> int:
    """How many points to draw? The largest power of two within the limit, at least 64, so that Sobol stays balanced."""
    return max(64, 1 << (max(limit, 1).bit_length() - 1))


@dataclass(frozen=True)
class UncertainNumber:
    """One uncertain number: a whole input, or one column of a row whose columns have evidence of their own."""

    name: str
    label: Label
    entry: Input
    column: int | None
    distribution: Distribution
    multiplies: bool


def uncertain_numbers(worksheet: Worksheet) -> list[UncertainNumber]:
    """Which numbers of the paper are uncertain? In the order of the paper; a row may hold several."""
    found = []
    for entry in worksheet.uncertain_inputs:
        if entry.distribution is not None:
            found.append(UncertainNumber(entry.name, entry.label, entry, None, entry.distribution, entry.multiplies))
        for column, (distribution, multiplies) in entry.column_distributions.items():
            at = worksheet.axis.columns[column]
            label = Label(f"{entry.label.zh}（{at}）", f"{entry.label.en} ({at})")
            found.append(UncertainNumber(f"{entry.name}.{column}", label, entry, column, distribution, multiplies))
    return found


def draw_inputs(worksheet: Worksheet, uncertainty: Uncertainty, *, batch: int, count: int) -> dict[str, Array]:
    """Which values do the uncertain inputs take in batch number ``batch``?

    Returns
    -------
    input name → array as :meth:`Worksheet.simulate` takes it: ``(count,)`` values of a scalar or multipliers of a
    row, ``(columns, count)`` for a row whose columns are uncertain one by one. The numbers depend on (seed, batch)
    alone.
    """
    uncertain = uncertain_numbers(worksheet)
    uniforms = uniform_points(len(uncertain), uncertainty, batch=batch, count=count)
    uniforms = _tied(uniforms, [each.name for each in uncertain], uncertainty.correlations)
    return inputs_at(worksheet, [(each, uniforms[:, index]) for index, each in enumerate(uncertain)])


def simulated_answers(
    worksheet: Worksheet,
    *,
    answer: str,
    uncertainty: Uncertainty,
    draw_limit: int = MAXIMUM_DRAWS,
    engine: Engine = "automatic",
    executor: Executor | None = None,
) -> Array:
    """What is the answer at every point of every scramble?

    Parameters
    ----------
    engine, executor : as :meth:`Worksheet.simulate` takes them. With the sampler ``counter`` a compiled kernel also
        draws, unless correlations are stated or a distribution has no compiled quantile.

    Returns
    -------
    Array of shape ``(scrambles, points)``; the points of a scramble are reduced until all fit into ``draw_limit``.

    Raises
    ------
    InputError : a distribution gives values outside the admissible range of its input.
    RefusalError : the answer is not finite for some draw.
    """
    points = min(uncertainty.points_per_scramble, points_within(draw_limit // uncertainty.scrambles))
    drawn = _drawn_by_kernel(worksheet, answer, uncertainty, points, engine, executor)
    if drawn is not None:
        return drawn
    answers = np.empty((uncertainty.scrambles, points))
    for scramble in range(uncertainty.scrambles):
        draws = draw_inputs(worksheet, uncertainty, batch=scramble, count=points)
        found = worksheet.simulate(draws, outputs=[answer], engine=engine, executor=executor)
        answers[scramble] = found[answer]
    return answers


def _drawn_by_kernel(
    worksheet: Worksheet, answer: str, uncertainty: Uncertainty, points: int, engine: Engine, executor: Executor | None
) -> Array | None:
    """The answers from a kernel that draws and computes at once, where there is one and it pays."""
    pays = is_compiled(engine, uncertainty.scrambles * points)
    if uncertainty.sampler != "counter" or uncertainty.correlations or not pays:
        return None
    numbers = [
        StreamNumber(each.entry, each.column, each.distribution, each.multiplies, stream)
        for stream, each in enumerate(uncertain_numbers(worksheet))
    ]
    return simulate_drawn(
        worksheet,
        numbers,
        output=answer,
        seed=uncertainty.seed,
        batches=uncertainty.scrambles,
        count=points,
        executor=executor,
    )


def inputs_at(worksheet: Worksheet, points: Sequence[tuple[UncertainNumber, Array]]) -> dict[str, Array]:
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


def uniform_points(dimensions: int, uncertainty: Uncertainty, *, batch: int, count: int) -> Array:
    """Points strictly inside the unit cube, so that no quantile is infinite."""
    generator = block_generator(uncertainty.seed, batch)
    if uncertainty.sampler == "counter":
        keys = stream_keys(uncertainty.seed, batch, streams=dimensions)
        points: Array = counter_uniforms(keys, first=0, count=count).T
    elif uncertainty.sampler == "pseudo_random":
        points = generator.random((count, dimensions))
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
        matrix[i, j] = matrix[j, i] = pair.normal_score_correlation
    return matrix


def _drawn(worksheet: Worksheet, uncertain: UncertainNumber, uniforms: Array) -> Array:
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
