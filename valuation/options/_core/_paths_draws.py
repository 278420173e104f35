"""The random numbers of a block of paths: antithetic pairs by index, or scrambled Sobol points in principal order.

Every step takes one standard normal for each factor and, where there is something else to draw (the number of jumps, a
mode that is followed), uniform numbers. A number depends on (seed, set, path, step, row) alone, so neither the order
of the blocks nor the paths that were dropped change any other.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray
from scipy.special import ndtri

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.kernel.fast_random import counter_uniforms, stream_keys
from valuation.kernel.randomness import block_generator

__all__ = ["BLOCK_PATHS", "MAXIMUM_SOBOL_DIMENSIONS", "Draws", "Plan", "Sampler", "principal_order"]

Sampler = Literal["plain", "antithetic", "sobol"]
#: Paths of one block: rows of 128 kB, so that a block's step stays in the second cache.
BLOCK_PATHS = 2**14
#: What the published direction numbers of SciPy reach.
MAXIMUM_SOBOL_DIMENSIONS = 21_201


class Draws(Protocol):
    """The numbers of one block of paths."""

    @property
    def count(self) -> int:
        """How many paths?"""
        ...

    def normals(self, step: int) -> Array:
        """Independent standard normals ``(factors, paths)`` of a step."""
        ...

    def uniforms(self, step: int) -> Array:
        """Uniform numbers ``(others, paths)`` of a step."""
        ...

    def kept(self, chosen: NDArray[np.intp]) -> Draws:
        """The same numbers for these of its paths only."""
        ...


@dataclass(frozen=True)
class Plan:
    """Which numbers a set of paths takes: ``paths`` in all, ``others`` uniform numbers a step beside the normals."""

    seed: int
    set_number: int
    sampler: Sampler
    paths: int
    scrambles: int
    steps: int
    factors: int
    others: int
    is_compiled: bool

    def blocks(self) -> list[tuple[int, int]]:
        """The blocks, as (first path, paths); with Sobol points each is some whole scrambles, or a part of one."""
        size = self._block()
        return [(start, min(size, self.paths - start)) for start in range(0, self.paths, size)]

    def _block(self) -> int:
        each = self.paths // self.scrambles
        return BLOCK_PATHS // each * each if self.sampler == "sobol" and each < BLOCK_PATHS else BLOCK_PATHS

    def draws(self, block: tuple[int, int]) -> Draws:
        """The numbers of one block."""
        first, count = block
        if self.sampler != "sobol":
            return _indexed(self, first, count)
        each = self.paths // self.scrambles
        units = range(first // each, max(first // each + 1, (first + count) // each))
        parts = [_sobol(self, unit, first % each, min(each, count)) for unit in units]
        return _Stored(
            np.concatenate([part.normal for part in parts], axis=2),
            np.concatenate([part.uniform for part in parts], axis=2),
        )


@dataclass(frozen=True)
class _Indexed:
    keys: NDArray[np.uint64]
    factors: int
    others: int
    base: int
    positions: NDArray[np.uint64]
    signs: Array
    is_compiled: bool

    @property
    def count(self) -> int:
        return int(self.positions.size)

    def normals(self, step: int) -> Array:
        first = step * (self.factors + self.others)
        if not self.is_compiled:
            return np.stack([self.signs * ndtri(self._plain(first + row)) for row in range(self.factors)])
        from valuation.options._core._paths_kernels import indexed_normals

        found = np.empty((self.factors, self.count))
        for row in range(self.factors):
            key = self.keys[first + row]
            indexed_normals(key[0], key[1], np.uint64(self.base), self.positions, self.signs, found[row])
        return found

    def uniforms(self, step: int) -> Array:
        first = step * (self.factors + self.others) + self.factors
        found = np.empty((self.others, self.count))
        for row in range(self.others):
            plain = self._plain(first + row)
            found[row] = np.where(self.signs > 0, plain, 1 - plain)
        return found

    def kept(self, chosen: NDArray[np.intp]) -> _Indexed:
        return replace(self, positions=self.positions[chosen], signs=self.signs[chosen])

    def _plain(self, row: int) -> Array:
        if self.count == 0:
            return np.empty(0)
        stretch = counter_uniforms(self.keys[row : row + 1], first=self.base, count=int(self.positions.max()) + 1)
        found: Array = stretch[0][self.positions.astype(np.intp)]
        return found


def _indexed(plan: Plan, first: int, count: int) -> _Indexed:
    """Of an antithetic block the second half mirrors the first."""
    is_paired = plan.sampler == "antithetic"
    half = np.arange(count // 2 if is_paired else count, dtype=np.uint64)
    keys = stream_keys(plan.seed, plan.set_number, streams=max(1, plan.steps * (plan.factors + plan.others)))
    return _Indexed(
        keys=keys,
        factors=plan.factors,
        others=plan.others,
        base=first // 2 if is_paired else first,
        positions=np.concatenate([half, half]) if is_paired else half,
        signs=np.concatenate([np.ones(half.size), -np.ones(half.size)]) if is_paired else np.ones(count),
        is_compiled=plan.is_compiled,
    )


@dataclass(frozen=True)
class _Stored:
    """Numbers that were made at once: ``(steps, factors, paths)`` and ``(steps, others, paths)``."""

    normal: Array
    uniform: Array
    #: Which of the paths are still asked for; None for all. The arrays are not copied when paths are dropped.
    chosen: NDArray[np.intp] | None = None

    @property
    def count(self) -> int:
        return int(self.normal.shape[2]) if self.chosen is None else int(self.chosen.size)

    def normals(self, step: int) -> Array:
        return self._of(self.normal[step])

    def uniforms(self, step: int) -> Array:
        return self._of(self.uniform[step])

    def kept(self, chosen: NDArray[np.intp]) -> _Stored:
        return replace(self, chosen=chosen if self.chosen is None else self.chosen[chosen])

    def _of(self, rows: Array) -> Array:
        found: Array = rows if self.chosen is None else rows[:, self.chosen]
        return found


def _sobol(plan: Plan, unit: int, first: int, count: int) -> _Stored:
    """A stretch of one scramble; the first coordinates go to the slowest movements of each factor's path."""
    dimensions = plan.steps * (plan.factors + plan.others)
    if dimensions > MAXIMUM_SOBOL_DIMENSIONS:
        raise InputError.of(
            "sampler",
            found=f"Sobol points of {dimensions} dimensions",
            expected=f"at most {MAXIMUM_SOBOL_DIMENSIONS}: steps times factors",
        )
    points = _points(plan, unit, first, count, dimensions)
    split = plan.steps * plan.factors
    shape = (plan.steps, plan.factors, count)
    normal = _quantiles(points[:split], plan.is_compiled).reshape(plan.steps, -1)
    moved = (principal_order(plan.steps) @ normal).reshape(shape)
    return _Stored(moved, points[split:].reshape(plan.steps, plan.others, count))


