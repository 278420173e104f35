"""Return decomposition 回报率拆分法: which return is left for the intangible when the rest has earned its own?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting._assets import asset_income_lines
from valuation.errors import InputError
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import MAXIMUM_ITEMS, NOT_EMPTY, Currency, FrozenModel
from valuation.kernel.figures import Amount, RateFigure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["OtherAsset", "ReturnDecompositionInputs", "return_decomposition_paper"]

_PositiveAmount = Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
_MAXIMUM_NAME = 80


class OtherAsset(FrozenModel):
    """An asset whose return is known: working capital near the cost of short debt, fixed assets blended."""

    name: Annotated[str, Field(min_length=1, max_length=_MAXIMUM_NAME)]
    kind: Literal["working_capital", "fixed", "intangible"]
    value: _PositiveAmount
    return_share: RateFigure


class ReturnDecompositionInputs(FrozenModel):
    """What the decomposition needs.

    Attributes
    ----------
    currency : of every amount.
    wacc_share : the return of the whole firm, on the same footing (tax, prices, currency) as the assets' returns.
    firm_value : of equity and debt together; what the other assets leave of it is the intangible.
    assets : all other assets at market value with their returns.
    """

    currency: Currency
    wacc_share: RateFigure
    firm_value: _PositiveAmount
    assets: Annotated[tuple[OtherAsset, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]


def return_decomposition_paper(inputs: ReturnDecompositionInputs) -> Worksheet:
    """Which return must the intangible earn so that the whole firm earns its cost of capital?

    ``r = (WACC · V − Σ vᵢ rᵢ) / (V − Σ vᵢ)`` with the firm's value V and the other assets vᵢ; the answer is the line
    ``intangible_return_share``. Warns when the returns do not rise with risk: working capital, fixed assets, the
    firm, the intangible.

    Raises
    ------
    InputError : an asset named twice.
    RefusalError : the other assets leave nothing for the intangible.

    References
    ----------
    Chinese practice (回报率拆分法 of the cost of capital); IVS 210, contributory asset returns.

    Tested by: ``tests/valuation/discounting/test_return_decomposition.py`` (by hand; put back into a weighted average
    it gives the WACC).
    """
    names = [asset.name for asset in inputs.assets]
    if len(names) != len(set(names)):
        raise InputError.of("assets", found=", ".join(names), expected="each name once")
    unit = inputs.currency
    sheet = Sheet(
        title=Label("无形资产回报率（回报率拆分法）", "Return of the intangible by decomposition"),
        axis=Axis(Label("其他资产", "other asset"), tuple(names)),
    )
    capital_cost = sheet.figure("wacc_share", inputs.wacc_share, label=Label("加权平均资本成本", "WACC"), unit="share")
    firm = sheet.figure("firm_value", inputs.firm_value, label=Label("企业价值", "value of the firm"), unit=unit)
    held, earned = _other_assets(sheet, inputs, unit)
    rest = sheet.line(
        "intangible_value", firm - held, label=Label("无形资产价值", "value of the intangible"), unit=unit
    )
    sheet.check(
        "value_left_for_the_intangible",
        rest > 0,
        label=Label("其他资产低于企业价值", "other assets below the value of the firm"),
        severity="refuse",
        expected="other assets worth less than the firm",
        advice="Review the values: these assets leave nothing for the intangible",
    )
    left = sheet.line(
        "intangible_income",
        capital_cost * firm - earned,
        label=Label("无形资产年回报额", "yearly return left for the intangible"),
        unit=unit,
    )
    answer = sheet.line(
        "intangible_return_share",
        left / rest,
        label=Label("无形资产回报率", "return of the intangible"),
        unit="share",
        total=True,
    )
    _ordering(sheet, inputs, capital_cost, answer)
    return sheet.finish()


def _other_assets(sheet: Sheet, inputs: ReturnDecompositionInputs, unit: str) -> tuple[Name, Name]:
    value, income = asset_income_lines(
        sheet,
        [asset.value for asset in inputs.assets],
        [asset.return_share for asset in inputs.assets],
        label=Label("市场价值", "market value"),
        unit=unit,
    )
    held = sheet.line("other_assets", total(value), label=Label("其他资产合计", "other assets"), unit=unit)
    earned = sheet.line(
        "other_income", total(income), label=Label("其他资产回报合计", "return of the other assets"), unit=unit
    )
    return held, earned


def _ordering(sheet: Sheet, inputs: ReturnDecompositionInputs, capital_cost: Name, answer: Name) -> None:
    """Returns rise with risk: the intangible above the firm, the firm above what can be pledged or sold."""
    sheet.check(
        "intangible_below_wacc",
        answer > capital_cost,
        label=Label("无形资产回报率不高于资本成本", "the intangible earns no more than the firm"),
        severity="warn",
        expected="a return above the WACC",
        advice="Review the other returns: an intangible bears more risk than the firm as a whole",
    )
    for index, asset in enumerate(inputs.assets):
        if asset.kind == "intangible":
            continue
        own = sheet.derived(
            f"tangible_return_share_{index}",
            asset.return_share.value,
            label=Label(f"要求回报率：{asset.name}", f"return of {asset.name}"),
            unit="share",
            reason="repeated from the row of returns for the test against the WACC",
        )
        sheet.check(
            f"tangible_above_wacc_{index}",
            own < capital_cost,
            label=Label(f"{asset.name}回报率不低于资本成本", f"{asset.name} earns as much as the firm or more"),
            severity="warn",
            expected="a return below the WACC",
            advice="Review the return: this asset bears less risk than the firm as a whole",
        )
