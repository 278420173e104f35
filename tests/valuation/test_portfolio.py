"""Is a batch revaluation what the methods say, asset by asset?

Checked against: relief from royalty and replacement cost as methods, one request for each asset (second way); plain
NumPy over whole columns (second way); hand arithmetic for the market approach and the weights; the same bits on any
number of threads and in another process. Every field out of its range is refused by name.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

from tests.valuation.asking import PATENT, amount, amounts, answered, cost, figure, relief
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator
from valuation.portfolio import FIELDS, HORIZON_YEARS, Array, Portfolio, Revaluation, revalue

RANGES: dict[str, tuple[float, float]] = {
    "revenue": (1e5, 1e7),
    "revenue_growth_share": (-0.1, 0.1),
    "royalty_rate_share": (0.01, 0.1),
    "owner_cost": (0, 5e4),
    "discount_rate_share": (0.05, 0.2),
    "life_years": (0, HORIZON_YEARS),
    "developer_profit_share": (0, 0.3),
}


def columns(count: int = 1000) -> dict[str, Array]:
    random = block_generator(20201231, 0)
    made = {name: random.uniform(*RANGES.get(name, (0.1, 0.4)), count) for name in FIELDS}
    return made | {"market_weight_share": 1 - made["income_weight_share"] - made["cost_weight_share"]}


def portfolio(count: int = 1000, **changes: Any) -> Portfolio:
    return Portfolio.of_columns(columns(count) | changes)


def bits(found: Revaluation) -> bytes:
    return b"".join(
        np.ascontiguousarray(row).tobytes() for row in (found.income, found.cost, found.market, found.value)
    )


# --- second ways ----------------------------------------------------------------------------------


@pytest.mark.parametrize("timing", ["year_end", "mid_year"])
def test_the_kernel_is_numpy(timing: Any) -> None:
    """A royalty near its cost cancels, so errors are measured against the largest income."""
    assets = portfolio(5001)
    kernel, numpy = (revalue(assets, timing=timing, engine=engine) for engine in ("compiled", "numpy"))
    assert np.max(np.abs(kernel.income - numpy.income)) <= 1e-13 * np.max(np.abs(numpy.income))
    for name in ("cost", "market"):
        np.testing.assert_allclose(getattr(kernel, name), getattr(numpy, name), rtol=1e-14)
    assert np.max(np.abs(kernel.value - numpy.value)) <= 1e-13 * np.max(np.abs(numpy.value))


@pytest.mark.parametrize("growth", [-1.0, -0.3, 0.0, 0.12, 10.0])
@pytest.mark.parametrize("discount", [-0.5, 0.0, 0.12, 2.0])
def test_every_length_of_life_is_numpy(growth: float, discount: float) -> None:
    """The kernel doubles its sums, NumPy adds year by year: whole years, and parts of one before and after each."""
    whole = np.arange(HORIZON_YEARS + 1.0)
    lives = np.concatenate([whole, whole[:-1] + 1e-9, whole[1:] - 1e-9, whole[:-1] + 0.5])
    size = np.ones(len(lives))
    changes = {"revenue_growth_share": growth * size, "discount_rate_share": discount * size, "life_years": lives}
    assets = portfolio(len(lives), **changes, owner_cost=0 * size)
    kernel, numpy = (revalue(assets, timing="mid_year", engine=engine) for engine in ("compiled", "numpy"))
    np.testing.assert_allclose(kernel.income, numpy.income, rtol=2e-14)
    assert np.all(kernel.income[lives == 0] == 0)


@pytest.mark.parametrize(("life", "timing"), [(3, "year_end"), (7, "mid_year"), (1, "mid_year")])
def test_income_is_the_method_relief_from_royalty(life: int, timing: Any) -> None:
    """One request in full against one asset; amounts in a request have cents, hence the tolerance."""
    growth = 0.04
    revenue = [round(1_000_000 * (1 + growth) ** year, 2) for year in range(life)]
    request = relief(
        life,
        revenue=amounts(*revenue),
        owner_cost=amounts(*[8000.0] * life),
        tax_rate_share=figure(0.25),
        discount_rate_share=figure(0.11),
        timing=timing,
    )
    subject = PATENT | {"expiry_date": "2040-12-31"}
    expected = answered({"relief_from_royalty": request}, subject=subject).conclusions[0].value
    stated = {"revenue": 1e6, "revenue_growth_share": growth, "royalty_rate_share": 0.05, "owner_cost": 8000.0}
    stated |= {"tax_rate_share": 0.25, "discount_rate_share": 0.11, "life_years": life}
    found = revalue(portfolio(1, **{name: np.array([number]) for name, number in stated.items()}), timing=timing)
    assert found.income[0] == pytest.approx(expected, rel=1e-7)


def test_cost_is_the_method_replacement_cost() -> None:
    request = cost(
        items=[{"name": "人工", "amount": amount("250000.00"), "price_index_ratio": figure(1.1)}],
        developer_profit_share=figure(0.12),
    )
    expected = answered({"replacement_cost": request}).conclusions[0].value
    stated = {"cost_of_replacement": 250_000.0, "price_index_ratio": 1.1, "developer_profit_share": 0.12}
    stated |= {"physical_share": 0.2, "functional_share": 0.1, "economic_share": 0.0}
    found = revalue(portfolio(1, **{name: np.array([number]) for name, number in stated.items()}), timing="year_end")
    assert found.cost[0] == pytest.approx(expected, rel=1e-13)


def test_market_and_weights_by_hand() -> None:
    """By hand: 200,000 · 1.5 · 1.1 · 0.9 · 1.2 = 356,400; weights 0.5, 0.2, 0.3."""
    stated = {"comparable_price": 200_000.0, "quantity_ratio": 1.5, "time_factor": 1.1, "territory_factor": 0.9}
    stated |= {"quality_factor": 1.2, "income_weight_share": 0.5, "cost_weight_share": 0.2, "market_weight_share": 0.3}
    found = revalue(portfolio(1, **{name: np.array([number]) for name, number in stated.items()}), timing="year_end")
    assert found.market[0] == pytest.approx(356_400, rel=1e-14)
    by_hand = 0.5 * found.income[0] + 0.2 * found.cost[0] + 0.3 * 356_400
    assert found.value[0] == pytest.approx(by_hand, rel=1e-14)


def test_the_last_year_counts_by_its_part() -> None:
    """Linear between whole lives: life 4.25 is a quarter of the way from 4 to 5."""
    four, between, five = (
        revalue(portfolio(50, life_years=np.full(50, life)), timing="year_end").income for life in (4.0, 4.25, 5.0)
    )
    np.testing.assert_allclose(between, four + 0.25 * (five - four), rtol=1e-12, atol=1e-6)
    assert np.all(revalue(portfolio(50, life_years=np.zeros(50)), timing="mid_year").income == 0)


# --- the same bits --------------------------------------------------------------------------------


def test_any_number_of_workers_gives_the_same_bits() -> None:
    assets = portfolio(2**17 + 333)
    alone = bits(revalue(assets, timing="mid_year"))
    for workers in (1, 2, 3):
        with ThreadPoolExecutor(workers) as executor:
            assert bits(revalue(assets, timing="mid_year", executor=executor)) == alone
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        assert bits(revalue(assets, timing="mid_year", executor=executor)) == alone


def test_results_may_be_written_to_memory_that_is_used_again() -> None:
    assets, memory = portfolio(100), np.empty((4, 100))
    found = revalue(assets, timing="mid_year", out=memory)
    assert np.shares_memory(found.value, memory)
    assert bits(found) == bits(revalue(assets, timing="mid_year"))


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
@pytest.mark.parametrize("name", [name for name in FIELDS if not name.endswith("weight_share")])
@pytest.mark.parametrize("bad", [np.nan, -1.5, np.inf])
def test_a_field_out_of_its_range_is_refused_by_name_and_asset(engine: Any, name: str, bad: float) -> None:
    column = columns(100)[name].copy()
    column[[41, 77]] = bad
    with pytest.raises(InputError, match=rf"{name}\[41\]: found .* \(and 1 more assets\), expected a number between"):
        revalue(portfolio(100, **{name: column}), timing="year_end", engine=engine)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_weights_that_are_not_shares_of_one_are_refused(engine: Any) -> None:
    weights = columns(10)["cost_weight_share"] + np.array([0, 0, 0, 0.1, 0, 0, 0, 0, 0, 0])
    with pytest.raises(InputError, match=r"weights\[3\]: found a sum of 1.1"):
        revalue(portfolio(10, cost_weight_share=weights), timing="year_end", engine=engine)


def test_columns_that_do_not_fit_are_refused() -> None:
    given = columns(10)
    with pytest.raises(InputError, match=r"missing \['revenue'\], unknown \['sales'\]"):
        Portfolio.of_columns(
            {name: column for name, column in given.items() if name != "revenue"} | {"sales": given["revenue"]}
        )
    with pytest.raises(InputError, match="one-dimensional columns of one length"):
        Portfolio.of_columns(given | {"revenue": np.ones(9)})
