"""Allocations under a limit on the probability that the whole loses principal.

Second way: all allocations on a grid of two and of three instruments, each counted directly. By hand: a pool that loses
on one path in ten. Where the chance does not bind the linear programme is the second way. Few paths cannot show a small
probability: refused.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import leverage.frontier as frontier
from leverage.chance_limit import ChanceProblem, most_lost, search_allocation
from leverage.frontier import RiskLimits, allocate, allocation_frontier
from leverage.simulation.statistics import probability_interval, tail_mean
from tests.leverage.test_frontier import PATHS, instrument, pair, three
from valuation.errors import InputError, RefusalError

PLAIN = RiskLimits(tail_level_share=0.9, confidence_share=None)


def shares_on_a_grid(instruments: int, steps: int) -> np.ndarray:
    """Every allocation in whole steps."""
    rows = itertools.product(range(steps + 1), repeat=instruments - 1)
    return np.array([(*row, steps - sum(row)) for row in rows if sum(row) <= steps]) / steps


@pytest.mark.parametrize("limit", [0.25, 0.36, 0.45])
@pytest.mark.parametrize("names", ["ac", "abc"])
def test_the_search_finds_what_a_grid_of_all_allocations_finds(names: str, limit: float) -> None:
    """No point of the grid that keeps the chance brings more than what is found; at 25 % there is none at all."""
    rows = [row for row in three() if row.id in names]
    grid = shares_on_a_grid(len(rows), {2: 1_000, 3: 60}[len(rows)])
    lost = ((grid @ np.array([row.net for row in rows])) < -1e-9).mean(axis=1)
    brought = grid @ np.array([row.to_firms for row in rows])
    limits = replace(PLAIN, loss_probability_share=limit)
    if not (lost <= limit).any():
        assert limit == 0.25
        with pytest.raises(RefusalError, match=r"limits\.loss_probability_share: found 0\.25"):
            allocate(rows, limits=limits)
        return
    found = allocate(rows, limits=limits)
    best = brought[lost <= limit].max()
    assert found.bound_to_firms is not None
    assert best <= found.bound_to_firms * (1 + 1e-3)
    assert best <= found.to_firms * (1 + 2e-3)
    assert found.to_firms <= best + 0.1
    assert found.loss_probability.value <= limit
    assert found.loss_probability_high == found.loss_probability.value


def test_the_tail_counts_beside_the_chance() -> None:
    """Both limits bind somewhere on the grid: the best grid point that keeps both is not better than what is found."""
    rows, limits = three(), replace(PLAIN, tail_loss_share=0.42, loss_probability_share=0.4, out_share=0.93)
    found = allocate(rows, limits=limits)
    net, out = np.array([row.net for row in rows]), np.array([row.out_by_year for row in rows])
    best = 0.0
    for shares in shares_on_a_grid(3, 40):
        losses = np.maximum(-(shares @ net), 0)
        keeps = (losses > 1e-9).mean() <= 0.4 and tail_mean(losses, level_share=0.9).value <= 0.42
        if keeps and (shares @ out).max() <= 0.93:
            best = max(best, float(shares @ [row.to_firms for row in rows]))
    assert 0 < best <= found.to_firms * (1 + 2e-3)
    assert found.tail_loss.value <= 0.42 + 1e-6
    assert found.out_share <= 0.93 + 1e-6


def test_one_path_in_ten_by_hand() -> None:
    """Any money in the pool loses on one path in ten: all of it is allowed at 10 %, none at 9 %."""
    everything = allocate(pair(), limits=replace(PLAIN, tail_level_share=0.8, loss_probability_share=0.1))
    assert (everything.corner, everything.to_firms) == ("pool", 10.0)
    nothing = allocate(pair(), limits=replace(PLAIN, tail_level_share=0.8, loss_probability_share=0.09))
    assert (nothing.corner, nothing.loss_probability.value) == ("safe", 0.0)


def test_the_limit_is_kept_with_its_confidence() -> None:
    """100 of 1,000 paths: with 95 % the probability is below 11.7 % (Clopper and Pearson), and 11 % is not shown."""
    limits = RiskLimits(tail_level_share=0.8, loss_probability_share=0.117)
    assert allocate(pair(), limits=limits).corner == "pool"
    assert allocate(pair(), limits=replace(limits, loss_probability_share=0.11)).corner == "safe"


@pytest.mark.parametrize(("limit", "confidence"), [(0.1, 0.95), (0.02, 0.99), (0.5, 0.9)])
def test_as_many_may_lose_as_the_interval_allows(limit: float, confidence: float) -> None:
    most = most_lost(limit, paths=PATHS, confidence_share=confidence)

    def high(count: int) -> float:
        return probability_interval(np.arange(PATHS) < count, level_share=2 * confidence - 1)[1]

    assert high(most) <= limit < high(most + 1)


def test_too_few_paths_show_nothing() -> None:
    """Without one loss 298 paths leave 1 % open with 95 %, 299 do not (0.99^299 < 0.05)."""
    with pytest.raises(RefusalError, match="at least 299 paths"):
        most_lost(0.01, paths=298, confidence_share=0.95)
    assert most_lost(0.01, paths=299, confidence_share=0.95) == 0
    with pytest.raises(RefusalError, match="a limit above 0"):
        most_lost(0.0, paths=298, confidence_share=0.95)


def test_a_chance_that_does_not_bind_leaves_the_linear_programme() -> None:
    limits = replace(PLAIN, tail_loss_share=0.5)
    linear = allocate(three(), limits=limits)
    chance = allocate(three(), limits=replace(limits, loss_probability_share=0.999))
    assert chance.to_firms == pytest.approx(linear.to_firms, rel=2e-3)


def test_all_paths_verify_what_few_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paths searched are kinder than the rest: tightened until all confirm it, or refused; never given as found."""
    monkeypatch.setattr(frontier, "MAXIMUM_CHANCE_PATHS", 100)
    rows = three()
    kinder = [replace(row, net=row.net + 0.25 * row.to_firms / 5 * (np.arange(PATHS) < 100)) for row in rows]
    found = allocate(kinder, limits=RiskLimits(tail_level_share=0.9, loss_probability_share=0.4))
    net = sum(found.share_of[row.id] * row.net for row in kinder)
    assert probability_interval(net < -1e-9, level_share=0.9)[1] <= 0.4
    hopeless = [instrument("x", 1.0, np.where(np.arange(PATHS) < 100, 0.1, -0.1))]
    with pytest.raises(RefusalError, match=r"on all paths with 0\.95 confidence, searched on 100"):
        allocate(hopeless, limits=RiskLimits(tail_level_share=0.9, loss_probability_share=0.4))


