"""The compiled loops of the shifted normals; :mod:`pledge.portfolio._shift` says what they compute.

Importing this module imports numba, so only a run does.

Tested by: ``tests/pledge/portfolio/test_kernels.py`` (the NumPy reference on random books).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from pledge.portfolio._problem import STRIDE_BITS
from pledge.portfolio._shift import HALF_LOG_TWO_PI
from pledge.portfolio._twist_kernels import INNER_OPTIONS
from valuation.kernel.fast_math import log, uniform

__all__ = ["shifted"]

_STRIDE = np.uint64(STRIDE_BITS)


def _shift_normals(problem: Any, room: Any, keys: Any, first: Any, count: Any, plain: Any) -> None:
    """Move the normals of scenarios beyond the plain ones, and find ``log q(x) / φ(x)`` of all, moved or not."""
    begin, edge = max(plain - first, 0), problem.edge
    normals, along = room.normals, room.slopes[0]
    if edge.falls.shape[0] > 0:
        _edged(edge.falls, normals, keys, first, begin, count)
    _spread(problem.shift, problem.spread, edge.bend, normals, begin, count)
    if edge.falls.shape[0] > 0:
        _reflected(edge.reflector, normals, along, begin, count)
        _projected(edge.reflector, normals, along, 0, count)
    _weighed(problem.shift, problem.spread, edge, normals, along, room.whitened, room.sums[3], count)


def _fall_from_edge(falls: Any, normals: Any, keys: Any, first: Any, begin: Any, count: Any) -> None:
    """The last number of each scenario: exponential on either side of 0, made from its uniform number."""
    place = normals.shape[0] - 1
    below, above = falls[0], falls[1]
    share = below / (below + above)
    for s in range(begin, count):
        number = uniform((np.uint64(first + s) << _STRIDE) + np.uint64(place), keys[0], keys[1])
        is_below = number < share
        part = number / share if is_below else (1.0 - number) / (1.0 - share)
        normals[place, s] = log(part) * (below if is_below else -above)


def _spread_normals(shift: Any, spread: Any, bend: Any, normals: Any, begin: Any, count: Any) -> None:
    """``μ + S n`` in place, from the last coordinate on, to which the bend adds its part."""
    last = normals.shape[0] - 1
    for k in range(last, -1, -1):
        for s in range(begin, count):
            moved = shift[k]
            for j in range(k + 1):
                moved += spread[k, j] * normals[j, s]
            if k == last:
                moved += _bend(bend, normals, s)
            normals[k, s] = moved


def _bend_of(bend: Any, numbers: Any, s: Any) -> Any:
    """``nᵀ B n`` of one scenario; 0 where there is no edge."""
    found = 0.0
    for i in range(bend.shape[0]):
        for j in range(bend.shape[0]):
            found += bend[i, j] * numbers[i, s] * numbers[j, s]
    return found


def _project(reflector: Any, normals: Any, along: Any, begin: Any, count: Any) -> None:
    """``vᵀ x`` of each scenario."""
    for s in range(begin, count):
        along[s] = 0.0
    for k in range(reflector.size):
        for s in range(begin, count):
            along[s] += reflector[k] * normals[k, s]


def _reflect(reflector: Any, normals: Any, along: Any, begin: Any, count: Any) -> None:
    """From coordinates to normals: ``x − v vᵀ x``."""
    _projected(reflector, normals, along, begin, count)
    for k in range(reflector.size):
        for s in range(begin, count):
            normals[k, s] -= reflector[k] * along[s]


def _weigh(shift: Any, spread: Any, edge: Any, normals: Any, along: Any, whitened: Any, ratio: Any, count: Any) -> None:
    """Undo the move, coordinate by coordinate, and add up the logarithms of the densities."""
    sectors, has_edge = normals.shape[0], edge.falls.shape[0] > 0
    for k in range(sectors):
        scale, is_last = 1.0 / spread[k, k], has_edge and k == sectors - 1
        log_scale = log(scale)
        for s in range(count):
            coordinate = normals[k, s] - (edge.reflector[k] * along[s] if has_edge else 0.0)
            left = coordinate - shift[k]
            for j in range(k):
                left -= spread[k, j] * whitened[j, s]
            if is_last:
                left -= _bend(edge.bend, whitened, s)
            whitened[k, s] = left * scale
            density = -0.5 * whitened[k, s] * whitened[k, s]
            if is_last:
                density = _fall(edge.falls, whitened[k, s])
            ratio[s] += log_scale + 0.5 * coordinate * coordinate + density


def _log_fall(falls: Any, number: Any) -> Any:
    """The logarithm of the density on either side of the edge, against that of a normal's constant."""
    below, above = falls[0], falls[1]
    slope = 1.0 / below if number < 0.0 else -1.0 / above
    return number * slope - log(below + above) + HALF_LOG_TWO_PI


_compiled = njit(**INNER_OPTIONS)
_bend = _compiled(_bend_of)
_fall = _compiled(_log_fall)
_edged = _compiled(_fall_from_edge)
_spread = _compiled(_spread_normals)
_projected = _compiled(_project)
_reflected = _compiled(_reflect)
_weighed = _compiled(_weigh)
shifted = _compiled(_shift_normals)
