"""Are the layers of a loss priced right?

Checked against: Hull and White (2004), table 7 (literature, in tests/literature); a layer that is one loan, whose
spread has a closed form; layers that add up to the book; the simulation's tranches against the exact ones.
"""

from __future__ import annotations

import numpy as np
import pytest

from pledge.portfolio.copula import default_probabilities
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan
from pledge.portfolio.tranches import Tranche, break_even_spread
from tests.pledge.portfolio.samples import even_book

LAYERS = [Tranche(0.0, 0.03), Tranche(0.03, 0.06), Tranche(0.06, 0.1), Tranche(0.1, 1.0)]


def test_layers_add_up_to_the_book() -> None:
    probabilities = default_probabilities(100, pd_share=0.05, asset_correlation=0.1)
    whole = sum(layer.width_share * layer.expected_loss_share(probabilities, unit_share=0.006) for layer in LAYERS)
    assert whole == pytest.approx(0.6 * 0.05, rel=1e-12)


def test_one_loan_pays_its_hazard() -> None:
    """Without recovery the fair spread is the hazard, and a little more because premium waits for the period's end."""
    period, hazard = 1 / 200, 0.04
    ends = period * np.arange(1, 1001)
    spread = break_even_spread(-np.expm1(-hazard * ends), period_years=period, rate_per_year=0.05)
    assert spread == pytest.approx(hazard * (1 + 0.05 * period / 2), rel=1e-6)


def test_simulated_layers_are_the_exact_ones() -> None:
    book = even_book(100, pd=0.05, correlation=0.1, collateral_value_cny=0.4)
    plan = SimulationPlan(seed=8, scenarios=40_000, periods=1, period_years=1.0)
    found = simulate_book(book, SharingRule.bank_alone(), plan, engine="numpy")
    probabilities = default_probabilities(100, pd_share=0.05, asset_correlation=0.1)
    layers = found.tranche_losses([0.0, 3.0, 6.0, 10.0, 100.0])
    for layer, estimate in zip(LAYERS, layers, strict=True):
        exact = 100 * layer.width_share * layer.expected_loss_share(probabilities, unit_share=0.006)
        assert abs(estimate.value - exact) < 4 * estimate.standard_error
