"""The figures of a simulation. Checked against: the paths themselves, plainly counted and averaged."""

import numpy as np
import pytest

from leverage.simulate import simulate_funds
from leverage.simulation.summary import summarise
from tests.leverage.simulated import FUND, plan
from tests.leverage.simulation.test_loss_table import POOL
from valuation.errors import InputError, RefusalError

RESULT = simulate_funds(plan(funds=[FUND, FUND | {"id": "second"}], loss_tables=[POOL], paths=3_000))


def test_figures_are_those_of_the_paths() -> None:
    found = summarise(RESULT, tail_level_share=0.95)
    assert list(found.by_instrument) == ["plain", "second", "pool"]
    net = RESULT.public_net.sum(axis=0)
    assert found.whole.mean_net.value == pytest.approx(net.mean())
    assert found.whole.mean_net.error == pytest.approx(net.std(ddof=1) / np.sqrt(3_000))
    assert found.whole.loss_probability.value == (net < 0).mean()
    assert found.whole.tail_loss.value == pytest.approx(np.sort(np.maximum(-net, 0))[-150:].mean())
    assert found.whole.committed == 30 + 30 + 50
    # What is lost of a pool is counted when it is exhausted, of a fund when less than 1x comes back.
    assert found.by_instrument["pool"].loss_probability.value == (RESULT.loss_of("pool") == 50).mean()
    assert found.by_instrument["plain"].loss_probability.value == (RESULT.public_net[0] < 0).mean()
    assert found.to_firms.value == pytest.approx(RESULT.mean_to_firms.sum())


def test_diversified_money_loses_less_in_its_tail_than_its_parts() -> None:
    """CVaR is subadditive: that of the whole is at most the sum."""
    found = summarise(RESULT, tail_level_share=0.9)
    assert found.whole.tail_loss.value <= sum(each.tail_loss.value for each in found.by_instrument.values())


def test_quantiles_of_rates_and_multiples_rise() -> None:
    found = summarise(RESULT, tail_level_share=0.95, quantile_shares=(0.1, 0.5, 0.9))
    for rows in (found.public_multiple, found.public_rate.quantiles, found.all_rate.quantiles):
        assert [row.probability_share for row in rows] == [0.1, 0.5, 0.9]
        assert rows[0].value < rows[1].value < rows[2].value
        assert all(row.low <= row.value <= row.high for row in rows)
    assert sum(found.public_rate.counts.values()) == 3_000
    # Public money pays carry: its median rate is below that of all partners together.
    assert found.public_rate.quantiles[1].value < found.all_rate.quantiles[1].value


def test_bad_questions_are_refused() -> None:
    for level in (0.0, 1.0, 95.0):
        with pytest.raises(InputError, match="level_share"):
            summarise(RESULT, tail_level_share=level)
    with pytest.raises(RefusalError, match="of 3000 paths"):
        summarise(RESULT, tail_level_share=0.9999)
    for shares in ((), (0.0,), (0.5,) * 100):
        with pytest.raises(InputError, match="shares"):
            summarise(RESULT, tail_level_share=0.95, quantile_shares=shares)
