"""Is a line of arithmetic true?

A worked example shows its arithmetic in lines that a person can follow and a machine can check::

    资金池 pool: 1,000,000.01 × 0.54 ≈ 540,000.01
    封顶 cap: min(600,000; 1,000,000) = 600,000
    利率 rate: 4.35 % ≤ 1.40 × 3.45 %

Words up to the last colon, then expressions with + − × ÷, brackets, ``min`` and ``max`` (arguments parted by
semicolons, since a comma groups digits), and between them = ≈ < ≤ > ≥. ≈ allows less than one unit of the last decimal
written on its right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from valuation.errors import ReferenceDataError

__all__ = ["LineOfArithmetic", "read_line"]

LONGEST_LINE = 300
_TOKEN = re.compile(r"\s*(\d[\d,]*(?:\.\d+)?|min|max|[-+−×÷();%])")
_RELATION = re.compile(r"[=≈<≤>≥]")
_HOLDS: dict[str, Callable[[Fraction, Fraction, Fraction], bool]] = {
    "=": lambda left, right, _: left == right,
    "≈": lambda left, right, unit: abs(left - right) < unit,
    "<": lambda left, right, _: left < right,
    "≤": lambda left, right, _: left <= right,
    ">": lambda left, right, _: left > right,
    "≥": lambda left, right, _: left >= right,
}


@dataclass(frozen=True)
class LineOfArithmetic:
    """A line that was found true: its text and the value it ends with."""

    text: str
    result: Fraction


def read_line(text: str, *, where: str) -> LineOfArithmetic:
    """Is this line of arithmetic true, and with which value does it end?

    Raises
    ------
    ReferenceDataError : a line that says nothing that can be checked, cannot be read, or is false; ``where`` names it.

    Examples
    --------
    >>> read_line("资金池 pool: 1,000,000.01 × 0.54 ≈ 540,000.01", where="example").result
    Fraction(54000001, 100)
    >>> read_line("二加二 two and two: 2 + 2 = 5", where="example")
    Traceback (most recent call last):
        ...
    valuation.errors.ReferenceDataError: example: found '2 + 2 = 5', false: 4 left of =, expected a true line

    Tested by: hand and hypothesis against Python's own arithmetic in ``tests/pledge/test_policy_arithmetic.py``.
    """
    said = re.split("[:：]", text)[-1].strip()
    sides, relations = _RELATION.split(said), _RELATION.findall(said)
    if not relations or len(text) > LONGEST_LINE:
        raise ReferenceDataError(
            f"{where}: found {text[:LONGEST_LINE]!r}, expected words, a colon, and expressions with one of"
            f" {' '.join(_HOLDS)} between them, at most {LONGEST_LINE} characters"
        )
    values = [_Expression(side, where).value() for side in sides]
    for number, relation in enumerate(relations):
        left, right = values[number], values[number + 1]
        if not _HOLDS[relation](left, right, _last_unit(sides[number + 1])):
            found = Decimal(left.numerator) / left.denominator
            raise ReferenceDataError(
                f"{where}: found {said!r}, false: {found} left of {relation}, expected a true line"
            )
    return LineOfArithmetic(text, values[-1])


def _last_unit(side: str) -> Fraction:
    """One unit of the last decimal that is written: a hundredth for 540,000.01, a hundredth of a percent for 4.83 %."""
    number = re.search(r"\.(\d+)", side)
    unit = Fraction(1, 10 ** len(number[1])) if number else Fraction(1)
    return unit / 100 if "%" in side else unit


class _Expression:
    """A reader of one expression: sums of products of numbers, brackets and the smallest or largest of several."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where = text.strip(), where
        self._tokens = self._tokenise()

    def value(self) -> Fraction:
        found = self._sum()
        if self._tokens:
            raise self._error()
        return found

    def _tokenise(self) -> list[str]:
        tokens, position = [], 0
        while position < len(self._text):
            match = _TOKEN.match(self._text, position)
            if match is None:
                raise self._error()
            tokens.append(match[1])
            position = match.end()
        return tokens[::-1]

    def _take(self, *known: str) -> str | None:
        if self._tokens and (not known or self._tokens[-1] in known):
            return self._tokens.pop()
        return None

    def _sum(self) -> Fraction:
        total = self._product()
        while sign := self._take("+", "−", "-"):
            term = self._product()
            total = total + term if sign == "+" else total - term
        return total

    def _product(self) -> Fraction:
        total = self._factor()
        while sign := self._take("×", "÷"):
            factor = self._factor()
            if sign == "÷" and factor == 0:
                raise self._error()
            total = total * factor if sign == "×" else total / factor
        return total

    def _factor(self) -> Fraction:
        token = self._take()
        if token == "(":
            return self._percent(self._closed(self._sum()))
        if token in ("min", "max") and self._take("("):
            return self._percent(self._chosen(min if token == "min" else max))
        if token is None or not token[0].isdigit():
            raise self._error()
        return self._percent(Fraction(token.replace(",", "")))

    def _chosen(self, choose: Callable[[list[Fraction]], Fraction]) -> Fraction:
        offered = [self._sum()]
        while self._take(";"):
            offered.append(self._sum())
        return self._closed(choose(offered))

    def _closed(self, found: Fraction) -> Fraction:
        if self._take(")") is None:
            raise self._error()
        return found

    def _percent(self, found: Fraction) -> Fraction:
        return found / 100 if self._take("%") else found

    def _error(self) -> ReferenceDataError:
        return ReferenceDataError(
            f"{self._where}: found {self._text!r}, expected numbers with + − × ÷ %, brackets, min( ; ) and max( ; )"
        )
