"""From several indications to one value: weights with reasons, and no silent averaging of answers that disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.expression import Name, larger, total
from valuation.kernel.fields import Currency, FiniteFloat, FrozenModel, Identifier, Reason
from valuation.kernel.figures import Figure, PositiveFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.sampling import Interval

__all__ = ["Liquidation", "Reconciled", "Reconciliation", "Reporting", "Weight", "reconcile"]

#: Weights are stated as decimal shares; their sum is compared with one at this precision.
_SUM_TOLERANCE = 1e-9


class Weight(FrozenModel):
    """How much one indication counts, and why; a weight of zero needs a reason too."""

    share: Annotated[FiniteFloat, Field(ge=0, le=1)]
    reason: Reason


class Reconciliation(FrozenModel):
    """How the indications become one value.

    ``maximum_ratio``: the largest indication that counts over the smallest may not exceed this factor unless
    ``divergence_explanation`` says why they differ.
    """

    weights: Annotated[dict[Identifier, Weight], Field(min_length=1, max_length=100)]
    maximum_ratio: Annotated[FiniteFloat, Field(gt=1, le=1000)]
    divergence_explanation: Reason | None = None


class Liquidation(FrozenModel):
    """What a pledgee must expect of a sale: how long it takes, what it costs, what a forced sale forgoes.

    The discount rate is zero or more: to a pledgee a later sale is never worth more than one today.
    """

    time_to_sale_years: Annotated[Figure, AfterValidator(at_least(0))]
    sale_cost_share: ShareFigure
    forced_sale_discount_share: ShareFigure
    discount_rate_share: Annotated[Figure, AfterValidator(within(0, 2))]


class Reporting(FrozenModel):
    """In which currency the conclusion is reported, and at which rate (units of it for one unit of the methods')."""

    currency: Currency
    conversion_rate: Annotated[PositiveFigure, AfterValidator(within(1e-6, 1e6))]


@dataclass(frozen=True)
class Reconciled:
    """One value from several indications.

    ``methods`` are the columns of the worksheet: the methods that indicate an amount of money.
    ``range_low`` and ``range_high`` are the smallest and largest indication that counts. ``interval`` weights the
    ends of the indications' own intervals, as if their errors moved together: the cautious reading. It is ``None``
    if no indication has one.
    """

    worksheet: Worksheet
    methods: tuple[str, ...]
    currency: str
    value: float
    range_low: float
    range_high: float
    interval: Interval | None
    pledgee_value: float | None
    weights: Mapping[str, Weight]
    warnings: tuple[NamedWarning, ...]


def reconcile(
    conclusions: Sequence[Conclusion],
    *,
    reconciliation: Reconciliation,
    currency: str,
    liquidation: Liquidation | None,
    reporting: Reporting | None,
) -> Reconciled:
    """Which one value follows from these indications?

    ``value = Σ weightᵢ · indicationᵢ`` with Σ weight = 1, converted to the reporting currency.
    The value to a pledgee is ``max(base, 0) · (1 − discount) · (1 − cost) / (1 + r)^time``, where the base weights each
    method's own conservative value, if it has one: nobody is made to sell at a loss.

    Raises
    ------
    InputError : weights that do not add up to one, an indication without a weight, a weight for an indication
        that is not an amount of money, a conversion into the same currency.
    RefusalError : the indications that count differ by more than the stated factor and nobody says why.

    Tested by: identity (one indication of weight 1 is the value), bounds (hypothesis), refusal by hand;
    ``tests/valuation/test_reconcile.py``.
    """
    if reporting is not None and reporting.currency == currency:
        raise InputError.of("reporting.currency", found=currency, expected="another currency than the methods'")
    counted = _counted(conclusions, reconciliation, currency)
    amounts = [each for each in conclusions if each.unit == currency]
    warnings = _divergence(counted, reconciliation)
    sheet = Sheet(
        title=Label("评估结论", "Reconciliation"),
        axis=Axis(Label("方法", "method"), tuple(each.label.zh for each in amounts)),
    )
    unit = currency if reporting is None else reporting.currency
    has_interval = any(each.interval is not None for each in counted)
    lines = _weighted_lines(sheet, amounts, reconciliation, currency, has_interval=has_interval)
    reported = _reported_lines(sheet, lines, reporting, unit)
    if liquidation is not None:
        _pledgee_line(sheet, reported["weighted_pledgee_base"], liquidation, unit)
    worksheet = sheet.finish()
    rate = 1.0 if reporting is None else float(reporting.conversion_rate.value)
    return Reconciled(
        worksheet=worksheet,
        methods=tuple(each.method for each in amounts),
        currency=unit,
        value=worksheet.value("value"),
        range_low=rate * min(each.value for each in counted),
        range_high=rate * max(each.value for each in counted),
        interval=_interval(worksheet, counted, rate),
        pledgee_value=None if liquidation is None else worksheet.value("pledgee_value"),
        weights=reconciliation.weights,
        warnings=(*warnings, *_below_zero(worksheet), *_interval_doubts(counted), *_pledgee_doubt(liquidation)),
    )


def _counted(conclusions: Sequence[Conclusion], reconciliation: Reconciliation, currency: str) -> list[Conclusion]:
    """The indications with a positive weight, after checking that every one has a weight and they sum to one."""
    weights = reconciliation.weights
    known = {each.method for each in conclusions}
    for name in weights:
        if name not in known:
            raise UnknownNameError.among("reconciliation.weights", found=name, known=known)
    missing = sorted(known - weights.keys())
    if missing:
        raise InputError.of(
            "reconciliation.weights",
            found=f"no weight for {', '.join(missing)}",
            expected="a weight for each method",
        )
    whole = sum(weight.share for weight in weights.values())
    if abs(whole - 1) > _SUM_TOLERANCE:
        raise InputError.of("reconciliation.weights", found=f"a sum of {whole:.12g}", expected="a sum of 1")
    counted = [each for each in conclusions if weights[each.method].share > 0]
    rates = [each.method for each in counted if each.unit != currency]
    if rates:
        raise InputError.of(
            f"reconciliation.weights.{rates[0]}",
            found="a weight for an indication that is not an amount of money",
            expected="weight 0: an indicated rate enters another method, not the average",
        )
    return counted


def _divergence(counted: Sequence[Conclusion], reconciliation: Reconciliation) -> tuple[NamedWarning, ...]:
    values = {each.method: each.value for each in counted}
    low, high = min(values.values()), max(values.values())
    if low == high or (low > 0 and high / low <= reconciliation.maximum_ratio):
        return ()
    listed = ", ".join(f"{name} = {value:.6g}" for name, value in values.items())
    if reconciliation.divergence_explanation is None:
        raise RefusalError.of(
            "reconciliation.maximum_ratio",
            found=listed,
            expected=f"indications within a factor of {reconciliation.maximum_ratio:g} of each other",
            advice="Find out why they differ, then weight them with a divergence_explanation or give one weight 0",
        )
    reason = reconciliation.divergence_explanation
    label = Label(
        f"各方法结果相差超过 {reconciliation.maximum_ratio:g} 倍（{listed}）；说明：{reason}",
        f"indications differ by more than a factor of {reconciliation.maximum_ratio:g} ({listed}); stated: {reason}",
    )
    return (NamedWarning("divergent_indications", label),)


def _weighted_lines(
    sheet: Sheet,
    conclusions: Sequence[Conclusion],
    reconciliation: Reconciliation,
    currency: str,
    *,
    has_interval: bool,
) -> dict[str, Name]:
    """Rows of indications, their intervals and weights, and the weighted sum of each.

    Where no indication that counts has an interval there is no row of ends: two ends at the value would read as one.
    """
    weights = [
        Figure(
            value=reconciliation.weights[each.method].share,
            grade="judgement",
            reason=reconciliation.weights[each.method].reason,
        )
        for each in conclusions
    ]
    weight = sheet.figure_row("weight_share", weights, label=Label("权重", "weight"), unit="share", domain=(0, 1))
    rows = {
        "value": (Label("各方法评估值", "indication"), [each.value for each in conclusions], _PAPER),
        "low": (Label("区间下端", "low end"), [_end(each, "low") for each in conclusions], _SIMULATED),
        "high": (Label("区间上端", "high end"), [_end(each, "high") for each in conclusions], _SIMULATED),
        "pledgee_base": (
            Label("质权人可依赖值", "value a pledgee may count on"),
            [_pledgee_base(each) for each in conclusions],
            _PAPER,
        ),
    }
    if not has_interval:
        del rows["low"], rows["high"]
    lines = {}
    for key, (label, numbers, reason) in rows.items():
        row = sheet.derived_row(f"indicated_{key}", numbers, label=label, unit=currency, reason=reason)
        product = sheet.line(
            f"contribution_{key}",
            row * weight,
            label=Label(f"{label.zh}×权重", f"{label.en} × weight"),
            unit=currency,
        )
        lines[key] = sheet.line(
            f"weighted_{key}",
            total(product),
            label=Label(f"加权{label.zh}", f"weighted {label.en}"),
            unit=currency,
        )
    return lines


def _end(conclusion: Conclusion, end: str) -> float:
    """An end of the indication's interval; an indication without one counts with its value (and a warning)."""
    return conclusion.value if conclusion.interval is None else float(getattr(conclusion.interval, end))


def _pledgee_base(conclusion: Conclusion) -> float:
    return conclusion.value if conclusion.pledgee_value is None else conclusion.pledgee_value


def _reported_lines(sheet: Sheet, lines: Mapping[str, Name], reporting: Reporting | None, unit: str) -> dict[str, Name]:
    if reporting is None:
        rate = sheet.derived(
            "conversion_rate",
            1.0,
            label=_CONVERSION,
            unit="1",
            reason="reported in the currency of the methods",
        )
    else:
        rate = sheet.figure("conversion_rate", reporting.conversion_rate, label=_CONVERSION, unit="1")
    named = {
        "value": ("value", Label("评估结论", "concluded value"), True),
        "low": ("interval_low", Label("区间下端", "low end of the interval"), True),
        "high": ("interval_high", Label("区间上端", "high end of the interval"), True),
        "pledgee_base": (
            "weighted_pledgee_base_reported",
            Label("质权人可依赖值", "value a pledgee may count on"),
            False,
        ),
    }
    made = {
        key: sheet.line(name, lines[key] * rate, label=label, unit=unit, total=is_total)
        for key, (name, label, is_total) in named.items()
        if key in lines
    }
    return {"weighted_pledgee_base": made["pledgee_base"]}


def _pledgee_line(sheet: Sheet, base: Name, liquidation: Liquidation, unit: str) -> None:
    time = sheet.figure(
        "time_to_sale_years",
        liquidation.time_to_sale_years,
        label=Label("处置所需年数", "time to sale"),
        unit="years",
    )
    cost = sheet.figure(
        "sale_cost_share",
        liquidation.sale_cost_share,
        label=Label("处置费用率", "cost of the sale"),
        unit="share",
    )
    discount = sheet.figure(
        "forced_sale_discount_share",
        liquidation.forced_sale_discount_share,
        label=Label("快速变现折扣率", "forced-sale discount"),
        unit="share",
    )
    rate = sheet.figure(
        "disposal_discount_rate_share",
        liquidation.discount_rate_share,
        label=Label("处置期折现率", "discount rate until sale"),
        unit="share",
    )
    sheet.line(
        "pledgee_value",
        larger(base, 0) * (1 - discount) * (1 - cost) / (1 + rate) ** time,
        label=Label("对质权人的价值（变现值）", "value to the pledgee (liquidation)"),
        unit=unit,
        total=True,
    )


def _interval(worksheet: Worksheet, counted: Sequence[Conclusion], rate: float) -> Interval | None:
    """One indication keeps its own interval; several are weighted end by end."""
    intervals = [each.interval for each in counted if each.interval is not None]
    if not intervals:
        return None
    if len(counted) == 1:
        return intervals[0].scaled(rate)
    level = intervals[0].level_share
    others = [interval.level_share for interval in intervals if interval.level_share != level]
    if others:
        raise InputError.of(
            "uncertainty.level_share",
            found=f"intervals of {level:g} and {others[0]:g}",
            expected="one level for all methods",
        )
    meaning = Label(
        f"各方法 {100 * level:.10g}% 区间端点按权重相加，视各方法误差同向变动（谨慎口径）",
        f"ends of the indications' {100 * level:.10g}% intervals weighted as if their errors moved together"
        " (cautious reading)",
    )
    return Interval(worksheet.value("interval_low"), worksheet.value("interval_high"), level, meaning)


def _below_zero(worksheet: Worksheet) -> tuple[NamedWarning, ...]:
    """Negative flows are allowed, but an owner may also give the right up."""
    if worksheet.value("value") >= 0:
        return ()
    label = Label(
        "评估结论为负：权利人可以放弃该权利，价值不会低于放弃（零）",
        "the concluded value is below zero: an owner who may give the right up loses no more than nothing",
    )
    return (NamedWarning("value_below_zero", label),)


def _interval_doubts(counted: Sequence[Conclusion]) -> tuple[NamedWarning, ...]:
    without = ", ".join(each.method for each in counted if each.interval is None)
    if not without:
        return ()
    label = Label(
        f"下列方法未给出区间，按单值计入：{without}",
        f"counted with a point value, no interval stated: {without}",
    )
    return (NamedWarning("indication_without_interval", label),)


def _pledgee_doubt(liquidation: Liquidation | None) -> tuple[NamedWarning, ...]:
    if liquidation is not None:
        return ()
    label = Label(
        "未提供处置假设，未计算对质权人的价值",
        "no disposal assumptions stated: the value to a pledgee is not computed",
    )
    return (NamedWarning("pledgee_value_not_stated", label),)


_PAPER = "result of the method's own working paper"
_SIMULATED = (
    "end of the method's interval (its value where it has none); simulated, so it does not follow a changed cell"
)
_CONVERSION = Label("折算汇率", "conversion rate")
