"""Comparable transactions: what did others pay, brought to the subject's circumstances?

Checked against: NumPy's weighted means (second way), SciPy's t prediction interval for equal weights (closed form),
arithmetic by hand, and properties (hypothesis).
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.valuation.asking import amount, answered, cost, figure, market, series
from valuation.errors import InputError
from valuation.kernel.conclusion import Conclusion

#: Each deal has a name of its own.
NUMBERS = itertools.count()
PRICES = st.lists(st.floats(100, 1e6), min_size=2, max_size=8)


def comparable(paid: float, weight: float, **changes: Any) -> dict[str, Any]:
    data = {
        "name": f"deal {paid:.2f} no. {next(NUMBERS)}",
        "traded_on": "2019-06-30",
        "price": amount(f"{paid:.2f}"),
        "quantity": figure(1.0),
        "adjustments": {},
        "weight_share": weight,
        "weight_reason": "chosen for the test",
        "related_parties": False,
    }
    return data | changes


def concluded(rows: list[dict[str, Any]], **changes: Any) -> Conclusion:
    weights = {"weights": {"comparable_transactions": {"share": 1, "reason": "alone"}}, "maximum_ratio": 2}
    data = market(comparables=rows, **changes)
    return answered({"comparable_transactions": data}, reconciliation=weights).conclusions[0]


def evenly(prices: list[float], **changes: Any) -> Conclusion:
    return concluded([comparable(price, 1 / len(prices)) for price in prices], **changes)


# --- the central value ----------------------------------------------------------------------------


def test_the_grid_by_hand() -> None:
    """Unit prices times two factors: 94,050, 117,000, 132,000; weights 0.5, 0.3, 0.2, geometric."""
    found = answered({"comparable_transactions": market()}).conclusions[0]
    assert found.worksheet.row("adjusted_price") == pytest.approx((94_050, 117_000, 132_000))
    expected = 94_050**0.5 * 117_000**0.3 * 132_000**0.2
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert {each.name: each.value for each in found.beside}["effective_number"] == pytest.approx(1 / 0.38)


def test_prices_are_brought_to_the_subjects_size() -> None:
    """By hand: 100,000 for 4 hectares is 25,000 a hectare; the subject has 6."""
    rows = [comparable(100_000, 1.0, quantity=figure(4.0))]
    assert concluded(rows, subject_quantity=figure(6.0)).value == pytest.approx(150_000)


@settings(max_examples=30)
@given(prices=PRICES, average=st.sampled_from(["geometric", "arithmetic"]), seed=st.integers(0, 99))
def test_the_centre_is_the_weighted_mean(prices: list[float], average: str, seed: int) -> None:
    """Second way: NumPy's weighted average of the (logarithms of the) prices."""
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(prices)))
    weights = [float(each) for each in weights[:-1]] + [float(1 - sum(weights[:-1]))]
    rows = [comparable(price, max(weight, 0.0)) for price, weight in zip(prices, weights, strict=True)]
    rounded = np.array([float(f"{price:.2f}") for price in prices])
    logs = np.log(rounded) if average == "geometric" else rounded
    expected = np.average(logs, weights=np.maximum(weights, 0))
    expected = math.exp(expected) if average == "geometric" else expected
    found = concluded(rows, average=average)
    assert found.value == pytest.approx(expected, rel=1e-9)
    assert rounded.min() * (1 - 1e-9) <= found.value <= rounded.max() * (1 + 1e-9)


def test_the_geometric_mean_is_no_more_than_the_arithmetic() -> None:
    prices = [80_000.0, 120_000.0, 200_000.0]
    assert evenly(prices, average="geometric").value < evenly(prices, average="arithmetic").value


