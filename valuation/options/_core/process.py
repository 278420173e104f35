"""How a state moves between two dates of decision, in a form that lattices, quadrature and simulation can all use.

Every factor has a coordinate: the logarithm for a factor of scale ``log``, the number itself for ``linear``. Over one
step the coordinate moves to ``mean + deviation · z`` with a standard normal z, where mean and deviation may depend on
where the step began. A process with sudden jumps is a mixture of such moves (*scenarios*), each with a probability.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = [
    "CostToCompletion",
    "Factor",
    "JumpLognormal",
    "Lognormal",
    "MeanRevertingLog",
    "Motion",
    "Process",
    "Steady",
    "alone",
    "coordinates_of",
    "joint",
    "state_of",
    "stepwise",
]

#: Mean and deviation of a coordinate after a step, given where it began.
Move = tuple[Array, Array]
#: A yearly number that may change with time: its integral from t to u.
Integral = Callable[[float, float], float]
#: Jumps in one step beyond this many are left out; what they weigh is given to the last.
MAXIMUM_JUMPS = 24


@dataclass(frozen=True)
class Factor:
    """What moves: its name, the scale of its coordinate, and levels at which a solver should split its quadrature.

    ``kinks`` are in the factor's own units: where the value is known to bend or break (completion at zero cost).
    """

    name: str
    scale: Literal["log", "linear"]
    kinks: tuple[float, ...] = ()


class Motion(Protocol):
    """How one factor moves."""

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """The probabilities of the step's scenarios (one, of probability 1, without jumps)."""
        ...

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """Mean and deviation of the coordinate at the end of the step."""
        ...


@dataclass(frozen=True)
class Process:
    """Factors that move together; ``correlation`` is that of their normals, the scenarios of factors independent.

    Raises
    ------
    InputError : a correlation matrix that is not symmetric with ones on its diagonal and positive semidefinite.
    """

    factors: tuple[Factor, ...]
    motions: tuple[Motion, ...]
    correlation: tuple[tuple[float, ...], ...]
    #: Lower-triangular root of the correlation: normals = root · independent normals.
    root: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        matrix = np.array(self.correlation, dtype=np.float64)
        count = len(self.factors)
        if matrix.shape != (count, count) or len(self.motions) != count:
            raise InputError.of("correlation", found=f"a matrix {matrix.shape}", expected=f"{count} by {count}")
        is_symmetric = np.array_equal(matrix, matrix.T) and np.array_equal(np.diag(matrix), np.ones(count))
        if not is_symmetric or not np.all(np.isfinite(matrix)) or np.linalg.eigvalsh(matrix)[0] < -1e-12:
            raise InputError.of(
                "correlation", found=matrix.tolist(), expected="a symmetric, positive semidefinite matrix, diagonal 1"
            )
        object.__setattr__(self, "root", _root(matrix))


def _root(matrix: Array) -> Array:
    """Cholesky's factor; a singular matrix (perfect correlation) is lifted by what rounding already costs."""
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.cholesky(matrix + 1e-14 * np.eye(len(matrix))), dtype=np.float64)


def alone(name: str, scale: Literal["log", "linear"], motion: Motion, *, kinks: Sequence[float] = ()) -> Process:
    """A process of one factor."""
    return Process((Factor(name, scale, tuple(kinks)),), (motion,), ((1.0,),))


def coordinates_of(factors: Sequence[Factor], state: Sequence[Array]) -> tuple[Array, ...]:
    """Where is this state on the solvers' scales?"""
    pairs = zip(factors, state, strict=True)
    return tuple(np.log(values) if factor.scale == "log" else np.asarray(values) for factor, values in pairs)


def state_of(factors: Sequence[Factor], coordinates: Sequence[Array]) -> tuple[Array, ...]:
    """Which state has these coordinates?"""
    pairs = zip(factors, coordinates, strict=True)
    return tuple(np.exp(values) if factor.scale == "log" else np.asarray(values) for factor, values in pairs)


def stepwise(until_years: Sequence[float], numbers: Sequence[float]) -> Integral:
    """The integral of a yearly number that is constant between stated times; the last one holds for ever.

    Raises
    ------
    InputError : not one number more than times, or times that do not rise.

    Examples
    --------
    >>> volatility_squared = stepwise([2.0], [0.25, 0.16])
    >>> round(volatility_squared(1.0, 4.0), 12)
    0.57
    """
    if len(numbers) != len(until_years) + 1:
        raise InputError.of("numbers", found=f"{len(numbers)} numbers", expected=f"{len(until_years) + 1}")
    if list(until_years) != sorted(set(until_years)) or any(until <= 0 for until in until_years):
        raise InputError.of("until_years", found=list(until_years), expected="times that rise from above 0")
    edges = (0.0, *until_years, math.inf)

    def integral(time: float, until: float) -> float:
        spans = (max(0.0, min(until, high) - max(time, low)) for low, high in itertools.pairwise(edges))
        return math.fsum(span * number for span, number in zip(spans, numbers, strict=True) if span > 0)

    return integral


