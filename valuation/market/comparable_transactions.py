"""Comparable transactions 市场比较法: what did others pay for rights like this one?"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field
from scipy import special

from valuation.errors import InputError
from valuation.kernel.expression import Array, Name, exponential, logarithm, total
from valuation.kernel.fields import NOT_EMPTY, Day, FiniteFloat, FrozenModel, Reason, StrictBool
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.sampling import Interval

__all__ = ["METHOD", "Adjustment", "Comparable", "ComparableTransactionsInputs"]


class Adjustment(FrozenModel):
    """By which factor the comparable's price is multiplied to bring it to the subject's circumstances.

    1 means no difference, stated as such; 1.1 says that the subject is worth a tenth more on this count.
    """

    factor: PositiveFigure


class Comparable(FrozenModel):
    """One transaction in a comparable right.

    ``price`` is an amount for a sale or a lump-sum licence; ``rate_share`` a running royalty; exactly one of them,
    the same for all comparables. ``quantity`` is the size the price was paid for, in the unit of the subject's
    quantity (patents, hectares, revenue).
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    traded_on: Day
    price: Annotated[Amount, AfterValidator(at_least(0, strictly=True))] | None = None
    rate_share: Annotated[ShareFigure, AfterValidator(at_least(0, strictly=True))] | None = None
    quantity: PositiveFigure
    adjustments: Annotated[dict[str, Adjustment], Field(max_length=20)]
    weight_share: Annotated[FiniteFloat, Field(ge=0, le=1)]
    weight_reason: Reason
    related_parties: StrictBool


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

    comparables: Annotated[tuple[Comparable, ...], Field(max_length=500), *NOT_EMPTY]
    subject_quantity: PositiveFigure
    average: Literal["geometric", "arithmetic"]
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9


