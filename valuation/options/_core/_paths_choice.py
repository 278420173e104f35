"""What is open to the owner at a date on many paths, and which of it the estimates say is best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core.problem import ENDED, Action, DecisionProblem, Mode, Payoff, State, nothing

__all__ = ["Choice", "Groups", "Mask", "choice_at", "finite_or_refuse", "open_or_refuse", "paid", "survives"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Choice:
    """The actions of a mode that are open at a date, on ``count`` paths.

    ``is_open`` is None for an action that is open in every state, ``gains`` None for one without cash.
    """

    actions: tuple[Action, ...]
    is_open: tuple[Mask | None, ...]
    gains: tuple[Array | None, ...]
    count: int

    def where(self, number: int) -> Mask:
        """In which states is this action open?"""
        is_open = self.is_open[number]
        return np.ones(self.count, dtype=np.bool_) if is_open is None else is_open

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
        found = np.full(self.count, -1, dtype=np.int8)
        best = np.full(self.count, -np.inf)
        for number in range(len(self.actions)):
            score = self.cash(number, estimates)
            is_better = np.asarray(score > best)
            if self.is_open[number] is not None:
                is_better &= self.where(number)
            np.copyto(found, number, where=is_better)
            np.copyto(best, score, where=is_better)
        return found

    def cash(self, number: int, continuations: Mapping[str, Array]) -> Array | float:
        """Gain of an action and what follows by these continuations, outcomes by their probabilities."""
        found: Array | float | None = self.gains[number]
        for branch in self.actions[number].leads_to:
            if branch.mode != ENDED and branch.mode in continuations:
                ahead = continuations[branch.mode]
                ahead = ahead if branch.probability_share == 1 else branch.probability_share * ahead
                found = ahead if found is None else found + ahead
        return 0.0 if found is None else found

    def only(self) -> NDArray[np.int8]:
        """The number of the open action where no state has two; −1 where none is open."""
        found = np.full(self.count, -1, dtype=np.int8)
        for number in range(len(self.actions)):
            found[self.where(number)] = number
        return found


def choice_at(problem: DecisionProblem, mode: Mode, date: int, state: State) -> Choice:
    """What may be done in this mode at this date in these states?"""
    actions = problem.open_actions(mode, date)
    time = problem.times_years[date]
    gains = tuple(None if action.gain is nothing else paid(action.gain, time, state) for action in actions)
    is_open = tuple(None if each.condition is None else each.condition(time, state) for each in actions)
    return Choice(actions, is_open, gains, state[0].size)


def paid(payoff: Payoff, time: float, state: State) -> Array:
    """A payoff as one number a path, also where its author gave a single number."""
    cash = np.asarray(payoff(time, state), dtype=np.float64)
    return cash if cash.shape == state[0].shape else np.broadcast_to(cash, state[0].shape)


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
