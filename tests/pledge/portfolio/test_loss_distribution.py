"""Does a loss that is handed on keep its mean, its quantiles and its steps?

Checked against: four losses by hand; the run's own measures, with and without importance sampling; the integral of the
quantile function by hypothesis.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.portfolio.loss_distribution import loss_distribution
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan
from tests.pledge.portfolio.samples import mixed_book, pool
from valuation.errors import InputError

LOSS = st.floats(0, 1e9)


def test_four_losses_by_hand() -> None:
    """0, 0, 50, 100: half of the time nothing, a quarter 50, a quarter 100."""
    found = loss_distribution("pool", np.array([50.0, 0.0, 100.0, 0.0]), np.ones(4))
    at = dict(zip(found.probabilities, found.quantiles_cny, strict=True))
    assert (at[0.0], at[0.5], at[0.75], at[1.0]) == (0.0, 0.0, 50.0, 100.0)
    cells = dict(zip(found.probabilities, found.cell_means_cny, strict=False))
    assert cells[0.5] == pytest.approx(50.0)
    assert cells[0.75] == pytest.approx(100.0)
    assert found.mean_cny == 37.5
    assert found.sample_cny.tolist() == [50.0, 0.0, 100.0, 0.0]


@given(losses=st.lists(LOSS, min_size=1, max_size=30))
def test_the_mean_is_that_of_the_losses(losses: list[float]) -> None:
    found = loss_distribution("pool", np.array(losses), np.ones(len(losses)))
    mean = np.diff(found.probabilities) @ np.array(found.cell_means_cny)
    assert mean == pytest.approx(np.mean(losses), rel=1e-8, abs=1e-9)
    assert (np.diff(found.probabilities) > 0).all()
    assert (np.diff(found.quantiles_cny) >= 0).all()


@pytest.mark.parametrize("shift", [None, FactorShift((-1.0, -1.0, -1.0), plain_share=0.2)])
def test_a_run_hands_on_its_own_figures(shift: FactorShift | None) -> None:
    plan = SimulationPlan(seed=4, scenarios=4_000, shift=shift)
    run = simulate_book(mixed_book(pd_factor=1.5), pool(3e7), plan, engine="numpy")
    found = run.distribution("pool")
    mean = np.diff(found.probabilities) @ np.array(found.cell_means_cny)
    assert mean == pytest.approx(run.mean("pool").value, rel=1e-9)
    is_lost = np.array(found.cell_means_cny) >= found.quantiles_cny[-1] * (1 - 1e-9)
    first_lost = found.probabilities[int(np.flatnonzero(is_lost)[0])]
    assert first_lost == pytest.approx(1 - run.pool_exhaustion().probability.value, abs=1e-9)
    assert found.quantiles_cny[-1] == pytest.approx(3e7)
    place = found.probabilities.index(0.9)
    assert found.quantiles_cny[place] == run.value_at_risk(0.9, "pool").value
    assert (found.sample_cny.size == 0) == (shift is not None)


def test_a_limit_takes_what_lies_beyond_away() -> None:
    run = simulate_book(mixed_book(), pool(), SimulationPlan(seed=4, scenarios=2_000), engine="numpy")
    found = run.distribution("bank", limit_cny=1e6)
    assert found.quantiles_cny[-1] == 1e6
    assert found.mean_cny == pytest.approx(np.minimum(run.of("bank"), 1e6).mean())
    with pytest.raises(InputError, match="limit_cny"):
        run.distribution("bank", limit_cny=0.0)


@pytest.mark.parametrize("losses", [[], [1.0, -1.0], [1.0, np.nan], [np.inf]])
def test_what_is_no_loss_is_refused(losses: list[float]) -> None:
    with pytest.raises(InputError, match="losses_cny"):
        loss_distribution("pool", np.array(losses), np.ones(len(losses)))
