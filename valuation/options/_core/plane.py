"""Solver 2: a decision problem of two factors, rolled back on a rectangle of nodes, without chance.

Functions are cubic between nodes and never cross a kink; a step's expectation is exact for such functions (normal
moments on each axis, joined by Mehler's formula). Decisions are taken on four points in each cell and direction, where
gains, flows and conditions are evaluated exactly; what they leave, with its corners and jumps, is projected on the
cubic pieces so that no integral is lost (Pooley, Vetzal, Forsyth 2003, J. Computational Finance 6). Two grids are
solved and extrapolated; where they differ too much the solver refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.options._core._plane_axis import LEAST_NODES
from valuation.options._core._plane_events import count_events
from valuation.options._core._plane_grid import Grid, grid_of, modes_by_date
from valuation.options._core._plane_moves import Engine, moves_for
from valuation.options._core._plane_roll import Policy, Rolled, choices, continuations, roll_back
from valuation.options._core.problem import DecisionProblem, Mode
from valuation.options._core.process import Process, coordinates_of, state_of

__all__ = [
    "Convergence",
    "PlaneSettings",
    "PlaneSolution",
    "Region",
    "Threshold",
    "solve_plane",
    "value_on_one_grid",
]

MAXIMUM_NODES = 400
#: Bytes of the policy, one for each point of decision, mode and date.
MAXIMUM_POLICY_BYTES = 2**29
#: The coarser grid's nodes as a share of the finer one's.
_COARSER = 2 / 3
#: The integrals of projections on cubic pieces err with order eight where no action changes. What corners and jumps
#: add is smaller on the whole and of no regular sign, so that nothing more can be extrapolated away.
_ORDER = 8


@dataclass(frozen=True)
class PlaneSettings:
    """How finely to solve.

    ``nodes`` are those of the finer grid for each factor. ``reach_deviations`` is how far the grid goes to each side,
    in deviations of what the factor can reach by the last date. ``tolerance_share`` is how far the two grids' values
    may differ, as a share of the value or of the typical size of values around the start. ``threshold_dates`` are the
    indices of the dates whose thresholds are wanted (None: up to nine, evenly). ``engine`` chooses what computes the
    moments: by itself it depends on the problem alone.
    """

    nodes: tuple[int, int] = (64, 64)
    reach_deviations: float = 5.0
    tolerance_share: float = 0.01
    threshold_dates: tuple[int, ...] | None = None
    engine: Engine = "automatic"

    def __post_init__(self) -> None:
        if any(not 3 * LEAST_NODES <= count <= MAXIMUM_NODES for count in self.nodes):
            raise InputError.of("nodes", found=self.nodes, expected=f"from {3 * LEAST_NODES} to {MAXIMUM_NODES} each")
        if not 3 <= self.reach_deviations <= 12:
            raise InputError.of("reach_deviations", found=self.reach_deviations, expected="from 3 to 12")
        if not 0 < self.tolerance_share <= 0.1:
            raise InputError.of("tolerance_share", found=self.tolerance_share, expected="above 0 and at most 0.1")


@dataclass(frozen=True)
class Convergence:
    """The values of the two grids; ``difference`` was above the extrapolated value's error wherever that is known."""

    coarse_nodes: tuple[int, int]
    coarse_value: float
    fine_nodes: tuple[int, int]
    fine_value: float

    @property
    def extrapolated(self) -> float:
        """The value at which an error of order eight would vanish."""
        return self.fine_value + (self.fine_value - self.coarse_value) / (_COARSER**-_ORDER - 1)

    @property
    def difference(self) -> float:
        """How far are the two grids apart?"""
        return abs(self.fine_value - self.coarse_value)


@dataclass(frozen=True)
class Threshold:
    """At one date, in one mode: for values of the first factor the value of the second where the action changes.

    Arrays are equally long, rising in the first factor; a value of the first factor without a change is not listed,
    one with several changes is listed for each.
    """

    date: int
    mode: str
    action_below: str
    action_above: str
    first_factor: Array
    second_factor: Array


@dataclass(frozen=True)
class Region:
    """Which action is taken in which state at a date: ``best[i, j]`` indexes ``actions`` at (first[i], second[j])."""

    actions: tuple[str, ...]
    first_factor: Array
    second_factor: Array
    best: Policy


