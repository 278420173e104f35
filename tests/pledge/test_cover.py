"""Is the limit the published one, and is a shortfall never understated?

Literature: the first IP pledge loan in China and a published margin call. Hand: arithmetic beside the number.
Identities by hypothesis.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.cover import cover, maximum_loan, shortfall_fen
from valuation.errors import InputError

amounts = st.integers(0, 10**14)
shares = st.decimals(0, 1, places=4)


def test_first_pledge_loan_of_2006() -> None:
    # Li Lin, 2007: a patent appraised at 6 million, pledge rate 25 %, product cap 10 million -> 1.5 million.
    limit = maximum_loan(600_0000_00, pledge_rate_share=Decimal("0.25"), loan_cap_fen=1000_0000_00)
    assert (limit.amount_fen, limit.binding) == (150_0000_00, "pledge_rate")


def test_product_cap_binds() -> None:
    limit = maximum_loan(10_000_000_000, pledge_rate_share=Decimal("0.25"), loan_cap_fen=1_000_000_000)
    assert (limit.amount_fen, limit.binding, limit.by_pledge_rate_fen) == (1_000_000_000, "loan_cap", 2_500_000_000)
    assert limit.as_document() == {
        "amount": "10000000.00",
        "binding": "loan_cap",
        "by_pledge_rate": "25000000.00",
        "loan_cap": "10000000.00",
    }


def test_a_ceiling_is_rounded_down() -> None:
    # Hand: 0.33 × 0.25 = 0.0825 -> 0.08; without a cap of the product none is printed.
    limit = maximum_loan(33, pledge_rate_share=Decimal("0.25"))
    assert limit.amount_fen == 8
    assert limit.as_document()["loan_cap"] is None


def test_shortfall_after_a_price_fall_and_its_cure() -> None:
    # frappe/lending, test_security_shortfall: 1,000,000 - 0.5 × 8000 × 100 = 600,000; cured at 250.
    half = Decimal("0.5")
    assert shortfall_fen(1_000_000_00, pledge_rate_share=half, value_fen=8000 * 100_00) == 600_000_00
    assert shortfall_fen(1_000_000_00, pledge_rate_share=half, value_fen=8000 * 250_00) == 0


def test_worthless_right_leaves_the_whole_loan_short() -> None:
    found = cover(800, value_fen=0, pledge_rate_share=Decimal("0.25"))
    assert (found.shortfall_fen, found.allowed_fen, found.loan_to_value_share) == (800, 0, None)
    assert found.cover_ratio == 0
    assert found.as_document() == {
        "value": "0.00",
        "loan": "8.00",
        "loan_to_value_share": None,
        "cover_ratio": "0.000000",
        "allowed": "0.00",
        "shortfall": "8.00",
    }
    assert cover(0, value_fen=5, pledge_rate_share=Decimal(0)).cover_ratio is None


def test_both_ratios_by_hand() -> None:
    # Hand: 8 / 22 = 0.363636…, 22 / 8 = 2.75.
    document = cover(8_000_000_00, value_fen=22_000_000_00, pledge_rate_share=Decimal("0.25")).as_document()
    assert (document["loan_to_value_share"], document["cover_ratio"]) == ("0.363636", "2.750000")
    assert document["shortfall"] == "2500000.00"


@given(loan=amounts, value=amounts, share=shares)
def test_shortfall_is_exactly_what_exceeds_the_allowed_amount(loan: int, value: int, share: Decimal) -> None:
    missing = shortfall_fen(loan, pledge_rate_share=share, value_fen=value)
    exact = loan - Fraction(share) * value
    assert max(0, exact) <= missing < max(0, exact) + 1
    assert type(missing) is int


@given(value=amounts, more=amounts, share=shares, cap=st.none() | amounts)
def test_more_value_never_lowers_the_limit(value: int, more: int, share: Decimal, cap: int | None) -> None:
    low = maximum_loan(value, pledge_rate_share=share, loan_cap_fen=cap)
    high = maximum_loan(value + more, pledge_rate_share=share, loan_cap_fen=cap)
    assert 0 <= low.amount_fen <= high.amount_fen
    assert low.amount_fen <= Fraction(share) * value
    assert shortfall_fen(low.amount_fen, pledge_rate_share=share, value_fen=value) == 0


@pytest.mark.parametrize("share", [Decimal("1.01"), Decimal("-0.1"), Decimal("NaN")])
def test_pledge_rate_is_a_share_of_one(share: Decimal) -> None:
    with pytest.raises(InputError, match="pledge_rate_share"):
        maximum_loan(100, pledge_rate_share=share)


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(InputError, match="value"):
        maximum_loan(-1, pledge_rate_share=Decimal("0.2"))
    with pytest.raises(InputError, match="loan_cap"):
        maximum_loan(1, pledge_rate_share=Decimal("0.2"), loan_cap_fen=-1)
    with pytest.raises(InputError, match="loan"):
        cover(-1, value_fen=1, pledge_rate_share=Decimal("0.2"))
