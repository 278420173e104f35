"""Do the loans' parts make up the shortfall, and is each part what the loan adds?

Checked against: the shortfall of the same run (identity); symmetry of equal loans; the derivative of the shortfall by
the size of a loan, from a second run with that loan a little larger (second way); plain simulation against shifted.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pledge.portfolio.contributions import shortfall_contributions
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan
from tests.pledge.portfolio.samples import FOUR_PARTIES, even_book, mixed_book, pool
from valuation.errors import InputError

PLAN = SimulationPlan(seed=5, scenarios=6_000, block=2_500, shift=FactorShift((-1.0, -1.0, -1.0)))


@pytest.mark.parametrize("party", ["total", "pool", "bank", "insurer"])
@pytest.mark.parametrize("payment", ["after_disposal", "at_default"])
def test_parts_add_up_to_the_shortfall(party: str, payment: str) -> None:
    book, rule = mixed_book(), pool(shares=FOUR_PARTIES, payment=payment, cap_per_loan_cny=4e6)
    losses = simulate_book(book, rule, PLAN, engine="numpy")
    found = shortfall_contributions(book, rule, PLAN, losses, confidence=0.98, party=party, engine="numpy")
    assert found.shortfall_cny == pytest.approx(losses.expected_shortfall(0.98, party).value, rel=1e-9)
    assert (found.by_loan_cny >= -1e-6).all()
    assert found.largest(1)[0][1] == found.by_loan_cny.max()
    with pytest.raises(InputError, match="count"):
        found.largest(0)


def test_a_part_is_the_derivative_by_the_size_of_the_loan() -> None:
    """Same random numbers, one loan 1 % larger: the shortfall grows by 1 % of the loan's part."""
    bank, size = SharingRule.bank_alone(), np.linspace(1.0, 2.0, 40)
    book = even_book(40, pd=0.05, correlation=0.3, principal_cny=size)
    plan = SimulationPlan(seed=5, scenarios=20_000, periods=1, period_years=1.0)
    losses = simulate_book(book, bank, plan, engine="numpy")
    found = shortfall_contributions(book, bank, plan, losses, confidence=0.95, engine="numpy")
    larger = even_book(40, pd=0.05, correlation=0.3, principal_cny=size * (1 + 0.001 * (np.arange(40) == 39)))
    grown = simulate_book(larger, bank, plan, engine="numpy").expected_shortfall(0.95).value
    assert grown - found.shortfall_cny == pytest.approx(0.001 * found.by_loan_cny[39], rel=0.05)
    # Larger loans fail no more often, but together with a larger loss: the part rises with the size.
    assert found.by_loan_cny[-5:].sum() > 1.5 * found.by_loan_cny[:5].sum()


def test_a_plan_without_its_losses_is_noticed() -> None:
    book = mixed_book()
    losses = simulate_book(book, pool(), PLAN, engine="numpy")
    with pytest.raises(InputError, match="losses"):
        shortfall_contributions(book, pool(), replace(PLAN, seed=6), losses, confidence=0.98, engine="numpy")
