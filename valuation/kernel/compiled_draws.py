"""Draws made inside a kernel: uncertain inputs as functions of counter-based uniform numbers.

A million draws of six inputs are 48 MB to write and to read again; drawn inside the loop that uses them, they never
leave the processor. The numbers are the same as those of :func:`valuation.kernel.fast_random.counter_uniforms` through
the distributions' own quantiles, to the rounding of the quantile (1e-14).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np

from valuation.kernel.compiled import kernel_of, run_kernel
from valuation.kernel.compiled_plan import Quantile, Variable
from valuation.kernel.entries import Input
from valuation.kernel.expression import Array
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.distributions import Distribution, Lognormal, Normal, Triangular, Uniform

__all__ = ["StreamNumber", "drawn_variables", "simulate_drawn"]


@dataclass(frozen=True)
class StreamNumber:
    """An uncertain input, or one column of it, with the stream its numbers come from."""

    entry: Input
    column: int | None
    distribution: Distribution
    multiplies: bool
    stream: int


def simulate_drawn(
    worksheet: Worksheet,
    numbers: Sequence[StreamNumber],
    *,
    output: str,
    seed: int,
    batches: int,
    count: int,
    executor: Executor | None = None,
) -> Array | None:
    """What is the output in each of ``count`` draws of each batch, drawn and computed by one kernel?

    Returns
    -------
    Array ``(batches, count)``, the same bits with any executor; None where there is no such kernel, where an input
    leaves its domain or a result is not finite: then the draws must be made as arrays, which names what is wrong.
    """
    variables = drawn_variables(numbers, worksheet.inputs)
    if variables is None:
        return None
    assert worksheet.computed is not None, "a worksheet is computed when it is made"
    columns = len(worksheet.axis.columns)
    kernel = kernel_of(worksheet.entries, worksheet.computed, variables, outputs=[output], columns=columns)
    if kernel is None:
        return None
    keys = [stream_keys(seed, batch, streams=len(numbers)) for batch in range(batches)]
    submit = _at_once if executor is None else executor.submit
    tasks = [submit(run_kernel, kernel, [], rows_out=1 + kernel.is_checked, count=count, keys=key) for key in keys]
    found = np.stack([task.result() for task in tasks])
    is_answer = np.isfinite(found[:, 0]).all() and not (kernel.is_checked and found[:, 1].any())
    return np.ascontiguousarray(found[:, 0]) if is_answer else None


def _at_once(function: Callable[..., Array], *arguments: object, **named: object) -> Future[Array]:
    done: Future[Array] = Future()
    done.set_result(function(*arguments, **named))
    return done


def drawn_variables(numbers: Sequence[StreamNumber], stated: Mapping[str, Array]) -> list[Variable] | None:
    """The variables of a kernel that draws these numbers itself; None when one of them has no compiled quantile.

    Beta (and PERT), empirical and further distributions have none: their inverse has no closed form, and the draws
    come as arrays.
    """
    variables: dict[str, Variable] = {}
    for number in numbers:
        quantile = _quantile(number, stated[number.entry.name])
        if quantile is None:
            return None
        name = number.entry.name
        if number.column is not None:
            earlier = variables[name].columns if name in variables else {}
            variables[name] = Variable(name, "row", columns={**earlier, number.column: quantile})
        else:
            variables[name] = Variable(name, "multiplier" if number.entry.is_row else "value", quantile)
    return list(variables.values())


def _quantile(number: StreamNumber, stated: Array) -> Quantile | None:
    found = _FUNCTIONS.get(type(number.distribution))
    if found is None:
        return None
    function, numbers = found(number.distribution)
    at = stated if number.column is None else stated[number.column]
    factors = tuple({float(at.min()), float(at.max())}) if number.multiplies else (1.0,)
    is_whole_row = number.entry.is_row and number.column is None
    scale = float(at.reshape(-1)[0]) if number.multiplies and not is_whole_row else None
    domain = None if _stays_inside(number, factors) else number.entry.domain
    return Quantile(function, numbers, number.stream, scale, domain, factors)


def _stays_inside(number: StreamNumber, factors: Sequence[float]) -> bool:
    """Need no draw be held against the domain, because the whole distribution lies in it?"""
    lowest, highest = _support(number.distribution)
    low, high = number.entry.domain
    if (low, high) == (-math.inf, math.inf):
        return True
    ends = [end * factor if factor else 0.0 for end in (lowest, highest) for factor in factors]
    return all(low <= end <= high for end in ends)


def _support(law: Distribution) -> tuple[float, float]:
    if isinstance(law, Uniform | Triangular):
        return law.low, law.high
    return (0.0 if isinstance(law, Lognormal) else -math.inf), math.inf


Parameters = tuple[str, tuple[float, ...]]


def _uniform(law: Uniform) -> Parameters:
    return "uniform_quantile", (law.low, law.high - law.low)


def _triangular(law: Triangular) -> Parameters:
    width = law.high - law.low
    squares = width * (law.mode - law.low), width * (law.high - law.mode)
    return "triangular_quantile", (law.low, squares[0], law.high, squares[1], (law.mode - law.low) / width)


def _normal(law: Normal) -> Parameters:
    return "normal_quantile", (law.mean, law.standard_deviation)


def _lognormal(law: Lognormal) -> Parameters:
    return "lognormal_quantile", (math.log(law.median), law.log_sd)


_FUNCTIONS: Mapping[type, Callable[..., Parameters]] = {
    Uniform: _uniform,
    Triangular: _triangular,
    Normal: _normal,
    Lognormal: _lognormal,
}
