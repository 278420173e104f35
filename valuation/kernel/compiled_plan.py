"""What a kernel has to compute, and in which order: the worksheet's expressions sorted into stages.

Scalars of stage 0 know the draws; rows of pass 0 know them too, column by column; scalars of stage 1 know the totals of
pass 0; rows of pass 1 know those scalars, and so on. Whatever does not depend on a draw is not computed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from valuation.kernel import expression as nodes
from valuation.kernel.entries import Entry, Input, Line, Search
from valuation.kernel.expression import Expression, Name, names_in

__all__ = ["CannotCompileError", "Plan", "Quantile", "Variable", "children_of", "is_total", "needed_for"]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,79}")


class CannotCompileError(Exception):
    """No kernel for this definition; NumPy computes it. Never leaves the kernel package."""


@dataclass(frozen=True)
class Quantile:
    """A number that the kernel draws itself: a function of a uniform number of ``stream``, times ``scale``.

    ``domain`` is where its value must lie, tried at each of ``reached_at`` (factors of the drawn number, as it stands
    before ``scale``); None where any number is admitted.
    """

    function: str
    numbers: tuple[float, ...]
    stream: int
    scale: float | None = None
    domain: tuple[float, float] | None = None
    reached_at: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class Variable:
    """An input that differs from draw to draw.

    ``kind``: a scalar's ``value``, a row's ``multiplier``, or a whole ``row``. It comes from an array of draws, or is
    drawn by ``quantile``; of a row, ``columns`` lists the columns that are drawn, the others are as stated.
    """

    name: str
    kind: Literal["value", "multiplier", "row"]
    quantile: Quantile | None = None
    columns: Mapping[int, Quantile] = field(default_factory=dict)

    @property
    def argument(self) -> str | None:
        """The name of the array it comes from."""
        return None if self.quantile is not None or self.columns else f"drawn_{self.name}"

    @property
    def quantiles(self) -> tuple[Quantile, ...]:
        """All numbers of it that the kernel draws."""
        return (*([] if self.quantile is None else [self.quantile]), *self.columns.values())


class Plan:
    """Which lines vary, and at which stage each can be computed.

    Raises
    ------
    CannotCompileError : a search depends on a variable, an output is a row, or a name is not one of ours.
    """

    def __init__(self, entries: Sequence[Entry], variables: Sequence[Variable], outputs: Sequence[str]) -> None:
        self.stages: dict[str, int] = {variable.name: 0 for variable in variables}
        self.lines: dict[str, Line] = {}
        needed = needed_for(entries, outputs)
        for entry in entries:
            if entry.name in needed and entry.name not in self.stages:
                self._place(entry)
        if any(entry.is_row for entry in entries if entry.name in outputs):
            raise CannotCompileError("an output is a row")
        for name in self.stages:
            if not _IDENTIFIER.fullmatch(name):
                raise CannotCompileError(f"{name!r} is no identifier")

    def _place(self, entry: Entry) -> None:
        if isinstance(entry, Line) and self.varies(entry.expression):
            self.stages[entry.name] = self.stage(entry.expression)
            self.lines[entry.name] = entry
        elif isinstance(entry, Search) and any(name in self.stages for name in entry.arguments):
            raise CannotCompileError(f"{entry.name} is a search")

    @property
    def last_stage(self) -> int:
        """The last stage at which something is computed."""
        return max(self.stages.values(), default=0)

    def varies(self, node: Expression) -> bool:
        """Does this differ from draw to draw?"""
        return any(name in self.stages for name in names_in(node))

    def stage(self, node: Expression) -> int:
        """The pass of a row, the stage of a scalar; a total is known one stage after its row."""
        if isinstance(node, Name):
            return self.stages.get(node.name, 0)
        inner = max((self.stage(child) for child in children_of(node)), default=0)
        return inner + 1 if is_total(node) and self.varies(node) else inner

    def lines_at(self, stage: int, *, rows: bool) -> list[Line]:
        """The lines of one stage, in the order of the paper."""
        return [line for name, line in self.lines.items() if line.is_row == rows and self.stages[name] == stage]

    def rows_read_later(self) -> list[str]:
        """The rows that a later pass reads, which must be kept for all columns."""
        found: dict[str, None] = {}
        for name, line in self.lines.items():
            for used in names_in(line.expression) if line.is_row else ():
                if used in self.lines and self.lines[used].is_row and self.stages[used] < self.stages[name]:
                    found[used] = None
        return list(found)

    def totals_of(self, stage: int) -> list[str]:
        """The rows of this pass whose total something needs; drawn rows count as rows of the first pass."""
        found: dict[str, None] = {}
        for line in self.lines.values():
            for node in _walk(line.expression):
                if is_total(node):
                    (row,) = names_in(node)
                    if self.stages.get(row) == stage:
                        found[row] = None
        return list(found)

    def scalar_parts(self) -> tuple[list[Expression], set[int]]:
        """The largest varying scalars inside row formulas, and (by id) those whose logarithm powers need."""
        found: dict[int, Expression] = {}
        logarithms: set[int] = set()

        def visit(node: Expression) -> None:
            if not self.varies(node):
                return
            for scalar in self.factors_of_exponent(node) if node.is_row else [node]:
                if self.varies(scalar) and not isinstance(scalar, Name) and not is_total(scalar):
                    found[id(scalar)] = scalar
            if not node.is_row:
                return
            factors = self.factors_of_power(node)
            varying = {id(factor): factor for _, factor in factors if self.varies(factor)}
            found.update(varying)
            logarithms.update(varying)
            for child in children_of(node)[1:] if factors else children_of(node):
                visit(child)

        for line in self.lines.values():
            if line.is_row:
                visit(line.expression)
        return list(found.values()), logarithms

    def factors_of_exponent(self, node: Expression) -> list[Expression]:
        """The factors of an exponential's argument if each is a scalar or does not vary; empty for other forms.

        A minus before the argument, which is ``0 − x``, counts as the factor −1.
        """
        if not (isinstance(node, nodes._Call) and node.function is nodes._EXP and node.is_row and self.varies(node)):
            return []
        found: list[Expression] = []

        def is_split(part: Expression) -> bool:
            if isinstance(part, nodes._Binary) and part.is_row and self.varies(part):
                if part.symbol == "-" and isinstance(part.left, nodes._Constant) and part.left.number == 0:
                    found.append(nodes._Constant(-1.0))
                    return is_split(part.right)
                return part.symbol == "*" and is_split(part.left) and is_split(part.right)
            found.append(part)
            return not (part.is_row and self.varies(part))

        return found if is_split(node.arguments[0]) else []

    def factors_of_power(self, node: Expression) -> list[tuple[Literal["+", "-"], Expression]]:
        """The factors of a power's base if each is a scalar or does not vary, with the sign of their logarithms.

        The logarithm of such a base is a sum of numbers that are known before the columns, so that a column costs one
        exponential and no logarithm. Empty where the base is of another form or does not vary.
        """
        if not (isinstance(node, nodes._Binary) and node.symbol == "**" and self.varies(node.left)):
            return []
        found: list[tuple[Literal["+", "-"], Expression]] = []

        def is_split(part: Expression, sign: Literal["+", "-"]) -> bool:
            if not (part.is_row and self.varies(part)):
                found.append((sign, part))
                return True
            if not (isinstance(part, nodes._Binary) and part.symbol in ("*", "/")):
                return False
            opposite: Literal["+", "-"] = "+" if sign == "-" else "-"
            return is_split(part.left, sign) and is_split(part.right, sign if part.symbol == "*" else opposite)

        return found if is_split(node.left, "+") else []


def children_of(node: Expression) -> tuple[Expression, ...]:
    """The parts a formula is made of."""
    if isinstance(node, nodes._Binary):
        return node.left, node.right
    return node.arguments if isinstance(node, nodes._Call) else ()


def is_total(node: Expression) -> bool:
    """Is this the total of a row?"""
    return isinstance(node, nodes._Call) and node.function is nodes._SUM


def _walk(node: Expression) -> Iterator[Expression]:
    yield node
    for child in children_of(node):
        yield from _walk(child)


def needed_for(entries: Sequence[Entry], outputs: Sequence[str]) -> set[str]:
    """Which names do these outputs depend on, themselves included?"""
    needed = set(outputs)
    for entry in reversed(entries):
        if entry.name in needed and not isinstance(entry, Input):
            needed.update(names_in(entry.expression) if isinstance(entry, Line) else entry.arguments)
    return needed
