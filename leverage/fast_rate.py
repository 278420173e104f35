"""The kernel that solves many internal rates at once: series side by side, periods one after the other.

A block of series is turned so that its numbers of one period lie together; Horner's scheme then works on all of them at
once. In v = 1 / (1 + rate a period) the present value is a polynomial. Its roots above zero are counted before one is
called *the* root. One change of sign means one root (Descartes). With more changes the polynomial is divided by 1 − v:
the running sums from the front then bound the roots below one, those from the back the roots above one (Norstrom).
Where that leaves a doubt and the number of roots is odd, one is found and tested: when the running sums of the flows
discounted at it never change sign, what is out never turns into what is owed, and there is no other (Teichroew,
Robichek and Montalbano). Else the polynomial is shifted to v > 1 and to v < 1 (Vincent, Collins and Akritas); when both
halves together can have one root only, that is the one. What remains open is left to the exact search of single series.

Newton's steps are taken on ln(received) − ln(paid) as a function of ln v, which is nearly straight, so that a few reach
the root from far away; they are kept inside a bracket, and halve it where they would leave it. Imports numba, so only
:mod:`leverage.batch_rate` and the simulation's kernel import it, when they run.

References
----------
C. Norstrom, A sufficient condition for a unique nonnegative internal rate of return, JFQA 7, 1972, pp. 1835-1839.
D. Teichroew, A. Robichek, M. Montalbano, Mathematical analysis of rates of return under certainty, Management Science
11, 1965, pp. 395-403.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from valuation.kernel.fast_math import exp, log

__all__ = [
    "LANES",
    "ODD",
    "ONE_ROOT",
    "OPEN",
    "RATE_WORK",
    "SEVERAL",
    "count_roots",
    "rates_of_block",
    "rates_of_lanes",
    "rows_of_periods",
]

#: Series of one block: 64 × 41 numbers of a ten-year fund and its halves fill a first cache.
LANES = 64
#: ``ODD``: open, but there is at least one root, because the first and the last flow have different signs.
#: ``SEVERAL``: more than one root, for sure.
ONE_ROOT, NO_ROOT, OPEN, ODD, SEVERAL = 0, 1, 2, 3, 4
#: Rows of room that :func:`rates_of_lanes` needs.
RATE_WORK = 8
_STEPS = 60
#: v between 1e-6 and 1e6 a period: beyond that a rate says nothing.
_LOWEST, _HIGHEST = 1e-6, 1e6
#: Periods that one pass over the lanes takes together, so that sums are read and written a quarter as often.
_TOGETHER = 4
_LOW, _HIGH, _FIRST, _ACTIVE = 0, 1, 2, 3
_SUMS = 4


@njit(error_model="numpy", nogil=True)
def rows_of_periods(periods: Any) -> Any:
    """Rows that so many periods take: those beyond the last are zero, and zeros at the end move no root."""
    return (periods + _TOGETHER - 1) // _TOGETHER * _TOGETHER


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def rates_of_block(flows: Any, begin: Any, end: Any, discounts: Any, states: Any, residuals: Any) -> Any:
    """Solve the series ``begin`` to ``end`` of ``flows`` (series, periods).

    Writes v, the state and the residual beside the sum of all terms of each series to ``discounts``, ``states`` and
    ``residuals``.
    """
    periods = flows.shape[1]
    turned = np.zeros((rows_of_periods(periods), LANES))
    place, residual, state = np.empty(LANES), np.empty(LANES), np.empty(LANES, dtype=np.int8)
    work, shifted = np.empty((RATE_WORK, LANES)), np.empty((2, periods))
    for first in range(begin, end, LANES):
        count = min(LANES, end - first)
        for lane in range(LANES):
            for period in range(periods):
                turned[period, lane] = flows[first + min(lane, count - 1), period]
        rates_of_lanes(turned, periods, place, state, residual, work, shifted)
        for lane in range(count):
            discounts[first + lane] = place[lane]
            states[first + lane] = state[lane]
            residuals[first + lane] = residual[lane]


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def rates_of_lanes(turned: Any, periods: Any, place: Any, state: Any, residual: Any, work: Any, shifted: Any) -> Any:
    """Solve ``LANES`` series that lie side by side, ``turned`` (rows of periods, lanes).

    Writes v, state and residual of each to ``place``, ``state`` and ``residual``; ``work`` (RATE_WORK, lanes) and
    ``shifted`` (2, periods) are room.
    """
    count_roots(turned, periods, state, work)
    _guess(turned, periods, place, work)
    for lane in range(LANES):
        work[_LOW, lane] = _LOWEST
        work[_HIGH, lane] = _HIGHEST
        work[_ACTIVE, lane] = 1.0 if state[lane] == ONE_ROOT or state[lane] == ODD else 0.0
    _solve(turned, place, work)
    _evaluate(turned, place, work)
    for lane in range(LANES):
        size = work[_SUMS, lane] + work[_SUMS + 1, lane]
        gap = abs(work[_SUMS, lane] - work[_SUMS + 1, lane])
        residual[lane] = gap / size if size > 0.0 else 0.0
    for lane in range(LANES):
        if state[lane] == ODD and residual[lane] < 1e-12 and _is_pure(turned, periods, lane, place[lane]):
            state[lane] = ONE_ROOT
        if state[lane] == OPEN or state[lane] == ODD:
            state[lane] = _shifted_state(turned, lane, shifted)


@njit(error_model="numpy", nogil=True)
def _is_pure(turned, periods, lane, at):  # type: ignore[no-untyped-def]
    """Do the running sums of the discounted flows keep their sign until the last, where they are zero?"""
    size, power = 0.0, 1.0
    for period in range(periods):
        size += abs(turned[period, lane]) * power
        power *= at
    total, before, power, last = 0.0, 0.0, 1.0, periods - 1
    while last > 0 and turned[last, lane] == 0.0:
        last -= 1
    for period in range(last):
        total += turned[period, lane] * power
        power *= at
        # Too near to zero to be sure of a sign, or a sign that differs.
        if before != 0.0 and (abs(total) <= 1e-10 * size or total * before < 0.0):
            return False
        before = total
    return True


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def count_roots(turned: Any, periods: Any, state: Any, work: Any) -> Any:
    """How many roots can each series have above zero, by signs and by running sums from both ends?

    Writes ``ONE_ROOT``, ``NO_ROOT``, ``ODD`` or ``OPEN`` to ``state``; ``work`` (RATE_WORK, lanes) is room.
    """
    work[:] = 0.0
    for period in range(periods):
        _note_signs(turned[period], work[0], work[1])
        for lane in range(LANES):
            work[3, lane] += abs(turned[period, lane])
    _note_sums(turned, 0, periods, work[2], work[3], work[4], work[5], work[7])
    work[2] = 0.0
    work[4] = 0.0
    _note_sums(turned, periods - 1, periods, work[2], work[3], work[4], work[6], work[7])
    for lane in range(LANES):
        # v = 1 itself is in neither half.
        is_sure = work[7, lane] == 0.0 and abs(work[2, lane]) > 1e-12 * work[3, lane]
        is_one = work[1, lane] == 1.0 or (work[5, lane] + work[6, lane] == 1.0 and is_sure)
        is_odd = np.floor(0.5 * work[1, lane]) != 0.5 * work[1, lane]
        found = ONE_ROOT if is_one else (ODD if is_odd else OPEN)
        state[lane] = NO_ROOT if work[1, lane] == 0.0 else found


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def _note_sums(turned, first, periods, sums, sizes, before, changes, doubts):  # type: ignore[no-untyped-def]
    """Count changes of sign of the running sums from one end; a sum that rounding could have turned is a doubt."""
    for step in range(periods):
        period = abs(first - step)
        for lane in range(LANES):
            sums[lane] += turned[period, lane]
            is_small = abs(sums[lane]) <= 2.3e-16 * periods * sizes[lane] and sums[lane] != 0.0
            doubts[lane] += 1.0 if is_small else 0.0
        _note_signs(sums, before, changes)


@njit(error_model="numpy", nogil=True)
def _note_signs(numbers, before, changes):  # type: ignore[no-untyped-def]
    """Add one where a number has not the sign of the last that was not zero, kept in ``before`` as ±1."""
    for lane in range(LANES):
        number = numbers[lane]
        sign = 1.0 if number > 0.0 else (-1.0 if number < 0.0 else 0.0)
        changes[lane] += 1.0 if sign * before[lane] < 0.0 else 0.0
        before[lane] = sign if sign != 0.0 else before[lane]


@njit(error_model="numpy", nogil=True)
def _shifted_state(turned, lane, work):  # type: ignore[no-untyped-def]
    """How many roots can the series of a lane have above zero, by shifts to both halves?"""
    periods = work.shape[1]
    total, size = 0.0, 0.0
    for period in range(periods):
        work[0, period] = turned[period, lane]
        total += turned[period, lane]
        size += abs(turned[period, lane])
    above = _changes_when_shifted(work)
    for period in range(periods):
        work[0, period] = turned[periods - 1 - period, lane]
    below = _changes_when_shifted(work)
    # v = 1 itself is in neither half.
    if above < 0 or below < 0 or abs(total) <= 1e-12 * size:
        return OPEN
    return ONE_ROOT if above + below == 1 else (NO_ROOT if above + below == 0 else OPEN)


@njit(error_model="numpy", nogil=True)
def _changes(numbers):  # type: ignore[no-untyped-def]
    """Changes of sign, zeros left out."""
    changes, before = 0, 0.0
    for number in numbers:
        if number * before < 0.0:
            changes += 1
        before = number if number != 0.0 else before
    return changes


@njit(error_model="numpy", nogil=True)
def _changes_when_shifted(work):  # type: ignore[no-untyped-def]
    """Replace p(v) by p(v + 1) by repeated addition, and count; -1 where rounding could turn a sign.

    The second row makes the same additions without signs: what it holds times the roundings made is the doubt.
    """
    periods = work.shape[1]
    for place in range(periods):
        work[1, place] = abs(work[0, place])
    for done in range(periods - 1):
        for place in range(periods - 2, done - 1, -1):
            work[0, place] += work[0, place + 1]
            work[1, place] += work[1, place + 1]
    for place in range(periods):
        if abs(work[0, place]) <= 2.3e-16 * periods * work[1, place] and work[1, place] > 0.0:
            return -1
    return _changes(work[0])


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def _guess(turned, periods, place, work):  # type: ignore[no-untyped-def]
    """Multiple and distance in time of what comes in and goes out: v ≈ multiple^(−1 / distance); and the first sign."""
    for row in range(RATE_WORK):
        for lane in range(LANES):
            work[row, lane] = 0.0
    for period in range(periods):
        for lane in range(LANES):
            flow = turned[period, lane]
            into, out = max(-flow, 0.0), max(flow, 0.0)
            work[4, lane] += into
            work[5, lane] += out
            work[6, lane] += into * period
            work[7, lane] += out * period
            work[_FIRST, lane] = flow if work[_FIRST, lane] == 0.0 else work[_FIRST, lane]
    for lane in range(LANES):
        distance = work[7, lane] / work[5, lane] - work[6, lane] / work[4, lane]
        start = exp(-log(work[5, lane] / work[4, lane]) / distance)
        # The comparison is false for what is not a number, too.
        place[lane] = min(max(start, 0.2), 5.0) if abs(distance) > 0.25 and start > 0.0 else 1.0


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def _evaluate(turned, place, work):  # type: ignore[no-untyped-def]
    """Horner for what is received and what is paid, each with its derivative: four rows of ``work``."""
    for row in range(_SUMS, _SUMS + 4):
        for lane in range(LANES):
            work[row, lane] = 0.0
    into, out, into_slope, out_slope = work[_SUMS], work[_SUMS + 1], work[_SUMS + 2], work[_SUMS + 3]
    for period in range(turned.shape[0] - _TOGETHER, -1, -_TOGETHER):
        for lane in range(LANES):
            at, a, b, a_slope, b_slope = place[lane], into[lane], out[lane], into_slope[lane], out_slope[lane]
            for step in range(_TOGETHER - 1, -1, -1):
                flow = turned[period + step, lane]
                a_slope = a_slope * at + a
                b_slope = b_slope * at + b
                a = a * at + max(flow, 0.0)
                b = b * at + max(-flow, 0.0)
            into[lane], out[lane], into_slope[lane], out_slope[lane] = a, b, a_slope, b_slope


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def _solve(turned, place, work):  # type: ignore[no-untyped-def]
    """Newton's steps inside a bracket; the sign at the lower end is that of the first number that is not zero."""
    for _ in range(_STEPS):
        _evaluate(turned, place, work)
        open_lanes = 0.0
        for lane in range(LANES):
            at, received, paid = place[lane], work[_SUMS, lane], work[_SUMS + 1, lane]
            is_low = (received - paid) * work[_FIRST, lane] > 0.0
            low = at if is_low else work[_LOW, lane]
            high = work[_HIGH, lane] if is_low else at
            slope = at * (work[_SUMS + 2, lane] / received - work[_SUMS + 3, lane] / paid)
            new = at * exp(-log(received / paid) / slope)
            # The steps converge by squares: one of 1e-9 leaves less than the last digit, and ends the search.
            is_last = abs(new - at) <= 1e-9 * at
            new = new if is_last or low < new < high else np.sqrt(low * high)
            is_done = received == paid or not (received > 0.0 and paid > 0.0) or work[_ACTIVE, lane] == 0.0
            work[_ACTIVE, lane] = 0.0 if is_done or is_last else 1.0
            work[_LOW, lane], work[_HIGH, lane], place[lane] = low, high, at if is_done else new
            open_lanes += work[_ACTIVE, lane]
        if open_lanes == 0.0:
            break
