"""Replacement cost: what would an equally useful right cost today, less what is lost?

Checked against: arithmetic by hand, the identity between the two ways of combining losses when only one exists, and
properties (hypothesis).
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import amount, answered, cost, figure
from valuation.appraisal import Appraisal
from valuation.errors import InputError, RefusalError
from valuation.kernel.worksheet import Worksheet

SHARE = st.floats(0, 1)


def losses(physical: float, functional: float, economic: float, combination: str = "multiplicative") -> dict[str, Any]:
    return {
        "combination": combination,
        "physical_share": figure(physical),
        "functional_share": figure(functional),
        "economic_share": figure(economic),
    }


#: Each cost item has a name of its own.
NUMBERS = itertools.count()


def item(value: str, ratio: float = 1.0, **more: Any) -> dict[str, Any]:
    return {"name": f"item {next(NUMBERS)}", "amount": amount(value, **more), "price_index_ratio": figure(ratio)}


def made(**changes: Any) -> Appraisal:
    return answered({"replacement_cost": cost(**changes)})


def paper(**changes: Any) -> Worksheet:
    return made(**changes).papers()["replacement_cost"]


def test_the_paper_by_hand() -> None:
    """(120,000 · 1.1 + 30,000) · 1.1 = 178,200; left after 20 % and then 10 %: 72 %."""
    found = paper()
    assert found.row("amount_today") == pytest.approx((132_000, 30_000))
    assert found.value("replacement_cost_new") == pytest.approx(178_200)
    assert found.value("remaining_share") == pytest.approx(0.72)
    assert found.value("obsolescence_amount") == pytest.approx(178_200 * 0.28)
    assert found.value("value") == pytest.approx(128_304)


def test_a_replica_bears_costs_that_a_replacement_does_not() -> None:
    """Failed trials of 40,000 · 1.2: (132,000 + 30,000 + 48,000) · 1.1 = 231,000 for a replica, 178,200 without."""
    failed = {**item("40000.00", 1.2), "only_in_replica": True}
    items = [*cost()["items"], failed]
    replica, modern = (paper(items=items, standard=each) for each in ("reproduction", "replacement"))
    assert replica.value("replacement_cost_new") == pytest.approx(231_000)
    assert modern.value("replacement_cost_new") == pytest.approx(178_200)
    assert modern.row("amount_today") == pytest.approx((132_000, 30_000, 0))
    assert made(items=items, standard="reproduction").conclusions[0].conventions["cost_standard"] == "reproduction"


def test_the_money_tied_up_earns_over_half_the_time_of_development() -> None:
    """178,200 · 1.21^(3/2) = 178,200 · 1.331, because 1.21 = 1.1²; the developer's profit is in the 178,200."""
    stated = {"annual_return_share": figure(0.21), "development_years": figure(3.0)}
    found = paper(entrepreneurial_incentive=stated)
    assert found.value("incentive_factor") == pytest.approx(1.331)
    assert found.value("replacement_cost_new") == pytest.approx(178_200 * 1.331)
    without = paper(entrepreneurial_incentive=stated | {"annual_return_share": figure(0.0)})
    assert without.value("value") == pytest.approx(paper().value("value"), rel=1e-12)


REAL = {"tax": "after_tax", "prices": "real", "currency": "CNY"}


def incentive(rate: dict[str, Any] | None = None, flows: dict[str, Any] | None = None) -> dict[str, Any]:
    footing = {"rate": REAL | (rate or {}), "flows": REAL | (flows or {})}
    return {"annual_return_share": figure(0.1), "development_years": figure(6.0), "footing": footing}


def test_a_stated_footing_moves_no_number_and_is_echoed() -> None:
    unsaid = incentive()
    del unsaid["footing"]
    silent, told = (made(entrepreneurial_incentive=each).conclusions[0] for each in (unsaid, incentive()))
    assert told.value == silent.value
    assert told.conventions["footing"] == "after_tax real, in CNY"
    assert "footing_not_stated" in {each.code for each in silent.warnings}
    assert "footing_not_stated" not in {each.code for each in told.warnings}
    assert "footing_not_stated" not in {each.code for each in made().conclusions[0].warnings}


@pytest.mark.parametrize(
    ("rate", "flows", "field"),
    [
        ({"prices": "nominal"}, {}, "rate.prices"),
        ({"tax": "before_tax"}, {}, "rate.tax"),
        ({"currency": "USD"}, {}, "rate.currency"),
        ({"currency": "USD"}, {"currency": "USD"}, "flows.currency"),
        ({"prices": "nominal"}, {"prices": "nominal"}, "flows.prices"),
    ],
)
def test_a_return_on_another_footing_than_the_costs_is_refused(
    rate: dict[str, Any], flows: dict[str, Any], field: str
) -> None:
    """Costs are brought to prices of the valuation date: a nominal return on them counts inflation twice."""
    with pytest.raises(InputError) as raised:
        made(entrepreneurial_incentive=incentive(rate, flows))
    where = f"methods.replacement_cost.entrepreneurial_incentive.footing.{field}"
    assert [each.field for each in raised.value.problems] == [where]


