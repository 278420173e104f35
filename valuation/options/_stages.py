"""Rights of several stages, one after another, as a decision problem on one lognormal value.

The owner stands in one mode, since the date alone says which stage is next: at the date of a stage it is gone into
(cash, then success or failure) or given up; the last stage ends the right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from valuation.kernel.expression import Array
from valuation.kernel.figures import Figure, within
from valuation.options._answer import Threshold
from valuation.options._core.line import LineSolution
from valuation.options._core.line_events import expected_counts
from valuation.options._core.problem import ENDED, Action, ActionKind, Branch, DecisionProblem, Mode, Payoff, State
from valuation.options._core.process import Process
from valuation.options._inputs import hazard_of
from valuation.options._line_findings import thresholds_of

__all__ = ["NowOrLaterFigure", "SpanFigure", "Stage", "boundary_of", "chances_of", "fixed", "staged_problem"]

#: Two decisions lie a week apart at least: nearer ones would need nodes too close for years of the others.
SHORTEST_YEARS = 0.02
SpanFigure = Annotated[Figure, AfterValidator(within(SHORTEST_YEARS, 100))]


def _now_or_later(figure: Figure) -> Figure:
    """0 (today), or 0.02 years and more."""
    if figure.value != 0 and not SHORTEST_YEARS <= figure.value <= 100:
        context = {"least": f"{SHORTEST_YEARS:g}", "found": f"{figure.value:g}"}
        raise PydanticCustomError("range", "0 (today) or {least} and more, not {found}", context)
    return figure


NowOrLaterFigure = Annotated[Figure, AfterValidator(_now_or_later)]
#: The one mode of a right of stages.
HELD = "held"


@dataclass(frozen=True)
class Stage:
    """One decision: at a time, go on for ``gain`` (an outlay is negative) or give up for ``stop_gain``.

    ``success_share`` is the probability that what was gone into succeeds before the next stage; ``failure`` names
    the event that it does not.
    """

    time_years: float
    go: str
    stop: str
    gain: Payoff
    success_share: float = 1.0
    failure: str | None = None
    go_kind: ActionKind = "invest"
    stop_kind: ActionKind = "abandon"


def fixed(amount: float) -> Payoff:
    """The same cash in every state."""
    return lambda time, state: np.full_like(state[0], amount)


def staged_problem(
    process: Process,
    start: float,
    stages: Sequence[Stage],
    *,
    rate_per_year: float,
    threat_cost_per_year: float,
    flow: Callable[[float, float, State], Array] | None = None,
) -> DecisionProblem:
    """The stages as one problem; the dates are today and those of the stages.

    ``threat_cost_per_year`` is what the threat takes of the right a year on average (its rate times what is lost).
    """
    times = tuple(dict.fromkeys((0.0, *(stage.time_years for stage in stages))))
    date_of = {time: date for date, time in enumerate(times)}
    actions: list[Action] = []
    if len(times) > len(stages):
        actions.append(Action("wait", "wait", (Branch(HELD),), dates=frozenset([0])))
    for stage in stages:
        dates = frozenset([date_of[stage.time_years]])
        follows = _follows(stage, is_last=stage is stages[-1])
        actions.append(Action(stage.go_kind, stage.go, follows, stage.gain, dates))
        actions.append(Action(stage.stop_kind, stage.stop, (Branch(ENDED),), dates=dates))
    mode = Mode(HELD, tuple(actions), flow=flow, hazard=hazard_of(threat_cost_per_year))
    return DecisionProblem(process, (start,), HELD, (mode,), times, rate_per_year)


def _follows(stage: Stage, *, is_last: bool) -> tuple[Branch, ...]:
    onwards = ENDED if is_last else HELD
    if stage.success_share == 1:
        return (Branch(onwards),)
    return (
        Branch(onwards, stage.success_share),
        Branch(ENDED, 1 - stage.success_share, event=stage.failure),
    )


def chances_of(
    solution: LineSolution, *, threat_rate_per_year: float, process: Process | None = None
) -> Mapping[str, float]:
    """How often does each event happen, with the threat at its own rate and decisions as they were found?

    Values know the threat only by what it takes on average; what is counted is how often it strikes.
    """
    problem = solution.problem
    modes = tuple(replace(mode, hazard=hazard_of(threat_rate_per_year)) for mode in problem.modes)
    struck = replace(problem, modes=modes)
    return expected_counts(struck, solution.grid, solution.policy, process)


def boundary_of(solution: LineSolution, *, go: str, stop: str) -> tuple[Threshold, ...]:
    """From which level on is each stage gone into? One boundary over time, whatever the stages are called."""
    kinds = {action.name: action.kind for mode in solution.problem.modes for action in mode.actions}
    names = {name: stop if kind == "abandon" else go for name, kind in kinds.items()}
    return tuple(replace(each, action=names[each.action]) for each in thresholds_of(solution))
