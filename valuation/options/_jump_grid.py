"""The right to pay a cost for a value that also jumps, on evenly spaced logarithms, by convolution.

Given the number of jumps a step is normal, so the density of a step is a mixture that is the same at every node: an
expectation is a convolution. The quadrature in :mod:`._core.line` solves the same problem region by region; it is
exact for each date and far slower where jumps are wide and steps are short.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from valuation.errors import RefusalError
from valuation.kernel.expression import Array
from valuation.options._core.process import JumpLognormal

__all__ = ["JumpRight", "JumpSolution", "merton_call", "solve_jumps"]

#: How many deviations are followed, nodes to the deviation of a step, and how many nodes there may be.
_REACH = 9.0
_NODES_PER_DEVIATION = 4.0
MAXIMUM_NODES = 40_000
#: A value bends with its logarithm whatever its volatility: nodes lie no farther apart than this.
_WIDEST_LOG = 0.02
#: Jumps less likely than this are left out of the series of one step.
_NEGLIGIBLE_SHARE = 1e-18


@dataclass(frozen=True)
class JumpRight:
    """One right: ``process`` is the value's motion for valuation; the threat leaves ``left_share`` of the gain."""

    value: float
    cost: float
    life_years: float
    rate: float
    process: JumpLognormal
    threat: float = 0.0
    left_share: float = 0.0


@dataclass(frozen=True)
class JumpSolution:
    """The value today, and at each date from the first on where launching is best (by node)."""

    value: float
    levels: Array
    launches: NDArray[np.bool_]
    right: JumpRight

    def thresholds(self) -> list[tuple[float, float | None]]:
        """(time, level) for each date: from which value on is launching best; None where it is nowhere."""
        steps = len(self.launches) - 1
        first = [float(self.levels[row.argmax()]) if row.any() else None for row in self.launches]
        return [(self.right.life_years * date / steps, level) for date, level in enumerate(first)]

    def probabilities(self, process: JumpLognormal) -> dict[str, float]:
        """How likely are launch, lapse and invalidation, if the value moves like this in the world?"""
        steps = len(self.launches) - 1
        interval = self.right.life_years / steps
        kernel = _kernel(process, interval, math.log(self.levels[1] / self.levels[0]), self.levels.size)
        stays = math.exp(-self.right.threat * interval)
        launch, lapse = self.launches[-1].astype(np.float64), (~self.launches[-1]).astype(np.float64)
        for row in self.launches[-2::-1]:
            launch = np.where(row, 1.0, stays * _expected(launch, kernel, above=1.0))
            lapse = np.where(row, 0.0, stays * _expected(lapse, kernel, above=0.0, below=1.0))
        start = int(np.argmin(np.abs(self.levels - self.right.value)))
        found = {"launch": float(launch[start]), "lapse": float(lapse[start])}
        return found | {"invalidated": max(0.0, 1 - found["launch"] - found["lapse"])}


def solve_jumps(right: JumpRight, steps: int) -> JumpSolution:
    """What is the right worth if it may be used today and after each of so many equal steps?

    Raises
    ------
    RefusalError : a volatility so small beside the jumps that the grid would need too many nodes.

    References
    ----------
    Merton (1976), Option pricing when underlying stock returns are discontinuous, JFE 3. Lord, Fang, Bervoets,
    Oosterlee (2008), A fast and accurate FFT-based method for pricing early-exercise options, SIAM JSC 30.

    Tested by: Merton's series (closed form), the line solver (second method), the binomial lattice without jumps;
    ``tests/valuation/options/test_jump_diffusion_option.py``.
    """
    interval = right.life_years / steps
    levels, spacing = _levels(right, interval)
    used = levels - right.cost
    kernel = _kernel(right.process, interval, spacing, levels.size)
    stays = math.exp(-right.threat * interval)
    lost = (1 - stays) * right.left_share * np.maximum(used, 0.0)
    discount = math.exp(-right.rate * interval)
    # The kink at the cost is met by Merton's series over the last step, which is smooth.
    waiting = stays * merton_call(levels, right.cost, interval, right.rate, right.process) + lost
    launches = np.zeros((steps + 1, levels.size), dtype=np.bool_)
    launches[steps] = used > 0
    launches[steps - 1] = used > waiting
    for date in range(steps - 2, -1, -1):
        waiting = stays * discount * _expected(_best(used, waiting), kernel, levels=levels) + lost
        launches[date] = used > waiting
    start = int(np.argmin(np.abs(levels - right.value)))
    return JumpSolution(float(max(used[start], waiting[start])), levels, launches, right)


