"""Is the expected loss of a loan what the closed form says?

Checked against: PD times claim without collateral (hand), the economic loss given default of one loan (second way),
the simulation within four standard errors, loans that mature early or cannot fail (limits).
"""

from __future__ import annotations

import numpy as np
import pytest

from pledge.credit.economic_loss import PledgedValue, economic_loss
from pledge.portfolio.expected_loss import default_shares, expected_losses
from pledge.portfolio.loan_book import wrong_way_correlations
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan
from tests.pledge.portfolio.samples import even_book, mixed_book
from valuation.errors import NotBuiltError

ONE_YEAR = SimulationPlan(seed=1, scenarios=2, periods=1, period_years=1.0)
QUARTERS = SimulationPlan(seed=1, scenarios=2, periods=8, period_years=0.25)


def test_without_collateral_it_is_pd_times_claim() -> None:
    """Hand: 3 % of 120 is 3.6; over two years 1 − 0.97² = 5.91 %, that is 7.092; after six months of maturity less."""
    columns = {"principal_cny": 100.0, "interest_cny": 20.0}
    book = even_book(2, pd=0.03, correlation=0.2, **columns)
    np.testing.assert_allclose(expected_losses(book, ONE_YEAR), [3.6, 3.6], rtol=1e-12)
    np.testing.assert_allclose(expected_losses(book, QUARTERS), [7.092, 7.092], rtol=1e-10)
    short = even_book(1, pd=0.03, correlation=0.2, maturity_years=0.5, **columns)
    np.testing.assert_allclose(expected_losses(short, QUARTERS), 120 * (1 - 0.97**0.5), rtol=1e-9)


@pytest.mark.parametrize("correlation", [-0.4, 0.0, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("damage", [0.0, 0.7])
def test_one_loan_against_its_economic_loss(correlation: float, damage: float) -> None:
    """PD 3 %, pledge rate 30 %, volatility 60 %, sale cost 30 %; one year."""
    r = 0.4
    book = even_book(
        1,
        pd=0.03,
        correlation=r**2,
        principal_cny=30.0,
        collateral_value_cny=100.0,
        collateral_volatility=0.6,
        sale_cost_share=0.3,
        owner_failure_damage_share=damage,
        **wrong_way_correlations(correlation, factor_correlation=r),
    )
    pledged = PledgedValue(
        pledge_rate_share=0.3,
        value_volatility_share=0.6,
        expected_growth_share=0.0,
        years_to_default=1.0,
        years_to_sale=0.0,
        sale_cost_share=0.3,
        owner_damage_share=damage,
        correlation=correlation,
    )
    lgd = economic_loss(0.03, pledged=pledged, discount_rate_share=0.0).lgd_share
    np.testing.assert_allclose(expected_losses(book, ONE_YEAR), 0.03 * 30.0 * lgd, rtol=1e-9, atol=1e-12)


def test_the_mixed_book_against_its_simulation() -> None:
    """Every column in use, eight quarters: the total within four standard errors."""
    book = mixed_book(40, value_table=-1)
    plan = SimulationPlan(seed=11, scenarios=20_000, periods=8, period_years=0.25)
    found = simulate_book(book, SharingRule.bank_alone(), plan, engine="numpy").mean()
    assert abs(found.value - expected_losses(book, plan).sum()) < 4 * found.standard_error
    # The comparison can tell: the tie of collateral and owner moves the sum by more than that.
    untied = mixed_book(40, value_table=-1, collateral_factor_correlation=0.0, collateral_owner_correlation=0.0)
    assert abs(found.value - expected_losses(untied, plan).sum()) > 4 * found.standard_error


def test_a_borrower_that_cannot_fail_loses_nothing() -> None:
    book = even_book(2, pd=0.0, correlation=0.2, collateral_value_cny=0.4, collateral_volatility=0.5)
    assert expected_losses(book, QUARTERS).tolist() == [0.0, 0.0]
    assert default_shares(book, QUARTERS).tolist() == [[0.0] * 8] * 2


def test_a_table_of_values_has_no_closed_form() -> None:
    with pytest.raises(NotBuiltError, match="table of values"):
        expected_losses(mixed_book(12), ONE_YEAR)
