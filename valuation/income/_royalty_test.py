"""Does a royalty leave its payer a profit? What the methods on royalties have in common."""

from __future__ import annotations

from valuation.kernel.expression import Name
from valuation.kernel.figures import FigureOrSeries
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet

__all__ = ["PROFIT_TEST_NOT_MADE", "margin_before_royalty_line"]

PROFIT_TEST_NOT_MADE = NamedWarning(
    "profit_test_not_made",
    Label(
        "未提供营业利润率，未检验许可费是否超过利润",
        "no operating margin stated: royalty not tested against profit",
    ),
)


def margin_before_royalty_line(sheet: Sheet, stated: FigureOrSeries) -> Name:
    """Write the operating margin that a royalty is paid from, as ``operating_margin_share``."""
    return sheet.figure_or_series(
        "operating_margin_share",
        stated,
        label=Label("营业利润率（付许可费前）", "operating margin before royalty"),
        unit="share",
        domain=(-10, 1),
    )
