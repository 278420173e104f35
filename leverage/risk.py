"""How uncertain is what becomes of firms' money? Kinds of risk, each one file in ``leverage/risks``.

A risk is a stochastic statement about the firms that an allocation finances, as the course is a statement about their
timing. Each kind turns random numbers into shares lost and gained (or into the growth of a fund); what that does to
public money is for the instrument to say. One common factor joins all: it is high where things go well.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

import leverage.risks
from leverage.path_money import CourseShares, PathShares
from valuation.kernel.discovery import discover
from valuation.kernel.fast_random import uniforms_at
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "OWN_STREAMS",
    "DrawsShares",
    "PathFactors",
    "RiskKind",
    "RunSpan",
    "gains_left_out",
    "load_risks",
    "uniform_rows",
]

Array = NDArray[np.float64]
Keys = NDArray[np.uint64]

#: Streams of random numbers that belong to one allocation.
OWN_STREAMS = 2


def uniform_rows(key: Keys, *, rows: int, stride: int, count: int) -> Array:
    """Uniform numbers ``(rows, count)`` of one stream; row r begins at the index r · ``stride``."""
    firsts = np.array([row * stride for row in range(rows)], dtype=np.uint64)
    index: Keys = np.add(firsts[:, None], np.arange(count, dtype=np.uint64))
    return uniforms_at(index, key[0], key[1])


@dataclass(frozen=True)
class RunSpan:
    """An allocation in time: the quarters of the run, and which share of its public money is payable in which."""

    allocation: str
    first_day: datetime.date
    quarters: int
    available: Mapping[int, Fraction]


@dataclass(frozen=True)
class PathFactors:
    """The random numbers of one allocation on a block of paths.

    ``common`` : ``(quarters, paths)`` standard normals that all allocations share; ``keys`` : the allocation's own
    streams; ``stride`` : paths of a whole block.
    """

    common: Array
    keys: Keys
    stride: int

    @property
    def paths(self) -> int:
        """How many paths the block has."""
        return int(self.common.shape[1])

    @property
    def whole(self) -> Array:
        """The common factor over the whole run, m = Σ M / √quarters: standard normal, ``(paths,)``."""
        found: Array = self.common.sum(axis=0) / np.sqrt(len(self.common))
        return found

    def own_uniforms(self, stream: int, *, rows: int) -> Array:
        """Own uniform numbers in (0, 1), ``(rows, paths)``, of one of the allocation's streams."""
        return uniform_rows(self.keys[stream], rows=rows, stride=self.stride, count=self.paths)

    def own_normals(self, stream: int, *, rows: int) -> Array:
        """Own standard normal numbers, ``(rows, paths)``."""
        found: Array = ndtri(self.own_uniforms(stream, rows=rows))
        return found


class DrawsShares(Protocol):
    """A risk made ready to draw; it can be sent to another process."""

    def shares(self, factors: PathFactors) -> PathShares:
        """What is lost and gained of a yuan drawn, on each path?"""
        ...


@dataclass(frozen=True)
class RiskKind:
    """A kind of risk.

    ``prepare`` : (terms, span of the run) → an object that draws. ``grows_fund`` : it states the growth of a fund with
    its own cash flow (:class:`leverage.fund_paths.FundGrowth`), so that no course goes with it; else it draws shares on
    a course. ``numbers`` : (terms, quarters) → how many own random numbers a path takes. ``doubts`` : (terms, course) →
    what the reader must know about the two together. ``states_worth`` : it says what the firms are worth in the end, so
    that nothing can be paid beside it.
    """

    id: str
    label: Label
    question: Label
    terms_model: type[FrozenModel]
    prepare: Callable[[Any, RunSpan], Any]
    numbers: Callable[[Any, int], int]
    grows_fund: bool = False
    doubts: Callable[[Any, CourseShares], tuple[NamedWarning, ...]] | None = None
    states_worth: bool = False


def gains_left_out(terms: FrozenModel, course: CourseShares) -> tuple[NamedWarning, ...]:
    """Name a course's gains that a risk without gains leaves out on every path."""
    del terms
    if not np.any(course.gain):
        return ()
    text = Label(
        "进程所述收益在模拟中不计：该风险只说明损失多少",
        "the gains of the course are left out of the simulation: this risk says only what is lost",
    )
    return (NamedWarning("course_gain_left_out", text),)


def load_risks() -> dict[str, RiskKind]:
    """Which kinds of risk are there? Every file in the folder, found when this is called."""
    return discover(leverage.risks, attribute="RISK", of_type=RiskKind)
