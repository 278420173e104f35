"""What do the assets of a business earn together? Lines that papers on returns have in common."""

from __future__ import annotations

from collections.abc import Sequence

from valuation.kernel.expression import Name
from valuation.kernel.figures import Amount, RateFigure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["asset_income_lines"]


def asset_income_lines(
    sheet: Sheet, values: Sequence[Amount], returns: Sequence[RateFigure], *, label: Label, unit: str
) -> tuple[Name, Name]:
    """Write value, return and yearly return of each asset; the lines given back are values and yearly returns."""
    value = sheet.figure_row("asset_value", values, label=label, unit=unit)
    rate = sheet.figure_row("asset_return_share", returns, label=Label("要求回报率", "return"), unit="share")
    income = sheet.line("asset_income", value * rate, label=Label("年回报额", "yearly return"), unit=unit)
    return value, income
