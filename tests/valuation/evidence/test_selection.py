"""Do records become inputs of the methods with their sources, and is what was left aside named?

Checked against: the methods themselves (an appraisal runs on the selection and names its rows), arithmetic by hand.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.valuation.asking import answered, cost, figure
from tests.valuation.evidence.rows import record
from valuation.errors import InputError
from valuation.evidence.record import TransactionRecord
from valuation.evidence.selection import comparable_lines, priced_rows


def many(count: int = 30) -> list[TransactionRecord]:
    generator = np.random.default_rng(3)
    claims = generator.integers(1, 20, count)
    prices = np.exp(10 + 0.05 * claims + 0.1 * generator.standard_normal(count))
    return [
        record(right_number=str(at), price=f"{prices[at]:.2f}", quantity="1", **{"feature:claims": int(claims[at])})
        for at in range(count)
    ]


def test_a_regression_runs_on_the_selection_and_names_its_rows_and_sources() -> None:
    records = many()
    chosen = priced_rows(records, features=["claims"], currency="CNY")
    regression = {
        "rows": list(chosen.rows),
        "features": {"claims": {"transform": "identity", "subject": figure(9.0)}},
        "related_party_rows": "leave_out",
        "subject_quantity": figure(1.0),
        "answer_as": "median",
    }
    found = answered({"price_regression": regression}, sources=chosen.sources)
    (made,) = found.conclusions
    assert made.details["rows_used"] == [each.id for each in records]
    (source,) = made.sources
    assert source.id == records[0].source.id, "records of one publication share one source"
    assert "某交易所" in source.title
    assert made.value == pytest.approx(np.exp(10.45), rel=0.1)


def test_comparables_run_after_the_valuer_weighted_them() -> None:
    chosen = comparable_lines(many(2), currency="CNY")
    judged = {"adjustments": {}, "weight_share": 0.5, "weight_reason": "equally alike"}
    stated = {
        "comparables": [row | judged for row in chosen.rows],
        "subject_quantity": figure(1.0),
        "average": "arithmetic",
    }
    (made,) = answered({"comparable_transactions": stated}, sources=chosen.sources).conclusions
    assert made.value == pytest.approx(np.mean([float(each.price or 0) for each in many(2)]))


def test_rates_become_lines_of_rates() -> None:
    chosen = comparable_lines([record(price=None, rate_share="0.04", quantity="1")], currency="USD")
    (row,) = chosen.rows
    assert row["rate_share"] == {"value": 0.04, "grade": "benchmark", "source": record().source.id}
    assert "price" not in row
    with pytest.raises(InputError, match="prices and rates"):
        comparable_lines([record(), record(price=None, rate_share="0.04", right_number="2")], currency="CNY")


def test_the_price_of_one_unit_is_rounded_half_up_to_the_cent() -> None:
    (row,) = priced_rows([record(price="100.01", quantity="2")], features=[], currency="CNY").rows
    assert row["unit_price"]["value"] == "50.01"


def test_what_cannot_be_used_is_left_aside_by_name_and_nothing_is_filled_in() -> None:
    records = [
        record(right_number="1", currency="USD"),
        record(right_number="2", price=None, rate_share="0.05"),
        record(right_number="3"),
        record(right_number="4", price="0.01", quantity="1000", **{"feature:claims": 3}),
        record(right_number="5", **{"feature:claims": 3}),
    ]
    chosen = priced_rows(records, features=["claims"], currency="CNY")
    assert [reason for _, reason in chosen.left_aside] == [
        "priced in USD, not CNY",
        "not known: claims",
        "not known: claims",
        "a unit price below one cent",
    ]
    assert [row["name"] for row in chosen.rows] == [records[4].id]
    assert set(chosen.sources) == {records[4].source.id}
    without = priced_rows(records[1:2], features=[], currency="CNY")
    assert without.left_aside == ((records[1].id, "a rate, no price"),)
    assert chosen.as_document()["left_aside"][0] == {"id": records[0].id, "reason": "priced in USD, not CNY"}
    lines = comparable_lines(records[:1], currency="CNY")
    assert lines.left_aside == ((records[0].id, "priced in USD, not CNY"),)


def test_what_nobody_checked_is_no_benchmark() -> None:
    chosen = comparable_lines([record(source_status="hypothesis")], currency="CNY")
    assert chosen.rows[0]["price"]["grade"] == "hypothesis"
    (source,) = chosen.sources.values()
    assert source["status"] == "hypothesis"
    stated = {
        "comparables": [chosen.rows[0] | {"adjustments": {}, "weight_share": 1, "weight_reason": "alone"}],
        "subject_quantity": figure(1.0),
        "average": "arithmetic",
    }
    made = answered({"comparable_transactions": stated, "replacement_cost": cost()}, sources=chosen.sources)
    assert {"hypothesis_source", "hypothesis_inputs"} <= {each.code for each in made.warnings}


def test_a_record_as_a_document_holds_what_is_known() -> None:
    document = record(**{"feature:claims": 3}).as_document()
    assert document["price"] == "800000.00"
    assert document["traded_on"] == "2019-06-30"
    assert document["features"] == {"claims": 3.0}
    assert "rate_share" not in document


def test_what_was_published_or_looked_up_otherwise_is_another_source() -> None:
    first = record().source
    assert record(right_number="2").source == first
    for change in ({"retrieved_on": "2021-01-16"}, {"source_status": "recalled"}, {"source_address": "example.cn"}):
        assert record(**change).source.id != first.id
