"""The kernel that solves many internal rates of dated flows at once: series side by side, flow after flow.

In s = ln(1 + rate) the present value is Σ aᵢ exp(−tᵢ s). As for periodic flows (:mod:`leverage.fast_rate`) its zeros
are counted before one is called *the* rate: by changes of sign (Descartes' rule holds for sums of exponentials) and by
those of the running sums, from the front for s > 0 and from the back for s < 0, and at a root found by those of the
discounted flows. What remains open is left to the exact search of single series. Newton's steps are taken on
ln(received) − ln(paid), inside a bracket.

Imports numba, so only :mod:`leverage.batch_rate` imports it, when it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from leverage.fast_rate import LANES, ODD, ONE_ROOT, OPEN, RATE_WORK, count_roots
from valuation.kernel.fast_math import exp, log

__all__ = ["dated_rates_of_block"]

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": {"contract"}}
_STEPS = 60
#: Rates between −99.9994 % and 16,000,000 %; less for flows of a century, whose terms would overflow.
_FARTHEST_LOG, _LARGEST_EXPONENT = 12.0, 600.0
_LOW, _HIGH, _FIRST, _ACTIVE, _SUMS = 0, 1, 2, 3, 4


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def dated_rates_of_block(
    years: Any, amounts: Any, starts: Any, begin: Any, end: Any, logs: Any, states: Any, residuals: Any
) -> Any:
    """Solve the series ``begin`` to ``end``; series n has the flows from ``starts[n]`` to ``starts[n + 1]``.

    Writes ln(1 + rate), the state and the residual beside the sum of all terms, one of each a series.
    """
    longest = 2
    for series in range(begin, end):
        longest = max(longest, starts[series + 1] - starts[series])
    flows, times = np.empty((longest, LANES)), np.empty((longest, LANES))
    place, state, work = np.empty(LANES), np.empty(LANES, dtype=np.int8), np.empty((RATE_WORK, LANES))
    for first in range(begin, end, LANES):
        last = min(end, first + LANES)
        count = _gather(years, amounts, starts, first, last, flows, times)
        count_roots(flows, count, state, work)
        _begin(flows[:count], times[:count], state, place, work)
        _solve(flows[:count], times[:count], place, work)
        for lane in range(last - first):
            logs[first + lane] = place[lane]
            states[first + lane] = state[lane]
            size = work[_SUMS, lane] + work[_SUMS + 1, lane]
            gap = abs(work[_SUMS, lane] - work[_SUMS + 1, lane])
            residuals[first + lane] = gap / size if size > 0.0 else 0.0
            if state[lane] == ODD:
                is_sure = gap < 1e-12 * size and _is_pure(flows[:count], times[:count], lane, place[lane], size)
                states[first + lane] = ONE_ROOT if is_sure else OPEN


@njit(**_OPTIONS)
def _gather(years, amounts, starts, first, last, flows, times):  # type: ignore[no-untyped-def]
    """Put series side by side, zeros after their last flow; returns the flows of the longest."""
    count = 2
    for series in range(first, last):
        count = max(count, starts[series + 1] - starts[series])
    flows[:count] = 0.0
    times[:count] = 0.0
    for lane in range(last - first):
        start = starts[first + lane]
        for flow in range(starts[first + lane + 1] - start):
            flows[flow, lane] = amounts[start + flow]
            times[flow, lane] = years[start + flow] - years[start]
    return count


@njit(error_model="numpy", nogil=True)
def _is_pure(flows, times, lane, at, size):  # type: ignore[no-untyped-def]
    """Do the running sums of the discounted flows keep their sign until the last, where they are zero?"""
    last = flows.shape[0] - 1
    while last > 0 and flows[last, lane] == 0.0:
        last -= 1
    total, before = 0.0, 0.0
    for flow in range(last):
        total += flows[flow, lane] * exp(-times[flow, lane] * at)
        # Too near to zero to be sure of a sign, or a sign that differs.
        if before != 0.0 and (abs(total) <= 1e-10 * size or total * before < 0.0):
            return False
        before = total
    return True


@njit(**_OPTIONS)
def _begin(flows, times, state, place, work):  # type: ignore[no-untyped-def]
    """Open the brackets, and take the first of Newton's steps, from a rate of zero."""
    work[:] = 0.0
    place[:] = 0.0
    for flow in range(flows.shape[0]):
        for lane in range(LANES):
            amount, time = flows[flow, lane], times[flow, lane]
            work[_FIRST, lane] = amount if work[_FIRST, lane] == 0.0 else work[_FIRST, lane]
            work[_HIGH, lane] = max(work[_HIGH, lane], time)
            work[_SUMS, lane] += max(amount, 0.0)
            work[_SUMS + 1, lane] += max(-amount, 0.0)
            work[_SUMS + 2, lane] -= max(amount, 0.0) * time
            work[_SUMS + 3, lane] -= max(-amount, 0.0) * time
    for lane in range(LANES):
        farthest = min(_FARTHEST_LOG, _LARGEST_EXPONENT / max(work[_HIGH, lane], 1e-9))
        work[_LOW, lane], work[_HIGH, lane] = -farthest, farthest
        work[_ACTIVE, lane] = 1.0 if state[lane] == ONE_ROOT or state[lane] == ODD else 0.0
    _step(place, work)


@njit(**_OPTIONS)
def _solve(flows, times, place, work):  # type: ignore[no-untyped-def]
    """Newton's steps until every lane has had its last; the sums are those at the places found."""
    for _ in range(_STEPS):
        _evaluate(flows, times, place, work)
        if _step(place, work) == 0.0:
            break
    _evaluate(flows, times, place, work)


@njit(**_OPTIONS)
def _evaluate(flows, times, place, work):  # type: ignore[no-untyped-def]
    """Sum what is received and what is paid, each with its derivative."""
    work[_SUMS : _SUMS + 4] = 0.0
    into, out, into_slope, out_slope = work[_SUMS], work[_SUMS + 1], work[_SUMS + 2], work[_SUMS + 3]
    for flow in range(flows.shape[0]):
        for lane in range(LANES):
            time = times[flow, lane]
            term = flows[flow, lane] * exp(-time * place[lane])
            a, b = max(term, 0.0), max(-term, 0.0)
            into[lane] += a
            out[lane] += b
            into_slope[lane] -= a * time
            out_slope[lane] -= b * time


@njit(**_OPTIONS)
def _step(place, work):  # type: ignore[no-untyped-def]
    """Move every open lane; returns how many remain open."""
    still_open = 0.0
    for lane in range(LANES):
        at, received, paid = place[lane], work[_SUMS, lane], work[_SUMS + 1, lane]
        # At a high rate the first flow decides the sign.
        is_high = (received - paid) * work[_FIRST, lane] > 0.0
        low = work[_LOW, lane] if is_high else at
        high = at if is_high else work[_HIGH, lane]
        slope = work[_SUMS + 2, lane] / received - work[_SUMS + 3, lane] / paid
        new = at - log(received / paid) / slope
        # The steps converge by squares: one of 1e-9 leaves less than the last digit, and ends the search.
        is_last = abs(new - at) <= 1e-9
        new = new if is_last or low < new < high else 0.5 * (low + high)
        is_done = received == paid or not (received > 0.0 and paid > 0.0) or work[_ACTIVE, lane] == 0.0
        work[_ACTIVE, lane] = 0.0 if is_done or is_last else 1.0
        work[_LOW, lane], work[_HIGH, lane], place[lane] = low, high, at if is_done else new
        still_open += work[_ACTIVE, lane]
    return still_open
