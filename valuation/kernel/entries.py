"""What stands on a working paper: inputs with their evidence, lines, searches and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from valuation.kernel.expression import Array, Expression
from valuation.kernel.labels import Label
from valuation.uncertainty.distributions import Distribution

__all__ = ["UNBOUNDED", "Axis", "Check", "Entry", "Input", "Line", "Search"]

#: The admissible range of an input that may be any number.
UNBOUNDED = (-np.inf, np.inf)


@dataclass(frozen=True)
class Axis:
    """What the columns of the paper are: years, comparables, cost items."""

    label: Label
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Input:
    """A number that enters: its unit, its evidence, its admissible range and its uncertainty.

    For a scalar ``distribution`` gives its values when ``multiplies`` is false; otherwise, and for every row, it
    gives a multiplier of the stated value. ``column_distributions`` are for rows whose columns have evidence of
    their own: a distribution and whether it multiplies, for each column that is uncertain.
    """

    name: str
    label: Label
    unit: str
    is_row: bool
    grade: str
    basis: str
    source: str | None = None
    domain: tuple[float, float] = UNBOUNDED
    distribution: Distribution | None = None
    multiplies: bool = False
    column_distributions: Mapping[int, tuple[Distribution, bool]] = field(default_factory=dict)

    @property
    def is_uncertain(self) -> bool:
        """Does the evidence state how uncertain the number is?"""
        return self.distribution is not None or bool(self.column_distributions)


@dataclass(frozen=True)
class Line:
    """A number that is computed by a formula."""

    name: str
    label: Label
    unit: str
    expression: Expression
    is_total: bool = False

    @property
    def is_row(self) -> bool:
        """Does the line have a value in each column?"""
        return self.expression.is_row


@dataclass(frozen=True)
class Search:
    """A number that is found by a numerical search: scalars in, a scalar out, with its explanation."""

    name: str
    label: Label
    unit: str
    function: Callable[..., Array]
    arguments: tuple[str, ...]
    explanation: Label
    is_total: bool = False
    is_row: bool = False


@dataclass(frozen=True)
class Check:
    """A condition the paper must meet: ``refuse`` stops the valuation, ``warn`` travels with it."""

    name: str
    label: Label
    expression: Expression
    severity: Literal["refuse", "warn"]
    expected: str
    advice: str


#: One row of the paper.
Entry = Input | Line | Search
