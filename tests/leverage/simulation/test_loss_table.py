"""Instruments by a table of losses. Checked against: their own quantiles, the sign of the dependence, by hand."""

import numpy as np
import pytest
from scipy.special import ndtri

from leverage.simulate import simulate_funds
from leverage.simulation.loss_table import LossTable, draw_losses
from tests.leverage.simulated import FUND, plan
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
