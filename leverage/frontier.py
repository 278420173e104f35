"""Which allocations of the public money bring most finance to firms at each limit of risk? A frontier, never one split.

    max Σ fᵢ xᵢ     Σ xᵢ = 1, 0 ≤ xᵢ ≤ bᵢ
    CVaR:        t + Σ zₛ / (N (1 − α)) ≤ c,   zₛ ≥ Lₛ − t,  zₛ ≥ 0, t ≥ 0,   Lₛ = −Σ xᵢ rₛᵢ     (Rockafellar, Uryasev)
    loss:        Σ pᵢ xᵢ ≤ p     the part of the money that is in instruments whose principal is lost, in expectation
    chance:      P(Σ xᵢ rᵢ < 0) ≤ q   the whole loses principal on few enough paths (:mod:`leverage.chance_limit`)
    liquidity:   Σ oᵢᵧ xᵢ ≤ o    in every year y: net public money out so far, in expectation
    policy:      bᵢ = 0 for an instrument that a rule in force excludes

x shares of the public money, f finance to firms, r net result on a path, o outflow, all per unit of public money. The
limits count at all points together; what binds at a point, and what one more unit of its limit would bring, is named.

The chance is searched on the first 5,000 paths, tightened so far that it holds with the stated confidence, and verified
on all paths: the upper end of its exact binomial interval keeps the limit, or the allocation is refused. The tail is
searched on the first 20,000 paths, 5,000 beside a limit on the chance, and held to its limit on all paths likewise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack, vstack

from leverage.chance_limit import NOTHING_LOST, ChanceProblem, most_lost, search_allocation
from leverage.policy_exclusion import PolicyExclusion
from leverage.simulate import SimulationResult
from leverage.simulation.statistics import Estimate, probability_interval, probability_of, tail_mean
from valuation.errors import InputError, RefusalError

__all__ = [
    "Allocation",
    "Frontier",
    "InstrumentOutcomes",
    "RiskLimits",
    "allocate",
    "allocation_frontier",
    "outcomes_of",
]

Array = NDArray[np.float64]

MAXIMUM_INSTRUMENTS, MAXIMUM_LP_PATHS, MAXIMUM_POINTS = 40, 20_000, 60
MAXIMUM_CHANCE_PATHS = 5_000
#: How often the search is tightened when all paths do not confirm it.
_TIGHTENINGS = 4
#: How much further than in proportion a limit of the tail is tightened.
_LESS = 1 - 1e-4
#: A limit binds when this much or less of it is left.
_SLACK = 1e-7


@dataclass(frozen=True, kw_only=True)
class InstrumentOutcomes:
    """What a unit of public money does in an instrument.

    ``net`` is what comes back less what was put in, on each path; ``is_lost`` whether the principal is lost by the
    instrument's own definition; ``out_by_year`` the expected net public money out up to the end of each year.
    ``government_share`` is the part of all budget money in the vehicle, None where there is no such rule;
    ``asks_local_reinvestment`` is off unless stated.
    """

    id: str
    to_firms: float
    net: Array
    is_lost: NDArray[np.bool_]
    out_by_year: Array
    largest_share: float = 1.0
    government_share: Decimal | None = None
    asks_local_reinvestment: bool = False


@dataclass(frozen=True, kw_only=True)
class RiskLimits:
    """Limits on a unit of public money, None for no such limit. ``tail_level_share`` is the level of CVaR.

    ``loss_probability_share`` limits the probability that the whole loses principal; it is kept with
    ``confidence_share``, None for the plain share of the paths.
    """

    tail_level_share: float
    tail_loss_share: float | None = None
    lost_principal_share: float | None = None
    out_share: float | None = None
    loss_probability_share: float | None = None
    confidence_share: float | None = 0.95


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """A point: shares of the public money by instrument, what they bring, and what holds them back.

    ``tail_loss`` and ``loss_probability`` are of the whole, on all paths. ``binding`` maps the name of each limit that
    binds to the finance to firms that one more unit of it would bring; under a limit of the loss probability nothing
    has such a price, and it is empty. ``corner`` names the instrument that has everything, if one has.
    ``loss_probability_high`` is the upper end of the interval that was held to its limit, ``bound_to_firms`` what no
    allocation exceeds on the paths searched: None without such a limit, where the allocation is the optimum.
    """

    share_of: Mapping[str, float]
    to_firms: float
    tail_loss: Estimate
    loss_probability: Estimate
    lost_principal_share: float
    out_share: float
    binding: Mapping[str, float]
    corner: str | None
    loss_probability_high: float | None = None
    bound_to_firms: float | None = None


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """Points by rising limit of the tail loss, limits that no allocation keeps, corners, and what policy excludes.

    ``corners`` are the allocations of everything to one instrument, whether the limits allow them or not.
    """

    points: tuple[tuple[float, Allocation], ...]
    refused: tuple[tuple[float, str], ...]
    corners: tuple[Allocation, ...]
    exclusions: tuple[PolicyExclusion, ...]


def outcomes_of(result: SimulationResult) -> tuple[InstrumentOutcomes, ...]:
    """What does a unit of public money do in each instrument of a simulation? Per unit committed.

    Raises
    ------
    RefusalError : an instrument without public money.
    """
    rows = []
    for place, name in enumerate(result.plan.instruments):
        committed = result.committed_to(name)
        if committed <= 0:
            raise RefusalError.of(
                f"funds.{place}.public_commitment",
                found=0,
                expected="public money in every instrument",
                advice="Leave out instruments without public money",
            )
        rows.append(
            InstrumentOutcomes(
                id=name,
                to_firms=float(result.mean_to_firms[place] / committed),
                net=result.public_net[place] / committed,
                is_lost=result.is_lost(name),
                out_by_year=result.mean_public_out[place] / committed,
            )
        )
    return tuple(rows)


def allocation_frontier(
    instruments: Sequence[InstrumentOutcomes],
    *,
    tail_loss_shares: Sequence[float],
    limits: RiskLimits,
    exclusions: Sequence[PolicyExclusion] = (),
) -> Frontier:
    """How much finance to firms can be had at each limit of the tail loss, and by which allocation?

    Parameters
    ----------
    tail_loss_shares : the grid, rising; the limit in ``limits`` must be None.
    limits : the other limits, the same at all points.

    Raises
    ------
    InputError : instruments that cannot be compared, a grid that does not rise, a limit outside its range.
    RefusalError : no limit of the grid can be kept; the message names the limits that stand in the way.

    References
    ----------
    R. T. Rockafellar, S. Uryasev, Optimization of conditional value-at-risk, Journal of Risk 2(3), 2000, theorem 14.

    Tested by: two instruments by hand, a grid of all allocations (second way), ``tests/leverage/test_frontier.py``.
    """
    if not 1 <= len(tail_loss_shares) <= MAXIMUM_POINTS or list(tail_loss_shares) != sorted(set(tail_loss_shares)):
        raise InputError.of("tail_loss_shares", found=list(tail_loss_shares)[:5], expected="1 to 60 rising limits")
    if limits.tail_loss_share is not None:
        raise InputError.of("limits.tail_loss_share", found=limits.tail_loss_share, expected="none: the grid states it")
    points: list[tuple[float, Allocation]] = []
    refused: list[tuple[float, str]] = []
    error: RefusalError | None = None
    for share in tail_loss_shares:
        try:
            asked = replace(limits, tail_loss_share=share)
            points.append((share, allocate(instruments, limits=asked, exclusions=exclusions)))
        except RefusalError as caught:
            refused.append((share, caught.message))
            error = caught
    if not points:
        assert error is not None, "the grid has at least one limit"
        raise error
    problem = _Problem(tuple(instruments), limits, ())
    corners = tuple(problem.described(row, {}) for row in np.eye(len(instruments)))
    return Frontier(points=tuple(points), refused=tuple(refused), corners=corners, exclusions=tuple(exclusions))


def allocate(
    instruments: Sequence[InstrumentOutcomes], *, limits: RiskLimits, exclusions: Sequence[PolicyExclusion] = ()
) -> Allocation:
    """Give the allocation that brings most finance to firms within the limits: one point of the frontier.

    Raises
    ------
    InputError : see :func:`allocation_frontier`.
    RefusalError : no allocation keeps the limits; the message names those without which one would. All paths do not
        confirm the loss probability.

    Tested by: see :func:`allocation_frontier`; the loss probability in ``tests/leverage/test_chance_limit.py``.
    """
    problem = _Problem(tuple(instruments), limits, tuple(exclusions))
    problem.check()
    limit = limits.tail_loss_share
    found = problem.best()
    if limit is None or instruments[0].net.size <= problem.searched_paths:
        return found
    # The search sees the first paths only: it is tightened until all paths keep the limit.
    asked = limit
    for _ in range(_TIGHTENINGS):
        over = found.tail_loss.value - limit
        if over <= _SLACK:
            return found
        asked *= limit / found.tail_loss.value * _LESS
        found = replace(problem, limits=replace(limits, tail_loss_share=asked)).best()
    if found.tail_loss.value - limit <= _SLACK:
        return found
    raise RefusalError.of(
        "limits.tail_loss_share",
        found=f"{found.tail_loss.value:.6g} on all {instruments[0].net.size} paths, {problem.searched_paths} searched",
        expected=f"at most {limit:g}",
        advice="Raise the limit; all paths do not confirm what the first ones allow",
    )


@dataclass(frozen=True)
class _Row:
    """A limit: coefficients of (shares, t, all z alike), the limit, its name."""

    name: str
    shares: Array
    limit: float
    is_tail: bool = False


@dataclass(frozen=True)
class _Problem:
    instruments: tuple[InstrumentOutcomes, ...]
    limits: RiskLimits
    exclusions: tuple[PolicyExclusion, ...]

    def check(self) -> None:
        """Refuse instruments that cannot be compared, and limits outside their range."""
        if not 1 <= len(self.instruments) <= MAXIMUM_INSTRUMENTS:
            raise InputError.of("instruments", found=len(self.instruments), expected=f"1 to {MAXIMUM_INSTRUMENTS}")
        names = [each.id for each in self.instruments]
        if len(set(names)) != len(names):
            raise InputError.of("instruments", found=", ".join(names), expected="ids of their own")
        first = self.instruments[0]
        for place, each in enumerate(self.instruments):
            _check_instrument(f"instruments.{place}", each, first)
        _check_limits(self.limits, first.net.size)
        for place, exclusion in enumerate(self.exclusions):
            if exclusion.instrument not in names:
                raise InputError.of(
                    f"exclusions.{place}", found=exclusion.instrument, expected="an instrument asked for"
                )

    @property
    def searched_paths(self) -> int:
        """How many of the first paths the search looks at."""
        return MAXIMUM_LP_PATHS if self.limits.loss_probability_share is None else MAXIMUM_CHANCE_PATHS

    def best(self) -> Allocation:
        """The best allocation on the paths searched, described on all paths."""
        if self.limits.loss_probability_share is not None:
            return self.with_chance(self.limits.loss_probability_share)
        solved = self.solve(self.rows())
        if solved is None:
            raise self.refusal()
        return self.described(*solved)

    @property
    def largest(self) -> Array:
        """The largest share of each instrument: 0 where policy excludes it."""
        excluded = {exclusion.instrument for exclusion in self.exclusions}
        return np.array([0.0 if each.id in excluded else each.largest_share for each in self.instruments])

    @property
    def lost(self) -> Array:
        """Probability of each instrument to lose its principal."""
        return np.array([each.is_lost.mean() for each in self.instruments])

    @property
    def out(self) -> Array:
        """Expected net public money out, (years, instruments)."""
        return np.array([each.out_by_year for each in self.instruments]).T

    def without(self, name: str) -> _Problem:
        """The same without one limit."""
        limits = replace(self.limits, **{name: None})  # type: ignore[arg-type]  # every limit may be none
        return replace(self, limits=limits)

    def has_allocation(self) -> bool:
        """Is there one that keeps the limits, on the paths searched?"""
        limit = self.limits.loss_probability_share
        if limit is None:
            return self.solve(self.rows()) is not None
        return search_allocation(self.chance_problem(limit)) is not None

    def rows(self) -> list[_Row]:
        """All limits that are linear in the shares or made so."""
        rows, limits = [], self.limits
        if limits.tail_loss_share is not None:
            rows.append(_Row("tail_loss_share", np.zeros(len(self.instruments)), limits.tail_loss_share, is_tail=True))
        if limits.lost_principal_share is not None:
            rows.append(_Row("lost_principal_share", self.lost, limits.lost_principal_share))
        if limits.out_share is not None:
            rows += [_Row(f"out_share.year_{y}", row, limits.out_share) for y, row in enumerate(self.out, start=1)]
        return rows

    def solve(self, rows: list[_Row], *, least_tail: bool = False) -> tuple[Array, dict[str, float]] | None:
        """Solve the linear programme: shares and what binds; None where no allocation keeps the rows."""
        count, has_tail = len(self.instruments), least_tail or any(row.is_tail for row in rows)
        net = (
            np.array([each.net[:MAXIMUM_LP_PATHS] for each in self.instruments]).T if has_tail else np.empty((0, count))
        )
        paths = net.shape[0]
        beyond = paths * (1 - self.limits.tail_level_share)
        tail: Array = np.concatenate([[1.0], np.full(paths, 1 / beyond)]) if paths else np.empty(0)
        cost = np.concatenate([[-each.to_firms for each in self.instruments], np.zeros(len(tail))])
        if least_tail:
            cost = np.concatenate([np.zeros(count), tail])
        above = [np.concatenate([row.shares, tail if row.is_tail else np.zeros(len(tail))]) for row in rows]
        matrix = [coo_array(np.array(above).reshape(len(rows), len(cost)))]
        if paths:
            # −Σ x r − t − z ≤ 0 on every path.
            eye = coo_array((-np.ones(paths), (np.arange(paths), np.arange(paths))), shape=(paths, paths))
            matrix.append(hstack([coo_array(-net), coo_array(-np.ones((paths, 1))), eye]))
        upper = [*self.largest.tolist(), *([None] * len(tail))]
        found = linprog(
            cost,
            A_ub=vstack(matrix).tocsr() if len(rows) + paths else None,
            b_ub=np.concatenate([[row.limit for row in rows], np.zeros(paths)]) if len(rows) + paths else None,
            A_eq=np.concatenate([np.ones(count), np.zeros(len(tail))])[None, :],
            b_eq=[1.0],
            bounds=[(0.0, bound) for bound in upper],
            method="highs",
        )
        if found.status == 2:
            return None
        assert found.status == 0, f"a bounded programme with an allocation is solved: {found.message}"
        shares = np.clip(found.x[:count], 0.0, 1.0)
        return shares / shares.sum(), self._binding(rows, found, shares)

    def with_chance(self, limit: float) -> Allocation:
        """Search the best allocation that keeps the loss probability, and verify it on all paths."""
        asked, confidence = limit, self.limits.confidence_share
        for _ in range(_TIGHTENINGS):
            problem = self.chance_problem(asked)
            found = search_allocation(problem)
            if found is None:
                raise self.refusal()
            high = self.highest_probability(found.shares)
            if high <= limit + NOTHING_LOST:
                made = self.described(found.shares, {})
                return replace(made, loss_probability_high=high, bound_to_firms=found.bound)
            asked -= high - limit
            if asked <= 0:
                break
        raise RefusalError.of(
            "limits.loss_probability_share",
            found=f"up to {high:.6g} on all paths with {confidence or 'no'} confidence, searched on {len(problem.net)}",
            expected=f"at most {limit:g}",
            advice="Simulate more paths or raise the limit",
        )

    def chance_problem(self, limit: float) -> ChanceProblem:
        """The search on the first paths, its limit tightened by what they leave open."""
        net = np.array([each.net[:MAXIMUM_CHANCE_PATHS] for each in self.instruments]).T
        rows = [row for row in self.rows() if not row.is_tail]
        tail = self.limits.tail_loss_share
        return ChanceProblem(
            to_firms=np.array([each.to_firms for each in self.instruments]),
            net=np.ascontiguousarray(net),
            largest=self.largest,
            above=np.array([row.shares for row in rows]).reshape(len(rows), len(self.instruments)),
            limits=np.array([row.limit for row in rows]),
            most_lost=most_lost(limit, paths=len(net), confidence_share=self.limits.confidence_share),
            tail=None if tail is None else (self.limits.tail_level_share, tail),
        )

    def highest_probability(self, shares: Array) -> float:
        """The upper end of the interval of the loss probability on all paths; without a confidence the share itself."""
        is_lost = self._losses(shares) > NOTHING_LOST
        if self.limits.confidence_share is None:
            return float(is_lost.mean())
        return probability_interval(is_lost, level_share=2 * self.limits.confidence_share - 1)[1]

    def _binding(self, rows: list[_Row], found: object, shares: Array) -> dict[str, float]:
        """Name the limits without slack, each with the finance that one more unit of it would bring."""
        line, bounds = found.ineqlin, found.upper  # type: ignore[attr-defined]
        binding = {
            row.name: float(-line.marginals[place]) for place, row in enumerate(rows) if line.residual[place] <= _SLACK
        }
        for place, each in enumerate(self.instruments):
            if shares[place] >= self.largest[place] - _SLACK and self.largest[place] < 1:
                binding[f"largest_share.{each.id}"] = float(-bounds.marginals[place])
        return binding

    def refusal(self) -> RefusalError:
        """Say which limits stand in the way: those without which there is an allocation."""
        names = ["tail_loss_share", "lost_principal_share", "out_share", "loss_probability_share"]
        stated = [name for name in names if getattr(self.limits, name) is not None]
        blamed = [name for name in stated if self.without(name).has_allocation()]
        if not blamed and self.largest.sum() < 1 - _SLACK:
            return RefusalError.of(
                "instruments.largest_share",
                found=f"{self.largest.sum():g} in all",
                expected="1 or more",
                advice="Raise the largest shares or admit more instruments",
            )
        field = ", ".join(f"limits.{name}" for name in blamed or stated)
        least = ""
        if "tail_loss_share" in blamed:
            solved = self.solve(self.without("tail_loss_share").rows(), least_tail=True)
            assert solved is not None, "without the limit there is an allocation"
            least = f", at least {self._tail(solved[0]).value:.6g} for the tail loss"
        values = ", ".join(f"{getattr(self.limits, name):g}" for name in blamed or stated)
        return RefusalError.of(
            field, found=values, expected=f"limits that some allocation keeps{least}", advice="Raise the limit named"
        )

    def _tail(self, shares: Array) -> Estimate:
        return tail_mean(self._losses(shares), level_share=self.limits.tail_level_share)

    def _losses(self, shares: Array) -> Array:
        net = sum(share * each.net for share, each in zip(shares, self.instruments, strict=True))
        losses: Array = np.maximum(-np.asarray(net), 0.0)
        return losses

    def described(self, shares: Array, binding: dict[str, float]) -> Allocation:
        """Describe an allocation by all its figures, on all paths."""
        names = [each.id for each in self.instruments]
        losses = self._losses(shares)
        whole = int(np.argmax(shares))
        return Allocation(
            share_of=dict(zip(names, shares.tolist(), strict=True)),
            to_firms=float(sum(share * each.to_firms for share, each in zip(shares, self.instruments, strict=True))),
            tail_loss=self._tail(shares),
            loss_probability=probability_of(losses > NOTHING_LOST),
            lost_principal_share=float(self.lost @ shares),
            out_share=float((self.out @ shares).max()),
            binding=binding,
            corner=names[whole] if shares[whole] >= 1 - _SLACK else None,
        )


def _check_instrument(field: str, each: InstrumentOutcomes, first: InstrumentOutcomes) -> None:
    if each.net.ndim != 1 or each.net.shape != first.net.shape or each.is_lost.shape != each.net.shape:
        raise InputError.of(
            f"{field}.net", found=f"shape {each.net.shape}", expected=f"{first.net.shape}: the same paths"
        )
    if each.out_by_year.ndim != 1 or each.out_by_year.shape != first.out_by_year.shape or not each.out_by_year.size:
        raise InputError.of(
            f"{field}.out_by_year", found=each.out_by_year.shape, expected="as many years as the others"
        )
    for name, numbers in (("net", each.net), ("out_by_year", each.out_by_year), ("to_firms", np.array(each.to_firms))):
        if not np.isfinite(numbers).all():
            raise InputError.of(f"{field}.{name}", found="a number that is not finite", expected="finite numbers")
    if each.to_firms < 0:
        raise InputError.of(f"{field}.to_firms", found=each.to_firms, expected="finance of 0 or more")
    if not 0 <= each.largest_share <= 1:
        raise InputError.of(f"{field}.largest_share", found=each.largest_share, expected="a share from 0 to 1")


def _check_limits(limits: RiskLimits, paths: int) -> None:
    searched = min(paths, MAXIMUM_LP_PATHS if limits.loss_probability_share is None else MAXIMUM_CHANCE_PATHS)
    if not 0 < limits.tail_level_share < 1 or searched * (1 - limits.tail_level_share) < 10 - 1e-9:
        expected = "a level inside (0, 1) that leaves ten paths in the tail"
        raise InputError.of("limits.tail_level_share", found=limits.tail_level_share, expected=expected)
    if limits.confidence_share is not None and not 0.5 < limits.confidence_share < 1:
        raise InputError.of("limits.confidence_share", found=limits.confidence_share, expected="a share from 0.5 to 1")
    for name in ("tail_loss_share", "lost_principal_share", "out_share", "loss_probability_share"):
        value = getattr(limits, name)
        if value is not None and not (math.isfinite(value) and 0 <= value <= 1):
            raise InputError.of(f"limits.{name}", found=value, expected="a share of the public money from 0 to 1")
