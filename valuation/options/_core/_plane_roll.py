"""The roll backwards on one grid: what each action is worth at each date, and which is best where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core._plane_grid import Grid, Place, modes_by_date
from valuation.options._core._plane_moves import Moves
from valuation.options._core.problem import ENDED, Action, DecisionProblem, Mode, Payoff, State, nothing

__all__ = ["Crossing", "Policy", "Rolled", "choices", "continuations", "roll_back"]

#: Which of a mode's choices is best at each point of decision.
Policy = NDArray[np.int8]


@dataclass(frozen=True)
class Crossing:
    """Where the best action changes as the second factor rises: (first, second) in the factors' coordinates."""

    below: str
    above: str
    first: Array
    second: Array


@dataclass
class Rolled:
    """What the roll leaves: the value and choice at the start, what holding each mode is worth then, the policy."""

    value: float
    choice: int
    held: dict[str, Array]
    policy: dict[tuple[int, str], Policy] = field(default_factory=dict)
    crossings: dict[tuple[int, str], tuple[Crossing, ...]] = field(default_factory=dict)


def choices(problem: DecisionProblem, mode: Mode, date: int) -> tuple[Action, ...]:
    """The actions open at the date, waiting first: of two that are worth the same the first is taken."""
    return tuple(sorted(problem.open_actions(mode, date), key=lambda action: action.kind != "wait"))


def roll_back(
    problem: DecisionProblem, grid: Grid, moves: Moves, *, keeps_policy: bool, threshold_dates: frozenset[int]
) -> Rolled:
    """Value a problem on one grid.

    Parameters
    ----------
    keeps_policy : whether the best choices of every date are kept (a byte for each point, mode and date).
    threshold_dates : the dates at which crossings are looked for.
    """
    by_date = modes_by_date(problem)
    rolled = Rolled(math.nan, 0, {})
    held: dict[str, Array] = {}
    decided: dict[str, Array] = {}
    for date in range(problem.last, 0, -1):
        kept = continuations(problem, date, grid.points.state, _carried(grid.points, held))
        decided = {}
        for mode in by_date[date]:
            worth = _action_values(problem, mode, date, grid.points.state, kept)
            decided[mode.name] = grid.project(worth.max(axis=0))
            if keeps_policy:
                rolled.policy[date, mode.name] = np.argmax(worth, axis=0).astype(np.int8)
            if date in threshold_dates:
                rolled.crossings[date, mode.name] = _crossings(problem, mode, date, grid, worth)
        held = _expected(problem, grid, moves, decided, date=date - 1)
    rolled.held = held
    _decide_at_start(rolled, problem, grid, moves, decided)
    if 0 in threshold_dates:
        _find_first_crossings(rolled, problem, grid)
    return rolled


def _decide_at_start(
    rolled: Rolled, problem: DecisionProblem, grid: Grid, moves: Moves, decided: Mapping[str, Array]
) -> None:
    """Value and choice at the start, where the first step's expectation is taken from the start itself."""
    mode, state = problem.by_name[problem.start_mode], grid.start_state
    held = _expected(problem, grid, moves, decided, date=0, is_from_start=True)
    worth = _action_values(problem, mode, 0, state, continuations(problem, 0, state, held))[:, 0, 0]
    rolled.choice = int(np.argmax(worth))
    rolled.value = float(worth[rolled.choice])


def _find_first_crossings(rolled: Rolled, problem: DecisionProblem, grid: Grid) -> None:
    mode, state = problem.by_name[problem.start_mode], grid.points.state
    kept = continuations(problem, 0, state, _carried(grid.points, rolled.held))
    worth = _action_values(problem, mode, 0, state, kept)
    rolled.crossings[0, mode.name] = _crossings(problem, mode, 0, grid, worth)


def _carried(place: Place, held: Mapping[str, Array]) -> dict[str, Array]:
    return {name: place.carry(surface) for name, surface in held.items()}


def _expected(
    problem: DecisionProblem,
    grid: Grid,
    moves: Moves,
    decided: Mapping[str, Array],
    *,
    date: int,
    is_from_start: bool = False,
) -> dict[str, Array]:
    """What each mode that can be held over the step is worth before its flow: at the nodes, or at the start alone."""
    if not decided:
        return {}
    time, interval = problem.times_years[date], problem.interval_years(date)
    discount = math.exp(-problem.rate_per_year * interval)
    found = {}
    for name, surface in decided.items():
        mode = problem.by_name[name]
        step = moves.over(problem.process_in(mode), time, interval, is_from_start=is_from_start)
        found[name] = discount * step.of(_after_hazard(mode, surface, time, interval, grid))
    return found