# --- the interval ---------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    prices=st.lists(st.integers(100, 10**6), min_size=2, max_size=9, unique=True),
    level=st.sampled_from([0.5, 0.8, 0.95]),
)
def test_equal_weights_give_the_textbook_prediction_interval(prices: list[int], level: float) -> None:
    """Closed form: x̄ ± t(n − 1) · s · √(1 + 1/n) of the log prices, and of the prices cut at zero."""
    for average in ("geometric", "arithmetic"):
        numbers = np.array(prices, dtype=float)
        measure = np.log(numbers) if average == "geometric" else numbers
        count = len(prices)
        reach = stats.t(count - 1).ppf(0.5 + level / 2) * measure.std(ddof=1) * math.sqrt(1 + 1 / count)
        low, high = measure.mean() - reach, measure.mean() + reach
        expected = (math.exp(low), math.exp(min(high, 700))) if average == "geometric" else (max(low, 0.0), high)
        found = evenly([float(price) for price in prices], average=average, level_share=level).interval
        assert found is not None
        assert found.low == pytest.approx(expected[0], rel=1e-6, abs=1e-6)
        if high < 700 or average == "arithmetic":
            assert found.high == pytest.approx(expected[1], rel=1e-6)
        assert found.level_share == level


def test_one_comparable_tells_no_range_and_the_answer_says_so() -> None:
    unlike = [comparable(100, 0.999), comparable(101, 0.001)]
    scattered = [comparable(1, 0.5), comparable(10**9, 0.5)]
    for rows in ([comparable(100, 1.0)], [comparable(100, 1.0), comparable(200, 0.0)], unlike, scattered):
        found = concluded(rows, level_share=0.999)
        assert found.interval is None
        assert "too_few_comparables" in [each.code for each in found.warnings]


def test_a_related_party_that_counts_is_named() -> None:
    rows = [comparable(100, 0.5), comparable(120, 0.5, related_parties=True)]
    (doubt,) = [each for each in concluded(rows).warnings if each.code == "related_party_comparables"]
    assert "deal 120.00" in doubt.label.en
    ignored = [comparable(100, 1.0), comparable(120, 0.0, related_parties=True)]
    assert "related_party_comparables" not in [each.code for each in concluded(ignored).warnings]


def test_royalty_rates_indicate_a_rate() -> None:
    rows = [comparable(1, 0.5, price=None, rate_share=figure(rate)) for rate in (0.03, 0.05)]
    weights = {
        "weights": {
            "comparable_transactions": {"share": 0, "reason": "a rate, not an amount"},
            "replacement_cost": {"share": 1, "reason": "the amount"},
        },
        "maximum_ratio": 2,
    }
    methods = {"comparable_transactions": market(comparables=rows, average="arithmetic"), "replacement_cost": cost()}
    found = answered(methods, reconciliation=weights)
    rate = next(each for each in found.conclusions if each.method == "comparable_transactions")
    assert (rate.unit, rate.value) == ("share", pytest.approx(0.04))
    assert rate.as_document()["value"] == "0.04"


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "field"),
    [
        (comparable(2, 0.5, price=None), "comparables.1"),
        (comparable(2, 0.5, rate_share=figure(0.1)), "comparables.1"),
        (comparable(2, 0.5, price=None, rate_share=figure(0.1)), "comparables.1"),
        (comparable(2, 0.5, adjustments={"time": {"factor": figure(1.0)}}), "comparables.1.adjustments"),
        (comparable(2, 0.5, traded_on="2021-01-01"), "comparables.1.traded_on"),
        (comparable(2, 0.4), "comparables.weight_share"),
    ],
)
def test_a_list_that_cannot_be_compared_is_refused(second: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        concluded([comparable(1, 0.5), second])
    assert raised.value.problems[0].field.endswith(field)


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([], "comparables"),
        ([comparable(0, 1.0)], "comparables.0.price"),
        ([comparable(1, 1.5)], "comparables.0.weight_share"),
        ([comparable(1, 1.0, quantity=figure(0))], "comparables.0.quantity"),
        ([comparable(1, 1.0, adjustments={"time": {"factor": figure(0)}})], "comparables.0.adjustments.time.factor"),
        ([comparable(1, 1.0, price=None, rate_share=figure(5))], "comparables.0.rate_share"),
        ([comparable(1, 1.0, related_parties="no")], "comparables.0.related_parties"),
        ([comparable(1, 1.0, price=series([1]))], "comparables.0.price.value"),
    ],
)
def test_a_comparable_out_of_range_is_refused_at_its_field(rows: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(InputError) as raised:
        concluded(rows)
    assert raised.value.problems[0].field == f"methods.comparable_transactions.{field}"
