"""Allocations of public money.

Second way: all allocations on a grid, each measured directly (no programme). By hand: two instruments whose limits
bind one after the other. Refusals name the limit; policies are the shipped ones on the days of their text.
"""

import datetime
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverage.frontier import (
    InstrumentOutcomes,
    RiskLimits,
    allocate,
    allocation_frontier,
    outcomes_of,
)
from leverage.policy import load_policies
from leverage.policy_exclusion import excluded_by_policy
from leverage.simulate import simulate_funds
from leverage.simulation.statistics import tail_mean
from tests.leverage.simulated import FUND, plan
from valuation.errors import BeforeFirstStepError, InputError, RefusalError

PATHS = 1_000


def instrument(name: str, to_firms: float, net: np.ndarray, **more: object) -> InstrumentOutcomes:
    out = np.array(more.pop("out", [1.0, 0.5]))
    return InstrumentOutcomes(id=name, to_firms=to_firms, net=net, is_lost=net < 0, out_by_year=out, **more)


def pair() -> list[InstrumentOutcomes]:
    """``safe`` never loses and brings 1; ``pool`` loses everything on one path in ten and brings 10."""
    gone = np.where(np.arange(PATHS) % 10 == 0, -1.0, 0.0)
    return [instrument("safe", 1.0, np.zeros(PATHS), out=[0.4, 0.2]), instrument("pool", 10.0, gone)]


def three(seed: int = 4) -> list[InstrumentOutcomes]:
    random = np.random.default_rng(seed)
    common = random.standard_normal(PATHS)
    rows = []
    for name, to_firms, spread, out in (("a", 1.5, 0.2, 0.6), ("b", 3.0, 0.5, 0.9), ("c", 5.0, 0.9, 1.0)):
        noise = random.standard_normal(PATHS)
        rows.append(instrument(name, to_firms, 0.1 + spread * (0.5 * common + noise), out=[out, out / 2]))
    return rows


def test_two_instruments_by_hand() -> None:
    """At 80 % half of the tail is lost: CVaR is x/2 for x in the pool. A limit of 0.2 allows x = 0.4: 0.6 + 4 = 4.6."""
    found = allocate(pair(), limits=RiskLimits(tail_level_share=0.8, tail_loss_share=0.2))
    assert found.share_of == pytest.approx({"safe": 0.6, "pool": 0.4})
    assert found.to_firms == pytest.approx(4.6)
    assert found.tail_loss.value == pytest.approx(0.2)
    assert found.loss_probability.value == 0.1
    # One more unit of limit is two more in the pool, each of which brings nine more.
    assert found.binding == pytest.approx({"tail_loss_share": 18.0})
    assert found.corner is None