def _after_hazard(mode: Mode, surface: Array, time: float, interval: float, grid: Grid) -> Array:
    """The worth after the step, or what the hazard leaves, each with its probability; at the nodes."""
    if mode.hazard is None:
        return surface
    survival = mode.hazard.survival_share(time, time + interval)
    if mode.hazard.recovery is nothing:
        return survival * surface
    left = _finite(mode.hazard.recovery, f"{mode.name}.hazard.recovery", time + interval, grid.points.state)
    return survival * surface + (1 - survival) * grid.project(left)


def continuations(problem: DecisionProblem, date: int, state: State, held: Mapping[str, Array]) -> dict[str, Array]:
    """What holding each mode over the step is worth: its flow, and what follows; nothing after the last date."""
    zero = np.zeros_like(state[0])
    if date == problem.last:
        return {ENDED: zero} | {mode.name: zero for mode in problem.modes}
    time, interval = problem.times_years[date], problem.interval_years(date)
    found = {ENDED: zero}
    for name, follows in held.items():
        flow = problem.by_name[name].flow
        cash = zero if flow is None else _checked(flow(time, interval, state), f"{name}.flow", time, state)
        found[name] = cash + follows
    return found


def _action_values(problem: DecisionProblem, mode: Mode, date: int, state: State, kept: Mapping[str, Array]) -> Array:
    """What each choice is worth in each state: (choices, …), −∞ where it is closed."""
    time = problem.times_years[date]
    found = []
    for action in choices(problem, mode, date):
        worth = _finite(action.gain, f"{mode.name}.{action.name}.gain", time, state)
        for branch in action.leads_to:
            worth = worth + branch.probability_share * kept[branch.mode]
        if action.condition is not None:
            worth = np.where(action.condition(time, state), worth, -np.inf)
        found.append(worth)
    stacked = np.stack(found)
    if np.any(np.all(np.isneginf(stacked), axis=0)):
        raise InputError.of(
            f"modes.{mode.name}", found=f"no open action in some state at {time:g} years", expected="one in every state"
        )
    return stacked


def _finite(payoff: Payoff, where: str, time: float, state: State) -> Array:
    return _checked(payoff(time, state), where, time, state)


def _checked(cash: Array, where: str, time: float, state: State) -> Array:
    """The cash, refused if it is no number in some state."""
    found = np.broadcast_to(np.asarray(cash, dtype=np.float64), state[0].shape)
    if not np.all(np.isfinite(found)):
        index = np.unravel_index(int(np.argmin(np.isfinite(found))), found.shape)
        numbers = tuple(float(values[index]) for values in state)
        raise InputError.of(f"modes.{where}", found=f"{found[index]} at {time:g} years in {numbers}", expected="finite")
    return found


def _crossings(problem: DecisionProblem, mode: Mode, date: int, grid: Grid, worth: Array) -> tuple[Crossing, ...]:
    """Every change of the best action along the second factor, at the first factor's points."""
    names = [action.name for action in choices(problem, mode, date)]
    first, second = (each.points for each in grid.refinements)
    best = np.argmax(worth, axis=0)
    rows, columns = np.nonzero(best[:, 1:] != best[:, :-1])
    below, above = best[rows, columns], best[rows, columns + 1]
    low = worth[above, rows, columns] - worth[below, rows, columns]
    high = worth[above, rows, columns + 1] - worth[below, rows, columns + 1]
    share = _share(low, high)
    at = second[columns] + share * (second[columns + 1] - second[columns])
    pairs = sorted(set(zip(below.tolist(), above.tolist(), strict=True)))
    found = []
    for lower, upper in pairs:
        which = (below == lower) & (above == upper)
        found.append(Crossing(names[lower], names[upper], first[rows[which]], at[which]))
    return tuple(found)


def _share(low: Array, high: Array) -> Array:
    """How far between two points the difference crosses zero; the middle where an action is closed at one of them."""
    both = np.isfinite(low) & np.isfinite(high)
    rise = np.where(both, high, 1.0) - np.where(both, low, 0.0)
    return np.where(both & (rise > 0), np.where(both, -low, 0.0) / np.where(rise > 0, rise, 1.0), 0.5)
