"""Formulas as data: one definition that NumPy computes, a reader reads and a spreadsheet recalculates.

An expression is a small tree over named quantities. A *scalar* has one value, a *row* has one value in each
column of the worksheet (a year, a comparable, a cost item). Three readings of the same tree:

* :func:`evaluate` – NumPy arrays; scalars have shape ``(draws,)``, rows ``(columns, draws)``;
* :func:`formula` – a spreadsheet formula, given where each name stands;
* :func:`in_words` – the formula with the labels of its names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = [
    "Array",
    "Expression",
    "Locator",
    "Name",
    "absolute",
    "choose",
    "cumulative_product",
    "cumulative_sum",
    "evaluate",
    "exponential",
    "formula",
    "in_words",
    "larger",
    "logarithm",
    "names_in",
    "normal_cdf",
    "previous",
    "smaller",
    "total",
]

Array = NDArray[np.float64]

#: How tightly an operator binds; spreadsheets and arithmetic agree on these.
_PRECEDENCE = {"<": 1, "<=": 1, ">": 1, ">=": 1, "=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "**": 4}
_SYMBOL_IN_WORDS = {"*": "×", "/": "÷", "**": "^", "-": "−", "<=": "≤", ">=": "≥"}


class Expression:
    """A formula; build it with ``+ - * / **``, comparisons and the functions of this module."""

    is_row: bool

    def __add__(self, other: Expression | float) -> Expression:
        return _binary("+", self, other)

    def __radd__(self, other: float) -> Expression:
        return _binary("+", other, self)

    def __sub__(self, other: Expression | float) -> Expression:
        return _binary("-", self, other)

    def __rsub__(self, other: float) -> Expression:
        return _binary("-", other, self)

    def __mul__(self, other: Expression | float) -> Expression:
        return _binary("*", self, other)

    def __rmul__(self, other: float) -> Expression:
        return _binary("*", other, self)

    def __truediv__(self, other: Expression | float) -> Expression:
        return _binary("/", self, other)

    def __rtruediv__(self, other: float) -> Expression:
        return _binary("/", other, self)

    def __pow__(self, other: Expression | float) -> Expression:
        return _binary("**", self, other)

    def __rpow__(self, other: float) -> Expression:
        return _binary("**", other, self)

    def __neg__(self) -> Expression:
        return _binary("-", 0, self)

    def __lt__(self, other: Expression | float) -> Expression:
        return _binary("<", self, other)

    def __le__(self, other: Expression | float) -> Expression:
        return _binary("<=", self, other)

    def __gt__(self, other: Expression | float) -> Expression:
        return _binary(">", self, other)

    def __ge__(self, other: Expression | float) -> Expression:
        return _binary(">=", self, other)

    def equals(self, other: Expression | float) -> Expression:
        """Is this equal to ``other``? The operator ``==`` stays Python's identity of objects."""
        return _binary("=", self, other)


@dataclass(frozen=True, eq=False)
class _Constant(Expression):
    number: float
    is_row: bool = False


@dataclass(frozen=True, eq=False)
class Name(Expression):
    """A quantity of the worksheet, by its name."""

    name: str
    is_row: bool


@dataclass(frozen=True, eq=False)
class _Binary(Expression):
    symbol: str
    left: Expression
    right: Expression
    is_row: bool


@dataclass(frozen=True, eq=False)
class _Call(Expression):
    function: _Function
    arguments: tuple[Expression, ...]
    is_row: bool


@dataclass(frozen=True)
class _Function:
    """One function in its three readings; ``spreadsheet`` and ``words`` are templates over the arguments."""

    compute: Callable[..., Array]
    spreadsheet: str
    words: str


def _binary(symbol: str, left: Expression | float, right: Expression | float) -> Expression:
    a, b = _expression(left), _expression(right)
    return _Binary(symbol, a, b, a.is_row or b.is_row)


def _expression(operand: Expression | float) -> Expression:
    return operand if isinstance(operand, Expression) else _Constant(float(operand))


def _call(function: _Function, *arguments: Expression | float, is_row: bool | None = None) -> Expression:
    nodes = tuple(_expression(argument) for argument in arguments)
    return _Call(function, nodes, any(node.is_row for node in nodes) if is_row is None else is_row)


def _first_of_row(argument: Expression, purpose: str) -> Name:
    """Functions over a whole row take a line of the sheet, so that every step is on paper."""
    assert isinstance(argument, Name), f"{purpose} takes a named line"
    assert argument.is_row, f"{purpose} takes a row"
    return argument


