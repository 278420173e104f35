"""Log-price regression 对数价格回归: what do measured features explain of the prices paid?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from valuation.errors import RefusalError
from valuation.kernel.dated import DatedValue
from valuation.kernel.expression import Array, choose, exponential, logarithm, total
from valuation.kernel.fields import NOT_EMPTY
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.market._conformal import jackknife_plus, jackknife_plus_meaning, rows_for_level
from valuation.market._least_squares import LeastSquares, condition_number, fit_least_squares
from valuation.market._priced_rows import Feature, MarketRows, PricedRowsInputs, market_rows, rows_warnings
from valuation.reference import number_of, reference_warnings
from valuation.uncertainty.sampling import Interval

__all__ = ["METHOD", "PriceRegressionInputs"]

_TABLE = "market_screens"
_SCREENS = (
    "minimum_rows_per_regressor",
    "maximum_condition_number",
    "outlier_studentised_residual",
    "leverage_multiple",
    "dffits_multiple",
    "cook_numerator",
)
#: Leverage this near to one means that the row alone sets a coefficient.
_FULL_LEVERAGE = 1 - 1e-9


class PriceRegressionInputs(PricedRowsInputs):
    """What the method needs beside its rows.

    Attributes
    ----------
    features : name → how it enters, and the subject's value.
    answer_as : ``median``: the price that half of such rights exceed; ``mean``: the median times Duan's smearing
        factor, which is what they cost on average.
    """

    features: Annotated[dict[str, Feature], Field(max_length=20), *NOT_EMPTY]
    answer_as: Literal["median", "mean"]


def _build(inputs: PriceRegressionInputs, setting: Setting) -> Paper:
    market = market_rows(inputs, inputs.features, setting)
    screens = {name: number_of(_TABLE, name, on=setting.dates.policy_date) for name in _SCREENS}
    limits = {name: number for name, (number, _) in screens.items()}
    design = np.column_stack([np.ones(len(market.rows)), market.features])
    condition = _refuse_unfit(inputs, design, limits)
    fit = fit_least_squares(design, market.log_prices)
    _refuse_sole_witness(fit, market)
    sheet = _sheet(inputs, setting, fit, len(market.rows))
    flags = _flags(fit, market, limits)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs),
        beside=("median_unit_price", "smearing_factor"),
        warnings=(
            *rows_warnings(market, inputs.features),
            *_far_from_rows(fit, market),
            *_flag_warnings(flags),
            *reference_warnings([dated for _, dated in screens.values()]),
        ),
        interval=_interval(inputs, fit, market),
        details=_details(fit, market, condition, flags, screens),
    )


def _refuse_unfit(inputs: PriceRegressionInputs, design: Array, limits: Mapping[str, float]) -> float:
    """Refuse what no regression should answer: too few rows, features that say the same. Gives the conditioning."""
    rows, terms = design.shape
    needed = max(int(limits["minimum_rows_per_regressor"]) * (terms - 1), rows_for_level(inputs.level_share), terms + 2)
    if rows < needed:
        raise RefusalError.of(
            "rows",
            found=f"{rows} rows for {terms - 1} features at level {inputs.level_share:g}",
            expected=f"at least {needed} rows",
            advice="Collect more rows, use fewer features, or compare transaction by transaction",
        )
    condition = condition_number(_centred(design))
    if condition > limits["maximum_condition_number"]:
        raise RefusalError.of(
            "features",
            found=f"a condition number of {condition:.4g}",
            expected=f"at most {limits['maximum_condition_number']:g}",
            advice="Some features say the same, or one never changes; leave one out",
        )
    return condition


def _centred(design: Array) -> Array:
    """The features without their means: a constant far from zero is no collinearity of features."""
    centred: Array = design[:, 1:] - design[:, 1:].mean(axis=0)
    return centred


def _refuse_sole_witness(fit: LeastSquares, market: MarketRows) -> None:
    sole = [name for name, leverage in zip(market.names, fit.leverage, strict=True) if leverage > _FULL_LEVERAGE]
    if sole:
        raise RefusalError.of(
            "rows",
            found=f"rows that alone set a coefficient: {', '.join(sole)}",
            expected="every coefficient seen in two rows or more",
            advice="Leave out the feature that only this row has, or collect another such row",
        )


def _sheet(inputs: PriceRegressionInputs, setting: Setting, fit: LeastSquares, rows: int) -> Sheet:
    """Coefficients times the subject's features: live; the coefficients themselves are a numerical result."""
    features = inputs.features
    sheet = Sheet(title=_LABEL, axis=Axis(Label("项", "term"), ("常数 constant", *features)))
    coefficient = sheet.derived_row(
        "coefficient",
        [float(each) for each in fit.coefficients],
        label=Label("回归系数", "coefficient"),
        unit="1",
        reason=f"least squares of the logarithm of unit price on the features, {rows} rows named in the details",
    )
    stated = sheet.figure_row(
        "subject_feature",
        [_CONSTANT, *(each.subject for each in features.values())],
        label=Label("评估对象特征", "feature of the subject"),
        unit="1",
    )
    is_logarithm = sheet.derived_row(
        "is_logarithm",
        [0.0, *(float(each.transform == "logarithm") for each in features.values())],
        label=Label("取对数", "enters as its logarithm"),
        unit="1",
        reason="the transform the request states for the feature",
    )
    entered = sheet.line(
        "entered",
        choose(is_logarithm.equals(1), then=logarithm(stated), otherwise=stated * 1),
        label=Label("进入回归的数值", "what enters the regression"),
        unit="1",
    )
    _price_lines(sheet, inputs, coefficient * entered, fit, setting.currency)
    return sheet


