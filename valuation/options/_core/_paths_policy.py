"""The policy of a decision problem, estimated by regression on simulated paths.

Longstaff and Schwartz (2001), for many modes: going back from the last date, the realised cash of holding each mode is
regressed on functions of the state, the action with the best estimate is taken, and its *realised* cash is carried
on. Outcomes with probabilities and hazards are weighed, not drawn, so they add no noise.

*Live paths only.* From the start it is followed in which modes each path can stand at each date under any decisions
(conditions, dates and branches as they are); a path that can stand nowhere is dropped. A continuation is regressed
only where an owner has two or more open actions that could lead to it.

All modes share one process here; ``_paths_follow`` is for modes with processes of their own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from valuation.kernel.expression import Array
from valuation.options._core._paths_basis import (
    Basis,
    Fit,
    Scales,
    Spread,
    Sums,
    estimated,
    solved,
    spread_of,
    summed,
)
from valuation.options._core._paths_choice import (
    Choice,
    Groups,
    Mask,
    choice_at,
    finite_or_refuse,
    open_or_refuse,
    paid,
    survives,
)
from valuation.options._core._paths_draws import Draws, Plan
from valuation.options._core._paths_motion import Stepper, stepper
from valuation.options._core.problem import ENDED, Branch, DecisionProblem, State, nothing
from valuation.options._core.process import coordinates_of, state_of

__all__ = [
    "Course",
    "Policy",
    "Rule",
    "best_values",
    "choices_at",
    "fits_of",
    "fitted_policy",
    "held_after",
    "in_order",
    "start_coordinates",
    "worth_keeping",
]

Given = TypeVar("Given")
Found = TypeVar("Found")
#: Paths are dropped from the arrays when fewer than this share of them live.
WORTH_DROPPING = 0.875


@dataclass(frozen=True)
class Rule:
    """The regressions of one date: scales, a fit for each mode, and (for an upper bound) fits over all states."""

    scales: Scales
    fits: Mapping[str, Fit]
    wide: Mapping[str, Fit]


@dataclass(frozen=True)
class Policy:
    """What to do at each date and state: the best action by the estimates of its rules."""

    basis: Basis
    rules: Mapping[int, Rule]
    in_sample_value: float
    is_compiled: bool

    def estimates(self, date: int, coordinates: Array, extra: Array, *, is_wide: bool = False) -> dict[str, Array]:
        """The estimated continuation of each mode that was regressed at this date."""
        rule = self.rules.get(date)
        if rule is None:
            return {}
        fits = rule.wide if is_wide else rule.fits
        return {
            mode: estimated(self.basis, rule.scales, fit, coordinates, extra, is_compiled=self.is_compiled)
            for mode, fit in fits.items()
        }


@dataclass(frozen=True)
class Course:
    """What all blocks of a run share: the problem, its groups of modes, how a step goes, the functions."""

    problem: DecisionProblem
    groups: Groups
    steppers: Sequence[Sequence[Stepper]]
    basis: Basis
    is_compiled: bool
    is_wide: bool = False

    @staticmethod
    def of(problem: DecisionProblem, basis: Basis, *, is_compiled: bool, is_wide: bool = False) -> Course:
        """Prepare every step of every process."""
        groups = Groups.of(problem)
        intervals = [(problem.times_years[date], problem.interval_years(date)) for date in range(problem.last)]
        steppers = [
            [stepper(problem.process_in(mode), *interval, is_compiled=is_compiled) for mode in groups.members]
            for interval in intervals
        ]
        return Course(problem, groups, steppers, basis, is_compiled, is_wide)

    def state(self, coordinates: Array) -> State:
        """The state at these coordinates."""
        return state_of(self.problem.process.factors, tuple(coordinates))

    def moved(self, date: int, coordinates: Array, draws: Draws, group: NDArray[np.int8] | None) -> Array:
        """One step, each path under the process it follows."""
        normals, uniforms = draws.normals(date), draws.uniforms(date)
        if group is None:
            return self.steppers[date][0](coordinates, normals, uniforms)
        found = np.empty_like(coordinates)
        for number, step in enumerate(self.steppers[date]):
            here = group == number
            found[:, here] = step(coordinates[:, here], normals[:, here], uniforms[:, here])
        return found


def start_coordinates(problem: DecisionProblem, count: int) -> Array:
    """The start on every path ``(factors, paths)``."""
    start = coordinates_of(problem.process.factors, tuple(np.array([number]) for number in problem.start))
    return np.repeat(np.stack(start), count, axis=1)


def in_order(
    function: Callable[[Given], Found], items: Iterable[Given], executor: ThreadPoolExecutor | None
) -> list[Found]:
    """The function of each item, in their order whatever the number of workers."""
    return list(map(function, items) if executor is None else executor.map(function, items))


def fitted_policy(course: Course, plan: Plan, executor: ThreadPoolExecutor | None) -> Policy:
    """Estimate the policy on the paths of this plan."""
    blocks = [_Block(course, plan.draws(block)) for block in plan.blocks()]
    in_order(_Block.simulate, blocks, executor)
    last = course.problem.last
    scales = [Scales.of([block.spreads[date] for block in blocks]) for date in range(last)]
    rules: dict[int, Rule] = {}
    for date in range(last, -1, -1):
        later, here = rules.get(date + 1), scales[date] if date < last else None

        def back(block: _Block, date: int = date, later: Rule | None = later, here: Scales | None = here) -> _Found:
            return block.back(date, later, here)

        found = in_order(back, blocks, executor)
        if here is not None:
            rules[date] = Rule(here, fits_of([each.fits for each in found]), fits_of([each.wide for each in found]))
    values = in_order(lambda block: block.start_values(rules.get(0)), blocks, executor)
    mean = float(np.concatenate(values).mean())
    return Policy(course.basis, rules, mean, course.is_compiled)


def fits_of(sums: Sequence[Mapping[str, Sums]]) -> dict[str, Fit]:
    modes = dict.fromkeys(itertools.chain.from_iterable(sums))
    found = {mode: solved([each[mode] for each in sums if mode in each]) for mode in modes}
    for mode, fit in found.items():
        finite_or_refuse(f"modes.{mode}", fit.coefficients)
    return found


@dataclass(frozen=True)
class _Found:
    fits: Mapping[str, Sums]
    wide: Mapping[str, Sums]


@dataclass
class _Block:
    """A block of paths on its way back; the arrays of a date are let go when it has been decided."""

    course: Course
    draws: Draws
    coordinates: list[Array] = field(default_factory=list)
    reach: list[dict[str, Mask]] = field(default_factory=list)
    kept: list[NDArray[np.intp] | None] = field(default_factory=list)
    spreads: list[Spread | None] = field(default_factory=list)
    choices: dict[str, Choice] = field(default_factory=dict)
    realised: dict[str, Array] = field(default_factory=dict)
    extra: Array = field(default_factory=lambda: np.empty((0, 0)))

    def simulate(self) -> None:
        """Walk to the last date, noting in which modes a path can stand, and drop those that can stand nowhere."""
        course, draws = self.course, self.draws
        x = start_coordinates(course.problem, draws.count)
        origin = start_coordinates(course.problem, 1)[:, 0]
        reach = {course.problem.start_mode: np.ones(draws.count, dtype=np.bool_)}
        for date in range(course.problem.last + 1):
            self.coordinates.append(x)
            self.reach.append(reach)
            if date == course.problem.last:
                return
            self.spreads.append(spread_of(x, origin))
            choices = choices_at(course, date, reach, course.state(x))
            held = held_after(reach, choices)
            kept = worth_keeping(held, x.shape[1])
            if kept is not None:
                x, draws = x[:, kept], draws.kept(kept)
                held = {mode: mask[kept] for mode, mask in held.items()}
            self.kept.append(kept)
            x, reach = course.moved(date, x, draws, None), held

    def back(self, date: int, later: Rule | None, here: Scales | None) -> _Found:
        """Decide the date after this one by its rule, and sum up this one's regressions."""
        problem = self.course.problem
        values = self._decided(date + 1, later) if date < problem.last else {}
        x, reach = self.coordinates[date], self.reach[date]
        state = self.course.state(x)
        self.choices = choices_at(self.course, date, reach, state)
        self.extra = self.course.basis.extras(problem.times_years[date], state)
        if here is None:
            self.realised = {}
            return _Found({}, {})
        held = held_after(reach, self.choices)
        self.realised = {mode: self._carried(mode, date, state, values) for mode in held}
        mattering = _mattering(reach, self.choices)
        wide = self._sums(held, date, here) if self.course.is_wide else {}
        return _Found(self._sums(mattering, date, here), wide)

    def start_values(self, rule: Rule | None) -> Array:
        """The realised value of each path at the first date."""
        return self._decided(0, rule)[self.course.problem.start_mode]

    def _carried(self, mode_name: str, date: int, state: State, values: Mapping[str, Array]) -> Array:
        """Cash of holding a mode from this date: C = flow + e^(−rΔ)[s W + (1 − s) R] on each path."""
        problem = self.course.problem
        mode = problem.by_name[mode_name]
        interval = problem.interval_years(date)
        share = survives(mode, problem, date)
        ahead = share * values[mode_name]
        if mode.hazard is not None and share < 1 and mode.hazard.recovery is not nothing:
            after = self.course.state(self.coordinates[date + 1])
            ahead = ahead + (1 - share) * paid(mode.hazard.recovery, problem.times_years[date + 1], after)
        discount = math.exp(-problem.rate_per_year * interval)
        found = _spread_out(discount * ahead, self.kept[date], state[0].size)
        if mode.flow is not None:
            found = found + mode.flow(problem.times_years[date], interval, state)
        return found

    def _sums(self, used: Mapping[str, Mask], date: int, scales: Scales) -> dict[str, Sums]:
        course, found = self.course, {}
        for mode, mask in used.items():
            if mask.any():
                inputs = (self.coordinates[date], self.extra, mask, self.realised[mode])
                found[mode] = summed(course.basis, scales, *inputs, is_compiled=course.is_compiled)
                finite_or_refuse(f"modes.{mode} at date {date}", found[mode].right)
        return found

    def _decided(self, date: int, rule: Rule | None) -> dict[str, Array]:
        """The realised value of each mode at this date: the cash of the action that the rule takes."""
        course = self.course
        estimates = _estimates(course, rule, self.coordinates[date], self.extra, self.choices)
        found = {}
        for mode, choice in self.choices.items():
            number = choice.taken(estimates)
            open_or_refuse(f"modes.{mode} at date {date}", number, self.reach[date][mode])
            found[mode] = _cash(choice, number, self.realised)
            finite_or_refuse(f"modes.{mode} at date {date}", found[mode][self.reach[date][mode]])
        return found


