"""What a given policy is worth, on paths that had no part in its making: the low-biased value.

Each path carries the probability with which each mode holds (outcomes and hazards are weighed, not drawn), so one
path of the state answers for all of them. Where modes have processes of their own a path can follow one process only:
if the probability is split between processes, one is drawn by its share and the others' weight is given to it, which
leaves every expectation as it is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core._paths_choice import Choice, choice_at, finite_or_refuse, open_or_refuse, paid, survives
from valuation.options._core._paths_draws import Draws
from valuation.options._core._paths_policy import WORTH_DROPPING, Course, Policy, start_coordinates
from valuation.options._core.problem import ENDED, State, nothing

__all__ = ["Valued", "valued"]


@dataclass(frozen=True)
class Valued:
    """Discounted cash of each path of a block, and how much probability met each event, summed over the paths."""

    cash: Array
    events: Mapping[str, float]


def valued(course: Course, policy: Policy | None, draws: Draws) -> Valued:
    """Follow the policy on a block of paths; without a policy no state may have two open actions."""
    flock = _Flock.started(course, draws)
    for date in range(course.problem.last + 1):
        flock.decide(date, policy)
        if date == course.problem.last:
            break
        flock.drop_ended()
        if flock.positions.size == 0:
            break
        flock.hold(date)
    flock.total[flock.positions] = flock.cash
    finite_or_refuse("the cash of a path", flock.total)
    return Valued(flock.total, dict(flock.events))


@dataclass
class _Flock:
    """The paths of a block that are still somewhere; ``masses`` is the probability of each mode on each path."""

    course: Course
    draws: Draws
    coordinates: Array
    state: State
    masses: dict[str, Array]
    cash: Array
    total: Array
    positions: NDArray[np.intp]
    events: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @staticmethod
    def started(course: Course, draws: Draws) -> _Flock:
        count = draws.count
        x = start_coordinates(course.problem, count)
        masses = {course.problem.start_mode: np.ones(count)}
        return _Flock(course, draws, x, course.state(x), masses, np.zeros(count), np.zeros(count), np.arange(count))

    def discount(self, date: int) -> float:
        problem = self.course.problem
        return math.exp(-problem.rate_per_year * problem.times_years[date])

    def decide(self, date: int, policy: Policy | None) -> None:
        """Take an action on every path and in every mode that has weight there."""
        problem = self.course.problem
        choices = {mode: choice_at(problem, problem.by_name[mode], date, self.state) for mode in self.masses}
        estimates = self._estimates(date, policy, choices)
        after: dict[str, Array] = {}
        discount = self.discount(date)
        for mode, choice in choices.items():
            number = choice.taken(estimates)
            mass = self.masses[mode]
            open_or_refuse(f"modes.{mode} at date {date}", number, mass > 0)
            for which in range(len(choice.actions)):
                weight = mass if len(choice.actions) == 1 else np.where(number == which, mass, 0.0)
                self._act(choice, which, weight, discount, after)
        self.masses = after

    def _estimates(self, date: int, policy: Policy | None, choices: Mapping[str, Choice]) -> dict[str, Array]:
        if all(choice.is_real is None for choice in choices.values()):
            return {}
        if policy is None:
            raise InputError.of(
                "control", found=f"two open actions at date {date}", expected="a problem without choice"
            )
        extra = self.course.basis.extras(self.course.problem.times_years[date], self.state)
        return policy.estimates(date, self.coordinates, extra)

    def _act(self, choice: Choice, which: int, weight: Array, discount: float, after: dict[str, Array]) -> None:
        action = choice.actions[which]
        gain = choice.gains[which]
        if gain is not None:
            # Where the action is not taken its gain may be no number at all, so it is not multiplied by zero.
            self.cash += discount * np.where(weight > 0, weight * gain, 0.0)
        if action.kind != "wait":
            self.events[action.name] += float(weight.sum())
        for branch in action.leads_to:
            share = weight if branch.probability_share == 1 else branch.probability_share * weight
            if branch.event is not None:
                self.events[branch.event] += float(share.sum())
            if branch.mode != ENDED and branch.probability_share > 0:
                after[branch.mode] = after[branch.mode] + share if branch.mode in after else share

    def drop_ended(self) -> None:
        """Let go of the paths whose right has ended, if they are many enough."""
        live = np.zeros(self.cash.shape, dtype=np.bool_)
        for mass in self.masses.values():
            live |= mass > 0
        chosen = np.flatnonzero(live)
        if chosen.size >= WORTH_DROPPING * live.size:
            return
        self.total[self.positions] = self.cash
        self.positions, self.cash = self.positions[chosen], self.cash[chosen]
        self.coordinates, self.draws = self.coordinates[:, chosen], self.draws.kept(chosen)
        self.state = tuple(factor[chosen] for factor in self.state)
        self.masses = {mode: mass[chosen] for mode, mass in self.masses.items()}

    def hold(self, date: int) -> None:
        """Flows of the step, the move, and what the hazards leave at its end."""
        group = self._followed(date)
        self._receive_flows(date)
        self.coordinates = self.course.moved(date, self.coordinates, self.draws, group)
        self.state = self.course.state(self.coordinates)
        self._meet_hazards(date)

    def _receive_flows(self, date: int) -> None:
        problem = self.course.problem
        time, interval = problem.times_years[date], problem.interval_years(date)
        for name, mass in self.masses.items():
            flow = problem.by_name[name].flow
            if flow is not None:
                cash = flow(time, interval, self.state)
                self.cash += self.discount(date) * np.where(mass > 0, mass * cash, 0.0)

    def _meet_hazards(self, date: int) -> None:
        problem = self.course.problem
        for name, mass in self.masses.items():
            mode = problem.by_name[name]
            share = survives(mode, problem, date)
            if mode.hazard is None or share == 1:
                continue
            struck = (1 - share) * mass
            if mode.hazard.recovery is not nothing:
                left = paid(mode.hazard.recovery, problem.times_years[date + 1], self.state)
                self.cash += self.discount(date + 1) * np.where(struck > 0, struck * left, 0.0)
            self.events[mode.hazard.event] += float(struck.sum())
            self.masses[name] = share * mass

    def _followed(self, date: int) -> NDArray[np.int8] | None:
        """Which process does each path follow? Drawn by weight, and the weight of the others given to it."""
        groups = self.course.groups
        if groups.count == 1:
            return None
        weights = np.zeros((groups.count, self.cash.size))
        for mode, mass in self.masses.items():
            weights[groups.of_mode[mode]] += mass
        whole = weights.sum(axis=0)
        u = self.draws.uniforms(date)[-1] * whole
        group: NDArray[np.int8] = np.minimum((np.cumsum(weights, axis=0) <= u).sum(axis=0), groups.count - 1).astype(
            np.int8
        )
        chosen = weights[group, np.arange(group.size)]
        factor = np.where(chosen > 0, whole / np.where(chosen > 0, chosen, 1.0), 0.0)
        for mode, mass in self.masses.items():
            self.masses[mode] = np.where(group == groups.of_mode[mode], mass * factor, 0.0)
        return group
