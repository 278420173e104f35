"""Do the three readings of a formula (NumPy, spreadsheet, words) say the same?

Checked against: plain NumPy for every operator and function (second method); Python's own parser, which reads the
spreadsheet formula of a random expression back (second method, hypothesis); known texts (by hand). That a real
spreadsheet agrees is shown in test_workbook.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from valuation.kernel.expression import (
    Array,
    Expression,
    Locator,
    Name,
    absolute,
    choose,
    cumulative_product,
    cumulative_sum,
    evaluate,
    exponential,
    formula,
    in_words,
    larger,
    logarithm,
    names_in,
    normal_cdf,
    previous,
    smaller,
    total,
)

X, Y = Name("x", is_row=False), Name("y", is_row=False)
ROW, OTHER = Name("row", is_row=True), Name("other", is_row=True)

RANDOM = np.random.default_rng(20200101)
#: Three draws of two scalars and of two rows with four columns.
VALUES = {
    "x": RANDOM.uniform(0.5, 2, 3),
    "y": RANDOM.uniform(0.5, 2, 3),
    "row": RANDOM.uniform(0.5, 2, (4, 3)),
    "other": RANDOM.uniform(0.5, 2, (4, 3)),
}
x, y, row, other = VALUES.values()

CELLS = Locator(
    cell=lambda name, column: f"{name}{column}" if name in ("row", "other") else name,
    span=lambda name, first, last: f"{name}{first}:{name}{last}",
    columns=4,
)


# --- each operator and function -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (X + Y, x + y),
        (X + 2, x + 2),
        (2 + X, 2 + x),
        (X - Y, x - y),
        (2 - X, 2 - x),
        (X * ROW, x * row),
        (2 * ROW, 2 * row),
        (ROW / X, row / x),
        (1 / ROW, 1 / row),
        (X**Y, x**y),
        (ROW**2, row**2),
        (2**ROW, 2**row),
        (-ROW, -row),
        (X < Y, (x < y) * 1.0),
        (X <= X, np.ones(3)),
        (ROW > X, (row > x) * 1.0),
        (ROW >= ROW, np.ones((4, 3))),
        (X.equals(X), np.ones(3)),
        (X.equals(Y), np.zeros(3)),
        (exponential(X), np.exp(x)),
        (logarithm(ROW), np.log(row)),
        (absolute(X - 5), np.abs(x - 5)),
        (normal_cdf(X - Y), stats.norm.cdf(x - y)),
        (larger(X, Y), np.maximum(x, y)),
        (larger(ROW, 1), np.maximum(row, 1)),
        (smaller(1, X), np.minimum(1, x)),
        (choose(X < Y, then=X, otherwise=ROW), np.where(x < y, x, row)),
        (total(ROW), row.sum(axis=0)),
        (cumulative_sum(ROW), row.cumsum(axis=0)),
        (cumulative_product(ROW), row.cumprod(axis=0)),
        (previous(ROW, first=7), np.vstack([np.full(3, 7), row[:-1]])),
        (previous(ROW, first=X), np.vstack([x, row[:-1]])),
        (previous(ROW, first=OTHER), np.vstack([other[0], row[:-1]])),
    ],
)
def test_each_operator_and_function_is_numpys(expression: Expression, expected: Array) -> None:
    found = evaluate(expression, VALUES)
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-15)
    assert expression.is_row == (np.ndim(expected) == 2)


def test_adding_comparisons_counts_them() -> None:
    """In NumPy two truths add to one truth; on paper and in a spreadsheet two conditions that hold are two."""
    counted = (X > 0) + (Y > 0) + (X < 0)
    assert evaluate(counted, VALUES).tolist() == [2, 2, 2]
    assert evaluate((X > 0) - (Y > 0), VALUES).tolist() == [0, 0, 0]


def test_what_has_one_draw_meets_what_has_many() -> None:
    mixed = VALUES | {"row": row[:, :1], "x": x[:1]}
    assert evaluate(ROW * Y, mixed).shape == (4, 3)
    assert evaluate(previous(ROW, first=Y), mixed).shape == (4, 3)
    assert evaluate(total(ROW), mixed).shape == (1,)


def test_the_sum_of_one_draw_is_bit_for_bit_that_of_many() -> None:
    """np.sum adds a single column pairwise: 200 numbers would differ in the last bit."""
    long = RANDOM.uniform(0, 1, (200, 64))
    together = evaluate(total(ROW), {"row": long})
    alone = [evaluate(total(ROW), {"row": long[:, draw : draw + 1]})[0] for draw in range(64)]
    assert together.tolist() == alone


def test_a_function_over_a_row_takes_a_named_row() -> None:
    for function in (total, cumulative_product, cumulative_sum):
        with pytest.raises(AssertionError, match="takes a named line"):
            function(ROW + 1)
        with pytest.raises(AssertionError, match="takes a row"):
            function(X)


def test_the_names_of_a_formula_come_once_in_order() -> None:
    assert names_in(choose(Y < X, then=total(ROW) + Y, otherwise=3)) == ("y", "x", "row")
    assert names_in(X * 0 + 1) == ("x",)


# --- as a spreadsheet writes it -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (X + Y * 2, "x+y*2"),
        ((X + Y) * 2, "(x+y)*2"),
        (X - (Y - 1), "x-(y-1)"),
        (X - Y - 1, "x-y-1"),
        (X / (Y / 2), "x/(y/2)"),
        (X / Y / 2, "x/y/2"),
        ((1 + X) ** -Y, "(1+x)^(0-y)"),
        (-(X**2), "0-x^2"),
        ((-X) ** 2, "(0-x)^2"),
        (X**Y**2, "x^(y^2)"),
        ((X**Y) ** 2, "(x^y)^2"),
        (X * -2, "x*(-2)"),
        (X - -2, "x-(-2)"),
        (X * 1e-7, "x*1e-07"),
        (X + 0.1, "x+0.1"),
        (X < Y, "IF(x<y,1,0)"),
        ((X < Y) + (Y <= 2), "(IF(x<y,1,0))+(IF(y<=2,1,0))"),
        (choose(X.equals(0), then=1, otherwise=Y), "IF(x=0,1,y)"),
        (choose(X, then=1, otherwise=Y), "IF(x,1,y)"),
        (larger(X, 0), "MAX(x,0)"),
        (smaller(X, 0), "MIN(x,0)"),
        (exponential(X), "EXP(x)"),
        (logarithm(X), "LN(x)"),
        (absolute(X), "ABS(x)"),
        (normal_cdf(X), "NORMSDIST(x)"),
        (total(ROW), "SUM(row0:row3)"),
        (ROW * X, "row2*x"),
        (cumulative_sum(ROW), "SUM(row0:row2)"),
        (cumulative_product(ROW), "PRODUCT(row0:row2)"),
        (previous(ROW, first=X), "row1"),
    ],
)
def test_known_formulas_in_the_third_column(expression: Expression, text: str) -> None:
    assert formula(expression, CELLS, 2) == text


def test_the_first_column_has_no_left_neighbour() -> None:
    assert formula(previous(ROW, first=X), CELLS, 0) == "x"
    assert formula(previous(ROW, first=OTHER), CELLS, 0) == "other0"
    assert formula(cumulative_sum(ROW), CELLS, 0) == "SUM(row0:row0)"


# --- read back by another parser ------------------------------------------------------------------

NAMES = {letter: Name(letter, is_row=False) for letter in "abc"}
NUMBERS = st.sampled_from([-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 1e-7, 1e16])
BINARY: list[Callable[[Expression, Expression], Expression]] = [
    lambda p, q: p + q,
    lambda p, q: p - q,
    lambda p, q: p * q,
    lambda p, q: p / q,
    lambda p, q: p**q,
    lambda p, q: p < q,
    lambda p, q: p <= q,
    lambda p, q: p > q,
    lambda p, q: p >= q,
    lambda p, q: p.equals(q),
    larger,
    smaller,
]
UNARY: list[Callable[[Expression], Expression]] = [lambda p: -p, absolute, exponential, logarithm, normal_cdf]


def composed(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    with_number = st.tuples(st.sampled_from(BINARY[:6]), inner, NUMBERS, st.booleans())
    return (
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda parts: parts[0](parts[1], parts[2]))
        | with_number.map(lambda p: p[0](p[1], p[2]) if p[3] else p[0](p[2], p[1]))  # type: ignore[arg-type]
        | st.tuples(st.sampled_from(UNARY), inner).map(lambda parts: parts[0](parts[1]))
        | st.tuples(inner, inner, inner).map(lambda p: choose(p[0] < p[1], then=p[1], otherwise=p[2]))
    )


EXPRESSIONS = st.recursive(st.sampled_from(sorted(NAMES.values(), key=lambda name: name.name)), composed, max_leaves=12)
SPREADSHEET = {
    "MAX": np.maximum,
    "MIN": np.minimum,
    "ABS": np.abs,
    "EXP": np.exp,
    "LN": np.log,
    "NORMSDIST": stats.norm.cdf,
    "IF": np.where,
    "N": lambda number: np.array([float(number)]),
}


def read_back(text: str, values: dict[str, Array]) -> Any:
    """Evaluate a spreadsheet formula with Python's parser; numbers become arrays so that 1/0 is inf for both."""
    python = re.sub(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?", r"N(\g<0>)", text)
    python = re.sub(r"(?<![<>])=", "==", python).replace("^", "**")
    return eval(python, {"__builtins__": {}}, SPREADSHEET | values)


@settings(max_examples=400)
@given(expression=EXPRESSIONS, numbers=st.tuples(*[st.sampled_from([-2.0, -0.5, 0.5, 1.0, 3.0])] * 3))
def test_the_formula_read_back_gives_the_same_number(expression: Expression, numbers: tuple[float, ...]) -> None:
    values = {letter: np.array([number]) for letter, number in zip("abc", numbers, strict=True)}
    locator = Locator(cell=lambda name, column: name, span=lambda name, first, last: name, columns=1)
    with np.errstate(all="ignore"):
        expected = evaluate(expression, values)
        found = np.asarray(read_back(formula(expression, locator, 0), values), dtype=float)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_reading_back_notices_a_missing_parenthesis() -> None:
    """The comparison above is not blind: without its parentheses a - (b - c) is another number."""
    values = {letter: np.array([number]) for letter, number in zip("abc", (1.0, 2.0, 4.0), strict=True)}
    assert read_back("a-(b-c)", values) == 3
    assert read_back("a-b-c", values) == -5


# --- in words -------------------------------------------------------------------------------------

LABELS = {"x": "收入", "y": "费率", "row": "各年现值", "other": "其他"}


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (X * Y, "收入 × 费率"),
        ((X + 1) * Y, "(收入 + 1) × 费率"),
        (X / (1 - Y), "收入 ÷ (1 − 费率)"),
        ((1 + Y) ** -X, "(1 + 费率) ^ (−收入)"),
        (X <= Y, "收入 ≤ 费率"),
        (X.equals(Y), "收入 = 费率"),
        (total(ROW), "Σ 各年现值"),
        (cumulative_product(ROW), "∏ 各年现值"),
        (cumulative_sum(ROW), "Σ≤ 各年现值"),
        (previous(ROW, first=1), "⟵ 各年现值"),
        (larger(X, 0), "max(收入, 0)"),
        (choose(X < Y, then=X, otherwise=0), "[收入 < 费率 ? 收入 : 0]"),
        (exponential(-(X * Y)), "exp(−收入 × 费率)"),
        (absolute(X) + logarithm(Y) + normal_cdf(X) + smaller(X, Y), "|收入| + ln(费率) + Φ(收入) + min(收入, 费率)"),
    ],
)
def test_a_reader_sees_the_labels(expression: Expression, text: str) -> None:
    assert in_words(expression, LABELS) == text
