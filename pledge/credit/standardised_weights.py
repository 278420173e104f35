"""权重法: which risk weight does the standardised approach give, and can the number be trusted?"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import NamedWarning
from valuation.kernel.money import Rounding

__all__ = ["Obligor", "StandardisedWeight", "standardised_weight"]

Obligor = Literal["regulatory_retail", "small_or_medium_firm", "investment_grade_firm", "general_firm"]


@dataclass(frozen=True)
class StandardisedWeight:
    """The weight with its source; a pledge of IP rights does not lower it."""

    risk_weight: Fraction
    held_against: DatedValue

    @property
    def warnings(self) -> tuple[NamedWarning, ...]:
        """The doubt about a value nobody has checked against the text."""
        return (self.held_against.warning,) if self.held_against.warning is not None else ()

    def risk_weighted_fen(self, exposure_fen: int) -> int:
        """The risk-weighted amount of an exposure, rounded up to the fen."""
        if exposure_fen < 0:
            raise InputError.of("exposure_fen", found=exposure_fen, expected="0 or more")
        return Rounding(mode="ceiling").to_fen(self.risk_weight * exposure_fen)


def standardised_weight(obligor: Obligor, *, rules: DatedTable, on: datetime.date) -> StandardisedWeight:
    """Which risk weight has a loan to such a debtor?

    Parameters
    ----------
    rules, on : a table of kind ``standardised_weights`` and the day.

    Raises
    ------
    BeforeFirstStepError : the day is before the rules.
    UnknownNameError : a kind of debtor the rules do not list.

    Tested by: ``tests/pledge/credit/test_standardised_weights.py``.
    """
    value = rules.value(f"risk_weight.{obligor}", on=on)
    assert isinstance(value.value, int | Decimal), "numbers of a loaded policy are whole or Decimal"
    return StandardisedWeight(Fraction(value.value), value)
