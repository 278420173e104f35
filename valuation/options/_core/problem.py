"""A right that is exercised over time, as a Markov decision problem: states, modes, dates.

A *state* moves by chance (a value, a cost to completion, a crop price). A *mode* is where the owner stands (waiting,
in phase II, suspended, in force) and changes by an *action*, which may cost or bring money and may succeed only with
a probability. Decisions are taken at stated dates; between two dates the mode holds, may bring a flow, and may be
struck by a hazard (invalidation, a catastrophe). One description serves every solver:

    V(m, t, x) = max over actions a open in m of  gain(a, t, x) + Σ p(b) · C(mode b, t, x)
    C(m, t, x) = flow(m, t, x) + e^(−rΔ) · [ s · E V(m, t + Δ, x′) + (1 − s) · E R(m, t + Δ, x′) ]

with s = e^(−∫λ) the probability that the hazard does not strike in the step and R what is left when it does. After
the last date nothing follows: C = 0.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core.process import Process

__all__ = [
    "ENDED",
    "MAXIMUM_DATES",
    "Action",
    "ActionKind",
    "Branch",
    "DecisionProblem",
    "Flow",
    "Hazard",
    "Mode",
    "Payoff",
    "State",
]

#: One array for each factor, all of one shape, in the units of the factor (money, years, a price).
State = tuple[Array, ...]
#: Cash at a time (years) and a state.
Payoff = Callable[[float, State], Array]
#: Cash of a step: time (years) at its start, its length (years), the state at its start. Counted at the start.
Flow = Callable[[float, float, State], Array]
#: In which states an action is open.
Condition = Callable[[float, State], NDArray[np.bool_]]
ActionKind = Literal[
    "wait", "invest", "expand", "contract", "suspend", "resume", "abandon", "switch", "renew", "launch", "complete"
]

#: The mode after which nothing follows.
ENDED = "ended"
MAXIMUM_DATES = 20_001


def nothing(time: float, state: State) -> Array:
    """No cash, in any state."""
    return np.zeros_like(state[0])


@dataclass(frozen=True)
class Branch:
    """Where an action leads with some probability; ``event`` names the outcome if it is to be counted."""

    mode: str
    probability_share: float = 1.0
    event: str | None = None


@dataclass(frozen=True)
class Action:
    """Something the owner may do at a date of decision.

    ``gain`` is the cash at that moment (an outlay is negative). ``dates`` are the indices of the dates at which the
    action is open (None: every date), ``condition`` the states. ``name`` is the event that is counted, unique in its
    mode; staying in a mode is an action too, of kind ``wait``.
    """

    kind: ActionKind
    name: str
    leads_to: tuple[Branch, ...]
    gain: Payoff = nothing
    dates: frozenset[int] | None = None
    condition: Condition | None = None

    def is_open(self, date: int) -> bool:
        """May the action be taken at the date of this index?"""
        return self.dates is None or date in self.dates


@dataclass(frozen=True)
class Hazard:
    """A sudden end: ``cumulative(t, u)`` is the integral of its yearly rate from t to u, ``recovery`` what is left.

    The recovery is received at the end of the step in which it strikes.
    """

    event: str
    cumulative: Callable[[float, float], float]
    recovery: Payoff = nothing

    def survival_share(self, time_years: float, until_years: float) -> float:
        """With which probability does it not strike between two times?"""
        return math.exp(-self.cumulative(time_years, until_years))


@dataclass(frozen=True)
class Mode:
    """Where the owner stands; ``process`` replaces the problem's while this mode holds (a cost that is being paid)."""

    name: str
    actions: tuple[Action, ...]
    flow: Flow | None = None
    hazard: Hazard | None = None
    process: Process | None = None


