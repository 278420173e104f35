"""Is a conclusion plain data, with money as text, and does nothing that is no number leave?

Checked against: documents written by hand.
"""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import answered, figure, relief
from valuation.errors import InputError
from valuation.kernel.conclusion import amount_text, interval_document
from valuation.kernel.labels import Label
from valuation.uncertainty.sampling import Interval

MEANING = Label("区间", "interval")


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (1234.565, "CNY", "1234.57"),
        (1234.564, "CNY", "1234.56"),
        (-0.005, "USD", "-0.01"),
        (1e15, "CNY", "1000000000000000.00"),
        (0.0325, "share", "0.0325"),
        (1 / 3, "1", "0.3333333333"),
    ],
)
def test_money_has_two_decimals_and_other_units_ten_digits(number: float, unit: str, text: str) -> None:
    assert amount_text(number, unit) == text


@given(number=st.floats(-1e12, 1e12))
def test_the_text_is_within_half_a_fen(number: float) -> None:
    assert abs(float(amount_text(number, "CNY")) - number) <= 0.005 + 1e-3 * math.ulp(1e12)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_does_not_become_money(number: float) -> None:
    with pytest.raises(InputError, match="finite model output"):
        amount_text(number, "CNY")


def test_an_interval_says_what_it_means_and_what_it_does_not_know() -> None:
    assert interval_document(None, "CNY") is None
    bare = interval_document(Interval(1.0, 2.0, 0.9, MEANING), "CNY")
    assert bare == {
        "level_share": 0.9,
        "meaning": {"zh": "区间", "en": "interval"},
        "draws": None,
        "low": "1.00",
        "high": "2.00",
        "mean": None,
        "standard_deviation": None,
        "low_error": None,
        "high_error": None,
    }


def test_a_conclusion_as_data_echoes_its_inputs_with_money_as_text() -> None:
    spread = {"kind": "uniform", "low": 0.04, "high": 0.06}
    found = answered(
        {"relief_from_royalty": relief(2, royalty_rate_share=figure(0.05, distribution=spread))},
        uncertainty={"seed": 11, "points_per_scramble": 64},
    ).conclusions[0]
    document = json.loads(json.dumps(found.as_document()))
    assert document["inputs"]["revenue"]["values"] == ["1000000.00", "1000000.00"]
    assert document["inputs"]["royalty_rate_share"]["distribution"] == spread
    assert document["method"] == "relief_from_royalty"
    assert document["approach"] == "income"
    assert document["seed"] == 11
    assert document["interval"]["draws"] == 8 * 64
    (sensitivity,) = document["sensitivities"]
    assert sensitivity["name"] == "royalty_rate_share"
    assert float(sensitivity["answer_at_low"]) < float(document["value"]) < float(sensitivity["answer_at_high"])
    assert len(document["digest"]) == 64
