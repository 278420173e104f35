"""Nearest neighbours: are the nearest rows found, averaged and named, and does the interval hold?

Checked against: arithmetic by hand, refits without each row for the interval (second way), simulation with known
truth, and refusals. The search itself is tested in ``test_neighbours.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.valuation.asking import amount, figure
from tests.valuation.market.samples import codes, concluded, priced_rows, sample, valued
from valuation.errors import RefusalError
from valuation.market._conformal import jackknife_plus

METHOD = "nearest_neighbours"


def rows_at(points: list[tuple[float, float]], related: bool = False) -> list[dict[str, Any]]:
    """Rows with one feature x and a price."""
    return [
        {
            "name": f"row {at}",
            "traded_on": "2019-03-31",
            "unit_price": amount(f"{price:.2f}"),
            "features": {"x": float(x)},
            "related_parties": related,
        }
        for at, (x, price) in enumerate(points)
    ]


def on_line(points: list[tuple[float, float]], subject: float, count: int, **changes: Any) -> Any:
    feature = {"transform": "identity", "subject": figure(subject), "scale": figure(2.0)}
    stated = {"rows": rows_at(points), "features": {"x": feature}, "subject_quantity": figure(3.0)}
    return concluded(METHOD, **(stated | {"neighbours": count, "level_share": 0.5} | changes))


# --- the value ------------------------------------------------------------------------------------

LINE = [(0.0, 100.0), (1.0, 400.0), (4.0, 900.0), (9.0, 50.0)]


def test_the_value_by_hand() -> None:
    """x = 0.4 has neighbours 0 and 1 at (0.4, 0.6) / 2: √(100 · 400) = 200 a unit, three units."""
    found = on_line(LINE, 0.4, 2)
    assert found.value == pytest.approx(600)
    assert found.worksheet.row("distance") == pytest.approx((0.2, 0.3))
    assert found.details["rows_used"] == ["row 0", "row 1"]
    assert [each["row"] for each in found.details["next_neighbours"]] == ["row 0", "row 1", "row 2"]
    assert found.worksheet.axis.columns == ("row 0", "row 1")
    assert {each.name: each.value for each in found.beside}["farthest_distance"] == pytest.approx(0.3)


def test_of_rows_equally_far_the_one_listed_first_counts() -> None:
    """The subject at 1 lies between rows at 0 and 2: one neighbour is the first of them, whichever that is."""
    tied = [(0.0, 100.0), (2.0, 400.0), (9.0, 50.0)]
    assert on_line(tied, 1.0, 1).value == pytest.approx(300)
    assert on_line([tied[1], tied[0], tied[2]], 1.0, 1).value == pytest.approx(1200)
    assert "listed first" in on_line(tied, 1.0, 1).conventions["ties"]


def test_the_interval_is_that_of_refits_without_each_row() -> None:
    """Second way: the same question asked of the rows without one of them, for each."""
    rows, features = priced_rows(25), sample(METHOD)["features"]
    features["life"]["scale"] = figure(0.7)
    whole = concluded(METHOD, rows=rows, features=features, neighbours=3)
    predictions, residuals = [], []
    for at, row in enumerate(rows):
        others = rows[:at] + rows[at + 1 :]
        predictions.append(math.log(concluded(METHOD, rows=others, features=features, neighbours=3).value / 2))
        own = {name: each | {"subject": figure(row["features"][name])} for name, each in features.items()}
        alone = concluded(METHOD, rows=others, features=own, neighbours=3).value / 2
        residuals.append(abs(math.log(float(row["unit_price"]["value"]) / alone)))
    ends = jackknife_plus(np.array(predictions), np.array(residuals), level_share=0.9)
    assert ends is not None
    assert whole.interval is not None
    assert (whole.interval.low, whole.interval.high) == pytest.approx((2 * math.exp(ends[0]), 2 * math.exp(ends[1])))


def test_the_interval_holds_its_share_of_new_prices() -> None:
    """Simulation with known truth: a curved market, 30 rows, 600 markets, level 0.8; four standard errors and 2 %."""
    generator = np.random.default_rng(13)
    hits, runs = 0, 600
    for _ in range(runs):
        x = generator.uniform(0, 1, 31)
        prices = np.exp(8 + np.sin(6 * x) + 0.3 * (generator.exponential(size=31) - 1))
        feature = {"transform": "identity", "subject": figure(float(x[-1])), "scale": figure(1.0)}
        stated = {"rows": rows_at(list(zip(x[:-1], prices[:-1], strict=True))), "features": {"x": feature}}
        data = sample(METHOD, **stated, subject_quantity=figure(1.0), level_share=0.8)
        interval = valued(METHOD, data).interval
        assert interval is not None
        hits += interval.low <= prices[-1] <= interval.high
    assert hits / runs == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / runs) + 0.02)


def test_without_a_scale_the_rows_own_spread_is_the_yardstick_and_units_do_not_matter() -> None:
    """Identity: a feature in other units leaves neighbours, value and interval as they are."""
    rows, features = priced_rows(), sample(METHOD)["features"]
    del features["claims"]["scale"]
    found = concluded(METHOD, rows=rows, features=features)
    in_tens = [row | {"features": row["features"] | {"claims": row["features"]["claims"] / 10}} for row in rows]
    features["claims"]["subject"] = figure(1.2)
    again = concluded(METHOD, rows=in_tens, features=features)
    assert again.details["rows_used"] == found.details["rows_used"]
    assert again.value == pytest.approx(found.value)
    assert "claims, life" in found.conventions["scaling"]
    assert on_line(LINE, 0.4, 2).conventions["scaling"] == "stated for every feature"


# --- doubts and refusals --------------------------------------------------------------------------


def test_a_subject_far_from_every_row_is_remote() -> None:
    assert {"remote_subject", "extrapolation"} <= codes(on_line(LINE, 60.0, 1))
    assert not {"remote_subject", "extrapolation"} & codes(on_line(LINE, 0.4, 1))


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(RefusalError, match=r"found 4 rows for 4 neighbours at level 0.5, expected at least 5 rows"):
        on_line(LINE, 0.4, 4)
    with pytest.raises(RefusalError, match="at least 9 rows"):
        on_line(LINE, 0.4, 1, level_share=0.9)


def test_a_feature_that_never_changes_needs_a_scale() -> None:
    rows = rows_at([(3.0, price) for price in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)])
    feature = {"transform": "identity", "subject": figure(3.0)}
    with pytest.raises(RefusalError, match=r"features.x: found the same value in every row"):
        concluded(METHOD, rows=rows, features={"x": feature})
    scaled = concluded(METHOD, rows=rows, features={"x": feature | {"scale": figure(1.0)}})
    assert scaled.value > 0
