"""An upper bound of the value: every decision with perfect foresight, made fair by a martingale.

Rogers (2002), Haugh and Kogan (2004): for any martingale M that starts at zero, the expectation of the best decisions
in hindsight on (cash − M) is at least the value, and equals it for the martingale of the value itself. Here M is that
of the regressed value function: over a step in mode m its increment is

    J(x′) − E[J(x′) | x],   J(x′) = s · V̂(m, t + Δ, x′) + (1 − s) · R(m, x′)

with V̂ the best of the open actions by the regressions. The expectation is the mean over inner one-step draws of their
own, which has no bias, so the bound stays a bound for any number of them; it only becomes wider (Andersen and Broadie
2004). Outcomes with probabilities and hazards stay weighed: only the state is foreseen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core._paths_choice import finite_or_refuse, paid, survives
from valuation.options._core._paths_draws import Draws
from valuation.options._core._paths_policy import Course, Policy, best_values, start_coordinates
from valuation.options._core.problem import State

__all__ = ["Inner", "inside", "upper_values"]


@dataclass(frozen=True)
class Inner:
    """One-step draws for the expectations: ``per_path`` for each path of the outer block, side by side."""

    draws: Draws
    per_path: int


def inside(draws: Draws, per_path: int) -> Inner:
    """Antithetic draws (a half, then its mirror) put side by side, so that each path holds both of every pair."""
    count = draws.count // per_path
    places = np.arange(draws.count).reshape(2, count, per_path // 2).swapaxes(0, 1).reshape(-1)
    return Inner(draws.kept(places), per_path)


def upper_values(course: Course, policy: Policy, outer: Draws, inner: Inner) -> Array:
    """The value in hindsight, less the martingale, of each path of a block (one process for all modes)."""
    bound = _Bound(course, policy)
    walk = [start_coordinates(course.problem, outer.count)]
    for date in range(course.problem.last):
        walk.append(course.moved(date, walk[-1], outer, None))
    values: dict[str, Array] = {}
    for date in range(course.problem.last, -1, -1):
        ahead = {} if date == course.problem.last else bound.ahead(date, walk, values, inner)
        values = best_values(course, date, walk[date], ahead)
    found = values[course.problem.start_mode]
    finite_or_refuse("the upper bound", found)
    return found


@dataclass(frozen=True)
class _Bound:
    course: Course
    policy: Policy

    def ahead(self, date: int, walk: list[Array], values: Mapping[str, Array], inner: Inner) -> dict[str, Array]:
        """Foreseen cash of holding each mode from this date, less the martingale's increment."""
        problem = self.course.problem
        interval = problem.interval_years(date)
        discount = math.exp(-problem.rate_per_year * interval)
        increments = self._increments(date, walk, inner)
        state, after = self.course.state(walk[date]), self.course.state(walk[date + 1])
        found = {}
        for mode in problem.modes:
            foreseen = self._left(mode.name, date, after, values[mode.name])
            cash = discount * (foreseen - increments[mode.name])
            found[mode.name] = (
                cash if mode.flow is None else cash + mode.flow(problem.times_years[date], interval, state)
            )
        return found

    def _increments(self, date: int, walk: list[Array], inner: Inner) -> dict[str, Array]:
        here, after = walk[date], walk[date + 1]
        many = self.course.moved(date, np.repeat(here, inner.per_path, axis=1), inner.draws, None)
        met, spread = self._regressed(date, after), self._regressed(date, many)
        return {mode: met[mode] - spread[mode].reshape(-1, inner.per_path).mean(axis=1) for mode in met}

    def _regressed(self, date: int, after: Array) -> dict[str, Array]:
        """J of the module's head for each mode, at states one step after this date."""
        state = self.course.state(after)
        extra = self.course.basis.extras(self.course.problem.times_years[date + 1], state)
        estimates = self.policy.estimates(date + 1, after, extra, is_wide=True)
        values = best_values(self.course, date + 1, after, estimates)
        return {mode: self._left(mode, date, state, value) for mode, value in values.items()}

    def _left(self, name: str, date: int, after: State, value: Array) -> Array:
        problem = self.course.problem
        mode = problem.by_name[name]
        share = survives(mode, problem, date)
        if mode.hazard is None or share == 1:
            return value
        return share * value + (1 - share) * paid(mode.hazard.recovery, problem.times_years[date + 1], after)