def test_the_mid_point_is_a_little_less_than_every_part_over_its_own_wait() -> None:
    """Second way: the mean of (1 + r)^wait over even waits, summed in a thousand parts, is what the docstring says."""
    factor = paper(entrepreneurial_incentive=incentive()).value("incentive_factor")
    parts = sum(1.1 ** (6 * (k + 0.5) / 1000) for k in range(1000)) / 1000
    assert parts == pytest.approx((1.1**6 - 1) / (6 * math.log(1.1)), rel=1e-6)
    assert factor < parts < 1.02 * factor


def test_losses_added_by_hand() -> None:
    assert paper(obsolescence=losses(0.2, 0.1, 0.05, "additive")).value("remaining_share") == pytest.approx(0.65)
    multiplied = paper(obsolescence=losses(0.2, 0.1, 0.05)).value("remaining_share")
    assert multiplied == pytest.approx(0.8 * 0.9 * 0.95)


@settings(max_examples=25)
@given(share=SHARE)
def test_one_loss_alone_combines_the_same_either_way(share: float) -> None:
    for position in range(3):
        single = [0.0, 0.0, 0.0]
        single[position] = share
        values = [paper(obsolescence=losses(*single, way)).value("value") for way in ("additive", "multiplicative")]
        assert values[0] == pytest.approx(values[1], rel=1e-12, abs=1e-9)


@settings(max_examples=25)
@given(shares=st.tuples(*[st.floats(0, 0.33)] * 3))
def test_losses_added_leave_no_more_than_losses_multiplied(shares: tuple[float, float, float]) -> None:
    added, multiplied = (
        paper(obsolescence=losses(*shares, way)).value("value") for way in ("additive", "multiplicative")
    )
    assert added <= multiplied + 1e-9


@settings(max_examples=25)
@given(fen=st.lists(st.integers(0, 10**9), min_size=1, max_size=6), factor=st.integers(2, 100))
def test_the_value_scales_with_the_currency(fen: list[int], factor: int) -> None:
    one, many = (
        paper(items=[item(f"{each * scale / 100:.2f}") for each in fen]).value("value") for scale in (1, factor)
    )
    assert many == pytest.approx(factor * one, rel=1e-9)


@pytest.mark.parametrize("shares", [(0.33, 0.56, 0.11), (0.34, 0.55, 0.11), (0.5, 0.3, 0.2)])
def test_losses_that_add_up_to_the_whole_leave_nothing(shares: tuple[float, float, float]) -> None:
    """As floats the first two add up to a little more than one."""
    found = paper(obsolescence=losses(*shares, "additive"))
    assert 0 <= found.value("value") <= 1e-9


def test_losses_of_more_than_everything_are_refused() -> None:
    with pytest.raises(RefusalError, match=r"obsolescence_within_cost: found remaining_share = -0.1"):
        made(obsolescence=losses(0.5, 0.4, 0.2, "additive"))
    assert paper(obsolescence=losses(0.5, 0.4, 0.2)).value("value") > 0


def test_the_interval_comes_from_the_items_one_by_one() -> None:
    """Closed form: one lognormal item of 100,000 (σ = 0.2), nothing lost: 90 % between 100,000·exp(±1.6449·0.2)."""
    spread = {"kind": "lognormal", "median": 1.0, "log_sd": 0.2}
    data = cost(
        items=[item("100000.00", factor=spread)],
        developer_profit_share=figure(0),
        obsolescence=losses(0, 0, 0),
    )
    found = answered({"replacement_cost": data}, uncertainty={"seed": 5}).conclusions[0]
    assert found.interval is not None
    assert found.interval.low == pytest.approx(100_000 * math.exp(-1.6448536 * 0.2), rel=2e-3)
    assert found.interval.high == pytest.approx(100_000 * math.exp(1.6448536 * 0.2), rel=2e-3)
    assert [each.name for each in found.sensitivities] == ["amount.0"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [item("-1.00")]}, "items.0.amount"),
        ({"items": [item("1.00", 0.0)]}, "items.0.price_index_ratio"),
        ({"items": [item("1.00"), {"name": "x"}]}, "items.1.amount"),
        ({"developer_profit_share": figure(10)}, "developer_profit_share"),
        ({"standard": "original"}, "standard"),
        ({"obsolescence": losses(1.2, 0, 0)}, "obsolescence.physical_share"),
        ({"obsolescence": losses(0, 0, 0, "averaged")}, "obsolescence.combination"),
    ],
)
def test_a_request_out_of_range_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        made(**changes)
    assert raised.value.problems[0].field == f"methods.replacement_cost.{field}"
