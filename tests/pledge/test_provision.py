"""Is what must be set aside never understated, and are the ratios those of the examination?

Literature: the published coverage ratio, in ``tests/literature``. Hand: amounts beside the number. Properties by
hypothesis.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.asset_classes import ASSET_CLASSES
from pledge.policy_catalogue import load_policies
from pledge.provision import Book, loss_stage, minimum_provision, npl_tolerance, provision_ratios
from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError

DAY = datetime.date
ON = DAY(2026, 6, 30)
RULES = load_policies()["cn_loan_provision"]
TOLERANCE = load_policies()["national_npl_tolerance_2019"]
BOOK: Book = {"normal": 500_00, "special_mention": 30_00, "substandard": 10_00, "doubtful": 7_00, "loss": 3_00}


def test_minimum_by_hand() -> None:
    # Hand: general 1 % × 550 = 5.50; specific 0.60 + 2.50 + 3.50 + 3.00 = 9.60.
    found = minimum_provision(BOOK, rules=RULES, on=ON)
    assert found.general_fen == 5_50
    assert found.specific_fen == {"special_mention": 60, "substandard": 2_50, "doubtful": 3_50, "loss": 3_00}
    assert found.total_fen == 15_10
    assert found.shortfall_fen(15_00) == 10
    assert found.shortfall_fen(16_00) == 0
    document = found.as_document()
    assert (document["general"], document["total"]) == ("5.50", "15.10")
    assert {value["status"] for value in document["values_used"]} == {"read"}


def test_substandard_and_doubtful_may_float_by_a_fifth() -> None:
    # Hand: 25 % × 1.2 = 30 % of 10.00; 50 % × 0.8 = 40 % of 7.00.
    floated = {"substandard": Decimal("0.30"), "doubtful": Decimal("0.40")}
    found = minimum_provision(BOOK, rules=RULES, on=ON, floated=floated)  # type: ignore[arg-type]
    assert (found.specific_fen["substandard"], found.specific_fen["doubtful"]) == (3_00, 2_80)


@given(balance=st.integers(0, 10**14), name=st.sampled_from(ASSET_CLASSES))
def test_a_provision_is_rounded_up_by_less_than_a_fen(balance: int, name: str) -> None:
    found = minimum_provision({name: balance}, rules=RULES, on=ON)  # type: ignore[dict-item]
    assert 0 <= found.general_fen - Fraction(balance, 100) < 1
    if name != "normal":
        exact = Fraction(str(RULES.value(f"specific_share.{name}", on=ON).value)) * balance
        assert 0 <= found.specific_fen[name] - exact < 1  # type: ignore[index]


@given(better=st.sampled_from(range(4)), balance=st.integers(1, 10**12))
def test_a_worse_class_never_needs_less(better: int, balance: int) -> None:
    needs = [
        minimum_provision({ASSET_CLASSES[rank]: balance}, rules=RULES, on=ON).total_fen for rank in (better, better + 1)
    ]
    assert needs[0] <= needs[1]


def test_ratios_by_hand() -> None:
    found = provision_ratios(BOOK, general_fen=15_00, specific_fen=8_00, special_fen=2_00)
    assert (found.coverage_ratio, found.loan_provision_share) == (Fraction(5, 4), Fraction(25, 550))
    nothing_bad = provision_ratios({"normal": 100}, general_fen=1, specific_fen=0)
    assert nothing_bad.coverage_ratio is None


@pytest.mark.parametrize(("days", "stage"), [(0, 1), (30, 1), (31, 2), (90, 2), (91, 3)])
def test_stage_at_and_past_each_limit(days: int, stage: int) -> None:
    assert loss_stage(days, rules=RULES, on=ON) == stage


def test_stage_by_judgement() -> None:
    assert loss_stage(0, rules=RULES, on=ON, risk_has_risen=True) == 2
    assert loss_stage(0, rules=RULES, on=ON, credit_impaired=True) == 3
    assert loss_stage(60, rules=RULES, on=ON, rebutted=True) == 1
    assert loss_stage(91, rules=RULES, on=ON, rebutted=True) == 3
    with pytest.raises(BeforeFirstStepError, match="stage_two"):
        loss_stage(0, rules=RULES, on=DAY(2018, 12, 31))


def test_tolerance_up_to_and_including_three_points() -> None:
    # Hand: 2 % of the bank + 3 points = 5 %; 5 of 100 is within, 6 of 100 is not.
    whole: Book = {"normal": 980_00, "substandard": 20_00}
    for bad, within in ((5_00, True), (6_00, False)):
        book: Book = {"normal": 100_00 - bad, "substandard": bad}
        found = npl_tolerance(book, whole_book=whole, rules=TOLERANCE, on=ON)
        assert (found.limit_share, found.is_within) == (Fraction(5, 100), within)
    with pytest.raises(BeforeFirstStepError, match="2019-07-31"):
        npl_tolerance(whole, whole_book=whole, rules=TOLERANCE, on=DAY(2019, 7, 31))


@pytest.mark.parametrize(
    ("book", "message"),
    [
        ({"normal": -1}, "book.normal: found -1, expected whole fen, 0 or more"),
        ({"normal": 1.0}, "book.normal: found 1.0, expected whole fen, 0 or more"),
        ({}, "book: found no loans, expected a balance above 0"),
    ],
)
def test_a_book_that_is_none_is_refused(book: Book, message: str) -> None:
    with pytest.raises(InputError) as caught:
        provision_ratios(book, general_fen=0, specific_fen=0)
    assert str(caught.value) == message


def test_other_bad_inputs_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="book: found 'good'"):
        minimum_provision({"good": 1}, rules=RULES, on=ON)  # type: ignore[dict-item]
    with pytest.raises(InputError, match=r"floated.substandard: found 0.31, expected 0.2 to 0.3"):
        minimum_provision(BOOK, rules=RULES, on=ON, floated={"substandard": Decimal("0.31")})
    with pytest.raises(InputError, match=r"floated.loss: found 0.9, expected no entry: this class may not float"):
        minimum_provision(BOOK, rules=RULES, on=ON, floated={"loss": Decimal("0.9")})
    with pytest.raises(InputError, match="special_fen: found -1, expected 0 or more"):
        provision_ratios(BOOK, general_fen=0, specific_fen=0, special_fen=-1)
    with pytest.raises(InputError, match="expected_credit_loss_fen: found -1, expected 0 or more"):
        minimum_provision(BOOK, rules=RULES, on=ON).shortfall_fen(-1)
    with pytest.raises(InputError, match="days_overdue: found -1, expected 0 or more"):
        loss_stage(-1, rules=RULES, on=ON)
    with pytest.raises(InputError, match=r"ip_pledge_book.loss: found 5, expected at most 3, the whole book's"):
        npl_tolerance({"loss": 5}, whole_book={"loss": 3}, rules=TOLERANCE, on=ON)
    with pytest.raises(InputError, match="ip_pledge_book: found no loans, expected a balance above 0"):
        npl_tolerance({}, whole_book={"normal": 3}, rules=TOLERANCE, on=ON)
