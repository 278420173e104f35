"""How uncertain is an input? The distributions a valuer states, each as its quantile function.

A draw is the quantile of a uniform number, so that the same definition serves pseudo-random and Sobol points and
a copula can tie inputs together.
"""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic_core import PydanticCustomError
from scipy import special

from valuation.kernel.fields import FiniteFloat, FrozenModel

__all__ = ["Beta", "Distribution", "Empirical", "Lognormal", "Normal", "Pert", "Triangular", "Uniform"]

Array = NDArray[np.float64]


class Uniform(FrozenModel):
    """Every value between ``low`` and ``high`` is as likely as any other."""

    kind: Literal["uniform"]
    low: FiniteFloat
    high: FiniteFloat

    def model_post_init(self, context: object) -> None:
        """Refuse an empty range."""
        del context
        _rising("low, high", self.low, self.high)

    def quantile(self, probability: Array) -> Array:
        """Which value is not exceeded with this probability? ``low + u (high − low)``."""
        return self.low + probability * (self.high - self.low)


class Triangular(FrozenModel):
    """Between ``low`` and ``high``, most likely at ``mode``, straight lines between."""

    kind: Literal["triangular"]
    low: FiniteFloat
    mode: FiniteFloat
    high: FiniteFloat

    def model_post_init(self, context: object) -> None:
        """Refuse a mode outside the range."""
        del context
        _rising("low, mode, high", self.low, self.mode, self.high, strict=False)

    def quantile(self, probability: Array) -> Array:
        """Invert the two parabolas of the distribution function."""
        width = self.high - self.low
        peak = (self.mode - self.low) / width
        rising = self.low + np.sqrt(probability * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - probability) * width * (self.high - self.mode))
        return np.where(probability < peak, rising, falling)


class Pert(FrozenModel):
    """A beta distribution between ``low`` and ``high`` with mean (low + 4 mode + high) / 6."""

    kind: Literal["pert"]
    low: FiniteFloat
    mode: FiniteFloat
    high: FiniteFloat

    def model_post_init(self, context: object) -> None:
        """Refuse a mode outside the range."""
        del context
        _rising("low, mode, high", self.low, self.mode, self.high, strict=False)

    def quantile(self, probability: Array) -> Array:
        """``low + (high − low) · I⁻¹(u; α, β)`` with α = 1 + 4 (mode − low) / (high − low), β = 6 − α."""
        width = self.high - self.low
        alpha = 1 + 4 * (self.mode - self.low) / width
        drawn: Array = special.betaincinv(alpha, 6 - alpha, probability)
        return self.low + width * drawn


class Normal(FrozenModel):
    """A normal distribution with ``mean`` and ``standard_deviation``."""

    kind: Literal["normal"]
    mean: FiniteFloat
    standard_deviation: Annotated[FiniteFloat, Field(gt=0)]

    def quantile(self, probability: Array) -> Array:
        """``mean + sd · Φ⁻¹(u)``."""
        drawn: Array = self.mean + self.standard_deviation * special.ndtri(probability)
        return drawn


class Lognormal(FrozenModel):
    """A lognormal distribution: median ``median``, standard deviation of the logarithm ``log_sd``."""

    kind: Literal["lognormal"]
    median: Annotated[FiniteFloat, Field(gt=0)]
    log_sd: Annotated[FiniteFloat, Field(gt=0)]

    def quantile(self, probability: Array) -> Array:
        """``median · exp(log_sd · Φ⁻¹(u))``."""
        drawn: Array = np.exp(math.log(self.median) + self.log_sd * special.ndtri(probability))
        return drawn


class Beta(FrozenModel):
    """A beta distribution with shapes ``a`` and ``b``, stretched from ``low`` to ``high``."""

    kind: Literal["beta"]
    a: Annotated[FiniteFloat, Field(gt=0, le=1e6)]
    b: Annotated[FiniteFloat, Field(gt=0, le=1e6)]
    low: FiniteFloat
    high: FiniteFloat

    def model_post_init(self, context: object) -> None:
        """Refuse an empty range."""
        del context
        _rising("low, high", self.low, self.high)

    def quantile(self, probability: Array) -> Array:
        """``low + (high − low) · I⁻¹(u; a, b)``, I the regularised incomplete beta function."""
        drawn: Array = special.betaincinv(self.a, self.b, probability)
        return self.low + (self.high - self.low) * drawn


class Empirical(FrozenModel):
    """Observed ``values`` in rising order, at least five; between neighbours the quantile is a straight line.

    All values may be equal: an input that was observed not to vary is drawn as that one number.
    """

    kind: Literal["empirical"]
    values: Annotated[tuple[FiniteFloat, ...], Field(min_length=5, max_length=10_000)]

    def model_post_init(self, context: object) -> None:
        """Refuse values out of order: a series in time is not yet a distribution."""
        del context
        if any(later < earlier for earlier, later in itertools.pairwise(self.values)):
            raise PydanticCustomError("distribution", "values in rising order")

    def quantile(self, probability: Array) -> Array:
        """The value at rank ``u (n − 1)``, counted from zero and interpolated (Hyndman–Fan type 7)."""
        ranks = np.arange(len(self.values), dtype=np.float64)
        drawn: Array = np.interp(probability * (len(self.values) - 1), ranks, np.array(self.values))
        return drawn


Distribution = Annotated[
    Uniform | Triangular | Pert | Normal | Lognormal | Beta | Empirical, Field(discriminator="kind")
]


def _rising(names: str, *values: float, strict: bool = True) -> None:
    """Check low ≤ mode ≤ high and low < high (strict: each below the next)."""
    pairs = list(itertools.pairwise(values))
    ordered = all(a < b if strict else a <= b for a, b in pairs)
    if not ordered or values[0] >= values[-1]:
        raise PydanticCustomError("distribution", "rising values of {names}", {"names": names})
