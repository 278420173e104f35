"""Does the loss of a simulated book reach the simulation of programmes unchanged?

Checked against: four losses by hand; mean, quantiles and exhaustion of the simulated book itself, with and without
importance sampling (exact, by the integral of the table's straight lines); draws of the table within 4 standard errors;
any losses by hypothesis.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverage.simulation.loss_table import LossTable, draw_losses
from leverage.simulation.of_book import loss_table_of_book
from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.loss_distribution import loss_distribution
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan
from tests.pledge.portfolio.samples import FOUR_PARTIES, mixed_book, pool
from valuation.errors import InputError

#: Exhausted in some 5 to 10 % of all scenarios.
BALANCE = 3e7
TERMS: dict[str, Any] = {
    "id": "pool",
    "public_money_cny": BALANCE,
    "to_firms_cny": 3e8,
    "money_unit_cny": 1e4,
    "correlation_share": 0.3,
    "lost_when": "exhausted",
    "source": "a book invented for this test",
}


@functools.cache
def run(shift: FactorShift | None = None) -> BookLosses:
    made = SimulationPlan(seed=4, scenarios=4_000, shift=shift)
    return simulate_book(mixed_book(pd_factor=1.5), pool(BALANCE, shares=FOUR_PARTIES), made, engine="numpy")


def mean_share(table: LossTable) -> float:
    return float(np.trapezoid(table.loss_shares, table.probability_shares))


def share_at(table: LossTable, probability: float) -> float:
    return float(np.interp(probability, table.probability_shares, table.loss_shares))


def lost_with(table: LossTable) -> float:
    """The probability from which on everything is lost."""
    return 1 - table.probability_shares[table.loss_shares.index(1.0)]


def test_four_losses_by_hand() -> None:
    """0, 0, 50, 100 of 100: nothing up to one half, 50 % up to three quarters, then everything; mean 37.5 %."""
    four = loss_distribution("pool", np.array([0.0, 0.0, 50.0, 100.0]), np.ones(4))
    table = loss_table_of_book(
        four, **(TERMS | {"public_money_cny": 100.0, "to_firms_cny": 1e3, "money_unit_cny": 1.0})
    )
    assert [share_at(table, p) for p in (0.25, 0.5, 0.6, 0.7, 0.76, 0.9)] == [0, 0, 0.5, 0.5, 1.0, 1.0]
    assert mean_share(table) == pytest.approx(0.375, abs=1e-9)
    assert (table.public_money, table.to_firms) == (100.0, 1_000.0)


@pytest.mark.parametrize("shift", [None, FactorShift((-1.0, -1.0, -1.0), plain_share=0.2)])
def test_the_figures_of_the_pool_survive(shift: FactorShift | None) -> None:
    found = run(shift)
    table = loss_table_of_book(found.distribution("pool"), **TERMS)
    exhausted = found.pool_exhaustion().probability.value
    assert 0.02 < exhausted < 0.5
    assert mean_share(table) * BALANCE == pytest.approx(found.mean("pool").value, rel=1e-8)
    assert lost_with(table) == pytest.approx(exhausted, abs=1e-9)
    unharmed = 1 - found.weights @ (found.of("pool") > 0) / found.weights.size
    assert share_at(table, unharmed) == 0.0
    assert share_at(table, unharmed + 0.02) > 0.0
    for confidence in (0.3, 0.5, 0.9):
        quantile = found.value_at_risk(confidence, "pool").value
        assert share_at(table, confidence) * BALANCE == pytest.approx(quantile, rel=1e-9)
    assert (table.public_money, table.to_firms) == (3_000.0, 30_000.0)


@given(losses=st.lists(st.floats(0, 1e6) | st.sampled_from([0.0, 1e6]), min_size=1, max_size=40))
def test_mean_and_total_loss_survive_whatever_was_lost(losses: list[float]) -> None:
    array = np.array(losses)
    money = {"public_money_cny": 1e6}
    table = loss_table_of_book(loss_distribution("pool", array, np.ones(array.size)), **(TERMS | money))
    assert mean_share(table) * 1e6 == pytest.approx(array.mean(), rel=1e-6, abs=1e-3)
    everything = float((array >= 1e6 * (1 - 1e-9)).mean())
    if everything:
        assert share_at(table, 1 - everything / 2) == pytest.approx(1.0), "in the middle of the worst all is lost"


def test_draws_of_the_table_are_the_losses_of_the_pool() -> None:
    found = run()
    table = loss_table_of_book(found.distribution("pool"), **TERMS)
    random = np.random.default_rng(5)
    drawn = draw_losses(table, random.standard_normal(40_000), random.random(40_000)) * BALANCE
    error = math.hypot(drawn.std() / 200, found.mean("pool").standard_error)
    assert abs(drawn.mean() - found.mean("pool").value) < 4 * error
    share = found.pool_exhaustion().probability.value
    assert (drawn >= BALANCE * (1 - 1e-9)).mean() == pytest.approx(share, abs=4 * math.sqrt(share / 40_000))


def test_a_guarantor_loses_at_most_its_capital() -> None:
    """The insurer of the simulation pays without end; beyond its capital somebody else does."""
    found = run()
    capital = found.value_at_risk(0.95, "insurer").value
    money = {"id": "insurer", "public_money_cny": capital}
    with pytest.raises(InputError, match="limit_cny"):
        loss_table_of_book(found.distribution("insurer"), **(TERMS | money))
    table = loss_table_of_book(found.distribution("insurer", limit_cny=capital), **(TERMS | money))
    losses = np.minimum(found.of("insurer"), capital)
    assert mean_share(table) * capital == pytest.approx(losses.mean(), rel=1e-8)
    assert lost_with(table) == pytest.approx((losses >= capital).mean(), abs=1e-9)


def test_a_book_without_loss_loses_nothing() -> None:
    table = loss_table_of_book(loss_distribution("pool", np.zeros(9), np.ones(9)), **TERMS)
    assert set(table.loss_shares) == {0.0}


@pytest.mark.parametrize(
    "changes",
    [
        {"public_money_cny": 0.0},
        {"public_money_cny": math.nan},
        {"public_money_cny": 99.0},
        {"money_unit_cny": 0.0},
        {"money_unit_cny": math.inf},
        {"to_firms_cny": -1.0},
        {"correlation_share": 1.5},
        {"lost_when": "sometimes"},
        {"source": ""},
        {"id": "Not an id"},
    ],
)
def test_bad_terms_are_refused(changes: dict[str, Any]) -> None:
    losses = loss_distribution("pool", np.array([0.0, 100.0]), np.ones(2))
    with pytest.raises(InputError):
        loss_table_of_book(losses, **(TERMS | {"public_money_cny": 100.0} | changes))