_EXP = _Function(np.exp, "EXP({0})", "exp({0})")
_LOG = _Function(np.log, "LN({0})", "ln({0})")
_ABS = _Function(np.abs, "ABS({0})", "|{0}|")
_CDF = _Function(special.ndtr, "NORMSDIST({0})", "Φ({0})")
_MAX = _Function(np.maximum, "MAX({0},{1})", "max({0}, {1})")
_MIN = _Function(np.minimum, "MIN({0},{1})", "min({0}, {1})")
_IF = _Function(np.where, "IF({0},{1},{2})", "[{0} ? {1} : {2}]")
_SUM = _Function(lambda row: _sum_in_order(row), "SUM({0})", "Σ {0}")
_PREVIOUS = _Function(lambda row, first: _shifted(row, first), "{0}", "⟵ {0}")
_CUMULATIVE_PRODUCT = _Function(lambda row: np.cumprod(row, axis=0, dtype=np.float64), "PRODUCT({0})", "∏ {0}")
_CUMULATIVE_SUM = _Function(lambda row: np.cumsum(row, axis=0, dtype=np.float64), "SUM({0})", "Σ≤ {0}")
#: Functions whose spreadsheet form needs a range of cells instead of one cell.
_WHOLE_ROW = (_SUM,)
_ROW_SO_FAR = (_CUMULATIVE_PRODUCT, _CUMULATIVE_SUM)


def exponential(argument: Expression) -> Expression:
    """E to the power of ``argument``."""
    return _call(_EXP, argument)


def logarithm(argument: Expression) -> Expression:
    """The natural logarithm."""
    return _call(_LOG, argument)


def absolute(argument: Expression) -> Expression:
    """The magnitude without its sign."""
    return _call(_ABS, argument)


def normal_cdf(argument: Expression) -> Expression:
    """The standard normal distribution function Φ."""
    return _call(_CDF, argument)


def larger(left: Expression | float, right: Expression | float) -> Expression:
    """The larger of two."""
    return _call(_MAX, left, right)


def smaller(left: Expression | float, right: Expression | float) -> Expression:
    """The smaller of two."""
    return _call(_MIN, left, right)


def choose(condition: Expression, *, then: Expression | float, otherwise: Expression | float) -> Expression:
    """``then`` where the condition holds, else ``otherwise``."""
    return _call(_IF, condition, then, otherwise)


def total(row: Expression) -> Expression:
    """The sum of a named row: a scalar."""
    return _call(_SUM, _first_of_row(row, "total"), is_row=False)


def cumulative_product(row: Expression) -> Expression:
    """The product of a named row up to and including each column."""
    return _call(_CUMULATIVE_PRODUCT, _first_of_row(row, "cumulative_product"), is_row=True)


def cumulative_sum(row: Expression) -> Expression:
    """The sum of a named row up to and including each column."""
    return _call(_CUMULATIVE_SUM, _first_of_row(row, "cumulative_sum"), is_row=True)


def previous(row: Expression, *, first: Expression | float) -> Expression:
    """The value one column to the left; ``first`` in the first column."""
    return _call(_PREVIOUS, _first_of_row(row, "previous"), first, is_row=True)


def names_in(expression: Expression) -> tuple[str, ...]:
    """Which names does a formula use? Each once, in order of appearance."""
    if isinstance(expression, Name):
        return (expression.name,)
    children: tuple[Expression, ...] = ()
    if isinstance(expression, _Binary):
        children = (expression.left, expression.right)
    elif isinstance(expression, _Call):
        children = expression.arguments
    return tuple(dict.fromkeys(name for child in children for name in names_in(child)))


_COMPUTE: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
}


def evaluate(expression: Expression, values: Mapping[str, Array]) -> Array:
    """Compute a formula for all columns and all draws at once.

    Parameters
    ----------
    values : scalars of shape ``(draws,)`` or ``(1,)``, rows of shape ``(columns, draws)`` or ``(columns, 1)``.

    Returns
    -------
    Array of the same convention. Division by zero gives inf or NaN without a warning; the worksheet checks every
    line for finiteness afterwards and raises with its name.
    """
    if isinstance(expression, _Constant):
        return np.array([expression.number])
    if isinstance(expression, Name):
        return values[expression.name]
    if isinstance(expression, _Binary):
        left, right = evaluate(expression.left, values), evaluate(expression.right, values)
        # A comparison is the number 1 or 0, so that adding two of them counts instead of joining with "or".
        return np.asarray(_COMPUTE[expression.symbol](left, right), dtype=np.float64)
    assert isinstance(expression, _Call), "every expression is one of four kinds"
    return expression.function.compute(*(evaluate(argument, values) for argument in expression.arguments))