@dataclass(frozen=True)
class PlaneSolution:
    """The value of a two-factor problem and what follows from the same roll."""

    value: float
    first_action: str
    convergence: Convergence
    thresholds: tuple[Threshold, ...]
    problem: DecisionProblem
    settings: PlaneSettings
    grid: Grid
    rolled: Rolled

    def continuation(self, mode: str, first_factor: Array, second_factor: Array) -> Array:
        """What is holding a mode worth at time 0, on all pairs of these values of the factors (first, second)?

        Raises
        ------
        InputError : a mode that cannot be held at time 0, or values beyond the grid.
        """
        if mode not in self.rolled.held:
            raise InputError.of("mode", found=mode, expected=f"one of {sorted(self.rolled.held)}")
        values = [np.asarray(first_factor, dtype=np.float64), np.asarray(second_factor, dtype=np.float64)]
        first, second = coordinates_of(self.problem.process.factors, values)
        for factor, axis, places in zip(self.problem.process.factors, self.grid.axes, (first, second), strict=True):
            if not np.all((places >= axis.nodes[0]) & (places <= axis.nodes[-1])):
                raise InputError.of(factor.name, found="a value beyond the grid", expected="one that can be reached")
        place = self.grid.place(first, second)
        held = {mode: place.carry(self.rolled.held[mode])}
        return continuations(self.problem, 0, place.state, held)[mode]

    def region(self, mode: str, date: int) -> Region:
        """Which action is taken where, at a date after the first at which the mode can be held?

        Raises
        ------
        InputError : a mode that is not reached at that date.
        """
        if (date, mode) not in self.rolled.policy:
            raise InputError.of("date", found=f"{mode} at {date}", expected="a mode reached at a later date than 0")
        names = tuple(action.name for action in choices(self.problem, self.problem.by_name[mode], date))
        state = self.grid.points.state
        return Region(names, state[0][:, 0], state[1][0, :], self.rolled.policy[date, mode])

    def event_counts(self, real_world: Process | Mapping[str, Process] | None = None) -> dict[str, float]:
        """How often does each event happen on average under the optimal policy?

        Parameters
        ----------
        real_world : the process to count under, for all modes or by mode; None: the one valued with.

        Returns
        -------
        Expected counts, by event; a probability where an event can happen once only.

        Raises
        ------
        InputError : a reached mode without a process, or one process where modes have their own.
        RefusalError : a process that leaves the grid.
        """
        processes = _processes(self.problem, real_world)

        def process_in(mode: Mode) -> Process:
            return processes[mode.name]

        moves = moves_for(self.problem, self.grid, engine=self.settings.engine, process_in=process_in)
        return count_events(self.problem, self.grid, self.rolled, moves, process_in=process_in)


def solve_plane(problem: DecisionProblem, *, settings: PlaneSettings | None = None) -> PlaneSolution:
    """What is a right on two factors worth, and when is it used?

    V = max over actions (gain + Σ p C), C = flow + e^(−rΔ) (s E V + (1 − s) E R), money of the problem; see
    :mod:`valuation.options._core.problem`.

    Raises
    ------
    InputError : not two factors; cash, moves or conditions that are no numbers or leave a state without an action.
    RefusalError : the two grids differ by more than ``tolerance_share``; the policy would not fit in memory;
        a correlation beyond 0.98.

    References
    ----------
    Mehler (1866), J. reine angew. Math. 66, 161. Pooley, Vetzal, Forsyth (2003), Convergence remedies for non-smooth
    payoffs in option pricing, J. Computational Finance 6.

    Tested by: Margrabe, Stulz (rainbow), exact spread integrals, Black–Scholes with a second factor that stands still,
    an independent lattice of two factors, a closed sum; ``tests/valuation/options/core/test_plane.py``.
    """
    chosen = settings or PlaneSettings()
    if len(problem.process.factors) != 2:
        raise InputError.of("process", found=f"{len(problem.process.factors)} factors", expected="two")
    first, second = (round(count * _COARSER) for count in chosen.nodes)
    coarse, coarse_grid = _solve_on(problem, chosen, (first, second), dates=None)
    fine, grid = _solve_on(problem, chosen, chosen.nodes, dates=_threshold_dates(problem, chosen))
    convergence = Convergence(_counts(coarse_grid), coarse.value, _counts(grid), fine.value)
    _check_convergence(convergence, problem, fine, grid, chosen)
    return PlaneSolution(
        value=convergence.extrapolated,
        first_action=choices(problem, problem.by_name[problem.start_mode], 0)[fine.choice].name,
        convergence=convergence,
        thresholds=_thresholds(grid, fine),
        problem=problem,
        settings=chosen,
        grid=grid,
        rolled=fine,
    )


def value_on_one_grid(problem: DecisionProblem, *, settings: PlaneSettings) -> float:
    """What is the right worth on one grid, without a second one to compare it with?

    For many draws and for differences, beside one valuation by :func:`solve_plane` that shows what the grid is good
    for: nothing is refused here for want of convergence.
    """
    return _solve_on(problem, settings, settings.nodes, dates=None)[0].value


