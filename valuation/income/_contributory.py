"""What do the other assets of the business take from its income: a return on them and the recovery of them?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import Tax, after_tax_line, counted_share_line
from valuation.discounting.survival import NoAttrition, Survival
from valuation.discounting.timing import CountedYears
from valuation.kernel.expression import Expression, Name
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import AmountSeries, FigureOrSeries, RateFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet

__all__ = [
    "ContributoryAsset",
    "attrition_doubts",
    "contributory_charges",
    "counted_revenue_line",
    "excess_earnings_line",
]

ShareOfRevenue = Annotated[FigureOrSeries, AfterValidator(at_least(0))]


class InOperatingCosts(FrozenModel):
    """The wear is already among the operating costs (as upkeep of a workforce is), so it is not charged again."""

    kind: Literal["in_operating_costs"]
    reason: Reason


class RecoveryOfRevenue(FrozenModel):
    """The wear of each year, after tax, as a share of the revenue that the asset supports."""

    kind: Literal["share_of_revenue"]
    share: FigureOrSeries


class ContributoryAsset(FrozenModel):
    """An asset without which the right would not earn.

    ``value_share_of_revenue`` is its average fair value of the year over the revenue it supports; ``return_share``
    the yearly return *on* it, after tax; ``recovery`` the return *of* it (wear that must be replaced).
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    value_share_of_revenue: ShareOfRevenue
    return_share: RateFigure
    recovery: Annotated[InOperatingCosts | RecoveryOfRevenue, Field(discriminator="kind")]


def contributory_charges(sheet: Sheet, assets: tuple[ContributoryAsset, ...], *, revenue: Name, unit: str) -> Name:
    """Write the charges of each year on and of every asset; the last line is their sum ``contributory_charges``.

    ``charge = revenue · (value share · return + recovery share)``.
    """
    together: Expression | None = None
    for number, asset in enumerate(assets, start=1):
        charge = _charge(sheet, number, asset, revenue, unit)
        together = charge if together is None else together + charge
    assert together is not None, "the request holds at least one asset"
    return sheet.line(
        "contributory_charges", together, label=Label("贡献资产回报合计", "contributory charges"), unit=unit
    )


def counted_revenue_line(
    sheet: Sheet, revenue: AmountSeries, counted: CountedYears, *, label: Label, unit: str
) -> Name:
    """Write the revenue of full years and the part of it that counts; the last line is ``counted_revenue``."""
    stated = sheet.series("revenue", revenue, label=label, unit=unit)
    share = counted_share_line(sheet, counted)
    return sheet.line("counted_revenue", stated * share, label=Label("计入收入", "revenue counted"), unit=unit)


def excess_earnings_line(
    sheet: Sheet, profit: Name, tax: Tax, assets: tuple[ContributoryAsset, ...], *, revenue: Name, unit: str
) -> Name:
    """Write what is left of a profit after tax and after every other asset was paid, as ``excess_earnings``."""
    after = after_tax_line(sheet, profit, tax, unit=unit)
    charges = contributory_charges(sheet, assets, revenue=revenue, unit=unit)
    return sheet.line("excess_earnings", after - charges, label=Label("超额收益", "excess earnings"), unit=unit)


def attrition_doubts(survival: Survival, label: Label) -> tuple[NamedWarning, ...]:
    """What must a reader know where nothing is said to wear away?"""
    return (NamedWarning("no_attrition", label),) if isinstance(survival, NoAttrition) else ()


def _charge(sheet: Sheet, number: int, asset: ContributoryAsset, revenue: Name, unit: str) -> Expression:
    value = sheet.figure_or_series(
        f"asset_{number}_value_share_of_revenue",
        asset.value_share_of_revenue,
        label=Label(f"{asset.name}：价值占收入比", f"{asset.name}: value over revenue"),
        unit="share",
        domain=(0, float("inf")),
    )
    rate = sheet.figure(
        f"asset_{number}_return_share",
        asset.return_share,
        label=Label(f"{asset.name}：要求回报率", f"{asset.name}: required return"),
        unit="share",
        domain=(-0.5, 2),
    )
    charged_on = sheet.line(
        f"asset_{number}_charge_on",
        revenue * value * rate,
        label=Label(f"{asset.name}：资产回报（on）", f"{asset.name}: return on it"),
        unit=unit,
    )
    if isinstance(asset.recovery, InOperatingCosts):
        return charged_on
    share = sheet.figure_or_series(
        f"asset_{number}_recovery_share_of_revenue",
        asset.recovery.share,
        label=Label(f"{asset.name}：回收占收入比", f"{asset.name}: recovery over revenue"),
        unit="share",
    )
    charged_of = sheet.line(
        f"asset_{number}_charge_of",
        revenue * share,
        label=Label(f"{asset.name}：资产回收（of）", f"{asset.name}: return of it"),
        unit=unit,
    )
    return charged_on + charged_of
