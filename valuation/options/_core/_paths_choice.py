"""What is open to the owner at a date on many paths, and which of it the estimates say is best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core.problem import ENDED, Action, DecisionProblem, Mode, Payoff, State

__all__ = ["Choice", "Groups", "Mask", "choice_at", "finite_or_refuse", "open_or_refuse", "paid", "survives"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Choice:
    """The actions of a mode that are open at a date; ``is_open`` is None where an action is open in every state."""

    actions: tuple[Action, ...]
    is_open: tuple[Mask | None, ...]
    gains: tuple[Array, ...]

    def where(self, number: int) -> Mask:
        """In which states is this action open?"""
        is_open = self.is_open[number]
        return np.ones(self.gains[number].shape, dtype=np.bool_) if is_open is None else is_open

    @cached_property
    def is_real(self) -> Mask | None:
        """Where are two actions open or more? None where there is only one in any state."""
        if len(self.actions) < 2:
            return None
        count = sum(self.where(number).astype(np.int8) for number in range(len(self.actions)))
        is_real: Mask = np.asarray(count > 1)
        return is_real if is_real.any() else None

    def taken(self, estimates: Mapping[str, Array]) -> NDArray[np.int8]:
        """The number of the action to take in each state; −1 where none is open."""
        return self.only() if self.is_real is None else self.best(estimates)

    def best(self, estimates: Mapping[str, Array]) -> NDArray[np.int8]:
        """The number of the open action with the largest gain and estimated continuation; −1 where none is open.

        Of equal ones the first stated is taken.
        """
        found = np.full(self.gains[0].shape, -1, dtype=np.int8)
        best = np.full(self.gains[0].shape, -np.inf)
        for number, action in enumerate(self.actions):
            score = self.gains[number]
            for branch in action.leads_to:
                if branch.mode != ENDED and branch.mode in estimates:
                    score = score + branch.probability_share * estimates[branch.mode]
            is_better = score > best
            if self.is_open[number] is not None:
                is_better &= self.where(number)
            found[is_better] = number
            np.copyto(best, score, where=is_better)
        return found

    def only(self) -> NDArray[np.int8]:
        """The number of the open action where no state has two; −1 where none is open."""
        found = np.full(self.gains[0].shape, -1, dtype=np.int8)
        for number in range(len(self.actions)):
            found[self.where(number)] = number
        return found


def choice_at(problem: DecisionProblem, mode: Mode, date: int, state: State) -> Choice:
    """What may be done in this mode at this date in these states?"""
    actions = problem.open_actions(mode, date)
    time = problem.times_years[date]
    gains = tuple(paid(action.gain, time, state) for action in actions)
    is_open = tuple(None if each.condition is None else each.condition(time, state) for each in actions)
    return Choice(actions, is_open, gains)


def paid(payoff: Payoff, time: float, state: State) -> Array:
    """A payoff as one number a path, also where its author gave a single number."""
    found: Array = np.broadcast_to(np.asarray(payoff(time, state), dtype=np.float64), state[0].shape)
    return found


def survives(mode: Mode, problem: DecisionProblem, date: int) -> float:
    """With which probability does the mode's hazard not strike in the step from this date?"""
    if mode.hazard is None:
        return 1.0
    return mode.hazard.survival_share(problem.times_years[date], problem.times_years[date + 1])


def open_or_refuse(where: str, number: NDArray[np.int8], standing: Mask) -> None:
    """Refuse a problem that leaves its owner without an action in a state that is reached."""
    if np.any((number < 0) & standing):
        raise InputError.of(where, found="no open action in a state that is reached", expected="one at least")


def finite_or_refuse(where: str, numbers: Array) -> None:
    """Refuse what is not a finite number, naming where it came from."""
    if not np.isfinite(numbers).all():
        raise InputError.of(where, found="a gain, flow or recovery that is no finite number", expected="finite cash")


@dataclass(frozen=True)
class Groups:
    """Modes that share a process, since the paths of one process say nothing about states under another."""

    of_mode: Mapping[str, int]
    members: tuple[Mode, ...]

    @staticmethod
    def of(problem: DecisionProblem) -> Groups:
        """The groups of a problem's modes; ``members`` holds one mode of each."""
        members: list[Mode] = []
        found: dict[str, int] = {}
        for mode in problem.modes:
            same = [n for n, each in enumerate(members) if problem.process_in(each) == problem.process_in(mode)]
            if not same:
                members.append(mode)
            found[mode.name] = same[0] if same else len(members) - 1
        return Groups(found, tuple(members))

    @property
    def count(self) -> int:
        """How many processes are there?"""
        return len(self.members)
