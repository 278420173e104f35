"""Do values go from the valuation of an asset to the loans, and losses on to whoever asks?

Checked against: the exact quantile of lognormal draws; the interval of the valuation itself (same paper, same seed);
the lognormal law of one asset's cover; the scenarios of the run of the same plan (identity).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from benchmarks.royalty import worksheet
from pledge.portfolio.joint import cover_distribution, tables_of_papers
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan, Stress
from pledge.portfolio.value_table import SCORES, ValueTable
from tests.pledge.portfolio.samples import even_book, mixed_book, sectors
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator
from valuation.uncertainty.draws import Uncertainty
from valuation.uncertainty.percentiles import percentiles

BANK = SharingRule.bank_alone()
UNCERTAINTY = Uncertainty(seed=1)


def test_a_table_of_lognormal_draws() -> None:
    draws = block_generator(1, 0).lognormal(2.0, 0.5, 200_000)
    table = ValueTable.of_draws("a", draws)
    inside = np.abs(SCORES) <= 2.5
    np.testing.assert_allclose(table.values_cny[inside], np.exp(2 + 0.5 * SCORES[inside]), rtol=0.03)
    assert table.at(np.array([-9.0, 9.0])).tolist() == [table.values_cny[0], table.values_cny[-1]]
    assert ValueTable.of_draws("b", draws - 100).values_cny.min() == 0.0


def test_a_paper_gives_its_own_percentiles() -> None:
    paper = worksheet()
    (table,) = tables_of_papers({"patent": paper}, uncertainty=UNCERTAINTY)
    shares = [0.05, 0.5, 0.95]
    own = percentiles(paper, answer="value", probability_shares=shares, uncertainty=UNCERTAINTY)
    for share, each in zip(shares, own, strict=True):
        found = float(table.at(special.ndtri(np.array([share])))[0])
        assert found == pytest.approx(each.value, rel=0.01)


def test_values_of_a_paper_reach_the_loss() -> None:
    """A loan of the paper's median value, sure to fail: it loses what the value falls short, half of the time."""
    (table,) = tables_of_papers({"patent": worksheet()}, uncertainty=UNCERTAINTY)
    median = float(table.at(np.zeros(1))[0])
    book = LoanBook.of_columns(
        sectors(),
        sector=["software"],
        value_tables=[table],
        value_table=0,
        principal_cny=median,
        pd_share_per_year=1.0,
        factor_correlation=0.2,
    )
    found = simulate_book(book, BANK, SimulationPlan(seed=1, scenarios=20_000), engine="numpy")
    expected = float(np.maximum(median - table.at(special.ndtri((np.arange(4000) + 0.5) / 4000)), 0).mean())
    assert abs(found.mean().value - expected) < 4 * found.mean().standard_error
    assert (found.total_cny > 0).mean() == pytest.approx(0.5, abs=0.02)
    handed_on = found.distribution("bank")
    assert handed_on.sample_cny.tolist() == found.of("bank").tolist()
    assert handed_on.quantiles_cny[-1] == found.total_cny.max()
    place = handed_on.probabilities.index(0.9)
    assert handed_on.quantiles_cny[place] == pytest.approx(found.value_at_risk(0.9).value, rel=1e-3)


def test_a_paper_without_doubt_is_no_distribution() -> None:
    class Certain:
        uncertain_inputs = ()

    with pytest.raises(InputError, match=r"papers\.patent"):
        tables_of_papers({"patent": Certain()}, uncertainty=UNCERTAINTY)  # type: ignore[dict-item]


def test_cover_of_one_asset_is_lognormal() -> None:
    book = even_book(1, pd=0.1, correlation=0.2, collateral_value_cny=2.0, collateral_volatility=0.5)
    plan = SimulationPlan(seed=3, scenarios=20_000, block=3_000)
    found = cover_distribution(book, plan, period=4, floor_ratio=1.5)
    score = (np.log(found.cover_ratio / 2) + 0.125) / 0.5
    assert abs(score.mean()) < 4 / np.sqrt(20_000)
    assert score.std() == pytest.approx(1, abs=0.03)
    exact = float(special.ndtr((np.log(0.75) + 0.125) / 0.5))
    assert found.short_share.mean() == pytest.approx(exact, abs=0.015)


def test_cover_and_losses_of_a_scenario_belong_together() -> None:
    """Poor cover and large losses come together; a stress of values lowers every scenario's cover alike."""
    book, plan = mixed_book(), SimulationPlan(seed=3, scenarios=3_000)
    cover = cover_distribution(book, plan, period=4)
    losses = simulate_book(book, BANK, plan, engine="numpy").total_cny
    assert np.corrcoef(cover.cover_ratio, losses)[0, 1] < -0.2
    halved = cover_distribution(book, plan, period=4, stress=Stress(name="x", value_factor=0.5))
    np.testing.assert_allclose(halved.cover_ratio, cover.cover_ratio / 2)
