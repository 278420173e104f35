"""The lines of a worksheet computed by NumPy, in their order: the reference of every other way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from valuation.kernel.compiled_plan import needed_for
from valuation.kernel.entries import Entry, Input, Line, Search
from valuation.kernel.expression import Array, evaluate

__all__ = ["common_length", "compute", "kind_of_draw"]


def compute(
    entries: Sequence[Entry], inputs: Mapping[str, Array], outputs: Sequence[str] | None = None
) -> dict[str, Array]:
    """Compute the lines in order; with ``outputs``, only those these depend on."""
    needed = None if outputs is None else needed_for(entries, outputs)
    values = dict(inputs)
    with np.errstate(all="ignore"):
        for entry in entries:
            if isinstance(entry, Input) or (needed is not None and entry.name not in needed):
                continue
            if isinstance(entry, Line):
                values[entry.name] = evaluate(entry.expression, values)
            else:
                values[entry.name] = _searched(entry, values)
    return values


def _searched(entry: Search, values: Mapping[str, Array]) -> Array:
    arguments = np.broadcast_arrays(*(values[name].reshape(-1) for name in entry.arguments))
    return np.asarray(entry.function(*arguments), dtype=np.float64).reshape(-1)


def kind_of_draw(entry: Input, numbers: Array) -> Literal["value", "multiplier", "row"]:
    """What does an array of draws do to its input: give it, multiply it, or replace the whole row?"""
    if not entry.is_row:
        return "value"
    return "row" if numbers.ndim == 2 else "multiplier"


def common_length(draws: Mapping[str, Array]) -> int:
    """How many draws are these?"""
    lengths = {numbers.shape[-1] for numbers in draws.values()}
    assert len(lengths) == 1, f"all inputs have as many draws, not {sorted(lengths)}"
    return int(lengths.pop())