def _points(plan: Plan, unit: int, first: int, count: int, dimensions: int) -> Array:
    """Points ``(dimensions, count)`` strictly inside the unit cube."""
    if dimensions == 0:
        return np.empty((0, count))
    # Imported here: scipy.stats takes half a second that other samplers need not pay.
    from scipy.stats import qmc

    scramble = int(block_generator(plan.seed, 1_000_000 * (plan.set_number + 1) + unit).integers(2**63 - 1))
    engine = qmc.Sobol(dimensions, scramble=True, rng=Generator(PCG64(SeedSequence(scramble))))
    if first:
        engine.fast_forward(first)
    points: Array = np.ascontiguousarray(engine.random(count).T)
    return np.clip(points, 2.0**-53, 1 - 2.0**-53)


def _quantiles(uniforms: Array, is_compiled: bool) -> Array:
    if not is_compiled:
        found: Array = ndtri(uniforms)
        return found
    from valuation.options._core._paths_kernels import quantiles_in_place

    flat = uniforms.copy().reshape(-1)
    quantiles_in_place(flat)
    return flat.reshape(uniforms.shape)


@functools.lru_cache(maxsize=8)
def principal_order(steps: int) -> Array:
    """By which rotation do independent normals become steps, the first of them moving the path most?

    A random walk of n steps has the principal components sin(kθⱼ), θⱼ = (2j − 1)π/(2n + 1); its steps in their order
    are z = Q ξ with the orthogonal matrix Qₖⱼ = 2/√(2n + 1) · cos((k − ½)θⱼ). A rotation of independent normals, so the
    law is the same; only which Sobol coordinate drives what is chosen.

    References
    ----------
    Glasserman (2004), Monte Carlo Methods in Financial Engineering, section 3.1.2.

    Tested by: QᵀQ = 1 and the variance of the walk that each column explains.
    """
    k, j = np.arange(1, steps + 1)[:, None], np.arange(1, steps + 1)[None, :]
    angle = (2 * j - 1) * np.pi / (2 * steps + 1)
    rotation: Array = 2 / np.sqrt(2 * steps + 1) * np.cos((k - 0.5) * angle)
    return rotation