def _best(used: Array, waiting: Array) -> Array:
    """The better of the two, so that its sum over nodes is its integral though it bends between two of them.

    A sum over nodes misses ``s h² B₂(θ)/2`` (Euler and Maclaurin) where the slope jumps by s at the share θ of a cell
    of width h, with ``B₂(θ) = θ² − θ + 1/6``; the two nodes of the cell bear the correction.
    """
    gained = used - waiting
    held = np.maximum(used, waiting)
    for node in np.flatnonzero((gained[:-1] < 0) & (gained[1:] > 0)):
        rise = gained[node + 1] - gained[node]
        share = -gained[node] / rise
        missed = rise * (share**2 - share + 1 / 6) / 2
        held[node] += (1 - share) * missed
        held[node + 1] += share * missed
    return np.asarray(held)


def merton_call(
    value: Array, cost: float, years: float, rate: float, process: JumpLognormal, *, most_jumps: int = 64
) -> Array:
    """The European call by Merton's series, for values of any shape."""
    mean, deviation = process.jump_log_mean, process.jump_log_deviation
    drift = process.drift_per_year - process.jumps_per_year * math.expm1(mean + deviation**2 / 2)
    expected = process.jumps_per_year * years
    total, share = np.zeros_like(value), math.exp(-expected)
    for jumps in range(most_jumps):
        spread = math.sqrt(process.variance_per_year * years + jumps * deviation**2)
        growth = drift * years + jumps * (mean + deviation**2 / 2)
        d1 = (np.log(value / cost) + growth) / spread + spread / 2
        total += share * (value * math.exp(growth) * special.ndtr(d1) - cost * special.ndtr(d1 - spread))
        share *= expected / (jumps + 1)
        if share < _NEGLIGIBLE_SHARE and jumps > expected:
            break
    return np.asarray(math.exp(-rate * years) * total)


def _levels(right: JumpRight, interval: float) -> tuple[Array, float]:
    """Nodes around today's value, one of them on it, and their distance in logarithms."""
    process, years = right.process, right.life_years
    jump = process.jump_log_mean**2 + process.jump_log_deviation**2
    variance = (process.variance_per_year + process.jumps_per_year * jump) * years
    reach = _REACH * math.sqrt(variance) + variance + abs(process.drift_per_year) * years
    # One jump alone may lead farther than many deviations of a quiet life.
    reach += abs(process.jump_log_mean) + _REACH * process.jump_log_deviation * (process.jumps_per_year > 0)
    spacing = min(math.sqrt(process.variance_per_year * interval) / _NODES_PER_DEVIATION, _WIDEST_LOG)
    half = math.ceil(reach / spacing)
    if 2 * half > MAXIMUM_NODES or reach > 300:
        raise RefusalError.of(
            "volatility_share",
            found=f"{2 * half} nodes over ±{reach:.4g} in logarithms",
            expected=f"at most {MAXIMUM_NODES} nodes over ±300",
            advice="State fewer or smaller jumps, or a larger volatility",
        )
    return right.value * np.exp(spacing * np.arange(-half, half + 1)), spacing


def _kernel(process: JumpLognormal, interval: float, spacing: float, nodes: int) -> Array:
    """The weights of moving by −m … m nodes in one step."""
    half = nodes // 2
    moves = spacing * np.arange(-half, half + 1)
    weights = np.zeros_like(moves)
    for jumps, share in enumerate(process.scenarios(0.0, interval)):
        mean, deviation = process.move(0.0, interval, np.zeros(1), jumps)
        at = (moves - mean[0]) / deviation[0]
        weights += share * np.exp(-(at**2) / 2) * spacing / (math.sqrt(2 * math.pi) * deviation[0])
    # A short step leads nowhere near the end of the grid: what neither happens nor weighs anything is left out.
    matters = np.flatnonzero(weights * (1 + np.exp(moves)) > _NEGLIGIBLE_SHARE)
    kept = int(np.abs(matters - half).max())
    return weights[half - kept : half + kept + 1]


def _expected(
    held: Array, kernel: Array, *, levels: Array | None = None, above: float = 0.0, below: float = 0.0
) -> Array:
    """The expectation over one step at every node; beyond the nodes the function is carried on.

    With ``levels`` it is carried on upwards as the value less what it falls short of it at the last node.
    """
    from scipy.signal import fftconvolve  # where it is used: reading the catalogue should not wait for it

    half = kernel.size // 2
    if levels is None:
        padded = np.concatenate([np.full(half, below), held, np.full(half, above)])
        return np.asarray(fftconvolve(padded, kernel[::-1], mode="valid"))
    # As a share of the value, so that the transform adds numbers of one size and no digits are lost.
    moves = math.log(levels[1] / levels[0]) * np.arange(-half, half + 1)
    short = (1 - held[-1] / levels[-1]) * np.exp(-moves[half + 1 :])
    padded = np.concatenate([np.zeros(half), held / levels, 1 - short])
    return np.asarray(levels * fftconvolve(padded, (kernel * np.exp(moves))[::-1], mode="valid"))