def _estimates(
    course: Course, rule: Rule | None, coordinates: Array, extra: Array, choices: Mapping[str, Choice]
) -> dict[str, Array]:
    """The estimates that a decision at this date needs."""
    if rule is None or all(choice.is_real is None for choice in choices.values()):
        return {}
    return {
        mode: estimated(course.basis, rule.scales, fit, coordinates, extra, is_compiled=course.is_compiled)
        for mode, fit in rule.fits.items()
    }


def _cash(choice: Choice, number: NDArray[np.int8], realised: Mapping[str, Array]) -> Array:
    found = np.zeros(number.shape)
    for which in range(len(choice.actions)):
        np.copyto(found, choice.cash(which, realised), where=number == which)
    return found


def choices_at(course: Course, date: int, reach: Mapping[str, Mask], state: State) -> dict[str, Choice]:
    return {mode: choice_at(course.problem, course.problem.by_name[mode], date, state) for mode in reach}


def held_after(reach: Mapping[str, Mask], choices: Mapping[str, Choice]) -> dict[str, Mask]:
    """In which modes can a path stand after the decision?"""
    found: dict[str, Mask] = {}
    for mode, choice in choices.items():
        for number, action in enumerate(choice.actions):
            _join(found, action.leads_to, reach[mode] & choice.where(number))
    return found


