"""Does a standardised weight say that nobody has checked it, and is the weighted amount never too small?

Authority: the recalled values of the capital rules of 2023. Property by hypothesis.
"""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.credit.standardised_weights import standardised_weight
from pledge.policy_catalogue import load_policies
from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError

RULES = load_policies()["cn_standardised_weights_2023"]
ON = datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("obligor", "percent"),
    [("regulatory_retail", 75), ("small_or_medium_firm", 85), ("investment_grade_firm", 75), ("general_firm", 100)],
)
def test_weights_and_their_doubt(obligor: str, percent: int) -> None:
    found = standardised_weight(obligor, rules=RULES, on=ON)  # type: ignore[arg-type]
    assert found.risk_weight == Fraction(percent, 100)
    assert [warning.code for warning in found.warnings] == ["recalled_value"]


@given(exposure=st.integers(0, 10**15))
def test_the_weighted_amount_is_rounded_up_by_less_than_a_fen(exposure: int) -> None:
    weight = standardised_weight("small_or_medium_firm", rules=RULES, on=ON)
    assert 0 <= weight.risk_weighted_fen(exposure) - Fraction(85, 100) * exposure < 1


def test_what_is_refused() -> None:
    with pytest.raises(BeforeFirstStepError, match="2023-12-31"):
        standardised_weight("general_firm", rules=RULES, on=datetime.date(2023, 12, 31))
    with pytest.raises(UnknownNameError, match=r"risk_weight\.bank"):
        standardised_weight("bank", rules=RULES, on=ON)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="exposure_fen: found -1, expected 0 or more"):
        standardised_weight("general_firm", rules=RULES, on=ON).risk_weighted_fen(-1)
