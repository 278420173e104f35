"""The policy where modes have processes of their own (a cost that moves only while it is paid).

Then where a path goes depends on the mode, and the cash of a mode that was not followed is not known on it. Two modes
that were regressed on different paths could not be compared either: their difference is small against the noise that
they would not share. So the states are sampled by paths that change at random among the processes, and from every
sampled state **one step is simulated under each process, with the same normals**. What is regressed is the value one
step ahead as the later regressions have it (Tsitsiklis and Van Roy 2001), not cash realised to the end:

    Ĉ(m, t, x) ← flow + e^(−rΔ)[s · V̂(m, t + Δ, x′ₘ) + (1 − s) · R(m, x′ₘ)],  x′ₘ one step under the process of m

Each target has the conditional expectation that is sought, up to the error of V̂, whatever way led to the state; the
modes are compared on the same states and the same chance. The error of V̂ is carried from date to date, so the
in-sample value says less than with realised cash; the valuation on independent paths, which follow the modes
themselves, stays low-biased.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from valuation.kernel.expression import Array
from valuation.options._core._paths_basis import Scales, Spread, Sums, spread_of, summed
from valuation.options._core._paths_choice import Mask, finite_or_refuse, paid, survives
from valuation.options._core._paths_draws import Draws, Plan
from valuation.options._core._paths_policy import (
    Course,
    Policy,
    Rule,
    best_values,
    choices_at,
    fits_of,
    held_after,
    in_order,
    start_coordinates,
    worth_keeping,
)

__all__ = ["policy_of_processes"]

#: How often a path changes its process, on average.
CHANGES_A_PATH = 3.0


def policy_of_processes(course: Course, plan: Plan, executor: ThreadPoolExecutor | None) -> Policy:
    """Estimate the policy on the states that the paths of this plan meet."""
    blocks = [_Sample(course, plan.draws(block)) for block in plan.blocks()]
    in_order(_Sample.simulate, blocks, executor)
    rules: dict[int, Rule] = {}
    policy = Policy(course.basis, rules, math.nan, course.is_compiled)
    for date in range(course.problem.last - 1, -1, -1):
        scales = Scales.of([block.spreads[date] for block in blocks])
        if scales is not None:

            def sums(block: _Sample, date: int = date, scales: Scales = scales) -> Mapping[str, Sums]:
                return block.sums(date, policy, scales)

            rules[date] = Rule(scales, fits_of(in_order(sums, blocks, executor)), {})
    start = start_coordinates(course.problem, 1)
    values = best_values(course, 0, start, _estimates(course, policy, 0, start))
    return replace(policy, in_sample_value=float(values[course.problem.start_mode][0]))


def _estimates(course: Course, policy: Policy, date: int, x: Array) -> dict[str, Array]:
    extra = course.basis.extras(course.problem.times_years[date], course.state(x))
    return policy.estimates(date, x, extra)


@dataclass
class _Sample:
    """States that are met after a decision, at each date: where they are, the modes that may hold, their draws."""

    course: Course
    draws: Draws
    coordinates: list[Array] = field(default_factory=list)
    held: list[Mapping[str, Mask]] = field(default_factory=list)
    drawn: list[Draws] = field(default_factory=list)
    spreads: list[Spread | None] = field(default_factory=list)

    def simulate(self) -> None:
        """Walk to the last date, each path under a process that changes at random; drop those that stand nowhere."""
        course, draws = self.course, self.draws
        x, origin = start_coordinates(course.problem, draws.count), start_coordinates(course.problem, 1)[:, 0]
        reach = {course.problem.start_mode: np.ones(draws.count, dtype=np.bool_)}
        group = np.full(draws.count, -1, dtype=np.int8)
        for date in range(course.problem.last):
            held = held_after(reach, choices_at(course, date, reach, course.state(x)))
            kept = worth_keeping(held, x.shape[1])
            if kept is not None:
                x, draws, group = x[:, kept], draws.kept(kept), group[kept]
                held = {mode: mask[kept] for mode, mask in held.items()}
            self.coordinates.append(x)
            self.held.append(held)
            self.drawn.append(draws)
            self.spreads.append(spread_of(x, origin))
            group = self._changed(date, draws, group, held)
            x = course.moved(date, x, draws, group)
            of_mode = course.groups.of_mode
            reach = {mode: mask & (group == of_mode[mode]) for mode, mask in held.items()}

    def _changed(self, date: int, draws: Draws, group: NDArray[np.int8], held: Mapping[str, Mask]) -> NDArray[np.int8]:
        """A process among those of the modes in which the path may stand; the same as before, most of the time."""
        groups = self.course.groups
        is_possible = np.zeros((groups.count, group.size), dtype=np.bool_)
        for mode, mask in held.items():
            is_possible[groups.of_mode[mode]] |= mask
        u, share = draws.uniforms(date)[-1], min(0.5, CHANGES_A_PATH / self.course.problem.last)
        changes = (u < share) | (group < 0) | ~is_possible[group, np.arange(group.size)]
        # The same number, stretched again to the unit interval, chooses the process.
        again = np.where(u < share, u / share, (u - share) / (1 - share))
        count = is_possible.sum(axis=0)
        target = np.minimum(np.floor(again * count), count - 1)
        chosen = (is_possible.cumsum(axis=0) <= target).sum(axis=0)
        changed: NDArray[np.int8] = np.where(changes, np.minimum(chosen, groups.count - 1), group).astype(np.int8)
        return changed

    def sums(self, date: int, policy: Policy, scales: Scales) -> dict[str, Sums]:
        """The sums of this date's regressions, one for each mode that may hold."""
        course, x = self.course, self.coordinates[date]
        state = course.state(x)
        extra = course.basis.extras(course.problem.times_years[date], state)
        found = {}
        for group, step in enumerate(course.steppers[date]):
            modes = [mode for mode in self.held[date] if course.groups.of_mode[mode] == group]
            if not modes or not x.shape[1]:
                continue
            after = step(x, self.drawn[date].normals(date), self.drawn[date].uniforms(date))
            values = best_values(course, date + 1, after, _estimates(course, policy, date + 1, after))
            for mode in modes:
                target = self._target(mode, date, x, after, values[mode])
                used = self.held[date][mode]
                found[mode] = summed(course.basis, scales, x, extra, used, target, is_compiled=course.is_compiled)
                finite_or_refuse(f"modes.{mode} at date {date}", found[mode].right)
        return found

    def _target(self, name: str, date: int, x: Array, after: Array, value: Array) -> Array:
        """Flow of the step, and what one step ahead is worth today."""
        problem = self.course.problem
        mode, interval = problem.by_name[name], problem.interval_years(date)
        share = survives(mode, problem, date)
        ahead = share * value
        if mode.hazard is not None:
            left = paid(mode.hazard.recovery, problem.times_years[date + 1], self.course.state(after))
            ahead = ahead + (1 - share) * left
        cash = math.exp(-problem.rate_per_year * interval) * ahead
        return (
            cash if mode.flow is None else cash + mode.flow(problem.times_years[date], interval, self.course.state(x))
        )