def _constant(number: float) -> Integral:
    return lambda time, until: number * (until - time)


def _integral(stated: float | Integral) -> Integral:
    return stated if callable(stated) else _constant(float(stated))


@dataclass(frozen=True)
class Steady:
    """A factor that does not move."""

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """One scenario."""
        return (1.0,)

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """It stays where it is."""
        return coordinate, np.zeros_like(coordinate)


@dataclass(frozen=True)
class Lognormal:
    """Geometric Brownian motion: dx = μ x dt + σ x dz.

    ``drift_per_year`` and ``variance_per_year`` (σ², not σ) are numbers, or integrals over time where they change.
    """

    drift_per_year: float | Integral
    variance_per_year: float | Integral

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """One scenario."""
        return (1.0,)

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """Mean ln x + μΔ − σ²Δ/2, deviation σ√Δ; exact for any step."""
        variance = _integral(self.variance_per_year)(time, time + interval)
        mean = coordinate + _integral(self.drift_per_year)(time, time + interval) - variance / 2
        return mean, np.full_like(coordinate, math.sqrt(variance))


@dataclass(frozen=True)
class MeanRevertingLog:
    """Schwartz (1997), model 1: d ln x = κ (ln-level − ln x) dt + σ dz, in the measure that the level belongs to.

    ``log_level`` is the long-run mean of ln x in that measure: α − σ²/(2κ), less the price of risk over κ where the
    value is risk-neutral.
    """

    speed_per_year: float
    log_level: float
    volatility: float

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """One scenario."""
        return (1.0,)

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """Exact for any step: the distance to the level shrinks by e^(−κΔ), variance σ²(1 − e^(−2κΔ))/(2κ)."""
        kept = math.exp(-self.speed_per_year * interval)
        variance = -math.expm1(-2 * self.speed_per_year * interval) / (2 * self.speed_per_year)
        deviation = self.volatility * math.sqrt(variance)
        return self.log_level + (coordinate - self.log_level) * kept, np.full_like(coordinate, deviation)


@dataclass(frozen=True)
class JumpLognormal:
    """Merton (1976): geometric Brownian motion with jumps at rate λ, ln of a jump normal (mean, deviation).

    The drift μ is that of the expected value, jumps included: the diffusion is compensated by λ(e^(m + s²/2) − 1).
    """

    drift_per_year: float
    variance_per_year: float
    jumps_per_year: float
    jump_log_mean: float
    jump_log_deviation: float

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """Poisson probabilities of 0, 1, 2 … jumps in the step; the tail's weight goes to the last."""
        expected = self.jumps_per_year * interval
        shares = [math.exp(-expected)]
        while 1 - math.fsum(shares) > 1e-14 and len(shares) <= MAXIMUM_JUMPS:
            shares.append(shares[-1] * expected / len(shares))
        tail = 1 - math.fsum(shares)
        if tail > 1e-9:
            raise InputError.of(
                "jumps_per_year", found=f"{expected:.4g} jumps in a step", expected="shorter steps, or fewer jumps"
            )
        shares[-1] += tail
        return tuple(shares)

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """Given the number of jumps the move is normal."""
        compensator = self.jumps_per_year * math.expm1(self.jump_log_mean + self.jump_log_deviation**2 / 2)
        drift = (self.drift_per_year - compensator - self.variance_per_year / 2) * interval
        variance = self.variance_per_year * interval + scenario * self.jump_log_deviation**2
        mean = coordinate + drift + scenario * self.jump_log_mean
        return mean, np.full_like(coordinate, math.sqrt(variance))


@dataclass(frozen=True)
class CostToCompletion:
    """What is still to be spent, while it is spent at a rate I: dK = −I dt + φ √(I K) dz (Pindyck 1993).

    One Euler step for each step of the problem: the step is part of the model (an outlay is decided for a whole
    step), so its length is echoed with the answer. K ≤ 0 means completed, and stays.
    """

    investment_per_year: float
    uncertainty: float

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """One scenario."""
        return (1.0,)

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """K − IΔ, deviation φ√(IKΔ); a completed project stays completed."""
        left = np.maximum(coordinate, 0.0)
        deviation = self.uncertainty * np.sqrt(self.investment_per_year * left * interval)
        mean = np.where(coordinate > 0, coordinate - self.investment_per_year * interval, coordinate)
        return mean, deviation


def joint(factors: Sequence[tuple[Factor, Motion]], correlation: Sequence[Sequence[float]]) -> Process:
    """A process of several factors, each with its motion, and the correlation of their normals."""
    return Process(
        tuple(factor for factor, _ in factors),
        tuple(motion for _, motion in factors),
        tuple(tuple(float(number) for number in row) for row in correlation),
    )