def _build(inputs: ComparableTransactionsInputs, setting: Setting) -> Paper:
    unit = _check(inputs, setting)
    names = tuple(each.name for each in inputs.comparables)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("可比交易", "comparable"), names))
    adjusted = _adjusted_prices(sheet, inputs, unit)
    quantity = sheet.figure(
        "subject_quantity", inputs.subject_quantity, label=Label("评估对象数量", "quantity of the subject"), unit="1"
    )
    _central_value(sheet, inputs, adjusted, quantity, unit)
    worksheet = sheet.finish()
    interval = _interval(inputs, worksheet)
    return Paper(
        worksheet=worksheet,
        answer="value",
        unit=unit,
        conventions=_conventions(inputs),
        beside=("central_unit_price", "effective_number"),
        warnings=_doubts(inputs, interval),
        interval=interval,
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
        if each.adjustments.keys() != first.adjustments.keys():
            raise InputError.of(
                f"{field}.adjustments", found=sorted(each.adjustments), expected=f"{sorted(first.adjustments)}"
            )
        if each.traded_on > setting.dates.valuation_date:
            raise InputError.of(
                f"{field}.traded_on", found=each.traded_on, expected=f"no later than {setting.dates.valuation_date}"
            )
    whole = sum(each.weight_share for each in inputs.comparables)
    if abs(whole - 1) > 1e-9:
        raise InputError.of("comparables.weight_share", found=f"a sum of {whole:.12g}", expected="a sum of 1")
    return "share" if first.price is None else setting.currency


def _adjusted_prices(sheet: Sheet, inputs: ComparableTransactionsInputs, unit: str) -> Name:
    """The grid: unit price times one factor for each count."""
    stated: list[Amount | Figure] = []
    for each in inputs.comparables:
        measure = each.price or each.rate_share
        assert measure is not None, "every comparable has one measure"
        stated.append(measure)
    price = sheet.figure_row("price", stated, label=Label("成交价（率）", "price or rate"), unit=unit)
    quantity = sheet.figure_row(
        "quantity", [each.quantity for each in inputs.comparables], label=Label("交易数量", "quantity"), unit="1"
    )
    adjusted = sheet.line("unit_price", price / quantity, label=Label("单价", "unit price"), unit=unit)
    for number, count in enumerate(sorted(inputs.comparables[0].adjustments), start=1):
        factor = sheet.figure_row(
            f"adjustment_{number}",
            [each.adjustments[count].factor for each in inputs.comparables],
            label=Label(f"{count}修正系数", f"adjustment: {count}"),
            unit="1",
            domain=(0, float("inf")),
        )
        adjusted = sheet.line(
            f"adjusted_{number}", adjusted * factor, label=Label(f"{count}修正后", f"after {count}"), unit=unit
        )
    return sheet.line("adjusted_price", adjusted * 1, label=Label("修正后单价", "adjusted unit price"), unit=unit)


def _central_value(
    sheet: Sheet, inputs: ComparableTransactionsInputs, adjusted: Name, quantity: Name, unit: str
) -> None:
    weights = [
        Figure(value=each.weight_share, grade="judgement", reason=each.weight_reason) for each in inputs.comparables
    ]
    weight = sheet.figure_row("weight_share", weights, label=Label("权重", "weight"), unit="share", domain=(0, 1))
    is_geometric = inputs.average == "geometric"
    measure = sheet.line(
        "averaged",
        logarithm(adjusted) if is_geometric else adjusted * 1,
        label=Label("参与平均的量", "what is averaged (log price if geometric)"),
        unit="1" if is_geometric else unit,
    )
    weighted = sheet.line("weighted", measure * weight, label=Label("加权", "weighted"), unit="1")
    mean = sheet.line("weighted_mean", total(weighted), label=Label("加权平均", "weighted mean"), unit="1")
    central = sheet.line(
        "central_unit_price",
        exponential(mean) if is_geometric else mean * 1,
        label=Label("中心单价", "central unit price"),
        unit=unit,
        total=True,
    )
    sheet.line("value", central * quantity, label=Label("评估值", "value"), unit=unit, total=True)
    _scatter(sheet, measure, weight, mean)


def _scatter(sheet: Sheet, measure: Name, weight: Name, mean: Name) -> None:
    """Weighted variance and the number of equally weighted comparables that carry as much information."""
    squared = sheet.line("weight_squared", weight**2, label=Label("权重平方", "weight squared"), unit="1")
    concentration = sheet.line("weight_concentration", total(squared), label=Label("权重集中度", "Σ weight²"), unit="1")
    sheet.line(
        "effective_number",
        1 / concentration,
        label=Label("有效可比数", "effective number of comparables"),
        unit="1",
        total=True,
    )
    deviation = sheet.line(
        "weighted_deviation",
        weight * (measure - mean) ** 2,
        label=Label("加权离差平方", "weighted deviation²"),
        unit="1",
    )
    sheet.line("weighted_scatter", total(deviation), label=Label("加权离差平方和", "Σ weight × deviation²"), unit="1")


def _interval(inputs: ComparableTransactionsInputs, worksheet: Worksheet) -> Interval | None:
    """Within which range would the price of one more such transaction fall?

    With normalised weights w, ``s² = Σ w (x − x̄)² / (1 − Σ w²)`` is unbiased, the prediction variance is
    ``s² (1 + Σ w²)``, and the quantile is Student's t with ``1/Σw² − 1`` degrees of freedom. With an effective
    number of comparables below two, or an end beyond every float, no range can be told: ``None``.
    """
    concentration = worksheet.value("weight_concentration")
    freedom = 1 / concentration - 1
    if freedom < _SMALLEST_FREEDOM:
        return None
    spread = np.sqrt(worksheet.value("weighted_scatter") / (1 - concentration) * (1 + concentration))
    reach = float(special.stdtrit(freedom, 0.5 + inputs.level_share / 2)) * spread
    mean, quantity = worksheet.value("weighted_mean"), inputs.subject_quantity.value
    ends = np.array([mean - reach, mean + reach])
    low, high = _unit_prices(ends, inputs.average) * quantity
    if not np.isfinite(high):
        return None
    share = f"{inputs.level_share:.0%}"
    meaning = Label(
        f"再有一宗同类交易，其修正后价格以 {share} 的概率落在此区间（加权 t 预测区间，自由度 {freedom:.2f}）",
        f"one more such transaction, adjusted, falls inside with probability {share}"
        f" (weighted t prediction interval, {freedom:.2f} degrees of freedom)",
    )
    return Interval(float(low), float(high), inputs.level_share, meaning)


def _unit_prices(ends: Array, average: str) -> Array:
    """Back from what was averaged to a price; an arithmetic lower end below zero is cut at zero."""
    with np.errstate(over="ignore"):
        return np.exp(ends) if average == "geometric" else np.maximum(ends, 0.0)


def _doubts(inputs: ComparableTransactionsInputs, interval: Interval | None) -> tuple[NamedWarning, ...]:
    found = []
    related = ", ".join(each.name for each in inputs.comparables if each.related_parties and each.weight_share > 0)
    if related:
        label = Label(f"关联方交易仍计入权重：{related}", f"related-party transactions carry weight: {related}")
        found.append(NamedWarning("related_party_comparables", label))
    if interval is None:
        label = Label(
            "有效可比交易过少（不足两宗或过于分散），无法给出区间",
            "too few effective comparables (below two, or too scattered): no interval can be told",
        )
        found.append(NamedWarning("too_few_comparables", label))
    return tuple(found)


def _conventions(inputs: ComparableTransactionsInputs) -> dict[str, str]:
    return {
        "average": inputs.average,
        "adjustments": "factors multiplied one after another on the unit price",
        "interval": "weighted Student-t prediction interval for one further transaction",
        "level_share": f"{inputs.level_share:g}",
    }


#: Two equally weighted comparables have one degree of freedom, up to the rounding of their weights.
_SMALLEST_FREEDOM = 1 - 1e-9
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
    cases=(),
)
