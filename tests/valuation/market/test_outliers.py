"""Are rows that stand apart named, scored and still counted?

Checked against: arithmetic by hand, SciPy's median absolute deviation (second way), identities under shift and scale
(hypothesis), and the share of wrong flags by simulation, which the table of screens states.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.valuation.asking import DATES, amount, answered, figure, market
from tests.valuation.market.samples import codes, company, concluded, licence, priced_rows, sample, weighted
from valuation.errors import RefusalError
from valuation.kernel.fields import Dates, parse
from valuation.kernel.labels import Label
from valuation.market._outliers import OutlierScreen, modified_z_scores, outlier_doubts, screen_outliers
from valuation.reference import reference_table

#: Log-like numbers without extremes, which rounding would decide.
NUMBERS = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=30)


def screened(numbers: list[float]) -> OutlierScreen:
    names = [f"row {index}" for index in range(len(numbers))]
    return screen_outliers(names, numbers, measure=Label("数", "number"), on=parse(Dates, DATES).policy_date)


# --- the score ------------------------------------------------------------------------------------


def test_the_score_by_hand() -> None:
    """Median 12, deviations 2, 1, 0, 1, 18: MAD 1, so that 30 scores 0.6745 · 18 = 12.14."""
    assert modified_z_scores([10, 11, 12, 13, 30]) == pytest.approx([-1.349, -0.6745, 0, 0.6745, 12.141], abs=1e-3)


def test_when_most_are_equal_the_mean_deviation_stands_in() -> None:
    """Median 5, mean deviation 10/5 = 2: the odd one scores √(2/π) · 10 / 2 = 3.989."""
    assert modified_z_scores([5, 5, 5, 5, 15]) == pytest.approx([0, 0, 0, 0, 3.98942], abs=1e-5)
    assert screened([5, 5, 5, 5, 15]).outliers == ("row 4",)


def test_equal_numbers_score_zero_even_when_rounding_parts_them() -> None:
    third = 1 / 3
    assert modified_z_scores([third, third, third, third, 0.1 / 0.3]).tolist() == [0, 0, 0, 0, 0]
    assert screened([0.0] * 5).outliers == ()


@given(NUMBERS)
def test_scipy_finds_the_same_spread(numbers: list[float]) -> None:
    """Second way: SciPy's MAD scaled to a normal's standard deviation."""
    spread = stats.median_abs_deviation(numbers, scale="normal")
    if spread > 0:
        assert modified_z_scores(numbers) == pytest.approx((np.array(numbers) - np.median(numbers)) / spread)


@given(NUMBERS, st.integers(-50, 50), st.integers(1, 9))
def test_another_currency_or_level_moves_no_score(numbers: list[float], shift: int, scale: int) -> None:
    moved = [scale * each + shift for each in numbers]
    assert modified_z_scores(moved) == pytest.approx(modified_z_scores(numbers), abs=1e-9)


@pytest.mark.parametrize(("rows", "wrongly"), [(3, 0.29), (5, 0.20), (10, 0.125), (20, 0.10)])
def test_normal_rows_are_flagged_wrongly_as_often_as_the_table_says(rows: int, wrongly: float) -> None:
    """Simulation: 4,000 samples; four standard errors of a share of 0.3 are 0.03."""
    generator = np.random.default_rng(20_260_301)
    samples = generator.standard_normal((4000, rows))
    flagged = [np.abs(modified_z_scores(sample)).max() > 3.5 for sample in samples]
    assert np.mean(flagged) == pytest.approx(wrongly, abs=0.03)


# --- the screen -----------------------------------------------------------------------------------


def test_the_limits_come_from_the_table_and_are_named() -> None:
    limits = reference_table("market_screens").parameters
    found = screened([10, 11, 12, 13, 30])
    assert found.limit.value == limits["outlier_modified_z"].steps[0].value
    assert len(outlier_doubts([found])) == 1 + 2  # the outlier; a recalled limit, and one of our own judgement


def test_of_many_outliers_the_warning_names_twenty() -> None:
    found = screened([*np.linspace(0, 1, 101).tolist(), *[50.0] * 25])
    (doubt, *_) = outlier_doubts([found])
    assert len(found.outliers) == 25
    assert doubt.label.en.endswith("row 120 and 5 more")
    assert doubt.label.zh.endswith("row 120 等共 25 宗")


def test_four_rows_are_too_few_and_it_is_said() -> None:
    found = screened([1, 2, 3, 400])
    assert (found.scores, found.outliers) == (None, ())
    assert outlier_doubts([found])[0].code == "outliers_not_screened"


# --- the methods ----------------------------------------------------------------------------------


def deals(prices: list[float], **last: Any) -> list[dict[str, Any]]:
    rows = [
        weighted(f"deal {index}", 1 / len(prices), adjustments={})
        | {"traded_on": "2019-06-30", "price": amount(f"{price:.2f}"), "quantity": figure(1.0)}
        for index, price in enumerate(prices)
    ]
    rows[-1] |= last
    return rows


def grid(rows: list[dict[str, Any]], **changes: Any) -> Any:
    weights = {"weights": {"comparable_transactions": {"share": 1, "reason": "alone"}}, "maximum_ratio": 2}
    stated = {"comparable_transactions": market(comparables=rows, **changes)}
    return answered(stated, reconciliation=weights).conclusions[0]


NEAR = [90_000.0, 100_000.0, 95_000.0, 105_000.0, 110_000.0]


def test_a_deal_far_from_the_others_is_named_and_still_counted() -> None:
    found = grid(deals([*NEAR, 1_000_000.0]), average="geometric")
    (doubt,) = [each for each in found.warnings if each.code == "outlier_rows"]
    assert "deal 5" in doubt.label.en
    assert found.value > 1.2 * grid(deals(NEAR), average="geometric").value
    (screen,) = found.details["outlier_screens"]
    assert screen["outliers"] == ["deal 5"]
    assert [each["row"] for each in screen["scores"]] == [f"deal {index}" for index in range(6)]
    logs = np.log(found.worksheet.row("adjusted_price"))
    assert [each["modified_z"] for each in screen["scores"]] == pytest.approx(modified_z_scores(logs).tolist())


def test_an_adjustment_that_explains_the_price_lifts_the_flag() -> None:
    """What is screened is the price after its adjustments: a tenth of ten times as much is near again."""
    rows = [row | {"adjustments": {"规模": {"factor": figure(1.0)}}} for row in deals([*NEAR, 1_000_000.0])]
    assert "outlier_rows" in codes(grid(rows))
    rows[-1]["adjustments"] = {"规模": {"factor": figure(0.1)}}
    assert "outlier_rows" not in codes(grid(rows))


def test_a_deal_without_weight_is_not_held_against_the_others() -> None:
    rows = deals([*NEAR, 1_000_000.0], weight_share=0.0)
    for row in rows[:-1]:
        row["weight_share"] = 0.2
    found = grid(rows)
    assert "outlier_rows" not in codes(found)
    assert found.details["outlier_screens"][0]["rows"] == 5


def test_a_licence_far_from_the_others_is_named() -> None:
    rates = [0.05, 0.052, 0.048, 0.055, 0.2]
    rows = [licence(f"许可 {rate}", 0.2, running_rate_share=figure(rate)) for rate in rates]
    found = concluded("licence_normalisation", licences=rows)
    assert found.details["outlier_screens"][0]["outliers"] == ["许可 0.2"]
    assert "outlier_rows" in codes(found)


def test_a_scored_patent_far_from_the_others_is_named() -> None:
    """Arithmetic mean: screened is the price itself. Equal scores leave the price as it is."""
    rows = [
        weighted(f"专利 {index}", 0.2)
        | {"traded_on": "2019-06-30", "price": amount(f"{price:.2f}"), "scores": {"法律": figure(75.0)}}
        for index, price in enumerate([*NEAR[:4], 900_000.0])
    ]
    group = {"weight_share": 1.0, "weight_reason": "alone", "subject_score": figure(75.0)}
    found = concluded("quality_score_ratio", groups={"法律": group}, comparables=rows)
    (screen,) = found.details["outlier_screens"]
    assert screen["outliers"] == ["专利 4"]
    prices = found.worksheet.row("adjusted_price")
    assert [each["modified_z"] for each in screen["scores"]] == pytest.approx(modified_z_scores(prices).tolist())


def generic(index: int, sales: float) -> dict[str, Any]:
    return company(f"公司 {index}", 300, 100, 50, sales, 60, 300, weight_share=0.2, weight_reason="same trade")


def test_a_generic_company_with_a_multiple_far_off_is_named_by_that_multiple() -> None:
    """Multiples of sales near 350/400 but one ten times as large; of EBITDA all are equal."""
    rows = [generic(index, sales) for index, sales in enumerate([400, 410, 390, 420, 40])]
    found = concluded("enterprise_multiples", generics=rows)
    by_ebitda, by_sales = found.details["outlier_screens"]
    assert (by_ebitda["outliers"], by_sales["outliers"]) == ([], ["公司 4"])
    assert by_sales["measure"]["en"] == "enterprise value over sales"
    assert [each.code for each in found.warnings].count("outlier_rows") == 1


def test_a_company_without_sales_is_refused_before_it_is_screened() -> None:
    rows = [generic(index, sales) for index, sales in enumerate([400, 410, 390, 420, 0])]
    with pytest.raises(RefusalError, match="sales"):
        concluded("enterprise_multiples", generics=rows)


def test_a_row_paid_unlike_its_neighbours_is_named_though_its_price_is_ordinary() -> None:
    """Prices follow the features over a wide range; the planted row has the median price where a high one is due."""
    rows = priced_rows(60, noise=0.05)
    prices = sorted(float(row["unit_price"]["value"]) for row in rows)
    dearest = max(range(60), key=lambda index: float(rows[index]["unit_price"]["value"]))
    rows[dearest]["unit_price"] = amount(f"{prices[30]:.2f}")
    found = concluded("nearest_neighbours", rows=rows)
    (screen,) = found.details["outlier_screens"]
    assert f"row {dearest}" in screen["outliers"]
    assert abs(modified_z_scores(np.log(prices))[30]) < 1
    assert "outlier_rows" in codes(found)
    assert f"row {dearest}" in found.details["rows_of_interval"]


def test_a_small_grid_says_that_it_was_not_screened() -> None:
    assert "outliers_not_screened" in codes(concluded("quality_score_ratio"))
    assert sample("quality_score_ratio")["comparables"][3:] == []
