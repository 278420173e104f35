"""Does money stay exact: reading, rounding, splitting, and the one crossing from a model's float?

Checked against: Python's decimal (second method, every rounding mode), Fraction arithmetic (identity), and by hand.
"""

from __future__ import annotations

import itertools
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError, UnknownNameError
from valuation.kernel.money import CURRENCIES, Money, Rounding, RoundingMode, split_fen, split_fen_steadily

DECIMAL_MODES: dict[RoundingMode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "ceiling": ROUND_CEILING,
    "down": ROUND_DOWN,
}
MODES = st.sampled_from(sorted(DECIMAL_MODES))
#: Thousandths of a fen hold every tie (….5) and everything beside one.
EXACT_FEN = st.integers(-(10**15), 10**15).map(lambda thousandths: Fraction(thousandths, 1000))
WEIGHTS = st.lists(st.fractions(min_value=0, max_value=10**6), min_size=1, max_size=12).filter(any)


# --- rounding -------------------------------------------------------------------------------------


@given(exact=EXACT_FEN, mode=MODES, unit=st.sampled_from([1, 5, 10, 100, 10_000]))
def test_rounding_is_the_rounding_of_decimal(exact: Fraction, mode: RoundingMode, unit: int) -> None:
    """Second method: decimal's quantize, in every mode, for positive and negative amounts."""
    with localcontext(prec=60):
        units = Decimal(exact.numerator) / Decimal(exact.denominator) / unit
        expected = int(units.quantize(Decimal(1), rounding=DECIMAL_MODES[mode])) * unit
    assert Rounding(unit_fen=unit, mode=mode).to_fen(exact) == expected


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [
        ("half_up", [-3, -2, -1, 1, 2, 3]),
        ("half_even", [-2, -2, 0, 0, 2, 2]),
        ("ceiling", [-2, -1, 0, 1, 2, 3]),
        ("down", [-2, -1, 0, 0, 1, 2]),
    ],
)
def test_ties_by_hand(mode: RoundingMode, rounded: list[int]) -> None:
    ties = [Fraction(n, 2) for n in (-5, -3, -1, 1, 3, 5)]
    assert [Rounding(mode=mode).to_fen(tie) for tie in ties] == rounded


def test_rounding_a_third_never_passes_through_a_float() -> None:
    """By hand: 10^20 / 3 fen, whose last digits no float holds."""
    assert Rounding().to_fen(Fraction(10**20, 3)) == 33333333333333333333


# --- splitting ------------------------------------------------------------------------------------


@given(total=st.integers(0, 10**15), weights=WEIGHTS)
def test_a_split_loses_nothing_and_treats_nobody_worse_than_a_fen(total: int, weights: list[Fraction]) -> None:
    shares = split_fen(total, weights=weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < 1
        assert weight or share == 0, "nothing for a weight of nothing"


@given(total=st.integers(0, 10**9), weights=WEIGHTS, factor=st.fractions(min_value="1/7", max_value=9))
def test_a_split_depends_on_proportions_only(total: int, weights: list[Fraction], factor: Fraction) -> None:
    assert split_fen(total, weights=weights) == split_fen(total, weights=[weight * factor for weight in weights])


def test_the_fen_left_over_goes_to_the_largest_remainder_then_to_the_first() -> None:
    """By hand: 10 by 1:2:3 is 1.67, 3.33, 5 → 2, 3, 5; equal remainders favour the first."""
    assert split_fen(10, weights=[1, 2, 3]) == [2, 3, 5]
    assert split_fen(5, weights=[Decimal("0.25")] * 4) == [2, 1, 1, 1]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [1, -1]), (1, [0, 0]), (1, [])])
def test_an_impossible_split_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(InputError, match="not all zero"):
        split_fen(total, weights=weights)


# --- reading and writing --------------------------------------------------------------------------


