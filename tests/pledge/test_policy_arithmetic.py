"""Is a line of arithmetic true when it is found true, and only then?

Hand: lines whose values are known. Second way: expressions drawn at random against Python's own exact fractions.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.policy_arithmetic import read_line
from valuation.errors import ReferenceDataError

NUMBER = st.integers(0, 10**6).map(lambda fen: f"{fen // 100:,}.{fen % 100:02d}")
#: A written expression beside the same in Python.
EXPRESSION = st.recursive(
    NUMBER.map(lambda text: (text, Fraction(text.replace(",", "")))),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]} + {two[1][0]})", two[0][1] + two[1][1])),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]} − {two[1][0]})", two[0][1] - two[1][1])),
        st.tuples(inner, inner).map(lambda two: (f"{two[0][0]} × ({two[1][0]})", two[0][1] * two[1][1])),
        st.tuples(inner, inner).map(lambda two: (f"min({two[0][0]}; {two[1][0]})", min(two[0][1], two[1][1]))),
        st.tuples(inner, inner).map(lambda two: (f"max({two[0][0]}; {two[1][0]})", max(two[0][1], two[1][1]))),
        inner.map(lambda one: (f"({one[0]}) %", one[1] / 100)),
    ),
    max_leaves=6,
)


@given(EXPRESSION)
def test_expressions_are_those_of_exact_fractions(drawn: tuple[str, Fraction]) -> None:
    text, value = drawn
    assert read_line(f"算 figure: 0 ≤ max({text}; 0) = max({text}; 0)", where="here").result == max(value, 0)
    low = read_line(f"算 figure: {text} ≥ {text}", where="here")
    assert low.result == value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("乘积 product: 1,000.00 × 25 % = 250.00", Fraction(250)),
        ("先乘后加 first × then +: 2 + 3 × 4 = 14", Fraction(14)),
        ("从左到右 from the left: 10 − 3 − 2 = 5", Fraction(5)),
        ("从左到右 from the left: 8 ÷ 4 ÷ 2 = 1", Fraction(1)),
        ("约数 rounded: 2 ÷ 3 ≈ 0.67", Fraction(67, 100)),
        ("百分数 percent: 4.35 % ≤ 1.40 × 3.45 %", Fraction(483, 10_000)),
        ("链 chain: 1 < 2 ≤ 2 = 2", Fraction(2)),
        ("三者 three: min(3; 1; 2) = 1", Fraction(1)),
    ],
)
def test_true_lines_by_hand(text: str, result: Fraction) -> None:
    assert read_line(text, where="here").result == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("约数 rounded: 2 ÷ 3 ≈ 0.68", "false: "),
        ("不等 unequal: 1 > 1", "here: found '1 > 1', false: 1 left of >, expected a true line"),
        ("没有关系 no relation: 1 + 1", "expected words, a colon, and expressions with one of = ≈ < ≤ > ≥"),
        ("只有文字 only words", "expected words, a colon"),
        (f"太长 too long: {'1 + ' * 100}1 = 101", "at most 300 characters"),
        ("除以零 by zero: 1 ÷ 0 = 1", "expected numbers with"),
        ("括号 bracket: (1 + 2 = 3", "expected numbers with"),
        ("变量 name: x = 1", "expected numbers with"),
        ("空 empty: = 1", "expected numbers with"),
        ("两数 two numbers: 1 2 = 12", "expected numbers with"),
        ("代码 code: __import__ = 1", "expected numbers with"),
    ],
)
def test_false_and_unreadable_lines_are_refused(text: str, message: str) -> None:
    with pytest.raises(ReferenceDataError) as refused:
        read_line(text, where="here")
    assert str(refused.value).startswith("here: found")
    assert message in str(refused.value)