def _price_lines(sheet: Sheet, inputs: PriceRegressionInputs, contribution: Any, fit: LeastSquares, unit: str) -> None:
    part = sheet.line("contribution", contribution, label=Label("贡献", "contribution"), unit="1")
    logged = sheet.line("log_price", total(part), label=Label("对数价格", "log price"), unit="1")
    label = Label("单价中位数", "median unit price")
    median = sheet.line("median_unit_price", exponential(logged), label=label, unit=unit, total=True)
    smearing = sheet.derived(
        "smearing_factor",
        float(np.mean(np.exp(fit.residuals))),
        label=Label("Duan 修正系数", "smearing factor"),
        unit="1",
        reason="mean of exp(residual), Duan (1983)",
    )
    label = Label("评估单价", "unit price")
    price = median * smearing if inputs.answer_as == "mean" else median * 1
    answer = sheet.line("unit_price", price, label=label, unit=unit)
    label = Label("评估对象数量", "quantity of the subject")
    quantity = sheet.figure("subject_quantity", inputs.subject_quantity, label=label, unit="1")
    sheet.line("value", answer * quantity, label=Label("评估值", "value"), unit=unit, total=True)


def _interval(inputs: PriceRegressionInputs, fit: LeastSquares, market: MarketRows) -> Interval:
    """The jackknife+ range of one more such price."""
    point = np.array([1.0, *market.subject])
    ends = jackknife_plus(fit.predict_left_out(point), np.abs(fit.left_out_residuals), level_share=inputs.level_share)
    assert ends is not None, "too few rows for the level were refused"
    low, high = np.exp(ends) * inputs.subject_quantity.value
    meaning = jackknife_plus_meaning(inputs.level_share, len(market.rows))
    return Interval(float(low), float(high), inputs.level_share, meaning)


def _flags(fit: LeastSquares, market: MarketRows, limits: Mapping[str, float]) -> dict[str, list[str]]:
    """Which rows stand out, by kind; none is left out: that is for the valuer to decide."""
    rows, terms = len(market.rows), len(fit.coefficients)
    found = {
        "outlier": np.abs(fit.studentised) > limits["outlier_studentised_residual"],
        "high_leverage": fit.leverage > limits["leverage_multiple"] * terms / rows,
        "influential_dffits": np.abs(fit.dffits) > limits["dffits_multiple"] * np.sqrt(terms / rows),
        "influential_cook": fit.cook > limits["cook_numerator"] / rows,
    }
    return {kind: [market.names[row] for row in np.flatnonzero(which)] for kind, which in found.items()}


