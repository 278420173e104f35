"""What methods with a grid of comparables share: adjustments, weights, their average and its range."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy import special

from valuation.errors import InputError
from valuation.kernel.expression import Array, Name, exponential, logarithm, total
from valuation.kernel.fields import FiniteFloat, FrozenModel, Reason, StrictBool
from valuation.kernel.figures import Figure, PositiveFigure
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.market._outliers import OutlierScreen, outlier_doubts, screen_outliers
from valuation.uncertainty.sampling import Interval

__all__ = [
    "Adjustment",
    "Average",
    "Weighted",
    "adjusted_line",
    "average_lines",
    "grid_conventions",
    "grid_doubts",
    "grid_outliers",
    "refuse_uneven_grid",
    "weighted_interval",
]

#: ``geometric``: factors compound, so their mean does too; ``arithmetic``: as some standards ask.
Average = Literal["geometric", "arithmetic"]
#: Two equally weighted comparables have one degree of freedom, up to the rounding of their weights.
_SMALLEST_FREEDOM = 1 - 1e-9
#: Weights are stated as decimal shares; their sum is compared with one at this precision.
_SUM_TOLERANCE = 1e-9
#: What a line is screened for outliers by: the number that is averaged.
_MEASURES: Mapping[Average, Label] = {
    "geometric": Label("修正后价格的对数", "log adjusted price"),
    "arithmetic": Label("修正后价格", "adjusted price"),
}


class Adjustment(FrozenModel):
    """By which factor the comparable's price is multiplied to bring it to the subject's circumstances.

    1 means no difference, stated as such; 1.1 says that the subject is worth a tenth more on this count.
    """

    factor: PositiveFigure


class Weighted(FrozenModel):
    """What every line of a grid states beside its price: name, adjustments, weight with its reason, relation."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    adjustments: Annotated[dict[str, Adjustment], Field(max_length=20)]
    weight_share: Annotated[FiniteFloat, Field(ge=0, le=1)]
    weight_reason: Reason
    related_parties: StrictBool


def refuse_uneven_grid(lines: Sequence[Weighted], *, field: str) -> None:
    """Do all lines state the same adjustments, and do the weights add up to one?

    Raises
    ------
    InputError : naming the line that differs, or the sum.
    """
    counts = lines[0].adjustments.keys()
    for index, each in enumerate(lines):
        if each.adjustments.keys() != counts:
            raise InputError.of(
                f"{field}.{index}.adjustments", found=sorted(each.adjustments), expected=f"{sorted(counts)}"
            )
    whole = sum(each.weight_share for each in lines)
    if abs(whole - 1) > _SUM_TOLERANCE:
        raise InputError.of(f"{field}.weight_share", found=f"a sum of {whole:.12g}", expected="a sum of 1")


def adjusted_line(sheet: Sheet, lines: Sequence[Weighted], start: Name, *, label: Label, unit: str) -> Name:
    """The grid: what was found, times one factor for each count; the line ``adjusted_price`` holds the product."""
    adjusted = start
    for number, count in enumerate(sorted(lines[0].adjustments), start=1):
        factor = sheet.figure_row(
            f"adjustment_{number}",
            [each.adjustments[count].factor for each in lines],
            label=Label(f"{count}修正系数", f"adjustment: {count}"),
            unit="1",
            domain=(0, float("inf")),
        )
        adjusted = sheet.line(
            f"adjusted_{number}", adjusted * factor, label=Label(f"{count}修正后", f"after {count}"), unit=unit
        )
    return sheet.line("adjusted_price", adjusted * 1, label=label, unit=unit)


def average_lines(
    sheet: Sheet, lines: Sequence[Weighted], adjusted: Name, *, average: Average, name: str, label: Label, unit: str
) -> Name:
    """The weighted average under ``name``, and what its range needs."""
    weights = [Figure(value=each.weight_share, grade="judgement", reason=each.weight_reason) for each in lines]
    weight = sheet.figure_row("weight_share", weights, label=Label("权重", "weight"), unit="share", domain=(0, 1))
    is_geometric = average == "geometric"
    measure = sheet.line(
        "averaged",
        logarithm(adjusted) if is_geometric else adjusted * 1,
        label=Label("参与平均的量", "what is averaged (log price if geometric)"),
        unit="1" if is_geometric else unit,
    )
    weighted = sheet.line("weighted", measure * weight, label=Label("加权", "weighted"), unit="1")
    mean = sheet.line("weighted_mean", total(weighted), label=Label("加权平均", "weighted mean"), unit="1")
    central = sheet.line(name, exponential(mean) if is_geometric else mean * 1, label=label, unit=unit, total=True)
    _scatter(sheet, measure, weight, mean)
    return central


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


