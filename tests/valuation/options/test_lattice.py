"""The lattice behind rights that are used once: kernel and reference, stated dates, what it refuses.

Checked against: the NumPy recursion (second way for the kernel), the line solver by quadrature (second method for
stated dates and for selling), put–call symmetry, the condition on the moves (hand).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.valuation.options.core.rights import launch_problem
from valuation.errors import InputError
from valuation.options._core.line import solve_line
from valuation.options._lattice import COMPILED_FROM_DRAWS, Right, boundary, right_value

STATED = {"value": 100.0, "cost": 110.0, "life_years": 8.0, "rate": 0.04, "payout_yield": 0.05, "volatility": 0.35}


def right(changes: dict[str, Any] | None = None, **more: Any) -> Right:
    return Right.of(**more, **(STATED | (changes or {})))


@pytest.mark.parametrize("threat", [{}, {"threat": 0.08, "left_share": 0.4}])
@pytest.mark.parametrize("kind", [{}, {"decays": True}, {"sells": True}, {"sells": True, "dates": 12}])
def test_the_kernel_is_the_reference(kind: dict[str, Any], threat: dict[str, float]) -> None:
    values = {"value": np.array([30.0, 90.0, 250.0])}
    each = right(values | threat, **kind)
    by_kernel, by_numpy = (right_value(each, steps=300, compiled=compiled) for compiled in (True, False))
    np.testing.assert_allclose(by_kernel, by_numpy, rtol=1e-11, atol=1e-11)


def test_draws_together_and_one_by_one_agree() -> None:
    """One lattice for all: the last digits may differ, nothing else."""
    volatilities = np.linspace(0.2, 0.6, COMPILED_FROM_DRAWS)
    together = right_value(right({"volatility": volatilities}))
    alone = [right_value(right({"volatility": float(each)}))[0] for each in volatilities[::21]]
    np.testing.assert_allclose(together[::21], alone, rtol=1e-11)


@pytest.mark.parametrize("dates", [2, 12, 50])
@pytest.mark.parametrize("sells", [False, True])
def test_stated_dates_are_the_quadratures(dates: int, sells: bool) -> None:
    """Second method; the lattice scatters by 3 in 10,000 where the decision is open at some dates only."""
    exact = solve_line(launch_problem(steps=dates, sells=sells)).value
    assert right_value(right(sells=sells, dates=dates))[0] == pytest.approx(exact, rel=3e-4)


def test_selling_is_buying_with_the_two_sides_exchanged() -> None:
    """Symmetry of McDonald and Schroder: put(V, K, r, y) = call(K, V, y, r)."""
    exchanged = {"value": 110.0, "cost": 100.0, "rate": 0.05, "payout_yield": 0.04}
    assert right_value(right(sells=True))[0] == pytest.approx(right_value(right(exchanged))[0], rel=2e-5)


def test_the_boundary_of_selling_lies_below_the_price() -> None:
    levels = [level for _, level in boundary(right(sells=True)) if level is not None]
    assert len(levels) == 24
    assert all(level < 110 for level in levels)
    assert levels[-1] > levels[0], "with less time left there is less to wait for"


@pytest.mark.parametrize("volatility", [2.9, 3.0])
def test_a_volatility_beyond_the_lattice_is_refused(volatility: float) -> None:
    with pytest.raises(InputError, match="volatility_share: found σ²T up to"):
        right_value(right({"life_years": np.full(2, 100.0), "volatility": volatility}, decays=True))
