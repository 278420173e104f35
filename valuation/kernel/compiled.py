"""A worksheet computed for very many draws by a compiled kernel.

:mod:`valuation.kernel.compiled_source` writes the kernel's text from the same expressions that NumPy computes, numba
compiles it once for each definition, and this module runs it in parts, on an executor if one is given. NumPy stays
the reference: where a kernel gives a number that is not finite, NumPy computes again and refuses (or does not), so
that a refusal reads the same on both paths.

A kernel rounds a little differently (own exp and log, powers by logarithms): results agree with NumPy's to about
1e-12 of the largest term, not bit for bit. So which path computes must not depend on what ran before: it depends on
the number of draws alone, or on what the caller asks for. On either path results are the same bits on any number of
workers, because a draw's number does not depend on the part it is computed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from valuation.kernel.compiled_plan import CannotCompileError, Variable
from valuation.kernel.compiled_source import LANES, KernelText, write_kernel
from valuation.kernel.entries import Entry
from valuation.kernel.expression import Array

__all__ = ["COMPILED_FROM_DRAWS", "PART_DRAWS", "Engine", "is_compiled", "kernel_of", "run_kernel"]

Engine = Literal["automatic", "numpy", "compiled"]

#: Draws of one task on an executor: a multiple of the lanes, milliseconds of work, a few megabytes to send.
PART_DRAWS = 2**17
#: From how many draws on a kernel pays even in a fresh process: about two seconds to import numba and compile, against
#: 1.4 million draws a second by NumPy (``benchmarks/README.md``).
COMPILED_FROM_DRAWS = 2**22
_MAXIMUM_KERNELS = 256
_NO_KEYS: NDArray[np.uint64] = np.zeros((0, 2), dtype=np.uint64)
_kernels: dict[str, Callable[..., None]] = {}

assert PART_DRAWS % LANES == 0, "a part is whole blocks of lanes, so that parts do not change a bit"


def is_compiled(engine: Engine, count: int) -> bool:
    """Does a kernel compute this many draws?"""
    return engine == "compiled" or (engine == "automatic" and count >= COMPILED_FROM_DRAWS)


def kernel_of(
    entries: Sequence[Entry],
    computed: Mapping[str, Array],
    variables: Sequence[Variable],
    *,
    outputs: Sequence[str],
    columns: int,
) -> KernelText | None:
    """The kernel for these outputs, or None where only NumPy can compute them."""
    try:
        return write_kernel(entries, computed, variables, outputs=outputs, columns=columns)
    except CannotCompileError:
        return None


def run_kernel(
    text: KernelText,
    arrays: Sequence[Array],
    *,
    rows_out: int,
    count: int,
    keys: NDArray[np.uint64] = _NO_KEYS,
    executor: Executor | None = None,
) -> Array:
    """Compute all draws.

    Parameters
    ----------
    arrays : the kernel's arguments, the last axis over draws.
    rows_out : how many rows the kernel writes: its outputs and, if it checks domains, one more.
    keys : of the streams it draws from.

    Returns
    -------
    Array ``(rows_out, count)``.
    """
    if executor is None:
        return _run_part(text, keys, [np.ascontiguousarray(each) for each in arrays], 0, count, rows_out)
    found = np.empty((rows_out, count))
    tasks = []
    for part in _parts_of(count):
        cut = [np.ascontiguousarray(each[..., part]) for each in arrays]
        task = executor.submit(_run_part, text, keys, cut, part.start, part.stop - part.start, rows_out)
        tasks.append((part, task))
    for part, task in tasks:
        found[:, part] = task.result()
    return found


def _parts_of(count: int) -> Iterator[slice]:
    """The draws in parts for an executor; which parts does not depend on how many workers there are."""
    for start in range(0, count, PART_DRAWS):
        yield slice(start, min(start + PART_DRAWS, count))


def _run_part(
    text: KernelText, keys: NDArray[np.uint64], arrays: Sequence[Array], origin: int, count: int, rows_out: int
) -> Array:
    """Compute one part; a worker process compiles the kernel from its text when it meets it first."""
    found = np.empty((rows_out, count))
    _compiled(text.source)(origin, count, text.scalars, text.rows, keys, found, *arrays)
    return found


def _compiled(source: str) -> Callable[..., None]:
    """The kernel of this text, compiled once in this process."""
    if source not in _kernels:
        if len(_kernels) >= _MAXIMUM_KERNELS:
            _kernels.clear()
        _kernels.setdefault(source, _compile(source))
    return _kernels[source]


def _compile(source: str) -> Callable[..., None]:
    # Imported here: numba takes half a second that a point valuation need not pay.
    from numba import njit

    from valuation.kernel import fast_math

    counts = {"ZERO": np.uint64(0), "ONE": np.uint64(1), "LANES": np.uint64(LANES)}
    namespace: dict[str, Any] = {"np": np} | counts | {name: getattr(fast_math, name) for name in fast_math.__all__}
    exec(compile(source, "<worksheet kernel>", "exec"), namespace)
    kernel: Callable[..., None] = njit(namespace["kernel"], error_model="numpy", nogil=True)
    return kernel
