"""What does the answer become when one input is a little lower or higher, all else as stated? No distribution needed.

The table behind a tornado chart for inputs of any evidence. Every change is computed anew on the whole paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuation.errors import InputError, RefusalError
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Input, Worksheet
from valuation.uncertainty.scenarios import refuse_outside_domain

__all__ = ["MovedInput", "NotMoved", "OneAtATime", "Side", "one_at_a_time"]

#: Shares of one row add up to one at this precision.
_SUM_TOLERANCE = 1e-9
#: Why an input is not moved.
Reason = Literal["zero", "part_of_a_whole", "derived"]
_REASONS: dict[Reason, Label] = {
    "zero": Label("所述值为零，按比例变动仍为零", "stated as zero: a share of it is zero as well"),
    "part_of_a_whole": Label(
        "权重之一，与其余合计为一，不能单独变动", "a weight among others that add up to one: it cannot move alone"
    ),
    "derived": Label(
        "由日期、规则或参数表推算，未陈述为判断；点名后才变动",
        "derived from dates, rules or a table, not stated as a view: it is moved only when named",
    ),
}


@dataclass(frozen=True)
class Side:
    """One input at one of its two values: the answer, or why there is none.

    ``factor`` multiplies the stated value; ``refusal`` says that the value is not admissible, or why the method would
    not answer there.
    """

    factor: float
    answer: float | None
    difference: float | None
    refusal: str | None = None


@dataclass(frozen=True)
class MovedInput:
    """The answer with one input lower and higher; ``multiplies``: a row, moved as a whole."""

    name: str
    label: Label
    unit: str
    stated: float | None
    multiplies: bool
    low: Side
    high: Side

    @property
    def swing(self) -> float:
        """How far apart the answers lie, the stated one among them: the length of the bar of a tornado."""
        reached = [0.0, *(side.difference for side in (self.low, self.high) if side.difference is not None)]
        return max(reached) - min(reached)


@dataclass(frozen=True)
class NotMoved:
    """An input that a change in proportion says nothing about, and why."""

    name: str
    label: Label
    reason: Label


@dataclass(frozen=True)
class OneAtATime:
    """The inputs that were moved, the widest swing first, and those that were not."""

    change_share: float
    stated: float
    moved: tuple[MovedInput, ...]
    not_moved: tuple[NotMoved, ...]


def one_at_a_time(
    worksheet: Worksheet, *, answer: str, change_share: float, input_names: Sequence[str] | None = None
) -> OneAtATime:
    """What is the answer with each input at ``1 ∓ change_share`` times its stated value, all others as stated?

    A row is moved as a whole by the same factor. ``swing`` is the distance between the answers. Where the input may
    not take the value, or the method would refuse to answer, the side says so and holds no number. Inputs moved
    together, or by what they really scatter, need scenarios or distributions: a table of this kind knows neither how
    likely a change is nor how inputs go together.

    Parameters
    ----------
    answer : name of a scalar line.
    change_share : how far, as a share of what is stated, above zero and below one.
    input_names : which inputs; without it all that the request states, none the engine derived.

    Raises
    ------
    InputError : a change outside its range, a name that is no input or stands twice.

    References
    ----------
    Saltelli et al. (2008), Global Sensitivity Analysis: The Primer, 1.2 (what one-at-a-time designs do not see).

    Tested by: hand (linear and inverse papers), identity with scenarios;
    ``tests/valuation/uncertainty/test_one_at_a_time.py``.
    """
    if not 0 < change_share < 1:
        raise InputError.of("change_share", found=f"{change_share:g}", expected="above 0 and below 1")
    entries = _asked(worksheet, input_names)
    reasons = _immovable(worksheet)
    if input_names is None:
        derived: dict[str, Reason] = {each.name: "derived" for each in entries if each.grade == "derived"}
        reasons = derived | reasons
    moved = [_moved(worksheet, each, answer, change_share) for each in entries if each.name not in reasons]
    kept = [each for each in entries if each.name in reasons]
    return OneAtATime(
        change_share=change_share,
        stated=worksheet.value(answer),
        moved=tuple(sorted(moved, key=lambda each: -each.swing)),
        not_moved=tuple(NotMoved(each.name, each.label, _REASONS[reasons[each.name]]) for each in kept),
    )


def _asked(worksheet: Worksheet, names: Sequence[str] | None) -> list[Input]:
    if names is None:
        return [each for each in worksheet.entries if isinstance(each, Input)]
    found = []
    for index, name in enumerate(names):
        entry = worksheet.entry(name)
        if not isinstance(entry, Input):
            raise InputError.of(f"input_names.{index}", found=f"{name}, a computed line", expected="an input")
        if name in names[:index]:
            raise InputError.of(f"input_names.{index}", found=f"{name} a second time", expected="different names")
        found.append(entry)
    return found


def _immovable(worksheet: Worksheet) -> dict[str, Reason]:
    """Which inputs a change in proportion says nothing about: input → why."""
    entries = [each for each in worksheet.entries if isinstance(each, Input)]
    zeros = [each.name for each in entries if not np.any(worksheet.inputs[each.name])]
    parts: dict[str, Reason] = dict.fromkeys(_parts_of_a_whole(worksheet, entries), "part_of_a_whole")
    return parts | dict.fromkeys(zeros, "zero")


def _parts_of_a_whole(worksheet: Worksheet, entries: Sequence[Input]) -> list[str]:
    """Weights by their name; and shares that add up to one, in a row or as scalars that differ by a number only."""
    families: dict[str, list[str]] = {}
    for each in entries:
        if each.unit == "share":
            families.setdefault(each.name if each.is_row else re.sub(r"_\d+", "", each.name), []).append(each.name)
    found = [each.name for each in entries if "weight" in each.name.split("_")]
    for names in families.values():
        numbers = np.concatenate([worksheet.inputs[name].reshape(-1) for name in names])
        if numbers.size > 1 and abs(float(numbers.sum()) - 1) <= _SUM_TOLERANCE:
            found += names
    return found


def _moved(worksheet: Worksheet, entry: Input, answer: str, change_share: float) -> MovedInput:
    return MovedInput(
        name=entry.name,
        label=entry.label,
        unit=entry.unit,
        stated=None if entry.is_row else float(worksheet.inputs[entry.name].reshape(-1)[0]),
        multiplies=entry.is_row,
        low=_side(worksheet, entry, answer, 1 - change_share),
        high=_side(worksheet, entry, answer, 1 + change_share),
    )


def _side(worksheet: Worksheet, entry: Input, answer: str, factor: float) -> Side:
    numbers = worksheet.inputs[entry.name].reshape(-1) * factor
    try:
        refuse_outside_domain(entry, numbers, field=entry.name)
        found = worksheet.with_inputs({entry.name: numbers.tolist()}).value(answer)
    except (InputError, RefusalError) as error:
        return Side(factor, None, None, error.message)
    return Side(factor, found, found - worksheet.value(answer))
