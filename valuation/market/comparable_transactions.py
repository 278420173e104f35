"""Comparable transactions 市场比较法: what did others pay for rights like this one?"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Name
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, Day, FiniteFloat, FrozenModel
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.market._outliers import outlier_details
from valuation.market._weighted_grid import (
    Adjustment,
    Average,
    Weighted,
    adjusted_line,
    average_lines,
    grid_conventions,
    grid_doubts,
    grid_outliers,
    refuse_uneven_grid,
    weighted_interval,
)

__all__ = ["METHOD", "Adjustment", "Comparable", "ComparableTransactionsInputs"]


class Comparable(Weighted):
    """One transaction in a comparable right.

    ``price`` is an amount for a sale or a lump-sum licence; ``rate_share`` a running royalty; exactly one of them,
    the same for all comparables. ``quantity`` is the size the price was paid for, in the unit of the subject's
    quantity (patents, hectares, revenue).
    """

    traded_on: Day
    price: Annotated[Amount, AfterValidator(at_least(0, strictly=True))] | None = None
    rate_share: Annotated[ShareFigure, AfterValidator(at_least(0, strictly=True))] | None = None
    quantity: PositiveFigure


class ComparableTransactionsInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    comparables : the transactions, each with the same list of adjustments; the weights of those that count add up
        to one.
    subject_quantity : the size of the subject in the comparables' unit; for royalty rates it is 1.
    average : ``geometric`` (factors compound, so their mean does too) or ``arithmetic``, as the standard asks.
    level_share : probability inside the interval.
    """

    comparables: Annotated[tuple[Comparable, ...], Field(max_length=500), *NOT_EMPTY, DISTINCT_NAMES]
    subject_quantity: PositiveFigure
    average: Average
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9


def _build(inputs: ComparableTransactionsInputs, setting: Setting) -> Paper:
    unit = _check(inputs, setting)
    names = tuple(each.name for each in inputs.comparables)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("可比交易", "comparable"), names))
    label = Label("修正后单价", "adjusted unit price")
    adjusted = adjusted_line(sheet, inputs.comparables, _unit_prices(sheet, inputs, unit), label=label, unit=unit)
    central = average_lines(
        sheet,
        inputs.comparables,
        adjusted,
        average=inputs.average,
        name="central_unit_price",
        label=Label("中心单价", "central unit price"),
        unit=unit,
    )
    quantity = sheet.figure(
        "subject_quantity", inputs.subject_quantity, label=Label("评估对象数量", "quantity of the subject"), unit="1"
    )
    sheet.line("value", central * quantity, label=Label("评估值", "value"), unit=unit, total=True)
    worksheet = sheet.finish()
    interval = weighted_interval(
        worksheet, average=inputs.average, level_share=inputs.level_share, multiple=inputs.subject_quantity.value
    )
    outliers = grid_outliers(inputs.comparables, worksheet, average=inputs.average, on=setting.dates.policy_date)
    return Paper(
        worksheet=worksheet,
        answer="value",
        unit=unit,
        conventions=grid_conventions(inputs.average, inputs.level_share),
        beside=("central_unit_price", "effective_number"),
        warnings=grid_doubts(inputs.comparables, interval, outliers=outliers),
        interval=interval,
        details=outlier_details([outliers]),
    )


def _check(inputs: ComparableTransactionsInputs, setting: Setting) -> str:
    """Which unit is indicated? After refusing lists that cannot be compared."""
    first = inputs.comparables[0]
    for index, each in enumerate(inputs.comparables):
        field = f"comparables.{index}"
        if (each.price is None) == (each.rate_share is None):
            raise InputError.of(field, found="both or neither", expected="exactly one of price and rate_share")
        if (each.price is None) != (first.price is None):
            raise InputError.of(field, found="another measure", expected="price for all or rate_share for all")
        if each.traded_on > setting.dates.valuation_date:
            raise InputError.of(
                f"{field}.traded_on", found=each.traded_on, expected=f"no later than {setting.dates.valuation_date}"
            )
    refuse_uneven_grid(inputs.comparables, field="comparables")
    return "share" if first.price is None else setting.currency


def _unit_prices(sheet: Sheet, inputs: ComparableTransactionsInputs, unit: str) -> Name:
    stated: list[Amount | Figure] = []
    for each in inputs.comparables:
        measure = each.price or each.rate_share
        assert measure is not None, "every comparable has one measure"
        stated.append(measure)
    price = sheet.figure_row("price", stated, label=Label("成交价（率）", "price or rate"), unit=unit)
    quantity = sheet.figure_row(
        "quantity", [each.quantity for each in inputs.comparables], label=Label("交易数量", "quantity"), unit="1"
    )
    return sheet.line("unit_price", price / quantity, label=Label("单价", "unit price"), unit=unit)


_LABEL = Label("市场比较法", "Comparable transactions")

METHOD = Method(
    id="comparable_transactions",
    approach="market",
    label=_LABEL,
    question=Label("别人为同类权利付了多少？", "What did others pay for rights like this one?"),
    inputs_model=ComparableTransactionsInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, guideline transactions method",
        "资产评估执业准则——知识产权, 市场法",
        "Galassi et al., GNU Scientific Library reference, weighted samples: unbiased weighted variance",
    ),
    cases=("cn-land-three-comparables-20797",),
    assumes=Label(
        "可比交易独立、公平，差异可用修正系数逐项调整。",
        "Comparables were dealt at arm's length, and factors adjust for each difference.",
    ),
)
