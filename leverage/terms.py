"""The figures that the terms of an instrument are made of: exact numbers, each with its grade."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from leverage.source_classes import SourceClassId
from valuation.kernel.fields import DecimalText, FrozenModel, NonNegativeMoneyText
from valuation.kernel.figures import Graded
from valuation.kernel.money import Money

__all__ = [
    "AmountByClass",
    "CorrelationExact",
    "ExactFigure",
    "MoneyFigure",
    "PositiveExact",
    "ShareExact",
    "ShareOfRest",
    "count_up_to",
]


class ExactFigure(Graded):
    """One decimal number that money is computed from, written as text, with its grade."""

    value: DecimalText


class MoneyFigure(Graded):
    """One amount of money of zero or more, with its grade."""

    value: NonNegativeMoneyText

    @property
    def fen(self) -> int:
        """The amount in whole fen."""
        return Money.from_text(self.value).fen


def _share(figure: ExactFigure) -> ExactFigure:
    if not 0 <= figure.value <= 1:
        raise PydanticCustomError("range", "a share between 0 and 1, not {found}", {"found": str(figure.value)})
    return figure


def _positive(figure: ExactFigure) -> ExactFigure:
    if figure.value <= 0 or figure.value > Decimal(10_000):
        raise PydanticCustomError(
            "range", "a number above 0 and at most 10000, not {found}", {"found": str(figure.value)}
        )
    return figure


def _below_one(figure: ExactFigure) -> ExactFigure:
    if figure.value >= 1:
        raise PydanticCustomError("range", "a correlation below 1, not {found}", {"found": str(figure.value)})
    return figure


def count_up_to(most: int) -> Callable[[ExactFigure], ExactFigure]:
    """Build the check that a figure is a whole number from 1 to ``most``."""

    def check(figure: ExactFigure) -> ExactFigure:
        if figure.value != int(figure.value) or not 1 <= figure.value <= most:
            context = {"most": most, "found": str(figure.value)}
            raise PydanticCustomError("range", "a whole number from 1 to {most}, not {found}", context)
        return figure

    return check


#: A share of one: "0.05" is five per cent.
ShareExact = Annotated[ExactFigure, AfterValidator(_share)]
#: A number above zero: a multiple, or months.
PositiveExact = Annotated[ExactFigure, AfterValidator(_positive)]
#: The part of the variance that a common factor makes: from 0 to below 1.
CorrelationExact = Annotated[ShareExact, AfterValidator(_below_one)]


class AmountByClass(FrozenModel):
    """An amount that another party puts in beside the programme."""

    source_class: SourceClassId
    amount: MoneyFigure


class ShareOfRest(FrozenModel):
    """Which class carries which share of the money beside the programme's."""

    source_class: SourceClassId
    share_of_rest: Annotated[ShareExact, Field(description="share of the money that is not the programme's")]