def _mattering(reach: Mapping[str, Mask], choices: Mapping[str, Choice]) -> dict[str, Mask]:
    """The same, only where the decision had an alternative."""
    found: dict[str, Mask] = {}
    for mode, choice in choices.items():
        is_real = choice.is_real
        if is_real is not None:
            for number, action in enumerate(choice.actions):
                _join(found, action.leads_to, reach[mode] & is_real & choice.where(number))
    return found


def _join(found: dict[str, Mask], branches: Sequence[Branch], mask: Mask) -> None:
    for branch in branches:
        if branch.mode != ENDED and branch.probability_share > 0:
            found[branch.mode] = found[branch.mode] | mask if branch.mode in found else mask


def worth_keeping(held: Mapping[str, Mask], count: int) -> NDArray[np.intp] | None:
    """The paths that live, if enough others can be dropped; None to keep all."""
    live = np.zeros(count, dtype=np.bool_)
    for mask in held.values():
        live |= mask
    chosen = np.flatnonzero(live)
    return chosen if chosen.size < WORTH_DROPPING * count else None


def best_values(course: Course, date: int, x: Array, ahead: Mapping[str, Array]) -> dict[str, Array]:
    """The best open action's cash in each mode, by these continuations; 0 in a state where none is open."""
    state, found = course.state(x), {}
    for mode in course.problem.modes:
        choice = choice_at(course.problem, mode, date, state)
        best = np.full(x.shape[1], -np.inf)
        for which in range(len(choice.actions)):
            best = np.maximum(best, np.where(choice.where(which), choice.cash(which, ahead), -np.inf))
        found[mode.name] = np.where(np.isneginf(best), 0.0, best)
    return found


def _spread_out(numbers: Array, kept: NDArray[np.intp] | None, count: int) -> Array:
    """Numbers of the kept paths at their places among all, zero elsewhere."""
    if kept is None:
        return numbers
    found = np.zeros(count)
    found[kept] = numbers
    return found
