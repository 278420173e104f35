"""The kernel that solves many internal rates of dated flows at once: series side by side, flow after flow.

In s = ln(1 + rate) the present value is Σ aᵢ exp(−tᵢ s). As for periodic flows (:mod:`leverage.fast_rate`) its zeros
are counted before one is called *the* rate: by changes of sign (Descartes' rule holds for sums of exponentials) and by
those of the running sums, from the front for s > 0 and from the back for s < 0, and at a root found by those of the
discounted flows. Where that leaves a doubt, the sum is followed from the root to both sides: over a distance of
|f| / Σ |aᵢ tᵢ exp(−tᵢ s)| it cannot come to zero, and where the running sums of the flows discounted at s keep their
sign, it has no zero beyond s (Laguerre). What remains open is left to the exact search of single series. Newton's steps
are taken on ln(received) − ln(paid), inside a bracket.

Imports numba, so only :mod:`leverage.batch_rate` imports it, when it runs.

References
----------
E. Laguerre, Sur la théorie des équations numériques, Journal de mathématiques pures et appliquées 9, 1883, pp. 99-146.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from leverage.fast_rate import LANES, NO_ROOT, ODD, ONE_ROOT, OPEN, RATE_WORK, SEVERAL, count_roots
from valuation.kernel.fast_math import exp, log

__all__ = ["dated_rates_of_block"]

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": {"contract"}}
_STEPS = 60
#: Rates between −99.9994 % and 16,000,000 %; less for flows of a century, whose terms would overflow.
_FARTHEST_LOG, _LARGEST_EXPONENT = 12.0, 600.0
_LOW, _HIGH, _FIRST, _ACTIVE, _SUMS = 0, 1, 2, 3, 4
#: Steps to each side of a root before the series is left open, the part of a sure distance that is gone, and a distance
#: below which another root is near.
_FOLLOWED, _CAUTION, _NEAR = 200, 0.99, 1e-6
#: Points to each side that are tried first, and their distance in ln(1 + rate).
_GRID, _GRID_STEP = 8, 0.25
#: Beside the sum of its terms, a sum nearer to zero has no sure sign.
_DOUBT = 1e-12


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
            if state[lane] == ODD and gap >= _DOUBT * size:
                states[first + lane] = OPEN
            elif state[lane] == ODD and not _is_pure(flows[:count], times[:count], lane, place[lane], size):
                states[first + lane] = _searched(flows[:count], times[:count], lane, place[lane], ONE_ROOT)
            elif state[lane] == ODD:
                states[first + lane] = ONE_ROOT
            elif state[lane] == OPEN:
                states[first + lane] = _searched(flows[:count], times[:count], lane, 0.0, NO_ROOT)


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


@njit(error_model="numpy", nogil=True)
def _searched(flows, times, lane, at, alone):  # type: ignore[no-untyped-def]
    """Are there zeros beside ``at`` (``SEVERAL``), none (``alone``), or is it not sure (``OPEN``)?

    ``alone`` is ``ONE_ROOT`` where ``at`` is a simple zero, and ``NO_ROOT`` where it is none and the number of zeros is
    even: then one that changes the sign has a fellow.
    """
    last = flows.shape[0] - 1
    while last > 0 and flows[last, lane] == 0.0:
        last -= 1
    if _has_another_sign(flows, times, lane, at, last):
        return SEVERAL
    above = _beyond(flows, times, lane, at, last, 1, alone)
    if above == OPEN:
        return OPEN
    below = _beyond(flows, times, lane, at, last, -1, alone)
    return below if above == alone or below == OPEN else SEVERAL


@njit(error_model="numpy", nogil=True)
def _has_another_sign(flows, times, lane, at, last):  # type: ignore[no-untyped-def]
    """Is the sum anywhere on a coarse grid of the sign that it has not far above and below ``at``?"""
    first = 0
    while first < last and flows[first, lane] == 0.0:
        first += 1
    for step in range(-_GRID, _GRID + 1):
        point = at + step * _GRID_STEP
        total, size, origin = 0.0, 0.0, times[first, lane] if step > 0 else times[last, lane]
        for flow in range(last + 1):
            term = flows[flow, lane] * exp(-(times[flow, lane] - origin) * point)
            total += term
            size += abs(term)
        ends = flows[first, lane] if step > 0 else flows[last, lane]
        if abs(total) > _DOUBT * size and total * ends < 0.0:
            return True
    return False


@njit(error_model="numpy", nogil=True)
def _beyond(flows, times, lane, at, last, side, alone):  # type: ignore[no-untyped-def]
    """Is there a zero beyond ``at``, above it (side 1) or below it (−1)? As :func:`_searched` answers.

    Below, time runs from the last flow back: the same sum with its terms in the other order.
    """
    start, origin = (0, times[0, lane]) if side == 1 else (last, times[last, lane])
    point, sign, is_leap = at, 0.0, False
    for step in range(0 if alone == ONE_ROOT else 1, _FOLLOWED):
        total, size, slope, turning, bend, changes, before = 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0
        for flow in range(last + 1):
            place = start + side * flow
            time = side * (times[place, lane] - origin)
            term = flows[place, lane] * exp(-side * time * point)
            total += term
            size += abs(term)
            slope += abs(term) * time
            turning += term * time
            bend += abs(term) * time * time
            if abs(total) > _DOUBT * size:
                changes += 1 if total * before < 0.0 else 0
                before = total
            else:
                # A running sum of no sure sign counts as a change.
                changes += 1
        if step > 0 and abs(total) <= _DOUBT * size:
            return OPEN
        if step > 0 and changes == 0:
            return alone
        if total * sign < 0.0:
            return SEVERAL
        if is_leap:
            return OPEN
        sign = total if step > 0 else 0.0
        # From the zero itself: as far as the first derivative keeps its sign.
        far = _CAUTION * (abs(turning) / bend if step == 0 else abs(total) / slope)
        if abs(point) > 2 * _FARTHEST_LOG or (step == 0 and far < _NEAR):
            return OPEN
        # Too near to another zero to be sure of none in between: over it, to see the other sign.
        is_leap = step > 0 and far < _NEAR
        point += side * (4 * _NEAR if is_leap else far)
    return OPEN


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
