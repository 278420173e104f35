"""The normals of importance sampling in plain NumPy: where they are drawn, and by which ratio of densities they count.

With an edge (:class:`TailEdge`) the coordinates are ``H x``, H the reflection ``I − v vᵀ`` that takes the last axis
into the edge's direction. Its determinant is −1, and the bend moves the last coordinate by a function of the others:
neither changes a volume, so densities are products of those of the coordinates.

Tested by: ``tests/pledge/portfolio/test_tail_edge.py`` (densities integrate to one, draws follow them).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from pledge.portfolio._problem import Problem

__all__ = [
    "HALF_LOG_TWO_PI",
    "log_ratio",
    "middle",
    "mixture_log_ratios",
    "mixture_weights",
    "moved",
    "reflected",
    "turned",
]

Array = NDArray[np.float64]

_LARGEST_EXPONENT = 700.0
#: A scenario that the shift and the twist can hardly have drawn.
_SMALLEST_RATIO = 1e-12
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


def reflected(points: Array, reflector: Array) -> Array:
    """``x − v vᵀ x`` of each point, (…, sectors)."""
    found: Array = points - (points @ reflector)[..., None] * reflector
    return found


def turned(problem: Problem, points: Array) -> Array:
    """From coordinates to normals or back, (…, sectors): the same points where there is no edge."""
    return reflected(points, problem.edge.reflector) if problem.edge.falls.size else points


def middle(problem: Problem) -> Array:
    """The normals at the middle of the shift: (sectors,)."""
    return turned(problem, problem.shift)


def moved(problem: Problem, uniforms: Array) -> Array:
    """The shifted normals made from uniform numbers, (scenarios, sectors)."""
    drawn: Array = special.ndtri(uniforms)
    if problem.edge.falls.size:
        drawn[:, -1] = _two_sided(uniforms[:, -1], problem.edge.falls)
    coordinates = drawn @ problem.spread.T + problem.shift
    coordinates[:, -1] += _bent(problem, drawn)
    return turned(problem, coordinates)


def log_ratio(problem: Problem, normals: Array) -> Array:
    """``log q(x) / φ(x)``, q the density of the shifted normals and φ that of plain ones: (scenarios,)."""
    if not problem.spread.size:
        return np.zeros(len(normals))
    coordinates = turned(problem, normals)
    drawn = linalg.solve_triangular(problem.spread, (coordinates - problem.shift).T, lower=True).T
    drawn[:, -1] -= _bent(problem, drawn) / problem.spread[-1, -1]
    logs = -(drawn**2) / 2
    if problem.edge.falls.size:
        below, above = problem.edge.falls
        last = drawn[:, -1]
        logs[:, -1] = np.where(last < 0, last / below, -last / above) - np.log(below + above) + HALF_LOG_TWO_PI
    log_determinant = np.log(np.diagonal(problem.spread)).sum()
    found: Array = logs.sum(axis=1) + (coordinates**2).sum(axis=1) / 2 - log_determinant
    return found


def mixture_weights(log_ratios: Array, plain_share: float) -> Array:
    """The plain density f over that of the mixture with the shifted one q, of ``log q / f`` (balance heuristic)."""
    # A ratio beyond the largest number weighs nothing either way.
    found: Array = 1 / (plain_share + (1 - plain_share) * np.exp(np.minimum(log_ratios, _LARGEST_EXPONENT)))
    return found


def mixture_log_ratios(weights: Array, plain_share: float) -> Array:
    """``log q / f`` of scenarios of weights above 0, back from these."""
    ratios = (1 / weights - plain_share) / (1 - plain_share)
    return np.log(np.maximum(ratios, _SMALLEST_RATIO))


def _bent(problem: Problem, drawn: Array) -> Array:
    """What the bend adds to the last coordinate, (scenarios,): nothing where there is no edge."""
    if not problem.edge.falls.size:
        return np.zeros(len(drawn))
    others = drawn[:, :-1]
    found: Array = ((others @ problem.edge.bend) * others).sum(axis=1)
    return found


def _two_sided(uniforms: Array, falls: Array) -> Array:
    """Numbers with an exponential density on either side of 0."""
    below, above = falls
    share = below / (below + above)
    found: Array = np.where(
        uniforms < share, below * np.log(uniforms / share), -above * np.log((1 - uniforms) / (1 - share))
    )
    return found
