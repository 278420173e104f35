"""Which allocation brings most finance to firms while few enough paths lose principal: a limit on a probability.

    max f·x     Σ xᵢ = 1, 0 ≤ xᵢ ≤ bᵢ, A·x ≤ a
    chance:     #{s : Σ xᵢ rₛᵢ < 0} ≤ k                    (of N paths; k comes from the probability, see `most_lost`)
    tail:       CVaR of the losses max(0, −Σ xᵢ rₛᵢ) ≤ c

The chance constraint is not convex: between two allocations that keep it there may be one that does not. The search is
branch and bound over boxes of shares. In a box the best a path can do is a fractional knapsack; a box in which more
than k paths lose whatever is chosen is dropped, one in which no more than k can lose needs no further look. The tail is
held by cuts: at any x the worst paths give a linear bound that holds for all x (Rockafellar and Uryasev), added until
it is kept. Incumbents come from letting the k worst paths of an allocation lose and asking all others not to (sampling
and discarding), again and again while that helps.

What is exact: that the allocation keeps all limits on the paths searched, to 1e-9 of a unit; that no allocation brings
more than ``bound`` on these paths, to the tolerance of the linear programmes (1e-7). What is not: how near ``bound`` is
when the boxes ran out; and the paths themselves, which are a sample (:func:`most_lost` leaves room for that).

References
----------
J. Luedtke, S. Ahmed, A sample approximation approach for optimization with probabilistic constraints, SIAM Journal on
Optimization 19(2), 2008. M. C. Campi, S. Garatti, A sampling-and-discarding approach to chance-constrained
optimization, Journal of Optimization Theory and Applications 148, 2011.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize
from scipy.special import expit
from scipy.stats import binom

from valuation.errors import RefusalError

__all__ = ["NOTHING_LOST", "ChanceAnswer", "ChanceProblem", "most_lost", "search_allocation"]

Array = NDArray[np.float64]

#: A path that loses this much or less of a unit loses nothing.
NOTHING_LOST = 1e-9
#: The search ends when nothing can bring this part more than what was found.
_GAP_SHARE = 1e-3
MAXIMUM_BOXES = 800
#: Over which part of the mean result of a path its loss is made smooth.
_SMOOTH_SHARE = 0.05
_MAXIMUM_CUTS, _CUTS_AT_A_TIME, _MAXIMUM_POLISHES = 60, 10, 8
#: How far a linear programme may stray over a limit.
_STRAY = 1e-7


@dataclass(frozen=True, kw_only=True)
class ChanceProblem:
    """What is searched.

    Attributes
    ----------
    to_firms : finance to firms per unit in each instrument.
    net : net result per unit, (paths, instruments).
    largest : the largest share of each instrument.
    above, limits : A and a of the linear limits, (rows, instruments) and (rows).
    most_lost : how many paths may lose principal.
    tail : level and limit of CVaR, None for no such limit.
    """

    to_firms: Array
    net: Array
    largest: Array
    above: Array
    limits: Array
    most_lost: int
    tail: tuple[float, float] | None = None

    def lost(self, shares: Array) -> int:
        """How many paths lose principal under these shares?"""
        return int(np.count_nonzero(self.net @ shares < -NOTHING_LOST))

    def tail_cut(self, shares: Array) -> tuple[Array, float] | None:
        """Which linear bound on the tail do these shares break, if they break it?"""
        if self.tail is None:
            return None
        level, limit = self.tail
        result = self.net @ shares
        beyond = self.net.shape[0] * (1 - level)
        worst = np.argsort(result, kind="stable")[: math.ceil(beyond)]
        weights = np.full(worst.size, 1 / beyond)
        weights[-1] -= (worst.size - beyond) / beyond
        weights[result[worst] >= 0] = 0.0
        coefficients: Array = -(weights @ self.net[worst])
        return (coefficients, limit) if coefficients @ shares > limit + _STRAY else None

    def keeps(self, shares: Array) -> bool:
        """Do these shares keep the limits of the paths?"""
        return self.lost(shares) <= self.most_lost and self.tail_cut(shares) is None


@dataclass(frozen=True)
class ChanceAnswer:
    """The shares found, and what no allocation can exceed on the paths searched."""

    shares: Array
    bound: float


def most_lost(probability_share: float, *, paths: int, confidence_share: float | None) -> int:
    """How many of so many paths may lose, so that the probability keeps to its limit with this confidence?

    Without a confidence the share of the paths itself is held to the limit.

    Raises
    ------
    RefusalError : not even no path at all would show it: too few paths.

    Tested by: inverse of ``statistics.probability_interval``, ``tests/leverage/test_chance_limit.py``.
    """
    if confidence_share is None:
        return math.floor(probability_share * paths + 1e-9)
    most = int(binom.ppf(1 - confidence_share, paths, probability_share))
    if binom.cdf(most, paths, probability_share) > 1 - confidence_share:
        most -= 1
    if most < 0:
        needed = math.inf if probability_share == 0 else math.log(1 - confidence_share) / math.log1p(-probability_share)
        raise RefusalError.of(
            "limits.loss_probability_share",
            found=f"{probability_share:g} to be shown by {paths} paths with {confidence_share:g} confidence",
            expected="a limit above 0" if math.isinf(needed) else f"at least {math.ceil(needed)} paths",
            advice="Simulate more paths, raise the limit, or state no confidence",
        )
    return most


def search_allocation(problem: ChanceProblem) -> ChanceAnswer | None:
    """Which allocation brings most within the limits? None where it is shown that none keeps them.

    Raises
    ------
    RefusalError : the boxes ran out before an allocation was found that keeps the limits.

    Tested by: all allocations on a grid of two and of three instruments (second way), the linear programme where the
    chance does not bind, by hand, ``tests/leverage/test_chance_limit.py``.
    """
    search = _Search(problem)
    root = search.box(np.zeros(problem.largest.size), problem.largest, np.arange(problem.net.shape[0]), 0)
    if root is None:
        return None
    search.begin(root)
    return search.run(root)


@dataclass(frozen=True)
class _Box:
    """Bounds of shares; inside ``open_paths`` may lose, ``lost`` do; ``best`` keeps the linear limits."""

    low: Array
    high: Array
    open_paths: NDArray[np.intp]
    lost: int
    best: Array
    bound: float


@dataclass
class _Search:
    problem: ChanceProblem
    cuts: list[tuple[Array, float]] = field(default_factory=list)
    incumbent: Array | None = None

    @property
    def value(self) -> float:
        return -math.inf if self.incumbent is None else float(self.problem.to_firms @ self.incumbent)

    def begin(self, root: _Box) -> None:
        """Take incumbents from where the other limits lead and from the middle, as they are and smoothed."""
        count = self.problem.largest.size
        for start in (root.best, np.full(count, 1 / count)):
            self.polish(start)
            self.polish(self._smoothed(start if self.incumbent is None else self.incumbent))

    def run(self, root: _Box) -> ChanceAnswer | None:
        """Split the most promising box until nothing promises more than what was found."""
        order = itertools.count()
        waiting = [(-root.bound, next(order), root)]
        for step in range(MAXIMUM_BOXES):
            if not waiting or not self._promises(waiting[0][2].bound):
                break
            box = heapq.heappop(waiting)[2]
            if step & (step - 1) == 0:
                self.polish(box.best)
            for half in self._halves(box):
                if half is not None and self._promises(half.bound) and not self._settles(half):
                    heapq.heappush(waiting, (-half.bound, next(order), half))
        bound = max([self.value, *(box.bound for _, _, box in waiting)])
        if self.incumbent is not None:
            return ChanceAnswer(self.incumbent, bound)
        if not waiting:
            return None
        raise RefusalError.of(
            "limits.loss_probability_share",
            found=f"no allocation that keeps it among {MAXIMUM_BOXES} boxes of allocations",
            expected="limits that leave more room",
            advice="Raise the limit or leave out instruments",
        )

    def _promises(self, bound: float) -> bool:
        return self.incumbent is None or bound > self.value * (1 + _GAP_SHARE)

    def _settles(self, box: _Box) -> bool:
        """Take the box's best point if it keeps the chance: then nothing in the box is better."""
        if not self.problem.keeps(box.best):
            return False
        self._take(box.best)
        self.polish(box.best)
        return True

    def _take(self, shares: Array) -> None:
        if float(self.problem.to_firms @ shares) > self.value and self.problem.keeps(shares):
            self.incumbent = shares

    def _halves(self, box: _Box) -> list[_Box | None]:
        place = int(np.argmax(box.high - box.low))
        middle = (box.low[place] + box.high[place]) / 2
        below, above = box.high.copy(), box.low.copy()
        below[place] = above[place] = middle
        return [self.box(*bounds, box.open_paths, box.lost) for bounds in ((box.low, below), (above, box.high))]

    def box(self, low: Array, high: Array, open_paths: NDArray[np.intp], lost: int) -> _Box | None:
        """Bound a box; None where nothing in it keeps the limits."""
        low, high = np.maximum(low, 1 - (high.sum() - high)), np.minimum(high, 1 - (low.sum() - low))
        if (low > high + NOTHING_LOST).any():
            return None
        high = np.maximum(low, high)
        net = self.problem.net[open_paths]
        is_lost = _best_sum(net, low, high) < -NOTHING_LOST
        is_kept = -_best_sum(-net, low, high) >= -NOTHING_LOST
        lost += int(np.count_nonzero(is_lost))
        if lost > self.problem.most_lost:
            return None
        best = self.solve(low, high, [])
        if best is None:
            return None
        return _Box(low, high, open_paths[~(is_lost | is_kept)], lost, best, float(self.problem.to_firms @ best))

    def polish(self, shares: Array) -> None:
        """Let the worst paths of an allocation lose and no other, as long as that brings more."""
        best = -math.inf
        for _ in range(_MAXIMUM_POLISHES):
            found = self._discarding(shares)
            if found is None or self.problem.to_firms @ found <= best + _STRAY:
                return
            best, shares = float(self.problem.to_firms @ found), found
            self._take(found)

    def _smoothed(self, start: Array) -> Array:
        """Climb with the share of losing paths made smooth: where that leads is a start, checked by what follows."""
        problem = self.problem
        scale = _SMOOTH_SHARE * float(np.abs(problem.net).mean()) or 1.0

        def losing(shares: Array) -> Array:
            return np.asarray(expit(-(problem.net @ shares) / scale))

        def slope(shares: Array) -> Array:
            part = losing(shares)
            steep: Array = (part * (1 - part)) @ problem.net / scale / part.size
            return steep

        allowed = problem.most_lost / problem.net.shape[0]
        rows, limits = np.vstack([problem.above, *(row for row, _ in self.cuts)]), [limit for _, limit in self.cuts]
        below = np.concatenate([problem.limits, limits])
        found = minimize(
            lambda shares: -float(problem.to_firms @ shares),
            start,
            jac=lambda shares: -problem.to_firms,
            bounds=[(0.0, largest) for largest in problem.largest],
            constraints=[
                {"type": "eq", "fun": lambda shares: shares.sum() - 1, "jac": np.ones_like},
                {"type": "ineq", "fun": lambda shares: allowed - losing(shares).mean(), "jac": slope},
                {"type": "ineq", "fun": lambda shares: below - rows @ shares, "jac": lambda shares: -rows},
            ],
            method="SLSQP",
            options={"maxiter": 60, "ftol": 1e-7},
        )
        shares: Array = np.clip(np.nan_to_num(found.x), 0.0, 1.0)
        return shares / shares.sum() if shares.sum() else start

    def _discarding(self, shares: Array) -> Array | None:
        """Find the best allocation under which only the worst paths of the one given lose."""
        problem = self.problem
        order = np.argsort(problem.net @ shares, kind="stable")
        held = problem.net[order[problem.most_lost :]]
        rows: list[tuple[Array, float]] = []
        for _ in range(_MAXIMUM_CUTS):
            found = self.solve(np.zeros(problem.largest.size), problem.largest, rows)
            if found is None:
                return None
            result = held @ found
            worst = np.argsort(result, kind="stable")[:_CUTS_AT_A_TIME]
            broken = [(-held[place], 0.0) for place in worst if result[place] < -NOTHING_LOST]
            if not broken:
                return found
            rows += broken
        return None

    def solve(self, low: Array, high: Array, rows: Sequence[tuple[Array, float]]) -> Array | None:
        """Find the best shares between bounds by the linear limits, more rows, and the tail; None where there are none.

        Cuts of the tail hold everywhere and stay.
        """
        for _ in range(_MAXIMUM_CUTS):
            found = self._linear(low, high, [*rows, *self.cuts])
            cut = None if found is None else self.problem.tail_cut(found)
            if cut is None:
                return found
            self.cuts.append(cut)
        return found

    def _linear(self, low: Array, high: Array, rows: Sequence[tuple[Array, float]]) -> Array | None:
        problem = self.problem
        above = np.vstack([problem.above, *(row for row, _ in rows)])
        limits = np.concatenate([problem.limits, [limit for _, limit in rows]])
        # Filling up the best instruments first is the optimum wherever no other limit stands in the way.
        greedy = _greedy(problem.to_firms, low, high)
        if (above @ greedy <= limits).all() and np.isclose(greedy.sum(), 1, rtol=0, atol=NOTHING_LOST):
            return greedy
        found = linprog(
            -problem.to_firms,
            A_ub=above,
            b_ub=limits,
            A_eq=np.ones((1, problem.largest.size)),
            b_eq=[1.0],
            bounds=np.column_stack([low, high]),
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if found.status == 2:
            return None
        assert found.status == 0, f"shares are bounded, so that the programme is solved: {found.message}"
        shares: Array = np.clip(found.x, 0.0, 1.0)
        shares /= shares.sum()
        return shares


def _greedy(to_firms: Array, low: Array, high: Array) -> Array:
    """Give each instrument its least, then the rest to the best ones up to their most."""
    order = np.argsort(-to_firms, kind="stable")
    room = (high - low)[order]
    shares = low.copy()
    shares[order] += np.clip(1 - low.sum() - (np.cumsum(room) - room), 0.0, room)
    return shares


def _best_sum(net: Array, low: Array, high: Array) -> Array:
    """What is the most Σ xᵢ rₛᵢ on each path, for shares between bounds that add up to one? Greedy, path by path."""
    order = np.argsort(-net, axis=1)
    room = (high - low)[order]
    before = np.cumsum(room, axis=1) - room
    taken = np.clip(1 - low.sum() - before, 0.0, room)
    best: Array = net @ low + (taken * np.take_along_axis(net, order, axis=1)).sum(axis=1)
    return best