@dataclass(frozen=True)
class DecisionProblem:
    """The whole right; ``times_years`` are the dates of decision, from 0 on, ``rate`` is continuously compounded.

    Raises
    ------
    InputError : dates that do not rise from 0, a mode without an open action at some date, an action that leads to
        an unknown mode, probabilities that do not add up to one, more than ``MAXIMUM_DATES`` dates.
    """

    process: Process
    start: tuple[float, ...]
    start_mode: str
    modes: tuple[Mode, ...]
    times_years: tuple[float, ...]
    rate_per_year: float
    by_name: dict[str, Mode] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {mode.name: mode for mode in self.modes})
        _check_times(self.times_years)
        _check_start(self)
        for mode in self.modes:
            _check_mode(mode, self)

    @property
    def last(self) -> int:
        """The index of the last date."""
        return len(self.times_years) - 1

    def interval_years(self, date: int) -> float:
        """How long is the step that begins at this date?"""
        return self.times_years[date + 1] - self.times_years[date]

    def process_in(self, mode: Mode) -> Process:
        """How the state moves while this mode holds."""
        return mode.process if mode.process is not None else self.process

    def open_actions(self, mode: Mode, date: int) -> tuple[Action, ...]:
        """What may be done in this mode at this date, conditions on the state aside."""
        return tuple(action for action in mode.actions if action.is_open(date))

    def events(self) -> tuple[str, ...]:
        """Everything that is counted: actions other than waiting, outcomes, hazards; in the order of the modes."""
        found: dict[str, None] = {}
        for mode in self.modes:
            for action in mode.actions:
                if action.kind != "wait":
                    found[action.name] = None
                found |= {branch.event: None for branch in action.leads_to if branch.event is not None}
            if mode.hazard is not None:
                found[mode.hazard.event] = None
        return tuple(found)


def _check_times(times: tuple[float, ...]) -> None:
    rising = all(later > earlier for earlier, later in itertools.pairwise(times))
    if not times or times[0] != 0 or not rising or not all(map(math.isfinite, times)):
        raise InputError.of("times_years", found=times[:5], expected="finite dates that rise strictly from 0")
    if len(times) > MAXIMUM_DATES:
        raise InputError.of("times_years", found=f"{len(times)} dates", expected=f"at most {MAXIMUM_DATES}")


def _check_start(problem: DecisionProblem) -> None:
    if len(problem.start) != len(problem.process.factors):
        raise InputError.of(
            "start", found=f"{len(problem.start)} numbers", expected=f"{len(problem.process.factors)}, one a factor"
        )
    if not all(map(math.isfinite, (*problem.start, problem.rate_per_year))):
        raise InputError.of("start", found=(*problem.start, problem.rate_per_year), expected="finite numbers")
    for factor, number in zip(problem.process.factors, problem.start, strict=True):
        if factor.scale == "log" and number <= 0:
            raise InputError.of(
                factor.name, found=number, expected="a positive number, since it moves in its logarithm"
            )
    if len(problem.by_name) != len(problem.modes) or ENDED in problem.by_name:
        raise InputError.of("modes", found=[mode.name for mode in problem.modes], expected=f"names once, none {ENDED}")
    if problem.start_mode not in problem.by_name:
        raise InputError.of("start_mode", found=problem.start_mode, expected=f"one of {sorted(problem.by_name)}")


def _check_mode(mode: Mode, problem: DecisionProblem) -> None:
    if mode.process is not None and mode.process.factors != problem.process.factors:
        raise InputError.of(f"modes.{mode.name}.process", found="other factors", expected="those of the problem")
    always = any(action.dates is None for action in mode.actions)
    if not always:
        covered = frozenset[int]().union(*(action.dates or frozenset() for action in mode.actions))
        missing = [date for date in range(len(problem.times_years)) if date not in covered]
        if missing:
            raise InputError.of(f"modes.{mode.name}", found=f"no action at date {missing[0]}", expected="one at least")
    for action in mode.actions:
        _check_action(f"modes.{mode.name}.{action.name}", action, problem)


def _check_action(where: str, action: Action, problem: DecisionProblem) -> None:
    unknown = [b.mode for b in action.leads_to if b.mode != ENDED and b.mode not in problem.by_name]
    if unknown:
        raise InputError.of(where, found=f"leads to {unknown}", expected=f"{ENDED} or one of {sorted(problem.by_name)}")
    shares = [branch.probability_share for branch in action.leads_to]
    if any(not 0 <= share <= 1 for share in shares) or not math.isclose(math.fsum(shares), 1.0, abs_tol=1e-12):
        raise InputError.of(where, found=f"probabilities {shares}", expected="shares of one that add up to one")
