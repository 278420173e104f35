"""What every way of drawing scenarios must keep: weights that average one, and the mean loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan
from tests.pledge.portfolio.samples import mixed_book, pool


def check_that_means_stay(shift: FactorShift, *, seed: int) -> None:
    """Against one on average, and against plain simulation, within 5 standard errors."""
    book, rule = mixed_book(30), pool()
    plan = SimulationPlan(seed=seed, scenarios=2_000)
    found = simulate_book(book, rule, replace(plan, shift=shift), engine="numpy")
    assert np.isfinite(found.weights).all()
    assert found.weights.max() <= 1 / shift.plain_share * (1 + 1e-12)
    error = found.weights.std() / np.sqrt(found.weights.size)
    assert abs(found.weights.mean() - 1) < 5 * error + 1e-9
    plain = simulate_book(book, rule, replace(plan, seed=seed + 1), engine="numpy")
    one, two = found.mean(), plain.mean()
    assert abs(one.value - two.value) < 5 * np.hypot(one.standard_error, two.standard_error)
