"""Log-price regression: does it find a known market again, and say how far it can be trusted?

Checked against: prices made from known coefficients (exactly, and by simulation with known truth for the interval),
NumPy's least squares (second way), planted outliers, and refusals.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.valuation.asking import amount, figure
from tests.valuation.market.samples import codes, concluded, priced_rows, sample, valued
from valuation.errors import InputError, RefusalError
from valuation.kernel.conclusion import Conclusion
from valuation.reference import reference_table

METHOD = "price_regression"


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


# --- the value ------------------------------------------------------------------------------------


def test_known_coefficients_are_found_again() -> None:
    """Prices without noise, rounded to the cent: exp(10 + 0.05 · 12 + 0.8 ln 9) a unit."""
    found = concluded(METHOD, rows=priced_rows(noise=0.0))
    price = math.exp(10 + 0.05 * 12) * 9**0.8
    assert found.worksheet.row("coefficient") == pytest.approx((10, 0.05, 0.8), abs=1e-6)
    assert beside(found)["median_unit_price"] == pytest.approx(price, rel=1e-6)
    assert found.value == pytest.approx(2 * price, rel=1e-6)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(found.interval.high, rel=1e-5)


def test_the_median_and_the_mean_differ_by_duans_factor() -> None:
    """Second way: NumPy's least squares of the same rows."""
    rows = priced_rows()
    logs = np.log([float(row["unit_price"]["value"]) for row in rows])
    numbers = [(1, row["features"]["claims"], math.log(row["features"]["life"])) for row in rows]
    design = np.array(numbers)
    coefficients, *_ = np.linalg.lstsq(design, logs, rcond=None)
    median = math.exp(np.array([1, 12, math.log(9)]) @ coefficients)
    smearing = np.exp(logs - design @ coefficients).mean()
    assert concluded(METHOD, answer_as="median").value == pytest.approx(2 * median)
    assert concluded(METHOD, answer_as="mean").value == pytest.approx(2 * median * smearing)
    assert smearing > 1


def test_a_feature_that_enters_as_it_is_may_be_negative() -> None:
    rows = priced_rows()
    for row in rows:
        row["features"]["claims"] -= 40
    features = sample(METHOD)["features"]
    features["claims"]["subject"] = figure(-28.0)
    assert concluded(METHOD, rows=rows, features=features).value == pytest.approx(concluded(METHOD).value)


# --- the interval ---------------------------------------------------------------------------------


def market(generator: np.random.Generator, count: int, errors: str) -> list[dict[str, Any]]:
    """Rows of a known market in which price depends on one feature."""
    feature = generator.uniform(0, 1, count)
    noise = {
        "normal": lambda: 0.3 * generator.standard_normal(count),
        "skewed": lambda: 0.3 * (generator.exponential(size=count) - 1),
    }[errors]()
    prices = np.exp(8 + feature + noise)
    return [
        {
            "name": str(at),
            "traded_on": "2019-03-31",
            "unit_price": amount(f"{prices[at]:.2f}"),
            "features": {"x": float(feature[at])},
            "related_parties": False,
        }
        for at in range(count)
    ]


@pytest.mark.parametrize("errors", ["normal", "skewed"])
def test_the_interval_holds_its_share_of_new_prices(errors: str) -> None:
    """Simulation with known truth: 24 rows, 600 markets, level 0.8; four standard errors and the method's own 2 %."""
    generator = np.random.default_rng(11)
    hits, runs = 0, 600
    for _ in range(runs):
        *rows, unseen = market(generator, 25, errors)
        subject = {"x": {"transform": "identity", "subject": figure(unseen["features"]["x"])}}
        data = sample(METHOD, rows=rows, features=subject, subject_quantity=figure(1.0), level_share=0.8)
        interval = valued(METHOD, data).interval
        assert interval is not None
        hits += interval.low <= float(unseen["unit_price"]["value"]) <= interval.high
    assert hits / runs == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / runs) + 0.02)


def test_the_interval_is_said_to_be_jackknife_plus() -> None:
    found = concluded(METHOD)
    assert found.interval is not None
    assert "jackknife+" in found.interval.meaning.en
    assert found.conventions["interval"].startswith("jackknife+")
    assert found.interval.low < found.value < found.interval.high


# --- what the answer names ------------------------------------------------------------------------


def test_the_rows_used_are_named_with_their_diagnostics() -> None:
    found = concluded(METHOD)
    assert found.details["rows_used"] == [f"row {at}" for at in range(60)]
    assert [each["row"] for each in found.details["diagnostics"]] == found.details["rows_used"]
    assert sum(each["leverage"] for each in found.details["diagnostics"]) == pytest.approx(3)
    assert 0.5 < found.details["r_squared"] < 1
    assert {"recalled_value"} <= codes(found)


