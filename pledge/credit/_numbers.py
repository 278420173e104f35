"""Checks of the numbers that credit models take: finite, in range, of one length, and named when they are not."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["number", "numbers", "same_length", "share"]


def number(field: str, found: float, *, low: float = -np.inf, high: float = np.inf, strictly: bool = False) -> float:
    """Take one finite number from ``low`` to ``high``; ``strictly`` leaves out both ends."""
    return float(numbers(field, found, low=low, high=high, strictly=strictly))


def share(field: str, found: float, *, strictly: bool = False) -> float:
    """Take one share of one; ``strictly`` leaves out 0 and 1."""
    return number(field, found, low=0.0, high=1.0, strictly=strictly)


def numbers(
    field: str, found: ArrayLike, *, low: float = -np.inf, high: float = np.inf, strictly: bool = False
) -> Array:
    """Take finite numbers from ``low`` to ``high``; the first that is not is named by its place.

    Raises
    ------
    InputError : not numbers, none at all, not finite, or out of range.
    """
    try:
        array = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError.of(field, found=repr(found)[:60], expected="numbers") from None
    if array.size == 0:
        raise InputError.of(field, found="nothing", expected="at least one number")
    inside = (array > low) & (array < high) if strictly else (array >= low) & (array <= high)
    wrong = ~(np.isfinite(array) & inside)
    if wrong.any():
        place = tuple(int(each) for each in np.argwhere(wrong)[0])
        where = field + "".join(f"[{each}]" for each in place)
        raise InputError.of(where, found=f"{array[place]:g}", expected=_range(low, high, strictly))
    return array


def same_length(**columns: Array) -> int:
    """How many rows do these columns have?

    Raises
    ------
    InputError : a column that is not one row of numbers, or of another length than the first.
    """
    (first, rows), *others = [(name, len(np.atleast_1d(column))) for name, column in columns.items()]
    for name, column in columns.items():
        if column.ndim != 1:
            raise InputError.of(name, found=f"{column.ndim} dimensions", expected="one row of numbers")
    for name, length in others:
        if length != rows:
            raise InputError.of(name, found=f"{length} numbers", expected=f"{rows}, as many as {first}")
    return rows


def _range(low: float, high: float, strictly: bool) -> str:
    below, above = ("above", "below") if strictly else ("at least", "at most")
    parts = [f"{below} {low:g}" if np.isfinite(low) else "", f"{above} {high:g}" if np.isfinite(high) else ""]
    return "a finite number" + "".join(f", {part}" for part in parts if part)
