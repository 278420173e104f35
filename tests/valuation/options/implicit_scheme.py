"""The right to launch under a cap, by an implicit scheme in time: a second way for the lattice.

Nodes are evenly spaced logarithms that end at the cap, where launching is best at once. Each step is Crank–Nicolson,
the first four of them implicit quarters (Rannacher), and the decision is found by changing the set of nodes that launch
until none wants to change (Howard). The strike lies between two nodes, so its cell starts with its average.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.linalg import solve_banded

Vector = NDArray[np.float64]
#: How many deviations below today's value the nodes begin, where the right is worth nothing to speak of.
DEVIATIONS = 7.0


def implicit_value(at: Mapping[str, float], cells: int, steps: int) -> float:
    """What the right is worth, with so many nodes between a value and what the competitor leaves of it."""
    width = -math.log1p(-at["taken_share"]) / cells
    lowest = math.log(at["value"]) - DEVIATIONS * at["volatility"] * math.sqrt(at["life_years"])
    nodes = math.log(at["cap"]) - width * np.arange(math.ceil((math.log(at["cap"]) - lowest) / width), -1, -1)
    used = np.exp(nodes) - at["cost"]
    left = at["threat"] * at["left_share"] * np.maximum(used, 0.0)
    held = _averaged_at_the_strike(nodes, used, at["cost"])
    contested, alone = held, held
    step = at["life_years"] / steps
    gone = at["rate"] + at["threat"]
    for interval, implicit in [(step / 4, 1.0)] * 4 + [(step, 0.5)] * (steps - 1):
        before = contested
        operator = _operator(at, width, gone, nodes.size)
        contested = _stepped(contested, used, operator, interval, implicit, left)
        entered = implicit * _lower(contested, cells) + (1 - implicit) * _lower(before, cells)
        operator = _operator(at, width, gone + at["arrival"], nodes.size)
        alone = _stepped(alone, used, operator, interval, implicit, left + at["arrival"] * entered)
    return float(CubicSpline(nodes, alone)(math.log(at["value"])))


def _averaged_at_the_strike(nodes: Vector, used: Vector, cost: float) -> Vector:
    held = np.maximum(used, 0.0)
    width = nodes[1] - nodes[0]
    at = int(np.argmin(np.abs(nodes - math.log(cost))))
    top = nodes[at] + width / 2
    held[at] = (math.exp(top) - cost - cost * (top - math.log(cost))) / width
    return held


def _lower(contested: Vector, cells: int) -> Vector:
    """The contested right at what the competitor leaves, a whole number of nodes below."""
    return np.concatenate([np.zeros(cells), contested[:-cells]])


def _operator(at: Mapping[str, float], width: float, gone: float, nodes: int) -> Vector:
    """Rows of the banded matrix of drift, variance and what is lost a year; nothing at either end."""
    variance = at["volatility"] ** 2 / 2
    drift = at["rate"] - at["payout_yield"] - variance
    bands = np.zeros((3, nodes))
    bands[0, 2:] = variance / width**2 + drift / (2 * width)
    bands[1, 1:-1] = -2 * variance / width**2 - gone
    bands[2, :-2] = variance / width**2 - drift / (2 * width)
    return bands


def _applied(bands: Vector, to: Vector) -> Vector:
    found = bands[1] * to
    found[:-1] += bands[0, 1:] * to[1:]
    found[1:] += bands[2, :-1] * to[:-1]
    return np.asarray(found)


def _stepped(held: Vector, used: Vector, operator: Vector, interval: float, implicit: float, source: Vector) -> Vector:
    """One step back, no less than what launching gives."""
    matrix = -implicit * interval * operator
    matrix[1] += 1.0
    known = held + interval * ((1 - implicit) * _applied(operator, held) + source)
    known[0], known[-1] = 0.0, used[-1]
    launches = np.zeros(held.size, dtype=np.bool_)
    for _ in range(held.size):
        found = solve_banded((1, 1), *_with_launches(matrix, known, used, launches))
        wanted = _applied(matrix, found) - known > found - used
        if (wanted == launches).all():
            return np.asarray(found)
        launches = wanted
    raise AssertionError("the decision did not settle")


def _with_launches(matrix: Vector, known: Vector, used: Vector, launches: NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """The same equations, where a node that launches is worth what that gives."""
    matrix, where = matrix.copy(), np.flatnonzero(launches)
    matrix[1, where] = 1.0
    matrix[0, where[where + 1 < launches.size] + 1] = 0.0
    matrix[2, where[where > 0] - 1] = 0.0
    return matrix, np.where(launches, used, known)
