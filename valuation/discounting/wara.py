"""WACC, IRR and WARA: do the cost of capital, the deal's own return and the assets' returns tell one story?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting._assets import asset_income_lines
from valuation.discounting.internal_rate import periodic_internal_rate
from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Name, absolute, larger, total
from valuation.kernel.fields import MAXIMUM_ITEMS, NOT_EMPTY, Currency, FrozenModel, Reason
from valuation.kernel.figures import Amount, AmountSeries, RateFigure, ShareFigure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["Deal", "ReturningAsset", "WaraInputs", "deal_internal_rate", "wara_paper"]

_PositiveAmount = Annotated[Amount, AfterValidator(at_least(0, strictly=True))]


class ReturningAsset(FrozenModel):
    """An asset that the price buys, goodwill among them, with the return it must earn."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    value: _PositiveAmount
    return_share: RateFigure


class Deal(FrozenModel):
    """What is paid and what is expected for it: free cash flows after tax, the last with the terminal value."""

    price: _PositiveAmount
    flows: AmountSeries
    timing: Literal["year_end", "mid_year"]


class WaraInputs(FrozenModel):
    """What the reconciliation needs.

    Attributes
    ----------
    wacc_share : the cost of capital of market participants.
    deal : price and flows; their internal rate is the IRR.
    assets : all assets of the deal at fair value; together they are the price.
    tolerance_share : how far the highest and the lowest of the three may lie apart (0.01 is one point).
    explanation : why they differ by more; without it such a difference is refused.
    """

    currency: Currency
    wacc_share: RateFigure
    deal: Deal
    assets: Annotated[tuple[ReturningAsset, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    tolerance_share: ShareFigure
    explanation: Reason | None = None


def deal_internal_rate(deal: Deal) -> float:
    """At which yearly rate are the flows of a deal worth its price?

    Raises
    ------
    RefusalError : no rate, or several.

    Tested by: ``tests/valuation/discounting/test_wara.py`` (by hand, both timings; flows discounted back).
    """
    flows = [float(value) for value in deal.flows.values]
    series = [-float(deal.price.value), *flows]
    if deal.timing == "mid_year":  # half years: the price now, a flow in the middle of each year
        series = [series[0]] + [amount for flow in flows for amount in (flow, 0.0)]
    found = periodic_internal_rate(series)
    if found.rate is None:
        raise RefusalError.of(
            "deal.flows",
            found=f"{found.status.replace('_', ' ')} ({', '.join(f'{root:.2%}' for root in found.roots) or 'none'})",
            expected="flows with one internal rate",
            advice="Review the signs of the flows; without one rate there is nothing to reconcile",
        )
    return (1 + found.rate) ** 2 - 1 if deal.timing == "mid_year" else found.rate


def wara_paper(inputs: WaraInputs) -> Worksheet:
    """Do the WACC, the IRR of the deal and the weighted return on its assets agree?

    ``WARA = Σ vᵢ rᵢ / Σ vᵢ``. The paper shows the three and the largest difference; beyond the tolerance it warns with
    the stated explanation, or is refused without one.

    Raises
    ------
    InputError : an asset named twice.
    RefusalError : the assets do not add up to the price; no single IRR; an unexplained difference.

    References
    ----------
    Appraisal Foundation (2010), VFR Valuation Advisory 1: The Identification of Contributory Assets and Calculation
    of Economic Rents, on the reconciliation of WACC, IRR and WARA.

    Tested by: ``tests/valuation/discounting/test_wara.py`` (by hand; a decomposed return closes the circle).
    """
    names = [asset.name for asset in inputs.assets]
    if len(names) != len(set(names)):
        raise InputError.of("assets", found=", ".join(names), expected="each name once")
    sheet = Sheet(
        title=Label("WACC–IRR–WARA 核对", "Reconciliation of WACC, IRR and WARA"),
        axis=Axis(Label("资产", "asset"), tuple(names)),
    )
    weighted = _weighted_return(sheet, inputs)
    capital_cost = sheet.figure(
        "wacc_share", inputs.wacc_share, label=Label("加权平均资本成本", "WACC"), unit="share", domain=(-0.5, 2)
    )
    internal = sheet.derived(
        "irr_share",
        deal_internal_rate(inputs.deal),
        label=Label("交易内含报酬率", "IRR of the deal"),
        unit="share",
        reason=f"found by search over {len(inputs.deal.flows.values)} flows, timing {inputs.deal.timing};"
        f" {inputs.deal.flows.basis}",
    )
    _compare(sheet, inputs, (weighted, capital_cost, internal))
    return sheet.finish()


def _weighted_return(sheet: Sheet, inputs: WaraInputs) -> Name:
    unit = inputs.currency
    value, income = asset_income_lines(
        sheet,
        [asset.value for asset in inputs.assets],
        [asset.return_share for asset in inputs.assets],
        label=Label("公允价值", "fair value"),
        unit=unit,
    )
    held = sheet.line("all_assets", total(value), label=Label("资产合计", "all assets"), unit=unit)
    earned = sheet.line("all_income", total(income), label=Label("回报合计", "return of all assets"), unit=unit)
    price = sheet.figure("price", inputs.deal.price, label=Label("交易价格", "price"), unit=unit)
    sheet.check(
        "assets_are_the_price",
        absolute(held - price) <= _CENT * len(inputs.assets),
        label=Label("资产合计等于交易价格", "the assets add up to the price"),
        severity="refuse",
        expected="assets, goodwill among them, that add up to the price",
        advice="State every asset; what nothing else explains is goodwill",
    )
    return sheet.line("wara_share", earned / held, label=Label("加权平均资产回报率", "WARA"), unit="share", total=True)


#: Amounts are whole cents; each may be rounded by less than one.
_CENT = 0.01


def _compare(sheet: Sheet, inputs: WaraInputs, rates: tuple[Name, Name, Name]) -> None:
    wara, capital_cost, internal = rates
    pairs = ((wara, capital_cost), (internal, capital_cost), (wara, internal))
    named = [
        sheet.line(
            f"{one.name.removesuffix('_share')}_less_{other.name}",
            one - other,
            label=Label(
                f"差异：{_SHORT[one.name]} − {_SHORT[other.name]}", f"{_SHORT[one.name]} less {_SHORT[other.name]}"
            ),
            unit="share",
        )
        for one, other in pairs
    ]
    spread = sheet.line(
        "largest_difference_share",
        larger(larger(absolute(named[0]), absolute(named[1])), absolute(named[2])),
        label=Label("最大差异", "largest difference"),
        unit="share",
        total=True,
    )
    tolerance = sheet.figure(
        "tolerance_share", inputs.tolerance_share, label=Label("允许差异", "tolerance"), unit="share", domain=(0, 1)
    )
    explained = inputs.explanation
    sheet.check(
        "wacc_irr_wara_apart",
        spread <= tolerance,
        label=Label(f"三项回报率差异：{explained}", f"the three returns differ: {explained}"),
        severity="warn" if explained else "refuse",
        expected="WACC, IRR and WARA within the tolerance of each other",
        advice="Review the flows, the assets' returns or the price, or state why they differ",
    )


_SHORT = {"wara_share": "WARA", "wacc_share": "WACC", "irr_share": "IRR"}
