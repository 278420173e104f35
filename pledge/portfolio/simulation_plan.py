"""How is a book simulated? Seed, scenarios, periods, and under which stress."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio.tail_edge import TailEdge
from valuation.errors import InputError
from valuation.kernel.randomness import MAXIMUM_SEED

__all__ = [
    "MAXIMUM_BLOCK",
    "MAXIMUM_LOAN_SCENARIOS",
    "MAXIMUM_PERIODS",
    "MAXIMUM_SCENARIOS",
    "MAXIMUM_SHIFT",
    "NO_STRESS",
    "FactorShift",
    "SimulationPlan",
    "Stress",
]

Array = NDArray[np.float64]

#: Scenarios of one run: their results take about 40 bytes each.
MAXIMUM_SCENARIOS = 2**24
MAXIMUM_BLOCK = 2**17
MAXIMUM_PERIODS = 40
#: How far importance sampling moves a factor, in standard deviations.
MAXIMUM_SHIFT = 6.0
#: Loans times scenarios of one run; a quarter of an hour on one core at a PD of some per cent.
MAXIMUM_LOAN_SCENARIOS = 10**12


@dataclass(frozen=True)
class FactorShift:
    """Where importance sampling looks: at ``μ + S z`` instead of the independent normals z behind the factors.

    ``mean`` is μ, by sector order; ``spread`` the rows of the lower triangle S, the identity where it is empty. Where
    ``aimed_loss_cny`` is given, the conditional PDs of a scenario are raised too, so that its expected loss is about
    that (exponential twist); scenarios that expect as much already keep theirs. Of each block a part ``plain_share``
    is drawn with neither, so that no weight exceeds 1 / ``plain_share``. With an ``edge``, mean and spread are those of
    the coordinates that :class:`TailEdge` describes, and the last of them is not normal.

    Raises
    ------
    InputError : a mean that is not finite or beyond ±6, a share outside [0, 1), a spread that is no lower triangle of
        the same size with 0.05 to 20 on its diagonal, an aimed loss that is not a number above 0, an edge of another
        size.

    References
    ----------
    Glasserman, Li (2005), Importance sampling for portfolio credit risk, Management Science 51, sections 3 and 5.
    """

    mean: tuple[float, ...]
    plain_share: float = 0.1
    spread: tuple[tuple[float, ...], ...] = ()
    aimed_loss_cny: float | None = None
    edge: TailEdge | None = None

    def __post_init__(self) -> None:
        """Refuse a shift that could not be weighed."""
        if not self.mean or not all(abs(each) <= MAXIMUM_SHIFT for each in self.mean):
            expected = f"numbers from −{MAXIMUM_SHIFT:g} to {MAXIMUM_SHIFT:g}"
            raise InputError.of("shift.mean", found=self.mean, expected=expected)
        if not 0 <= self.plain_share < 1:
            raise InputError.of("shift.plain_share", found=self.plain_share, expected="a share from 0 to below 1")
        if self.aimed_loss_cny is not None and not 0 < self.aimed_loss_cny < math.inf:
            raise InputError.of("shift.aimed_loss_cny", found=self.aimed_loss_cny, expected="an amount above 0")
        if self.spread:
            self._check_spread()
        if self.edge is not None and len(self.edge.direction) != len(self.mean):
            expected = f"{len(self.mean)} numbers, as many as the mean has"
            raise InputError.of("shift.edge.direction", found=self.edge.direction, expected=expected)

    def _check_spread(self) -> None:
        size = len(self.mean)
        rows = [row for row in self.spread if len(row) == size]
        matrix = np.array(rows, dtype=np.float64)
        is_triangle = matrix.shape == (size, size) and bool((np.triu(matrix, 1) == 0).all())
        if not is_triangle or not (np.abs(matrix) <= 20).all() or not (np.diagonal(matrix) >= 0.05).all():
            expected = f"the {size} rows of a lower triangle with 0.05 to 20 on its diagonal"
            raise InputError.of("shift.spread", found=self.spread, expected=expected)


@dataclass(frozen=True, kw_only=True)
class SimulationPlan:
    """The run: results depend on these numbers alone, not on workers or on what was computed before.

    ``scenarios`` in blocks of ``block`` (a block is one task, and what a restart does not repeat); ``periods`` of
    ``period_years`` each. A default falls at the end of its period. The factor of a scenario is drawn once for all
    periods: default times hang together by a Gaussian copula (Li).

    Raises
    ------
    InputError : a number outside its range; the limit is named.

    References
    ----------
    Li (2000), On default correlation: a copula function approach, Journal of Fixed Income 9.
    """

    seed: int
    scenarios: int
    block: int = 2**14
    periods: int = 4
    period_years: float = 0.25
    shift: FactorShift | None = None
    keeps_pool_payments: bool = False

    def __post_init__(self) -> None:
        """Refuse what the machine or the model cannot bear."""
        _whole("seed", self.seed, 0, MAXIMUM_SEED)
        _whole("scenarios", self.scenarios, 2, MAXIMUM_SCENARIOS)
        _whole("block", self.block, 2, MAXIMUM_BLOCK)
        _whole("periods", self.periods, 1, MAXIMUM_PERIODS)
        if not 0 < self.period_years <= 5:
            raise InputError.of("period_years", found=self.period_years, expected="a number from above 0 to 5")

    @property
    def blocks(self) -> int:
        """How many blocks make the run? The last one may be smaller."""
        return -(-self.scenarios // self.block)

    def block_size(self, number: int) -> int:
        """How many scenarios are in block ``number``?"""
        return min(self.block, self.scenarios - number * self.block)

    def plain_scenarios(self, number: int) -> int:
        """How many scenarios of a block are drawn without the shift? They come first; all where there is none."""
        size = self.block_size(number)
        return size if self.shift is None else min(round(self.shift.plain_share * size), size - 1)


@dataclass(frozen=True, kw_only=True)
class Stress:
    """A named change of the world: the same random numbers, other circumstances.

    ``factor_shift`` moves the factors of sectors by so many standard deviations (negative is worse), ``pd_factor``
    multiplies every PD (at most to one), ``value_factor`` every value of collateral.

    Raises
    ------
    InputError : a number outside its range.
    """

    name: str
    factor_shift: Mapping[str, float] = field(default_factory=dict)
    pd_factor: float = 1.0
    value_factor: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a stress that is none."""
        if not self.name:
            raise InputError.of("stress.name", found=repr(self.name), expected="a name")
        for sector, shift in self.factor_shift.items():
            if not abs(shift) <= 10:
                expected = "standard deviations from −10 to 10"
                raise InputError.of(f"stress.factor_shift.{sector}", found=shift, expected=expected)
        for name in ("pd_factor", "value_factor"):
            if not 0 <= getattr(self, name) <= 1000:
                raise InputError.of(f"stress.{name}", found=getattr(self, name), expected="a number from 0 to 1000")


NO_STRESS = Stress(name="base")


def _whole(name: str, number: object, low: int, high: int) -> None:
    is_whole = isinstance(number, int) and not isinstance(number, bool)
    if not is_whole or not low <= number <= high:  # type: ignore[operator]
        limit = f"{high}" if high < math.inf else ""
        raise InputError.of(name, found=repr(number), expected=f"a whole number from {low} to {limit}")