def weighted_interval(
    worksheet: Worksheet, *, average: Average, level_share: float, multiple: float = 1.0
) -> Interval | None:
    """Within which range would the price of one more such transaction fall, times ``multiple``?

    With normalised weights w, ``s² = Σ w (x − x̄)² / (1 − Σ w²)`` is unbiased, the prediction variance is
    ``s² (1 + Σ w²)``, and the quantile is Student's t with ``1/Σw² − 1`` degrees of freedom. Equal weights give
    the textbook's ``x̄ ± t(n − 1) s √(1 + 1/n)`` exactly; uneven ones make it an approximation. With an effective
    number of comparables below two, or an end beyond every float, no range can be told: ``None``.

    Tested by: ``tests/valuation/market/test_weighted_grid.py`` (closed form; coverage by simulation).
    """
    concentration = worksheet.value("weight_concentration")
    freedom = 1 / concentration - 1
    if freedom < _SMALLEST_FREEDOM:
        return None
    spread = np.sqrt(worksheet.value("weighted_scatter") / (1 - concentration) * (1 + concentration))
    reach = float(special.stdtrit(freedom, 0.5 + level_share / 2)) * spread
    mean = worksheet.value("weighted_mean")
    low, high = _prices(np.array([mean - reach, mean + reach]), average) * multiple
    if not np.isfinite(high):
        return None
    share = f"{100 * level_share:.10g}%"
    meaning = Label(
        f"再有一宗同类交易，其修正后价格以 {share} 的概率落在此区间（加权 t 预测区间，自由度 {freedom:.2f}）",
        f"one more such transaction, adjusted, falls inside with probability {share}"
        f" (weighted t prediction interval, {freedom:.2f} degrees of freedom)",
    )
    return Interval(float(low), float(high), level_share, meaning)


def _prices(ends: Array, average: Average) -> Array:
    """Back from what was averaged to a price; an arithmetic lower end below zero is cut at zero."""
    with np.errstate(over="ignore"):
        return np.exp(ends) if average == "geometric" else np.maximum(ends, 0.0)


def grid_outliers(
    lines: Sequence[Weighted], worksheet: Worksheet, *, average: Average, on: datetime.date
) -> OutlierScreen:
    """Which lines that carry weight lie far from the others, in what is averaged?

    Screened is the line ``averaged``: the logarithm of the adjusted price under a geometric mean, else the price
    itself. A line with weight zero is out already and is not held against the others.

    Tested by: ``tests/valuation/market/test_outliers.py``.
    """
    counted = [
        (each.name, number)
        for each, number in zip(lines, worksheet.row("averaged"), strict=True)
        if each.weight_share > 0
    ]
    measure = _MEASURES[average]
    return screen_outliers([name for name, _ in counted], [number for _, number in counted], measure=measure, on=on)


def grid_doubts(
    lines: Sequence[Weighted], interval: Interval | None, *, outliers: OutlierScreen
) -> tuple[NamedWarning, ...]:
    """Which lines between related parties carry weight, which stand out, and are there enough lines for a range?"""
    found = []
    related = ", ".join(each.name for each in lines if each.related_parties and each.weight_share > 0)
    if related:
        label = Label(f"关联方交易仍计入权重：{related}", f"related-party transactions carry weight: {related}")
        found.append(NamedWarning("related_party_comparables", label))
    if interval is None:
        label = Label(
            "有效可比交易过少（不足两宗或过于分散），无法给出区间",
            "too few effective comparables (below two, or too scattered): no interval can be told",
        )
        found.append(NamedWarning("too_few_comparables", label))
    return (*found, *outlier_doubts([outliers]))


def grid_conventions(average: Average, level_share: float) -> Mapping[str, str]:
    """What a reader must know of the grid."""
    return {
        "average": average,
        "adjustments": "factors multiplied one after another on the unit price",
        "interval": "weighted Student-t prediction interval for one further transaction",
        "level_share": f"{level_share:g}",
    }
