"""Weighted average cost of capital: which return must the firm earn for all who finance it?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.errors import InputError
from valuation.kernel.expression import total
from valuation.kernel.fields import MAXIMUM_ITEMS, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import RateFigure, ShareFigure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["CapitalSource", "WaccInputs", "wacc", "wacc_paper"]

#: How far weights may miss one: published tables round them to four decimals.
_ADDS_UP = 5e-4


class CapitalSource(FrozenModel):
    """One way the firm is financed.

    Attributes
    ----------
    kind : ``debt`` saves tax on its interest; ``equity`` and ``preferred`` do not.
    weight_share : at market (target) values, of all capital.
    cost_share : annual; for debt before tax.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Literal["equity", "preferred", "debt"]
    weight_share: ShareFigure
    cost_share: RateFigure


class WaccInputs(FrozenModel):
    """What the average needs: the sources of capital, weights adding up to one, and the tax rate on interest."""

    sources: Annotated[tuple[CapitalSource, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    tax_rate_share: ShareFigure


def wacc(
    *,
    equity_cost_share: float,
    equity_weight_share: float,
    debt_cost_share: float,
    debt_weight_share: float,
    tax_rate_share: float,
) -> float:
    """Which after-tax rate do equity and debt cost together: ``E·kE + D·kD·(1 − t)``?

    Costs are annual shares of one, the debt's before tax; weights add up to one.

    Raises
    ------
    InputError : weights that do not add up to one.

    Tested by: ``tests/valuation/discounting/test_wacc.py``, ``tests/examinations/test_cost_of_capital.py``.
    """
    _refuse_weights("equity_weight_share, debt_weight_share", equity_weight_share + debt_weight_share)
    return equity_weight_share * equity_cost_share + debt_weight_share * debt_cost_share * (1 - tax_rate_share)


def wacc_paper(inputs: WaccInputs) -> Worksheet:
    """Which return must the firm earn for all who finance it, after tax?

    ``WACC = Σ weight · cost · (1 − t)`` for debt, without the tax for the rest; the answer is the line
    ``wacc_share``.

    Raises
    ------
    InputError : weights that do not add up to one, debt that costs more than equity.

    References
    ----------
    Modigliani and Miller (1963), American Economic Review 53(3). Damodaran, Investment Valuation, chapter 8.

    Tested by: ``tests/valuation/discounting/test_wacc.py`` (by hand, :func:`wacc` as second way) and
    ``tests/examinations/test_cost_of_capital.py`` (96 industries).
    """
    _refuse_weights("sources", sum(source.weight_share.value for source in inputs.sources))
    _refuse_debt_above_equity(inputs)
    sheet = Sheet(
        title=Label("加权平均资本成本", "Weighted average cost of capital"),
        axis=Axis(Label("资本来源", "source of capital"), tuple(source.name for source in inputs.sources)),
    )
    weight = sheet.figure_row(
        "weight_share", [each.weight_share for each in inputs.sources], label=Label("权重", "weight"), unit="share"
    )
    cost = sheet.figure_row(
        "cost_share", [each.cost_share for each in inputs.sources], label=Label("税前成本", "cost"), unit="share"
    )
    deductible = sheet.derived_row(
        "interest_is_deductible",
        [float(each.kind == "debt") for each in inputs.sources],
        label=Label("利息可否税前扣除", "interest deductible"),
        unit="1",
        reason="1 for debt, 0 for equity and preferred shares",
    )
    tax = sheet.figure(
        "tax_rate_share", inputs.tax_rate_share, label=Label("所得税率", "tax rate"), unit="share", domain=(0, 1)
    )
    after = sheet.line(
        "after_tax_cost_share",
        cost * (1 - tax * deductible),
        label=Label("税后成本", "cost after tax"),
        unit="share",
    )
    part = sheet.line("contribution_share", weight * after, label=Label("加权成本", "weighted cost"), unit="share")
    label = Label("加权平均资本成本", "weighted average cost of capital")
    sheet.line("wacc_share", total(part), label=label, unit="share", total=True)
    return sheet.finish()


def _refuse_weights(field: str, added: float) -> None:
    if not abs(added - 1) <= _ADDS_UP:
        raise InputError.of(field, found=f"weights that add up to {added:g}", expected="weights that add up to 1")


def _refuse_debt_above_equity(inputs: WaccInputs) -> None:
    """Owners are paid after lenders and bear more risk: debt above equity means that one of the costs is wrong."""
    owners = [each.cost_share.value for each in inputs.sources if each.kind == "equity"]
    for index, each in enumerate(inputs.sources):
        if each.kind == "debt" and owners and each.cost_share.value > min(owners):
            raise InputError.of(
                f"sources.{index}.cost_share",
                found=f"{each.cost_share.value:g} for debt",
                expected=f"no more than the cost of equity {min(owners):g}",
            )
