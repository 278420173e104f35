"""Solver 1: one factor, rolled back on evenly spaced nodes, with every integral split where the decision changes.

At each date the best action is found at the nodes and the places where it changes are located between them. Inside
one action's region the value is smooth (cash plus an expectation), so expectations over a step are integrated region
by region, never across a kink. European, Bermudan and staged rights come out to about 10⁻⁷; a right that may be
exercised at any time is the limit of ever more dates (:mod:`.limit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core.curve import Curve
from valuation.options._core.line_events import Policy, Region, expected_counts
from valuation.options._core.line_grid import Grid, LineSettings, make_grid
from valuation.options._core.line_integral import Integrator, Piece
from valuation.options._core.problem import ENDED, Action, DecisionProblem, Mode
from valuation.options._core.process import Process

__all__ = ["LineSolution", "Region", "solve_line"]

#: An action is only taken for another's sake if it gains more than this share of the value at the start.
_INDIFFERENCE = 1e-13
#: Halvings of a cell of the grid, down to what rounding leaves.
_HALVINGS = 48


@dataclass(frozen=True)
class LineSolution:
    """The value today, and the decision at every date and coordinate.

    ``policy[date][mode]`` are the regions, from low to high; ``continuation[date][mode]`` is what the mode is worth
    if it holds for the coming step.
    """

    problem: DecisionProblem
    grid: Grid
    policy: Policy
    continuation: tuple[Mapping[str, Curve], ...]
    settings: LineSettings = field(default_factory=LineSettings)

    @property
    def value(self) -> float:
        """What the right is worth today."""
        return float(self.value_at(0, self.problem.start_mode, np.array([self.grid.nodes[self.grid.start]]))[0])

    def value_at(self, date: int, mode: str, coordinates: Array) -> Array:
        """What the right is worth at a date in a mode, for any coordinates."""
        found = np.empty(coordinates.shape)
        for region in self.policy[date][mode]:
            inside = (coordinates >= region.low) & (coordinates <= region.high)
            if inside.any():
                found[inside] = self.worth(date, region.action, coordinates[inside])
        return found

    def worth(self, date: int, action: Action, coordinates: Array) -> Array:
        """What taking an action is worth: its cash, and what follows."""
        return _worth(self.problem, self.continuation[date], date, action, coordinates)

    def today(self) -> dict[str, float]:
        """What each action that is open today is worth."""
        mode = self.problem.by_name[self.problem.start_mode]
        where = np.array([self.grid.nodes[self.grid.start]])
        return {each.name: float(self.worth(0, each, where)[0]) for each in self.problem.open_actions(mode, 0)}

    @cached_property
    def delta(self) -> float:
        """By how much does the value move with the factor?"""
        width = 1e-3
        around = self.grid.nodes[self.grid.start] + np.array([-width, width])
        low, high = self.value_at(0, self.problem.start_mode, around)
        level = np.exp(around) if self.grid.is_log else around
        return float((high - low) / (level[1] - level[0]))

    def threshold(self, date: int, mode: str, action: str) -> tuple[float | None, float | None]:
        """Between which levels of the factor is this action taken? (None, None): nowhere; infinite: without end."""
        taken = [region for region in self.policy[date][mode] if region.action.name == action]
        if not taken:
            return None, None
        low, high = taken[0].low, taken[-1].high
        return (float(np.exp(low)), float(np.exp(high))) if self.grid.is_log else (low, high)

    def event_shares(self, process: Process | None = None) -> dict[str, float]:
        """How often does each event happen on average under this policy (its probability, if it happens once)?

        ``process`` is how the factor really moves; None takes the one that the value was computed with, whose drift
        belongs to valuation and not to the world.
        """
        return expected_counts(self.problem, self.grid, self.policy, process)


def solve_line(problem: DecisionProblem, *, settings: LineSettings | None = None) -> LineSolution:
    """What is a right on one factor worth, and what should its owner do when?

    Raises
    ------
    InputError : a problem of more than one factor.

    References
    ----------
    Andricopoulos, Widdicks, Duck, Newton (2003), Universal option valuation using quadrature methods, JFE 67.

    Tested by: Black–Scholes, Geske, n-fold compounds by the multivariate normal (closed forms); QuantLib's QdFp and
    the Bermudan table of Longstaff and Schwartz (second method, literature); ``tests/valuation/options/core``.
    """
    if len(problem.process.factors) != 1:
        raise InputError.of("process", found=f"{len(problem.process.factors)} factors", expected="one factor")
    settings = settings or LineSettings()
    processes = tuple(dict.fromkeys(problem.process_in(mode) for mode in problem.modes))
    grid = make_grid(problem, settings, processes)
    roller = _Roller(problem, grid)
    nothing = Curve(grid.nodes, grid.levels, np.zeros_like(grid.nodes), grid.is_log)
    follows: dict[str, Curve] = {mode.name: nothing for mode in problem.modes}
    policies, continuations = [roller.policy(problem.last, follows)], [follows]
    for date in range(problem.last - 1, -1, -1):
        follows = {m.name: roller.continuation(date, m, policies[-1], continuations[-1]) for m in problem.modes}
        policies.append(roller.policy(date, follows))
        continuations.append(follows)
    return LineSolution(problem, grid, tuple(policies[::-1]), tuple(continuations[::-1]), settings)


def _worth(
    problem: DecisionProblem, follows: Mapping[str, Curve], date: int, action: Action, coordinates: Array
) -> Array:
    level = np.exp(coordinates) if problem.process.factors[0].scale == "log" else coordinates
    total = action.gain(problem.times_years[date], (level,))
    for branch in action.leads_to:
        if branch.mode != ENDED and branch.probability_share > 0 and date < problem.last:
            total = total + branch.probability_share * follows[branch.mode](coordinates)
    return total


class _Roller:
    """One step back: the best action at every node, then the expectation of what it is worth."""

    def __init__(self, problem: DecisionProblem, grid: Grid) -> None:
        self.problem, self.grid = problem, grid
        self.integrator = Integrator(grid)

    def policy(self, date: int, follows: Mapping[str, Curve]) -> dict[str, tuple[Region, ...]]:
        """The regions of every mode at a date."""
        return {mode.name: self._regions(date, mode, follows) for mode in self.problem.modes}

    def _regions(self, date: int, mode: Mode, follows: Mapping[str, Curve]) -> tuple[Region, ...]:
        actions = self.problem.open_actions(mode, date)

        def worth(action: Action, coordinates: Array) -> Array:
            total = _worth(self.problem, follows, date, action, coordinates)
            if action.condition is None:
                return total
            level = np.exp(coordinates) if self.grid.is_log else coordinates
            return np.where(action.condition(self.problem.times_years[date], (level,)), total, -np.inf)

        if len(actions) == 1 and actions[0].condition is None:
            return (Region(-np.inf, np.inf, actions[0]),)
        table = np.array([worth(action, self.grid.nodes) for action in actions])
        best = _best(table, self.grid.start)
        if not np.isfinite(table.max(axis=0)).all():
            raise InputError.of(
                f"modes.{mode.name}", found=f"no action open in some states at date {date}", expected="one"
            )
        changes = np.flatnonzero(best[1:] != best[:-1])
        edges = [self._edge(worth, table, actions, best, int(node)) for node in changes]
        bounds = [-np.inf, *edges, np.inf]
        taken = [actions[best[0]], *(actions[best[i + 1]] for i in changes)]
        return tuple(Region(low, high, action) for low, high, action in zip(bounds, bounds[1:], taken, strict=False))

    def _edge(
        self,
        worth: Callable[[Action, Array], Array],
        table: Array,
        actions: tuple[Action, ...],
        best: NDArray[np.intp],
        node: int,
    ) -> float:
        """Where, between this node and the next, does the better action change?

        Where both are open the gain of the one over the other is smooth: the root of a cubic through four nodes,
        then one step of Newton's. Where one is closed on one side, the edge of its condition is found by halving.
        """
        left, right = best[node], best[node + 1]
        first = min(max(node - 1, 0), len(self.grid.nodes) - 4)
        gained = table[right, first : first + 4] - table[left, first : first + 4]
        share = _crossing(gained, node - first) if np.isfinite(gained).all() else None
        if share is not None:
            where = self.grid.nodes[node] + share * self.grid.width
            return self._polished(worth, actions[left], actions[right], where, gained[node - first :][:2])
        low, high = float(self.grid.nodes[node]), float(self.grid.nodes[node + 1])
        for _ in range(_HALVINGS):
            middle = np.array([(low + high) / 2])
            is_better = worth(actions[right], middle)[0] > worth(actions[left], middle)[0]
            low, high = (low, float(middle[0])) if is_better else (float(middle[0]), high)
        return (low + high) / 2

    def _polished(
        self,
        worth: Callable[[Action, Array], Array],
        left: Action,
        right: Action,
        where: float,
        around: Array,
    ) -> float:
        """One Newton step from ``where``, with the slope between the two nodes, that stays between them."""
        here = np.array([where])
        gained = float(worth(right, here)[0] - worth(left, here)[0])
        step = gained * self.grid.width / float(around[1] - around[0])
        return where - step if abs(step) < self.grid.width else where

    def continuation(
        self, date: int, mode: Mode, policy: Mapping[str, tuple[Region, ...]], follows: Mapping[str, Curve]
    ) -> Curve:
        """What a mode is worth if it holds from this date to the next."""
        problem, after = self.problem, date + 1
        time, interval = problem.times_years[date], problem.interval_years(date)
        pieces = [
            Piece(region.low, region.high, _Worth(problem, follows, after, region.action))
            for region in policy[mode.name]
        ]
        expected = self.integrator.expected(problem.process_in(mode), time, interval, pieces)
        discount = np.exp(-problem.rate_per_year * interval)
        if mode.hazard is not None:
            stays = mode.hazard.survival_share(time, time + interval)
            recovered = self.integrator.expected(
                problem.process_in(mode), time, interval, [Piece(-np.inf, np.inf, _Recovery(problem, mode, after))]
            )
            expected = stays * expected + (1 - stays) * recovered
        total = discount * expected
        if mode.flow is not None:
            total = total + mode.flow(time, interval, (self.grid.levels,))
        return Curve(self.grid.nodes, self.grid.levels, total, self.grid.is_log)


def _crossing(gained: Array, cell: int) -> float | None:
    """Where in a cell does the cubic through four values, one apart, turn from negative to positive? None: nowhere."""
    if not gained[cell] < 0 < gained[cell + 1]:
        return None
    differences = gained[0], gained[1] - gained[0], np.diff(gained, 2)[0] / 2, np.diff(gained, 3)[0] / 6

    def cubic(at: float) -> float:
        a, b, c, d = differences
        return float(a + at * (b + (at - 1) * (c + (at - 2) * d)))

    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if cubic(cell + middle) < 0 else (low, middle)
    return (low + high) / 2


def _best(table: Array, start: int) -> NDArray[np.intp]:
    """The best action of each node; the first stated wins where another does not gain anything to speak of."""
    best: NDArray[np.intp] = np.argmax(table, axis=0)
    least = _INDIFFERENCE * abs(float(table[:, start].max()))
    for action in range(len(table) - 1, -1, -1):
        best[table[action] >= table.max(axis=0) - least] = action
    return best


@dataclass(frozen=True)
class _Worth:
    """What an action at a date is worth, as a function of the coordinate."""

    problem: DecisionProblem
    follows: Mapping[str, Curve]
    date: int
    action: Action

    def __call__(self, coordinates: Array) -> Array:
        return _worth(self.problem, self.follows, self.date, self.action, coordinates)


@dataclass(frozen=True)
class _Recovery:
    """What a hazard leaves at a date, as a function of the coordinate."""

    problem: DecisionProblem
    mode: Mode
    date: int

    def __call__(self, coordinates: Array) -> Array:
        assert self.mode.hazard is not None
        level = np.exp(coordinates) if self.problem.process.factors[0].scale == "log" else coordinates
        left: Array = self.mode.hazard.recovery(self.problem.times_years[self.date], (level,))
        return left