def _sum_in_order(row: Array) -> Array:
    """Add column by column: np.sum adds a single draw in another order than many, and differs in the last bit."""
    added: Array = row[0].copy()
    for column in row[1:]:
        added += column
    return added


def _shifted(row: Array, first: Array) -> Array:
    draws = max(row.shape[1], first.shape[-1])
    head = np.broadcast_to(first.reshape(-1, first.shape[-1])[:1], (1, draws))
    return np.concatenate([head, np.broadcast_to(row[:-1], (row.shape[0] - 1, draws))])


@dataclass(frozen=True)
class Locator:
    """Where names stand in a spreadsheet: a cell for (name, column), a range for (name, first, last)."""

    cell: Callable[[str, int], str]
    span: Callable[[str, int, int], str]
    columns: int


def formula(expression: Expression, locator: Locator, column: int) -> str:
    """Write a formula for one cell of a spreadsheet, without the leading equals sign."""
    if isinstance(expression, _Constant):
        return _number(expression.number)
    if isinstance(expression, Name):
        return locator.cell(expression.name, column)
    if isinstance(expression, _Binary):
        text = _infix(expression, lambda node: formula(node, locator, column), {"**": "^"})
        # A spreadsheet's TRUE is no number: SUM and MAX over cells pass it by.
        return f"IF({text},1,0)" if _is_comparison(expression) else text
    assert isinstance(expression, _Call), "every expression is one of four kinds"
    return _call_formula(expression, locator, column)


def _call_formula(call: _Call, locator: Locator, column: int) -> str:
    first = call.arguments[0]
    if isinstance(first, Name) and call.function in _WHOLE_ROW:
        return call.function.spreadsheet.format(locator.span(first.name, 0, locator.columns - 1))
    if isinstance(first, Name) and call.function in _ROW_SO_FAR:
        return call.function.spreadsheet.format(locator.span(first.name, 0, column))
    if call.function is _PREVIOUS:
        return formula(first if column else call.arguments[1], locator, max(column - 1, 0))
    texts = [formula(argument, locator, column) for argument in call.arguments]
    if call.function is _IF and isinstance(first, _Binary) and _is_comparison(first):
        texts[0] = _infix(first, lambda node: formula(node, locator, column), {"**": "^"})
    return call.function.spreadsheet.format(*texts)


def _is_comparison(node: _Binary) -> bool:
    return _PRECEDENCE[node.symbol] == 1


def in_words(expression: Expression, labels: Mapping[str, str]) -> str:
    """Write a formula with the labels of its names, as a working paper shows it."""
    if isinstance(expression, _Constant):
        return _number(expression.number)
    if isinstance(expression, Name):
        return labels[expression.name]
    if isinstance(expression, _Binary):
        text = _infix(expression, lambda node: in_words(node, labels), _SYMBOL_IN_WORDS, space=" ")
        return f"−{text.removeprefix('0 − ')}" if _is_negation(expression) else text
    assert isinstance(expression, _Call), "every expression is one of four kinds"
    return expression.function.words.format(*(in_words(node, labels) for node in expression.arguments))


def _is_negation(node: _Binary) -> bool:
    return node.symbol == "-" and isinstance(node.left, _Constant) and node.left.number == 0


def _infix(node: _Binary, write: Callable[[Expression], str], symbols: Mapping[str, str], space: str = "") -> str:
    """Write left, symbol, right with only the parentheses that are needed."""
    own = _PRECEDENCE[node.symbol]
    left, right = write(node.left), write(node.right)
    # A power keeps both parentheses: spreadsheets read -2^2 as (-2)^2 and chain powers to the left.
    if _strength(node.left) < own or (node.symbol == "**" and isinstance(node.left, _Binary)):
        left = f"({left})"
    if _strength(node.right) <= own:
        right = f"({right})"
    return f"{left}{space}{symbols.get(node.symbol, node.symbol)}{space}{right}"


def _strength(node: Expression) -> int:
    if isinstance(node, _Binary):
        return _PRECEDENCE[node.symbol]
    # A negative constant is as weak as a subtraction; everything else is a closed unit.
    return 2 if isinstance(node, _Constant) and node.number < 0 else 9


def _number(number: float) -> str:
    return repr(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
