"""Instruments by a table of losses. Checked against: their own quantiles, the sign of the dependence, by hand."""

import numpy as np
import pytest
from scipy.special import ndtri

from leverage.simulate import simulate_funds
from leverage.simulation.loss_table import LossTable, draw_losses
from leverage.simulation.of_book import loss_table_of_book
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan as BookPlan
from tests.leverage.simulated import FUND, plan
from tests.pledge.portfolio.samples import even_book
from tests.pledge.portfolio.samples import pool as loan_pool
from valuation.errors import InputError
from valuation.kernel.fields import parse

POOL = {
    "id": "pool",
    "public_money": 50.0,
    "to_firms": 500.0,
    "probability_shares": (0.0, 0.6, 0.9, 1.0),
    "loss_shares": (0.0, 0.0, 1.0, 1.0),
    "correlation_share": 0.4,
    "lost_when": "exhausted",
    "source": "made for this test",
}


def test_without_a_common_factor_it_is_its_own_quantile() -> None:
    table = parse(LossTable, POOL | {"correlation_share": 0.0})
    # A high own number is a good year: the loss is the quantile at 1 − u. At 0.75 half of the way from 0.6 to 0.9.
    found = draw_losses(table, np.zeros(3), np.array([0.9, 0.25, 0.01]))
    assert found.tolist() == pytest.approx([0.0, 0.5, 1.0])


def test_the_law_is_that_of_the_table_whatever_the_correlation() -> None:
    random = np.random.default_rng(3)
    losses = draw_losses(parse(LossTable, POOL), random.standard_normal(40_000), random.random(40_000))
    assert (losses == 0).mean() == pytest.approx(0.6, abs=0.01)
    assert (losses == 1).mean() == pytest.approx(0.1, abs=0.006)


def test_in_a_simulation_it_loses_when_the_funds_do() -> None:
    made = plan(funds=[FUND], loss_tables=[POOL], paths=20_000)
    found = simulate_funds(made)
    assert found.public_net.shape == (2, 20_000)
    assert found.is_lost("pool").mean() == pytest.approx(0.1, abs=0.01)
    assert np.corrcoef(found.public_net)[0, 1] > 0.1
    assert found.to_firms == pytest.approx(simulate_funds(plan(funds=[FUND], paths=20_000)).to_firms + 500)
    # "Below what was paid in" is another definition of the same losses.
    other = simulate_funds(plan(funds=[FUND], loss_tables=[POOL | {"lost_when": "below_paid_in"}], paths=20_000))
    assert other.is_lost("pool").mean() == pytest.approx(0.4, abs=0.02)
    assert found.loss_of("pool").max() == 50.0


def test_a_table_made_of_a_book_of_loans_is_lost_when_the_pool_is_exhausted() -> None:
    """20 loans of 10, half of each loss the pool's, which holds 9: two defaults ask it for 10."""
    book = even_book(20, pd=0.05, correlation=0.2, principal_cny=10.0)
    run = simulate_book(book, loan_pool(9.0), BookPlan(seed=2, scenarios=4_000), engine="numpy")
    table = loss_table_of_book(
        run.distribution("pool"),
        id="pool",
        public_money_cny=9.0,
        to_firms_cny=200.0,
        money_unit_cny=1.0,
        correlation_share=0.4,
        lost_when="exhausted",
        source="made for this test",
    )
    found = simulate_funds(plan(funds=[FUND], loss_tables=[table.model_dump()], paths=20_000))
    exhausted = float((run.defaults >= 2).mean())
    assert run.pool_exhaustion().probability.value == pytest.approx(exhausted)
    assert found.is_lost("pool").mean() == pytest.approx(exhausted, abs=0.015)


def test_one_more_fund_leaves_the_numbers_of_the_pool_as_they_are() -> None:
    one = simulate_funds(plan(funds=[FUND], loss_tables=[POOL]))
    two = simulate_funds(plan(funds=[FUND, FUND | {"id": "second"}], loss_tables=[POOL]))
    np.testing.assert_array_equal(one.loss_of("pool"), two.loss_of("pool"))
    np.testing.assert_array_equal(one.loss_of("plain"), two.loss_of("plain"))
    assert ndtri(0.5) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"public_money": 0.0},
        {"to_firms": -1.0},
        {"probability_shares": (0.0, 1.0)},
        {"probability_shares": (0.1, 0.6, 0.9, 1.0)},
        {"probability_shares": (0.0, 0.6, 0.9, 0.99)},
        {"probability_shares": (0.0, 0.9, 0.6, 1.0)},
        {"loss_shares": (0.0, 0.5, 0.2, 1.0)},
        {"loss_shares": (0.0, 0.5, 0.8, 1.5)},
        {"correlation_share": 2.0},
        {"lost_when": "sometimes"},
        {"source": ""},
    ],
)
def test_bad_tables_are_refused(changes: dict) -> None:
    with pytest.raises(InputError):
        parse(LossTable, POOL | changes)
