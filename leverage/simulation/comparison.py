"""What do other terms change? Sets of terms on the same paths, and one term at a time.

Every set of terms draws the same random numbers, so that differences are taken path by path: what both have in common
cancels, and the standard error is that of the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leverage.simulate import SimulationPlan, SimulationResult, simulate_funds
from leverage.simulation.statistics import Estimate, mean_of, probability_of, tail_mean, tail_scores
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.fields import FrozenModel, Identifier, parse

__all__ = [
    "MEASURES",
    "ScenarioFigures",
    "TermChange",
    "TermMove",
    "TermSensitivity",
    "changed_plan",
    "compare_results",
    "compare_terms",
    "one_term_at_a_time",
]

Array = NDArray[np.float64]
MAXIMUM_SCENARIOS = 50


@dataclass(frozen=True)
class _Measure:
    """A figure of each path whose mean is the answer (scores of the tail for CVaR)."""

    of_paths: Callable[[SimulationResult, float], Array]
    estimate: Callable[[SimulationResult, float], Estimate]


def _averaged(of_path: Callable[[SimulationResult], Array]) -> _Measure:
    return _Measure(lambda result, _: of_path(result), lambda result, _: mean_of(of_path(result)))


#: Name of a measure → how it comes from the paths.
MEASURES: Mapping[str, _Measure] = {
    "to_firms": _averaged(lambda result: result.to_firms),
    "public_net": _averaged(lambda result: np.asarray(result.public_net.sum(axis=0))),
    "other_net": _averaged(lambda result: result.received[1] + result.value[1] - result.paid_in[1]),
    "manager_net": _averaged(lambda result: result.received[2] + result.value[2] - result.paid_in[2]),
    "fees": _averaged(lambda result: result.fees),
    "public_loss_probability_share": _Measure(
        lambda result, _: result.is_public_lost.astype(float), lambda result, _: probability_of(result.is_public_lost)
    ),
    "public_loss_tail_mean": _Measure(
        lambda result, level: tail_scores(result.public_loss, level_share=level),
        lambda result, level: tail_mean(result.public_loss, level_share=level),
    ),
}


class TermChange(FrozenModel):
    """A named set of terms: fund (None: all) → the terms that differ and their new values."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    fund: Identifier | None = None
    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=50)]


@dataclass(frozen=True)
class ScenarioFigures:
    """The measures of a set of terms, and how far they lie from the stated terms, path by path."""

    name: str
    figures: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]


@dataclass(frozen=True)
class TermMove:
    """A term of a fund (None: of all) and the two values to try; ``term`` may be ``cash_flow.growth_share``."""

    term: str
    low: float
    high: float
    fund: str | None = None


@dataclass(frozen=True)
class TermSensitivity:
    """How a measure moves when a term does, all else as stated, on the same paths."""

    move: TermMove
    at_low: Estimate
    at_high: Estimate

    @property
    def swing(self) -> float:
        """How far the measure moves between the two values."""
        return abs(self.at_high.value - self.at_low.value)


def changed_plan(plan: SimulationPlan, change: TermChange) -> SimulationPlan:
    """Give the plan with these terms, checked anew.

    Raises
    ------
    UnknownNameError : no such fund or term.
    InputError : a value that the term does not take.
    """
    names = [fund.id for fund in plan.funds]
    if change.fund is not None and change.fund not in names:
        raise UnknownNameError.among("fund", found=change.fund, known=names)
    document = plan.model_dump()
    for fund in document["funds"]:
        if change.fund in (None, fund["id"]):
            for term, value in change.changes.items():
                _set(fund, term, value)
    return parse(SimulationPlan, document)


def _set(fund: dict[str, Any], term: str, value: Any) -> None:
    *groups, last = term.split(".")
    place = fund
    for name in groups:
        place = place[name] if isinstance(place.get(name), dict) else {}
    if last not in place or term == "id":
        raise UnknownNameError.among("term", found=term, known=[name for name in fund if name != "id"])
    place[last] = value


def compare_results(
    stated: SimulationResult, other: SimulationResult, *, name: str, tail_level_share: float
) -> ScenarioFigures:
    """How do two results on the same paths differ?

    Raises
    ------
    InputError : seeds, paths or quarters that differ, so that paths are not the same.
    RefusalError : too few paths in the tail.
    """
    for field in ("seed", "paths", "quarters"):
        here, there = getattr(stated.plan, field), getattr(other.plan, field)
        if here != there:
            raise InputError.of(f"{name}.{field}", found=there, expected=f"{here}, as stated: the same paths")
    figures = {key: each.estimate(other, tail_level_share) for key, each in MEASURES.items()}
    differences = {
        key: mean_of(each.of_paths(other, tail_level_share) - each.of_paths(stated, tail_level_share))
        for key, each in MEASURES.items()
    }
    return ScenarioFigures(name, figures, differences)


def compare_terms(
    plan: SimulationPlan, scenarios: Sequence[TermChange], *, tail_level_share: float, executor: Executor | None = None
) -> tuple[ScenarioFigures, ...]:
    """What does each set of terms give, beside the stated terms (first row, differences zero)?

    Every set starts from the stated terms, never from the one before it.

    Raises
    ------
    InputError : two sets of one name, too many; see :func:`changed_plan`.

    Tested by: no change is no difference; the error of a difference on the same paths is below that on others,
    ``tests/leverage/simulation/test_comparison.py``.
    """
    names = ["stated", *(scenario.name for scenario in scenarios)]
    if len(set(names)) != len(names) or len(scenarios) > MAXIMUM_SCENARIOS:
        raise InputError.of(
            "scenarios",
            found=", ".join(names[1:]),
            expected=f"up to {MAXIMUM_SCENARIOS} different names, none 'stated'",
        )
    plans = [changed_plan(plan, scenario) for scenario in scenarios]
    stated = simulate_funds(plan, executor=executor)
    rows = [compare_results(stated, stated, name="stated", tail_level_share=tail_level_share)]
    for name, made in zip(names[1:], plans, strict=True):
        other = simulate_funds(made, executor=executor)
        rows.append(compare_results(stated, other, name=name, tail_level_share=tail_level_share))
    return tuple(rows)


def one_term_at_a_time(
    plan: SimulationPlan,
    moves: Sequence[TermMove],
    *,
    measure: str,
    tail_level_share: float,
    executor: Executor | None = None,
) -> tuple[TermSensitivity, ...]:
    """How far does a measure move when one term does? Rows in falling order of swing.

    Raises
    ------
    UnknownNameError : no such measure, fund or term.
    """
    if measure not in MEASURES:
        raise UnknownNameError.among("measure", found=measure, known=MEASURES)
    if not 1 <= len(moves) <= MAXIMUM_SCENARIOS:
        raise InputError.of("moves", found=f"{len(moves)} moves", expected=f"1 to {MAXIMUM_SCENARIOS}")
    pairs = [
        [changed_plan(plan, TermChange(name="move", fund=move.fund, changes={move.term: value})) for value in ends]
        for move in moves
        for ends in [(move.low, move.high)]
    ]
    rows = []
    for move, ends in zip(moves, pairs, strict=True):
        found = [MEASURES[measure].estimate(simulate_funds(end, executor=executor), tail_level_share) for end in ends]
        rows.append(TermSensitivity(move, *found))
    return tuple(sorted(rows, key=lambda row: -row.swing))