def test_a_planted_outlier_is_named_and_still_counted() -> None:
    rows = priced_rows()
    rows[7]["unit_price"] = amount(f"{float(rows[7]['unit_price']['value']) * 20:.2f}")
    found = concluded(METHOD, rows=rows)
    assert "row 7" in found.details["flags"]["outlier"]
    assert "row 7" in found.details["flags"]["influential_cook"]
    assert "row 7" in found.details["rows_used"]
    (doubt,) = [each for each in found.warnings if each.code == "outlier_rows"]
    assert "row 7" in doubt.label.zh


def test_a_planted_far_row_has_high_leverage() -> None:
    rows = priced_rows()
    rows[3]["features"]["claims"] = 300.0
    found = concluded(METHOD, rows=rows)
    assert "row 3" in found.details["flags"]["high_leverage"]


def test_related_parties_are_left_out_or_counted_as_asked_and_named() -> None:
    rows = priced_rows()
    rows[2]["related_parties"] = True
    left_out = concluded(METHOD, rows=rows)
    assert left_out.details["rows_left_out"] == ["row 2"]
    assert "row 2" not in left_out.details["rows_used"]
    assert "related_party_rows_left_out" in codes(left_out)
    counted = concluded(METHOD, rows=rows, related_party_rows="count")
    assert counted.details["rows_left_out"] == []
    assert "related_party_comparables" in codes(counted)
    assert counted.value == pytest.approx(concluded(METHOD).value)


def test_a_subject_outside_the_rows_is_an_extrapolation() -> None:
    features = sample(METHOD)["features"]
    features["claims"]["subject"] = figure(400.0)
    found = codes(concluded(METHOD, features=features))
    assert {"extrapolation", "subject_leverage"} <= found
    assert not {"extrapolation", "subject_leverage"} & codes(concluded(METHOD))


def test_every_limit_has_a_source_and_is_named_while_nobody_checked_it() -> None:
    """The limits are practice, not mathematics: they stand in a table with their origin."""
    limits = reference_table("market_screens")
    named = {source for parameter in limits.parameters.values() for source in (parameter.steps[0].source.id,)}
    assert named == set(limits.sources)
    of_grids = {"outlier_modified_z", "outlier_fewest_rows"}
    found = concluded(METHOD)
    assert {each["name"] for each in found.details["screens"]} == set(limits.parameters) - of_grids
    doubts = [each for each in found.warnings if each.code == "recalled_value"]
    assert len(doubts) == len(limits.parameters) - len(of_grids)


# --- refusals -------------------------------------------------------------------------------------


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(RefusalError, match=r"found 19 rows for 2 features at level 0.9, expected at least 20 rows"):
        concluded(METHOD, rows=priced_rows(19))
    assert concluded(METHOD, rows=priced_rows(20)).value > 0
    with pytest.raises(RefusalError, match="at least 99 rows"):
        concluded(METHOD, level_share=0.99)


def test_features_that_say_the_same_are_refused() -> None:
    rows = priced_rows()
    features = sample(METHOD)["features"] | {"twice": {"transform": "identity", "subject": figure(24.0)}}
    for row in rows:
        row["features"]["twice"] = 2 * row["features"]["claims"]
    with pytest.raises(RefusalError, match="condition number"):
        concluded(METHOD, rows=rows, features=features)
    for row in rows:
        row["features"]["twice"] = 5.0
    with pytest.raises(RefusalError, match="condition number of inf"):
        concluded(METHOD, rows=rows, features=features)


def test_a_row_that_alone_sets_a_coefficient_is_refused() -> None:
    rows = priced_rows()
    for row in rows:
        row["features"]["claims"] = 0.0
    rows[9]["features"]["claims"] = 1.0
    with pytest.raises(RefusalError, match="alone set a coefficient: row 9"):
        concluded(METHOD, rows=rows)


def test_only_related_parties_are_no_market() -> None:
    rows = [row | {"related_parties": True} for row in priced_rows()]
    with pytest.raises(RefusalError, match="no row between independent parties"):
        concluded(METHOD, rows=rows)


def test_every_fault_of_every_row_is_told_at_once() -> None:
    rows = priced_rows()
    rows[0]["traded_on"] = "2021-05-01"
    rows[1]["features"] = {"claims": 3.0}
    rows[2]["features"]["life"] = 0.0
    rows[3]["name"] = "row 2"
    features = sample(METHOD)["features"]
    features["life"]["subject"] = figure(-1.0)
    with pytest.raises(InputError) as raised:
        concluded(METHOD, rows=rows, features=features)
    assert [each.field for each in raised.value.problems] == [
        "rows.0.traded_on",
        "rows.1.features",
        "rows.2.features.life",
        "rows.3.name",
        "features.life.subject",
    ]


def test_prices_on_a_line_have_no_studentised_residuals_and_no_nan_in_the_answer() -> None:
    rows = priced_rows()
    for row in rows:
        row["unit_price"] = amount("100.00")
    found = concluded(METHOD, rows=rows)
    assert found.value == pytest.approx(200)
    numbers = [number for each in found.details["diagnostics"] for key, number in each.items() if key != "row"]
    assert all(number is None or math.isfinite(number) for number in numbers)
