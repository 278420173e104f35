"""Where is the edge of a tail? The curved edge that importance sampling draws along, fitted to a pilot run.

Tested by: ``tests/pledge/portfolio/test_tail_edge.py``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from pledge.portfolio import _shift, _twist
from pledge.portfolio._problem import Problem
from pledge.portfolio.simulation_plan import MAXIMUM_SHIFT, FactorShift
from pledge.portfolio.tail_edge import TailEdge
from valuation.errors import InputError

__all__ = ["Pilot", "as_tuples", "normal_of", "second_moment", "with_edge"]

Array = NDArray[np.float64]

#: The others' spread is fitted to few scenarios too, but a wrong one costs less than along the edge.
_WIDER, _LEAST_VARIANCE = 1.1, 0.01
#: Scenarios at which the edge is looked for, at least so many for each number fitted to it, and between which depths.
_EDGE_POINTS, _POINTS_A_NUMBER = 1_024, 4
_NEAREST, _FURTHEST, _HALVINGS = -2.0, MAXIMUM_SHIFT, 30
#: First guesses of the falls before and behind the edge, and their limits.
_FALLS, _LEAST_FALL, _MOST_FALL = (0.2, 0.3), 0.03, 3.0
#: First steps of the search: of the peak, and of the logarithms of the falls.
_STEPS = (-0.2, 0.4, 0.4)
_SHORTEST = 1e-3


class Pilot(NamedTuple):
    """The scenarios of a pilot run that lie in the tail.

    Their normals, weights, the logarithm of their twist's ratio, how many scenarios the pilot has in all, and its
    plain share.
    """

    normals: Array
    weights: Array
    log_twist: Array
    scenarios: int
    plain_share: float


def second_moment(pilot: Pilot, problem: Problem) -> float:
    """The mean square of the tail's weights if factors were drawn as the problem says: the less, the better.

    ``∫ 1{tail} w f``, w the new weight: a mean over the pilot, weighted as it was drawn.
    """
    log_ratios = _shift.log_ratio(problem, pilot.normals) + pilot.log_twist
    return float(pilot.weights @ _shift.mixture_weights(log_ratios, pilot.plain_share) / pilot.scenarios)


def with_edge(normal: FactorShift, pilot: Pilot, problem: Problem) -> FactorShift | None:
    """The shift with an edge, or none where the pilot shows no edge.

    Parameters
    ----------
    normal : the shift without an edge; its mean points into the tail.
    pilot : the tail's scenarios.
    problem : with that shift and its twist.
    """
    mean = np.array(normal.mean)
    length = float(np.linalg.norm(mean))
    if length < _SHORTEST:
        return None
    others = mean.size - 1
    straight = TailEdge(tuple((mean / length).tolist()), _FALLS, ((0.0,) * others,) * others)
    reflector = np.array(straight.reflector)
    turned = _shift.reflected(pilot.normals, reflector)
    middle, spread = normal_of(turned[:, :-1], pilot.weights, wider=_WIDER)
    drawn = np.asarray(np.linalg.solve(spread, (turned[:, :-1] - middle).T).T, np.float64)
    surface = _surface(problem, reflector, turned, drawn)
    if surface is None:
        return None
    start, slopes, bend = surface
    rows = np.zeros((mean.size, mean.size))
    rows[:-1, :-1], rows[-1, :-1], rows[-1, -1] = spread, slopes, 1.0
    try:
        edge = replace(straight, bend=as_tuples(bend))
        found = replace(normal, mean=(*middle.tolist(), start), spread=as_tuples(rows), edge=edge)
    except InputError:
        # An edge too far out or too crooked to be drawn along.
        return None
    return _best_falls(found, edge, pilot, problem)


def normal_of(points: Array, weights: Array, *, wider: float) -> tuple[Array, Array]:
    """Mean of weighted points, and a root of their covariance, so many times as wide as seen.

    A part of the identity keeps the matrix positive definite, however the points lie.
    """
    share = weights / weights.sum()
    middle = share @ points
    apart = points - middle
    covariance = wider * (apart * share[:, None]).T @ apart
    return middle, np.linalg.cholesky(covariance + _LEAST_VARIANCE * np.eye(middle.size))


def as_tuples(matrix: Array) -> tuple[tuple[float, ...], ...]:
    """The rows of a matrix as a plan states them."""
    return tuple(tuple(float(each) for each in row) for row in matrix)


def _surface(problem: Problem, reflector: Array, turned: Array, drawn: Array) -> tuple[float, Array, Array] | None:
    """The edge as a quadratic function of the others: start, slopes and bend."""
    others = drawn.shape[1]
    upper = np.triu_indices(others)
    numbers = 1 + others + upper[0].size
    step = max(1, len(drawn) // _EDGE_POINTS)
    depth = _depths(problem, reflector, turned[::step])
    is_found = np.isfinite(depth)
    if is_found.sum() < _POINTS_A_NUMBER * numbers or is_found.mean() < 0.5:
        return None
    at = drawn[::step][is_found]
    terms = np.column_stack((np.ones(len(at)), at, at[:, upper[0]] * at[:, upper[1]]))
    fitted = np.linalg.lstsq(terms, depth[is_found], rcond=None)[0]
    bend = np.zeros((others, others))
    bend[upper] = fitted[1 + others :] / 2
    return float(fitted[0]), np.asarray(fitted[1 : 1 + others], np.float64), bend + bend.T


def _depths(problem: Problem, reflector: Array, turned: Array) -> Array:
    """How far along the direction does the expected loss reach the loss aimed at? NaN where it does not."""
    count, severity, _ = problem.twist.groups.T

    def reaches(depth: Array) -> NDArray[np.bool_]:
        normals = _shift.reflected(np.column_stack((turned[:, :-1], depth)), reflector)
        limits = _twist.bounds(problem, normals @ problem.root.T + problem.mean)
        return np.asarray(-np.expm1(-limits) @ (count * severity) >= 1)

    near, far = np.full(len(turned), _NEAREST), np.full(len(turned), _FURTHEST)
    is_crossed = reaches(far) & ~reaches(near)
    for _ in range(_HALVINGS):
        between = (near + far) / 2
        is_beyond = reaches(between)
        near, far = np.where(is_beyond, near, between), np.where(is_beyond, between, far)
    return np.where(is_crossed, (near + far) / 2, np.nan)


def _best_falls(found: FactorShift, edge: TailEdge, pilot: Pilot, problem: Problem) -> FactorShift:
    """Where the density peaks and how it falls on either side: the least second moment on the pilot."""
    start = found.mean[-1]

    def tried(numbers: Array) -> FactorShift:
        falls = np.clip(np.exp(numbers[1:]), _LEAST_FALL, _MOST_FALL)
        peak = float(np.clip(start + numbers[0], -_FURTHEST, _FURTHEST))
        fallen = replace(edge, falls=(float(falls[0]), float(falls[1])))
        return replace(found, mean=(*found.mean[:-1], peak), edge=fallen)

    def moment(numbers: Array) -> float:
        return math.log(second_moment(pilot, problem.shifted(tried(numbers))))

    guess = np.array([0.0, *np.log(_FALLS)])
    # Steps as long as what is looked for: from 0 the method would take tiny ones and stop beside the least.
    simplex = guess + np.vstack((np.zeros(3), np.diag(_STEPS)))
    options = {"initial_simplex": simplex, "xatol": 0.02, "fatol": 1e-3, "maxfev": 150}
    best = optimize.minimize(moment, guess, method="Nelder-Mead", options=options)
    return tried(best.x)