def _flag_warnings(flags: Mapping[str, list[str]]) -> tuple[NamedWarning, ...]:
    words = {
        "outlier": Label("异常值", "outliers"),
        "influential_cook": Label("强影响样本（库克距离）", "influential rows (Cook's distance)"),
    }
    return tuple(
        NamedWarning(
            f"{kind}_rows", Label(f"{word.zh}：{', '.join(flags[kind])}", f"{word.en}: {', '.join(flags[kind])}")
        )
        for kind, word in words.items()
        if flags[kind]
    )


def _far_from_rows(fit: LeastSquares, market: MarketRows) -> tuple[NamedWarning, ...]:
    """A point farther out than every row is an extrapolation even when each feature alone is within its range."""
    leverage = fit.leverage_of(np.array([1.0, *market.subject]))
    if leverage <= float(fit.leverage.max()):
        return ()
    label = Label(
        f"评估对象的特征组合比任何样本都更远（杠杆值 {leverage:.3g}）",
        f"the subject's combination of features lies farther out than any row (leverage {leverage:.3g})",
    )
    return (NamedWarning("subject_leverage", label),)


def _details(
    fit: LeastSquares,
    market: MarketRows,
    condition: float,
    flags: Mapping[str, list[str]],
    screens: Mapping[str, tuple[float, DatedValue]],
) -> dict[str, Any]:
    columns = {
        "leverage": fit.leverage,
        "left_out_residual": fit.left_out_residuals,
        "studentised_residual": fit.studentised,
        "dffits": fit.dffits,
        "cook_distance": fit.cook,
    }
    diagnostics = [
        {"row": name, **{key: _finite(column[index]) for key, column in columns.items()}}
        for index, name in enumerate(market.names)
    ]
    return {
        "rows_used": list(market.names),
        "rows_left_out": list(market.left_out),
        "r_squared": fit.r_squared,
        "left_out_root_mean_square": float(np.sqrt(np.mean(fit.left_out_residuals**2))),
        "condition_number": condition,
        "flags": {kind: list(names) for kind, names in flags.items()},
        "diagnostics": diagnostics,
        "screens": [dated.as_document() for _, dated in screens.values()],
    }


def _finite(number: float) -> float | None:
    """Prices that lie on the line exactly leave no residual to studentise."""
    return float(number) if np.isfinite(number) else None


def _conventions(inputs: PriceRegressionInputs) -> dict[str, str]:
    return {
        "response": "natural logarithm of unit price",
        "answer_as": inputs.answer_as,
        "related_party_rows": inputs.related_party_rows,
        "interval": "jackknife+ (Barber, Candès, Ramdas, Tibshirani 2021), for the price of one transaction",
        "level_share": f"{inputs.level_share:g}",
        "condition_number": "of the centred features, columns scaled to length one",
    }


_CONSTANT = Figure(value=1.0, grade="judgement", reason="the constant term")
_LABEL = Label("对数价格回归", "Log-price regression")

METHOD = Method(
    id="price_regression",
    approach="market",
    label=_LABEL,
    question=Label(
        "可计量的特征能解释成交价的多少，据此本对象值多少？",
        "What do measured features explain of the prices paid, and what follows for this right?",
    ),
    inputs_model=PriceRegressionInputs,
    build=_build,
    references=(
        "Rosen (1974), Hedonic prices and implicit markets, Journal of Political Economy 82(1)",
        "Barber, Candès, Ramdas, Tibshirani (2021), Predictive inference with the jackknife+, Ann. Statist. 49(1)",
        "Belsley, Kuh, Welsch (1980), Regression Diagnostics",
        "Duan (1983), Smearing estimate, Journal of the American Statistical Association 78",
    ),
    cases=(),
    assumes=Label(
        "单价的对数随特征线性变化；区间由留一校准（jackknife+）得出。",
        "The logarithm of unit price is linear in the features; the interval is calibrated by leaving one out "
        "(jackknife+).",
    ),
)
