"""What if? Named sets of input changes, each computed anew on the whole paper and compared with what was stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import MAXIMUM_ITEMS, FiniteFloat, FrozenModel, Reason
from valuation.kernel.labels import NamedWarning
from valuation.kernel.worksheet import Input, Worksheet

__all__ = ["Scenario", "ScenarioComparison", "ScenarioOutcome", "compare_scenarios", "refuse_outside_domain"]

Row = Annotated[tuple[FiniteFloat, ...], Field(max_length=MAXIMUM_ITEMS)]


class Scenario(FrozenModel):
    """A named set of changes with the reason of who states it; inputs that are not named stay as they are.

    ``changes``: name of an input of the paper → its new value (a number for each column, if it is a row).
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Reason
    changes: Annotated[dict[str, FiniteFloat | Row], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True)
class ScenarioOutcome:
    """What a scenario makes of the paper: the outputs, how far they lie from the paper as stated, its doubts."""

    scenario: Scenario
    values: Mapping[str, float]
    differences: Mapping[str, float]
    warnings: tuple[NamedWarning, ...]


@dataclass(frozen=True)
class ScenarioComparison:
    """The paper as stated, and each scenario beside it in the order given."""

    stated: Mapping[str, float]
    outcomes: tuple[ScenarioOutcome, ...]


def compare_scenarios(
    worksheet: Worksheet, scenarios: Sequence[Scenario], *, outputs: Sequence[str]
) -> ScenarioComparison:
    """What are these outputs under each scenario, and how far from the paper as stated?

    Every scenario starts from the paper as stated, never from the scenario before it.

    Parameters
    ----------
    outputs : names of scalars on the paper.

    Raises
    ------
    InputError : a change of something that is no input, of another length, or outside the input's admissible range;
        two scenarios of one name.
    RefusalError : the method must not answer under a scenario; the message names the scenario.

    Tested by: identity (a change to the stated value; one change = :meth:`Worksheet.with_inputs`), hand;
    ``tests/valuation/uncertainty/test_scenarios.py``.
    """
    repeated = [name for name, count in Counter(each.name for each in scenarios).items() if count > 1]
    if repeated:
        raise InputError.of("scenarios", found=f"the name {repeated[0]!r} more than once", expected="different names")
    stated = {name: worksheet.value(name) for name in outputs}
    outcomes = []
    for scenario in scenarios:
        paper = _changed(worksheet, scenario)
        values = {name: paper.value(name) for name in outputs}
        differences = {name: values[name] - stated[name] for name in outputs}
        outcomes.append(ScenarioOutcome(scenario, values, differences, paper.warnings()))
    return ScenarioComparison(stated, tuple(outcomes))


def _changed(worksheet: Worksheet, scenario: Scenario) -> Worksheet:
    for name, new in scenario.changes.items():
        entry = worksheet.entry(name)
        if isinstance(entry, Input):
            refuse_outside_domain(entry, np.atleast_1d(np.array(new)), field=f"scenarios.{scenario.name}.{name}")
    try:
        return worksheet.with_inputs(scenario.changes)
    except RefusalError as error:
        raise RefusalError(f"scenario {scenario.name!r}: {error.message}", problems=error.problems) from error


def refuse_outside_domain(entry: Input, numbers: np.ndarray, *, field: str) -> None:
    """May the input take these values? Raise if one of them lies outside its admissible range.

    Raises
    ------
    InputError : naming ``field``, the value and the range.
    """
    low, high = entry.domain
    outside = numbers[~((numbers >= low) & (numbers <= high))]
    if outside.size:
        raise InputError.of(field, found=f"{outside[0]:g}", expected=f"between {low:g} and {high:g}")