def _solve_on(
    problem: DecisionProblem, settings: PlaneSettings, nodes: tuple[int, int], dates: frozenset[int] | None
) -> tuple[Rolled, Grid]:
    """One grid; ``dates`` of thresholds only where the policy is wanted."""
    grid = grid_of(problem, nodes=nodes, reach_deviations=settings.reach_deviations)
    if dates is not None:
        _check_memory(problem, grid)
    moves = moves_for(problem, grid, engine=settings.engine, process_in=problem.process_in)
    rolled = roll_back(problem, grid, moves, keeps_policy=dates is not None, threshold_dates=dates or frozenset())
    return rolled, grid


def _counts(grid: Grid) -> tuple[int, int]:
    return grid.axes[0].nodes.size, grid.axes[1].nodes.size


def _check_memory(problem: DecisionProblem, grid: Grid) -> None:
    points = grid.points.state[0].size
    needed = points * sum(map(len, modes_by_date(problem)[1:]))
    if needed > MAXIMUM_POLICY_BYTES:
        raise RefusalError.of(
            "times_years",
            found=f"a policy of {needed / 1e6:.0f} MB",
            expected=f"at most {MAXIMUM_POLICY_BYTES / 1e6:.0f} MB",
            advice="Take fewer nodes, dates or modes.",
        )


def _threshold_dates(problem: DecisionProblem, settings: PlaneSettings) -> frozenset[int]:
    if settings.threshold_dates is None:
        return frozenset(round(share * problem.last) for share in np.linspace(0, 1, 9))
    wrong = [date for date in settings.threshold_dates if not 0 <= date <= problem.last]
    if wrong:
        raise InputError.of("threshold_dates", found=wrong, expected=f"indices of dates, 0 to {problem.last}")
    return frozenset(settings.threshold_dates)


def _check_convergence(
    convergence: Convergence, problem: DecisionProblem, rolled: Rolled, grid: Grid, settings: PlaneSettings
) -> None:
    size = max(abs(convergence.fine_value), _typical_size(problem, rolled, grid, settings))
    if not convergence.difference <= settings.tolerance_share * size:
        raise RefusalError.of(
            "nodes",
            found=f"{convergence.coarse_value:.6g} and {convergence.fine_value:.6g} on {convergence.coarse_nodes} "
            f"and {convergence.fine_nodes} nodes",
            expected=f"two values within {settings.tolerance_share:.2%}",
            advice="Raise the nodes, or state the levels where cash jumps as kinks of the factor.",
        )


def _typical_size(problem: DecisionProblem, rolled: Rolled, grid: Grid, settings: PlaneSettings) -> float:
    """The mean absolute worth of the modes held at the start, weighted around it: what a value near zero compares to.

    The weight is normal with the deviation that the grid was laid out for.
    """
    if not rolled.held:
        return 0.0
    weights = [_around(axis.nodes, start, settings) for axis, start in zip(grid.axes, grid.start, strict=True)]
    return max(float(weights[0] @ np.abs(surface) @ weights[1]) for surface in rolled.held.values())


def _around(nodes: Array, start: float, settings: PlaneSettings) -> Array:
    deviation = (nodes[-1] - nodes[0]) / (2 * settings.reach_deviations)
    if deviation == 0:
        return np.ones(1)
    weight = np.exp(-(((nodes - start) / deviation) ** 2) / 2) * np.gradient(nodes)
    return np.asarray(weight / weight.sum())


def _thresholds(grid: Grid, rolled: Rolled) -> tuple[Threshold, ...]:
    found = []
    for (date, mode), crossings in sorted(rolled.crossings.items()):
        for crossing in crossings:
            first, second = state_of(grid.factors, (crossing.first, crossing.second))
            found.append(Threshold(date, mode, crossing.below, crossing.above, first, second))
    return tuple(found)


def _processes(problem: DecisionProblem, real_world: Process | Mapping[str, Process] | None) -> Mapping[str, Process]:
    if real_world is None:
        return {mode.name: problem.process_in(mode) for mode in problem.modes}
    own = [mode.name for mode in problem.modes if mode.process is not None]
    if isinstance(real_world, Process):
        if own:
            raise InputError.of("real_world", found="one process", expected=f"one by mode: {own} have their own")
        real_world = {mode.name: real_world for mode in problem.modes}
    missing = [mode.name for mode in problem.modes if mode.name not in real_world]
    if missing:
        raise InputError.of("real_world", found=f"no process for {missing}", expected="one for each mode")
    for name, process in real_world.items():
        if process.factors != problem.process.factors:
            raise InputError.of(f"real_world.{name}", found="other factors", expected="those of the problem")
    return real_world
