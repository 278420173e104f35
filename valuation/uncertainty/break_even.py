"""How far may an input move before the answer reaches a threshold? A bracketed search that says how many answers exist.

The bracket is cut into pieces; each piece over which the answer passes the target holds a root, which is then found by
Brent's method. None, one or several roots are all answers, and the result says which. Where the answer only touches
the target, or passes it twice within one piece, the search does not see it; ``pieces`` is part of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Input, Worksheet
from valuation.uncertainty.scenarios import refuse_outside_domain

__all__ = ["BreakEven", "Root", "break_even"]

#: Pieces a bracket may be cut into.
_MOST_PIECES = 100_000
#: A change of sign is a root if the answer comes this near to the target there, as a share of its range in the bracket.
_CLOSE = 1e-6


@dataclass(frozen=True)
class Root:
    """A value of the input at which the answer is the target.

    ``answer`` is the answer there. ``refusal`` is why the method would not answer with this input, if it would not.
    """

    value: float
    answer: float
    refusal: str | None = None


@dataclass(frozen=True)
class BreakEven:
    """The roots inside the bracket, rising, and what was searched.

    ``multiplies``: the input is a row, and the roots are common multipliers of its stated values.
    ``jumps`` are places where the answer passes over the target without reaching it: leaps and poles.
    """

    input_name: str
    answer_name: str
    target: float
    bracket: tuple[float, float]
    pieces: int
    multiplies: bool
    roots: tuple[Root, ...]
    jumps: tuple[float, ...]
    answer_at_ends: tuple[float, float]

    @property
    def outcome(self) -> Literal["no_root", "one_root", "several_roots"]:
        """How many break-even points does the bracket hold?"""
        if not self.roots:
            return "no_root"
        return "one_root" if len(self.roots) == 1 else "several_roots"

    @property
    def meaning(self) -> Label:
        """The outcome as a sentence in both languages."""
        low, high = self.bracket
        return {
            "no_root": Label(
                f"在 {low:g} 至 {high:g} 之间没有盈亏平衡点", f"no break-even between {low:g} and {high:g}"
            ),
            "one_root": Label(f"在 {low:g} 至 {high:g} 之间有一个盈亏平衡点", f"one between {low:g} and {high:g}"),
            "several_roots": Label(
                f"在 {low:g} 至 {high:g} 之间有多个盈亏平衡点，不得只取其一",
                f"several between {low:g} and {high:g}; none of them alone is the answer",
            ),
        }[self.outcome]


def break_even(
    worksheet: Worksheet,
    *,
    input_name: str,
    answer: str,
    target: float,
    bracket: tuple[float, float],
    pieces: int = 256,
) -> BreakEven:
    """At which values of one input, all else as stated, is the answer equal to the target?

    Parameters
    ----------
    input_name : a scalar input, or a row, which is then moved by a common multiplier.
    answer : name of a scalar line.
    bracket : low and high end of the search, in units of the input (of the multiplier for a row).
    pieces : into how many equal parts the bracket is cut.

    Raises
    ------
    InputError : no such input, a bracket that is empty or leaves the admissible range, a target that is not finite.
    RefusalError : the answer is the target everywhere, or not finite somewhere in the bracket.

    References
    ----------
    Brent (1973), Algorithms for minimization without derivatives, chapter 4.

    Tested by: hand (linear and quadratic papers), inverse (the paper at the root gives the target), no root and several
    roots, a jump; ``tests/valuation/uncertainty/test_break_even.py``.
    """
    entry = _searchable(worksheet, input_name, target, bracket, pieces)
    excess = _excess(worksheet, input_name, answer, target)
    grid = np.linspace(*bracket, pieces + 1)
    at_grid = excess(grid)
    if not np.any(at_grid):
        raise RefusalError.of(
            answer,
            found=f"the target {target:g} everywhere in the bracket",
            expected="an answer that depends on the input",
            advice="Choose an input that moves the answer",
        )
    spread = float(np.ptp(at_grid))
    found = [*grid[at_grid == 0], *_crossings(excess, grid, at_grid)]
    near = {float(value): _off(excess, float(value)) for value in sorted(found)}
    roots = [value for value, off in near.items() if abs(off) <= _CLOSE * spread]
    return BreakEven(
        input_name=input_name,
        answer_name=answer,
        target=target,
        bracket=bracket,
        pieces=pieces,
        multiplies=entry.is_row,
        roots=tuple(_root(worksheet, entry, value, near[value] + target) for value in roots),
        jumps=tuple(value for value in near if value not in roots),
        answer_at_ends=(float(at_grid[0]) + target, float(at_grid[-1]) + target),
    )


def _searchable(worksheet: Worksheet, name: str, target: float, bracket: tuple[float, float], pieces: int) -> Input:
    """The input, after checking that it can be moved over the bracket."""
    entry = worksheet.entry(name)
    if not isinstance(entry, Input):
        raise InputError.of("input_name", found=f"{name}, a computed line", expected="the name of an input")
    if not (np.isfinite(target) and np.all(np.isfinite(bracket)) and bracket[0] < bracket[1]):
        raise InputError.of("bracket", found=(*bracket, target), expected="a finite target and two rising finite ends")
    if not 1 <= pieces <= _MOST_PIECES:
        raise InputError.of("pieces", found=pieces, expected=f"1 to {_MOST_PIECES}")
    stated = worksheet.inputs[name].reshape(-1, 1) if entry.is_row else np.ones((1, 1))
    refuse_outside_domain(entry, (stated * np.array(bracket)).reshape(-1), field="bracket")
    return entry


def _excess(worksheet: Worksheet, name: str, answer: str, target: float) -> Callable[[Array], Array]:
    """The answer less the target, for an array of values of the input."""

    def excess(values: Array) -> Array:
        return worksheet.simulate({name: values}, outputs=[answer])[answer] - target

    return excess


def _crossings(excess: Callable[[Array], Array], grid: Array, at_grid: Array) -> list[float]:
    """One place for each piece over which the sign changes: a root, a jump or a pole."""
    pieces = np.flatnonzero(at_grid[:-1] * at_grid[1:] < 0)
    return [_crossing(excess, float(grid[piece]), float(grid[piece + 1])) for piece in pieces]


def _crossing(excess: Callable[[Array], Array], low: float, high: float) -> float:
    # Imported here: a valuation that asks for no break-even need not wait for scipy.optimize.
    from scipy.optimize import brentq

    tried = [low]

    def at(value: float) -> float:
        tried.append(value)
        return float(excess(np.array([value]))[0])

    try:
        return float(brentq(at, low, high, xtol=1e-15))
    except RefusalError:
        # The search met a value at which the answer is not finite: the sign changes over a pole.
        return tried[-1]


def _off(excess: Callable[[Array], Array], value: float) -> float:
    """How far the answer is from the target; infinitely where it is not finite."""
    try:
        return float(excess(np.array([value]))[0])
    except RefusalError:
        return np.inf


def _root(worksheet: Worksheet, entry: Input, value: float, answer: float) -> Root:
    """The root, and whether the paper would refuse to answer there."""
    new = [number * value for number in worksheet.inputs[entry.name].reshape(-1)] if entry.is_row else value
    try:
        worksheet.with_inputs({entry.name: new})
    except RefusalError as error:
        return Root(value, answer, error.message)
    return Root(value, answer)