def test_the_tail_holds_on_all_paths_though_the_first_ones_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: of the first half one path in 20 is lost, of the second one in 5; 12.5 % in all, CVaR 0.625 x."""
    monkeypatch.setattr("leverage.frontier.MAXIMUM_LP_PATHS", PATHS // 2)
    place = np.arange(PATHS)
    gone = np.where(np.where(place < PATHS // 2, place % 20 == 0, place % 5 == 0), -1.0, 0.0)
    rows = [instrument("safe", 1.0, np.zeros(PATHS)), instrument("pool", 10.0, gone)]
    found = allocate(rows, limits=RiskLimits(tail_level_share=0.8, tail_loss_share=0.2))
    assert found.share_of["pool"] == pytest.approx(0.2 / 0.625, rel=1e-3)
    assert found.tail_loss.value <= 0.2 + 1e-7
    with pytest.raises(RefusalError, match="all 1000 paths, 500 searched"):
        hopeful = [replace(rows[0], net=np.where(place < PATHS // 2, 0.0, -1.0)), rows[1]]
        allocate(hopeful, limits=RiskLimits(tail_level_share=0.8, tail_loss_share=0.01))


def test_other_limits_by_hand() -> None:
    # A tenth of what is in the pool is lost in expectation: 0.03 allows 0.3.
    found = allocate(pair(), limits=RiskLimits(tail_level_share=0.8, lost_principal_share=0.03))
    assert found.share_of["pool"] == pytest.approx(0.3)
    assert found.binding == pytest.approx({"lost_principal_share": 90.0})
    # Out in year 1: 0.4 + 0.6 x ≤ 0.7 allows a half; year 2 (0.2 + 0.3 x) does not bind.
    found = allocate(pair(), limits=RiskLimits(tail_level_share=0.8, out_share=0.7))
    assert found.share_of["pool"] == pytest.approx(0.5)
    assert found.binding == pytest.approx({"out_share.year_1": 15.0})
    assert found.out_share == pytest.approx(0.7)
    capped = [pair()[0], replace(pair()[1], largest_share=0.25)]
    found = allocate(capped, limits=RiskLimits(tail_level_share=0.8))
    assert found.binding == pytest.approx({"largest_share.pool": 9.0})


def test_without_limits_everything_goes_to_one_and_it_is_named() -> None:
    found = allocate(pair(), limits=RiskLimits(tail_level_share=0.8))
    assert (found.corner, found.to_firms, dict(found.binding)) == ("pool", pytest.approx(10.0), {})


@pytest.mark.parametrize("limit", [0.3, 0.5, 0.9])
def test_the_programme_finds_what_a_grid_of_all_allocations_finds(limit: float) -> None:
    """Steps of 1/40: no point of the grid that keeps the limits is better, and the best is near."""
    rows, level = three(), 0.9
    limits = RiskLimits(tail_level_share=level, tail_loss_share=limit, out_share=0.93, lost_principal_share=0.48)
    found = allocate(rows, limits=limits)
    best = 0.0
    for i in range(41):
        for j in range(41 - i):
            shares = np.array([i, j, 40 - i - j]) / 40
            losses = np.maximum(-sum(s * row.net for s, row in zip(shares, rows, strict=True)), 0)
            keeps = tail_mean(losses, level_share=level).value <= limit
            keeps &= sum(s * row.out_by_year[0] for s, row in zip(shares, rows, strict=True)) <= 0.93
            keeps &= sum(s * row.is_lost.mean() for s, row in zip(shares, rows, strict=True)) <= 0.48
            best = max(best, sum(s * row.to_firms for s, row in zip(shares, rows, strict=True)) if keeps else 0.0)
    assert best > 0
    assert best <= found.to_firms + 1e-9
    assert found.to_firms <= best + 2 * 5.0 / 40
    assert found.tail_loss.value <= limit + 1e-7


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000))
def test_the_frontier_rises_and_bends_down(seed: int) -> None:
    """More risk allowed never brings less, and each step of risk brings no more than the one before (concave)."""
    grid = np.linspace(0.2, 1.0, 9).tolist()
    found = allocation_frontier(three(seed), tail_loss_shares=grid, limits=RiskLimits(tail_level_share=0.9))
    best = [point.to_firms for _, point in found.points]
    steps = np.diff(best)
    assert (steps >= -1e-7).all()
    assert (np.diff(steps) <= 1e-6).all()
    assert len(found.points) + len(found.refused) == len(grid)


def test_corners_stand_beside_the_points() -> None:
    found = allocation_frontier(pair(), tail_loss_shares=[0.1, 0.5], limits=RiskLimits(tail_level_share=0.8))
    assert [row.corner for row in found.corners] == ["safe", "pool"]
    assert [row.to_firms for row in found.corners] == [1.0, 10.0]
    assert found.points[-1][1].corner == "pool"


def test_a_limit_that_nothing_keeps_is_refused_by_name() -> None:
    risky = [instrument("x", 1.0, np.full(PATHS, -0.5)), instrument("y", 2.0, np.full(PATHS, -0.7))]
    with pytest.raises(RefusalError, match=r"limits\.tail_loss_share: found 0\.4, .* at least 0\.5"):
        allocate(risky, limits=RiskLimits(tail_level_share=0.9, tail_loss_share=0.4))
    with pytest.raises(RefusalError, match=r"limits\.out_share: found 0\.9"):
        allocate(risky, limits=RiskLimits(tail_level_share=0.9, tail_loss_share=0.8, out_share=0.9))
    with pytest.raises(RefusalError, match=r"limits\.lost_principal_share: found 0\.5"):
        allocate(risky, limits=RiskLimits(tail_level_share=0.9, lost_principal_share=0.5))
    with pytest.raises(RefusalError, match=r"largest_share: found 0\.8 in all"):
        allocate([replace(row, largest_share=0.4) for row in risky], limits=RiskLimits(tail_level_share=0.9))
    with pytest.raises(RefusalError, match="tail_loss_share"):
        allocation_frontier(risky, tail_loss_shares=[0.1, 0.2], limits=RiskLimits(tail_level_share=0.9))
    part = allocation_frontier(risky, tail_loss_shares=[0.1, 0.6], limits=RiskLimits(tail_level_share=0.9))
    assert [limit for limit, _ in part.refused] == [0.1]


POLICIES = load_policies()


def test_policies_exclude_on_their_day() -> None:
    """30 % is the most of 成果转化引导基金 sub-funds; local reinvestment is to be lowered or dropped from 2025 on."""
    rows = pair()
    fund = replace(rows[1], id="fund", government_share=Decimal("0.31"), asks_local_reinvestment=True)
    rule = POLICIES["national_conversion_fund_2021"]
    day = datetime.date(2026, 1, 1)
    only = {"rule": rule}
    found = excluded_by_policy([rows[0], fund], policies=only, policy_date=day)
    assert [(row.instrument, row.rule) for row in found] == [("fund", "government_share_max_share")]
    assert not excluded_by_policy([fund], policies=only, policy_date=day, tolerance_share=Decimal("0.01"))
    assert not excluded_by_policy([replace(fund, government_share=Decimal("0.30"))], policies=only, policy_date=day)
    state = {"state": POLICIES["state_council_2025_1"]}
    found = excluded_by_policy([rows[0], fund], policies=state, policy_date=day)
    assert [row.rule for row in found] == ["local_reinvestment_direction"]
    with pytest.raises(BeforeFirstStepError):
        excluded_by_policy([fund], policies=state, policy_date=datetime.date(2024, 12, 31))
    allocated = allocate([rows[0], fund], limits=RiskLimits(tail_level_share=0.8), exclusions=found)
    assert allocated.corner == "safe"
    # The frontier says what was left out, and what dropping the rule would bring stands beside it.
    assert allocated.binding == pytest.approx({"largest_share.fund": 9.0})


def test_from_a_simulation() -> None:
    made = plan(funds=[FUND, FUND | {"id": "bold", "deviation_share": 0.6, "public_first_loss": True}], paths=2_000)
    rows = outcomes_of(simulate_funds(made))
    grid = [0.3, 0.5, 0.7, 0.9]
    found = allocation_frontier(rows, tail_loss_shares=grid, limits=RiskLimits(tail_level_share=0.95))
    assert found.points
    # 30 of 100 committed are public: all of it invested is 1/0.3 of finance a unit, less what is never called.
    assert found.points[-1][1].to_firms == pytest.approx(rows[0].to_firms)
    assert 3.0 < rows[0].to_firms < 1 / 0.3
    assert rows[0].out_by_year.max() < 1


BAD_INSTRUMENTS = [
    {"net": np.zeros(5)},
    {"net": np.full(PATHS, np.nan)},
    {"is_lost": np.zeros(3, dtype=bool)},
    {"out_by_year": np.array([1.0])},
    {"out_by_year": np.array([1.0, np.inf])},
    {"to_firms": float("nan")},
    {"to_firms": -1.0},
    {"largest_share": 1.5},
    {"largest_share": float("nan")},
    {"id": "safe"},
]


@pytest.mark.parametrize("changes", BAD_INSTRUMENTS)
def test_bad_instruments_are_refused(changes: dict) -> None:
    with pytest.raises(InputError, match="instruments"):
        allocate([pair()[0], replace(pair()[1], **changes)], limits=RiskLimits(tail_level_share=0.8))


BAD_LIMITS = [
    {"tail_level_share": 1.0},
    {"tail_level_share": 0.0},
    {"tail_level_share": 95.0},
    {"tail_level_share": 0.995},
    {"tail_loss_share": -0.1},
    {"tail_loss_share": 30.0},
    {"lost_principal_share": float("nan")},
    {"out_share": float("inf")},
]


@pytest.mark.parametrize("changes", BAD_LIMITS)
def test_bad_limits_are_refused(changes: dict) -> None:
    with pytest.raises(InputError, match=rf"limits\.{next(iter(changes))}"):
        allocate(pair(), limits=replace(RiskLimits(tail_level_share=0.8), **changes))


def test_bad_grids_and_exclusions_are_refused() -> None:
    limits = RiskLimits(tail_level_share=0.8)
    for grid in ([], [0.2, 0.1], [0.1, 0.1], [0.001 * n for n in range(100)]):
        with pytest.raises(InputError, match="tail_loss_shares"):
            allocation_frontier(pair(), tail_loss_shares=grid, limits=limits)
    with pytest.raises(InputError, match="the grid states it"):
        allocation_frontier(pair(), tail_loss_shares=[0.1], limits=replace(limits, tail_loss_share=0.1))
    with pytest.raises(InputError, match="instruments"):
        allocate([], limits=limits)
    with pytest.raises(InputError, match="tolerance_share"):
        excluded_by_policy(pair(), policies={}, policy_date=datetime.date(2026, 1, 1), tolerance_share=Decimal("-0.1"))
