"""The simulation of a run: blocks of paths, every instrument by its own mechanics, figures of each path.

The loop asks every allocation for its money on a block of paths and never names an instrument. The same numbers move
all: stream 0 of a block is the common factor, the allocation in the n-th place of its alternative has the n-th pair of
streams after it, whatever instrument stands there, so that alternatives and runs with other terms are compared path by
path. Of a block only figures of each path and sums are kept.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from leverage.instrument import Placement
from leverage.path_blocks import blocks_in_order
from leverage.path_money import CourseShares, PathCourse, PathMoney
from leverage.risk import OWN_STREAMS, PathFactors, uniform_rows
from valuation.errors import RefusalError
from valuation.kernel.fast_random import stream_keys

__all__ = ["BLOCK_PATHS", "AllocationPaths", "AllocationTask", "RunPaths", "simulate_run"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Paths of one block, which has streams of its own; a quarter of a megabyte for each row of ten years.
BLOCK_PATHS = 4096
QUARTERS_PER_YEAR = 4
#: Bytes of the figures of all paths.
MAXIMUM_BYTES = 600_000_000
#: Rows of the figures of an allocation on each path.
_PAID, _BACK, _HELD, _REACHED = range(4)
_FIGURES = 4
#: Rows of the sums of an allocation by year.
_YEAR_PAID, _YEAR_BACK, _YEAR_REACHED = range(3)


@dataclass(frozen=True)
class AllocationTask:
    """All that is needed to simulate one allocation anywhere: its hook, terms, money, timing and prepared risk.

    ``course`` is None where the risk states the growth of a fund.
    """

    id: str
    place: int
    hook: Callable[[Any, Placement, Any], PathMoney]
    terms: Any
    placement: Placement
    draw: Any
    course: CourseShares | None


@dataclass(frozen=True)
class AllocationPaths:
    """What one allocation does on each path, yuan: ``paid``, ``back``, ``held``, ``reached``, ``is_lost`` ``(paths,)``.

    ``*_by_year`` are means over paths, ``(years,)``. ``parties`` : name → (mean paid, mean received, mean held).
    """

    paid: Array
    back: Array
    held: Array
    reached: Array
    is_lost: Flags
    paid_by_year: Array
    back_by_year: Array
    reached_by_year: Array
    parties: Mapping[str, tuple[float, float, float]]

    @property
    def net(self) -> Array:
        """What the programme has in the end, come back or still held, less what it paid in."""
        found: Array = self.back + self.held - self.paid
        return found

    @property
    def loss(self) -> Array:
        """What the programme loses: never below zero."""
        found: Array = np.maximum(-self.net, 0.0)
        return found


@dataclass(frozen=True)
class RunPaths:
    """A run on its paths: alternative → allocation → its paths, and finance to firms by year ``(years, paths)``."""

    allocations: Mapping[str, Mapping[str, AllocationPaths]]
    reached_by_year: Mapping[str, Array]

    def net(self, alternative: str) -> Array:
        """What the programme has in the end of all instruments together, less what it paid in; ``(paths,)``."""
        found: Array = np.sum([row.net for row in self.allocations[alternative].values()], axis=0)
        return found

    def loss(self, alternative: str) -> Array:
        """What the programme loses in all instruments together: gains in one make up for losses in another."""
        found: Array = np.maximum(-self.net(alternative), 0.0)
        return found

    def is_lost(self, alternative: str) -> Flags:
        """Does the programme's money in all instruments together end below 1x?"""
        paid = np.sum([row.paid for row in self.allocations[alternative].values()], axis=0)
        # A gain or loss below rounding is none.
        return np.asarray(self.loss(alternative) > 1e-9 * paid)

    def reached(self, alternative: str) -> Array:
        """Finance that reaches firms, ``(paths,)``."""
        found: Array = np.sum([row.reached for row in self.allocations[alternative].values()], axis=0)
        return found


@dataclass(frozen=True)
class _Block:
    """One allocation on one block: figures of each path, flags, sums by year and by party, reached by year."""

    figures: Array
    is_lost: Flags
    by_year: Array
    reached: Array
    parties: dict[str, Array]