@given(fen=st.integers(-(10**17), 10**17), currency=st.sampled_from(CURRENCIES))
def test_text_and_back_is_the_same_money(fen: int, currency: str) -> None:
    money = Money(fen, currency)
    assert Money.from_text(money.text, currency=currency) == money
    assert money.text.rpartition(".")[2].__len__() == 2


@pytest.mark.parametrize(
    "text",
    [
        "0.001",
        "8,000,000.00",
        "eight",
        "",
        "NaN",
        "sNaN",
        "Infinity",
        "1E-999999",
        "1E+999999999",
        # Multiplied by 100 in 28 digits this would round to a whole number of fen.
        "99999999999999999999999999.999",
    ],
)
def test_what_is_no_amount_in_fen_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="at most two decimals") as raised:
        Money.from_text(text)
    assert raised.value.problems[0].field == "amount"


@given(amount=st.floats(-1e12, 1e12), mode=MODES)
def test_a_model_output_crosses_by_the_named_rounding(amount: float, mode: RoundingMode) -> None:
    """Second method: the exact value of the float, rounded as a fraction."""
    expected = Rounding(mode=mode).to_fen(Fraction(amount) * 100)
    assert Money.from_model(amount, currency="USD", rounding=mode) == Money(expected, "USD")


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), float("-inf")])
def test_a_model_output_that_is_no_number_never_becomes_money(amount: float) -> None:
    with pytest.raises(InputError, match="finite"):
        Money.from_model(amount, currency="CNY", rounding="half_up")


def test_an_unknown_currency_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"'XAU'.*CNY, EUR, GBP, HKD, USD"):
        Money(1, "XAU")


def test_money_adds_and_subtracts_within_one_currency() -> None:
    assert Money(150) + Money(-50) == Money(100)
    assert Money(150) - Money(200) == Money(-50)
    with pytest.raises(InputError, match="found USD, expected CNY"):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(InputError, match="found CNY, expected USD"):
        Money(1, "USD") - Money(1, "CNY")


@pytest.mark.parametrize("fen", [1.0, True, Decimal(1)])
def test_fen_are_whole_numbers(fen: object) -> None:
    with pytest.raises(AssertionError, match="whole"):
        Money(fen)  # type: ignore[arg-type]


WEIGHTS = st.dictionaries(st.sampled_from(["pool", "bank", "insurer", "appraiser"]), st.integers(0, 50), min_size=1)


@given(total=st.integers(0, 10**12), weights=WEIGHTS.filter(lambda w: "bank" in w and any(w.values())))
def test_a_steady_split_loses_nothing_and_never_lowers_a_share(total: int, weights: dict[str, int]) -> None:
    shares = split_fen_steadily(total, weights=weights, last="bank")
    more = split_fen_steadily(total + 1, weights=weights, last="bank")
    assert sum(shares.values()) == total
    assert all(0 <= shares[party] <= more[party] for party in weights)
    whole = sum(weights.values())
    assert all(abs(shares[party] - Fraction(total * weights[party], whole)) < len(weights) for party in weights)


def test_the_fairer_split_may_lower_a_share_which_is_why_there_is_a_steady_one() -> None:
    # Weights 1 : 5 : 5 (the paradox of Alabama): of 5 fen the first gets 1, of 6 fen 0.
    assert [split_fen(total, weights=[1, 5, 5])[0] for total in (5, 6)] == [1, 0]
    steady = [split_fen_steadily(total, weights={"a": 1, "b": 5, "c": 5}, last="c") for total in range(200)]
    assert all(before[party] <= after[party] for before, after in itertools.pairwise(steady) for party in "abc")


@pytest.mark.parametrize(
    ("total", "weights"), [(-1, {"bank": 1}), (1, {"pool": 1}), (1, {"bank": 0}), (1, {"bank": 2, "pool": -1})]
)
def test_an_impossible_steady_split_is_refused(total: int, weights: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"weights: found .* expected an amount ≥ 0 and weights ≥ 0"):
        split_fen_steadily(total, weights=weights, last="bank")