def test_what_nothing_keeps_is_refused_by_name() -> None:
    risky = [instrument("x", 1.0, np.full(PATHS, -0.5)), instrument("y", 2.0, np.full(PATHS, -0.7))]
    with pytest.raises(RefusalError, match=r"limits\.loss_probability_share: found 0\.3"):
        allocate(risky, limits=replace(PLAIN, loss_probability_share=0.3))
    with pytest.raises(RefusalError, match=r"limits\.out_share: found 0\.9"):
        allocate(risky, limits=replace(PLAIN, loss_probability_share=1.0, out_share=0.9))


def test_the_frontier_holds_the_chance_at_all_points() -> None:
    limits = replace(PLAIN, loss_probability_share=0.35)
    found = allocation_frontier(three(), tail_loss_shares=[0.3, 0.6, 0.9], limits=limits)
    assert len(found.points) == 3
    assert all(point.loss_probability.value <= 0.35 for _, point in found.points)
    assert [row.corner for row in found.corners] == ["a", "b", "c"]


def test_nothing_in_no_dimension() -> None:
    """One instrument leaves nothing to choose: it keeps the chance or nothing does."""
    net = np.linspace(-1.0, 1.0, 1_000)[:, None]
    alone = ChanceProblem(
        to_firms=np.array([2.0]),
        net=net,
        largest=np.array([1.0]),
        above=np.empty((0, 1)),
        limits=np.empty(0),
        most_lost=500,
    )
    found = search_allocation(alone)
    assert found is not None
    assert found.shares.tolist() == [1.0]
    assert search_allocation(replace(alone, most_lost=499)) is None


@pytest.mark.parametrize(
    "changes",
    [{"loss_probability_share": 1.1}, {"loss_probability_share": float("nan")}, {"confidence_share": 0.5}],
)
def test_bad_limits_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(InputError, match=rf"limits\.{next(iter(changes))}"):
        allocate(pair(), limits=replace(RiskLimits(tail_level_share=0.8), **changes))