def simulate_run(
    tasks: Mapping[str, Sequence[AllocationTask]],
    *,
    quarters: int,
    paths: int,
    seed: int,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> RunPaths:
    """What do all allocations of all alternatives pay and get on each path?

    Parameters
    ----------
    executor : threads or processes that share the blocks; no bit of the result depends on it.
    progress : called with (paths done, all paths) after each block.
    is_cancelled : asked before each block; True stops the run.

    Raises
    ------
    RefusalError : more figures than fit in memory; the run was cancelled; money that is no finite number.

    Tested by: the ledgers of all instruments, one and two workers, ``tests/leverage/test_scenario_run.py``.
    """
    flat = tuple((name, task) for name, rows in tasks.items() for task in rows)
    years = -(-quarters // QUARTERS_PER_YEAR)
    _check_memory(paths, allocations=len(flat), alternatives=len(tasks), years=years)
    kept = _Kept(flat, paths, years)
    done = 0
    work = tuple(task for _, task in flat)
    run_block = functools.partial(_run_block, work, quarters, seed)
    for block in blocks_in_order(
        run_block, paths=paths, block_paths=BLOCK_PATHS, executor=executor, is_cancelled=is_cancelled
    ):
        done = kept.add(block, done)
        if progress is not None:
            progress(done, paths)
    assert done == paths, "every path belongs to one block"
    return kept.finished()


def _check_memory(paths: int, *, allocations: int, alternatives: int, years: int) -> None:
    size = paths * (allocations * (8 * _FIGURES + 1) + alternatives * years * 8)
    if size > MAXIMUM_BYTES:
        raise RefusalError.of(
            "paths",
            found=f"{size} bytes of results",
            expected=f"at most {MAXIMUM_BYTES}",
            advice="Ask for fewer paths, alternatives or years",
        )


class _Kept:
    """What is kept of the blocks, filled in their order."""

    def __init__(self, flat: Sequence[tuple[str, AllocationTask]], paths: int, years: int) -> None:
        self.flat, self.paths = flat, paths
        self.figures = [np.empty((_FIGURES, paths)) for _ in flat]
        self.is_lost = [np.empty(paths, dtype=np.bool_) for _ in flat]
        self.by_year = [np.zeros((3, years)) for _ in flat]
        self.parties: list[dict[str, Array]] = [{} for _ in flat]
        self.reached = {name: np.zeros((years, paths)) for name, _ in flat}

    def add(self, blocks: Sequence[_Block], done: int) -> int:
        """Put the allocations of one block of paths in their places."""
        last = done + len(blocks[0].is_lost)
        part = slice(done, last)
        for place, ((name, _), block) in enumerate(zip(self.flat, blocks, strict=True)):
            self.figures[place][:, part] = block.figures
            self.is_lost[place][part] = block.is_lost
            self.by_year[place] += block.by_year
            self.reached[name][:, part] += block.reached
            for party, sums in block.parties.items():
                self.parties[place][party] = self.parties[place].get(party, np.zeros(3)) + sums
        return last

    def finished(self) -> RunPaths:
        """The whole, means instead of sums."""
        found: dict[str, dict[str, AllocationPaths]] = {}
        for place, (name, task) in enumerate(self.flat):
            found.setdefault(name, {})[task.id] = self._allocation(place, task)
        return RunPaths(found, self.reached)

    def _allocation(self, place: int, task: AllocationTask) -> AllocationPaths:
        figures, sums = self.figures[place], self.by_year[place] / self.paths
        if not np.isfinite(figures).all():
            raise RefusalError.of(
                f"{task.id}.risk",
                found="paths on which money is no finite number",
                expected="finite money",
                advice="Lower growth or deviation, or state a cap of the law of outcomes",
            )
        parties = {name: tuple((row / self.paths).tolist()) for name, row in self.parties[place].items()}
        return AllocationPaths(
            paid=figures[_PAID],
            back=figures[_BACK],
            held=figures[_HELD],
            reached=figures[_REACHED],
            is_lost=self.is_lost[place],
            paid_by_year=sums[_YEAR_PAID],
            back_by_year=sums[_YEAR_BACK],
            reached_by_year=sums[_YEAR_REACHED],
            parties=parties,
        )


def _run_block(
    work: tuple[AllocationTask, ...], quarters: int, seed: int, block: int, count: int
) -> tuple[_Block, ...]:
    places = 1 + max(task.place for task in work)
    keys = stream_keys(seed, block, streams=1 + OWN_STREAMS * places)
    common = ndtri(uniform_rows(keys[0], rows=quarters, stride=BLOCK_PATHS, count=count))
    return tuple(_allocation_block(task, common, keys) for task in work)


def _allocation_block(task: AllocationTask, common: Array, keys: NDArray[np.uint64]) -> _Block:
    first = 1 + OWN_STREAMS * task.place
    factors = PathFactors(common, keys[first : first + OWN_STREAMS], BLOCK_PATHS)
    drawn = task.draw.shares(factors) if task.course is not None else task.draw.growth(factors)
    setting = drawn if task.course is None else PathCourse.of(task.course, drawn)
    return _figures(task.hook(task.terms, task.placement, setting), factors.paths)


def _figures(money: PathMoney, paths: int) -> _Block:
    figures = np.empty((_FIGURES, paths))
    figures[_PAID], figures[_BACK] = money.paid_in.sum(axis=1), money.back.sum(axis=1)
    figures[_HELD], figures[_REACHED] = money.held, money.reached.sum(axis=1)
    reached = _by_year(money.reached)
    flows = [_by_year(row) for row in (money.paid_in, money.back, money.reached)]
    by_year = np.array([np.broadcast_to(row, (len(row), paths)).sum(axis=1) for row in flows])
    parties = {
        name: np.array([row.paid.sum(), row.received.sum(), row.held.sum()]) for name, row in money.parties.items()
    }
    return _Block(figures, np.asarray(money.is_lost), by_year, reached, parties)


def _by_year(rows: Array) -> Array:
    """Sums of quarters by year, ``(years, paths)``; the last year may be short."""
    places = np.arange(0, rows.shape[1], QUARTERS_PER_YEAR)
    found: Array = np.add.reduceat(rows, places, axis=1).T
    return found
