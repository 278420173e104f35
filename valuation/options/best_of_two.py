"""The right to the better, or the worse, of two values 择优选择权 (rainbow)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuation.errors import InputError
from valuation.kernel.bivariate_normal import bivariate_normal
from valuation.kernel.expression import Array, Expression, Name, larger, logarithm, normal_cdf, smaller
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import RateFigure
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._answer import Findings, write_result
from valuation.options._closed_findings import AT_THE_END_ONLY, TWO_VALUES, sheet_sensitivities
from valuation.options._entering import (
    NO_PERIODS,
    CorrelationFigure,
    Entering,
    GrowthFigure,
    PayoutFigure,
    PositiveAmount,
    alive_share,
    d_one,
    kept_share,
    present,
    refuse_twins,
)
from valuation.options._inputs import Compounding, LifeFigure, Threat, VolatilityFigure, check_life, continuous_rate
from valuation.options._line_right import end_share
from valuation.options._two_legs import Leg, both_growths_or_none, enter_leg

__all__ = ["METHOD", "BestOfTwoInputs"]


class BestOfTwoInputs(FrozenModel):
    """Two values (indications of a drug, licensees, markets) of which the right is to one.

    Attributes
    ----------
    right : ``call``, pay the fixed amount and get the chosen value; ``put``, give up the chosen value and get the
        fixed amount.
    of : ``best``, the right is on the higher of the two; ``worst``, on the lower.
    first_value, second_value : present values of the two today.
    fixed_amount : what is paid or received at the date of choice; None: nothing, the right is to the value itself
        (only for a call).
    life_years : when the choice is made.
    first_volatility_share, second_volatility_share, correlation : of their yearly log changes.
    first_payout_share, second_payout_share : the continuous yearly yield of each, which the right's owner misses.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    threat : to the right before it is exercised; its ``recovery_share`` is left of what the right was then worth.
    real_growth_first_share, real_growth_second_share : expected yearly growth of each in the world (continuous, after
        payouts), both or none, for probabilities; None gives them under the drift of valuation and says so.
    """

    right: Literal["call", "put"]
    of: Literal["best", "worst"]
    first_value: PositiveAmount
    second_value: PositiveAmount
    fixed_amount: PositiveAmount | None = None
    life_years: LifeFigure
    first_volatility_share: VolatilityFigure
    second_volatility_share: VolatilityFigure
    correlation: CorrelationFigure
    first_payout_share: PayoutFigure
    second_payout_share: PayoutFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    threat: Threat
    real_growth_first_share: GrowthFigure | None = None
    real_growth_second_share: GrowthFigure | None = None


@dataclass(frozen=True)
class _Common:
    """What both legs share on the paper."""

    life: Name
    rate: Name
    correlation: Name
    ratio_volatility: Name
    threat: Name
    kept: Name
    amount: Name | None


def _build(inputs: BestOfTwoInputs, setting: Setting) -> Paper:
    _check(inputs, setting)
    sheet = Sheet(title=_LABEL, axis=NO_PERIODS)
    legs, common = _enter(sheet, inputs, setting.currency)
    _write(sheet, inputs, legs, common, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "correlation": "as stated, between the yearly log changes",
            "exercise": "European: at the end only",
            "of_the_two": inputs.of,
            "rate_compounding": inputs.rate_compounding,
            "right": inputs.right,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("value_of_the_better", "value_of_the_worse", "static_npv", "option_premium"),
        warnings=(AT_THE_END_ONLY,),
        details=_findings(inputs, worksheet).as_details(),
    )


def _check(inputs: BestOfTwoInputs, setting: Setting) -> None:
    check_life("life_years", inputs.life_years.value, setting)
    refuse_twins(inputs.correlation, inputs.first_volatility_share, inputs.second_volatility_share)
    if inputs.right == "put" and inputs.fixed_amount is None:
        raise InputError.of("fixed_amount", found="none", expected="the amount that a put receives")
    both_growths_or_none("real_growth_second_share", inputs.real_growth_first_share, inputs.real_growth_second_share)


def _enter(sheet: Sheet, inputs: BestOfTwoInputs, unit: str) -> tuple[tuple[Leg, Leg], _Common]:
    enter = Entering(sheet, unit)
    life = enter.years("life_years", inputs.life_years, Label("选择日（年）", "years to the choice"))
    rate = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    first = enter_leg(enter, inputs, "first", (rate, life), zh="甲")
    second = enter_leg(enter, inputs, "second", (rate, life), zh="乙")
    correlation = enter.correlation(inputs.correlation)
    a, b = first.volatility, second.volatility
    ratio = sheet.line(
        "ratio_volatility",
        (a**2 + b**2 - 2 * correlation * a * b) ** 0.5,
        label=Label("两者之比的年波动率", "yearly volatility of the ratio of the two"),
        unit="share",
    )
    amount = None
    if inputs.fixed_amount is not None:
        amount = enter.money("fixed_amount", inputs.fixed_amount, Label("固定金额", "fixed amount"))
    threat, loss_rate = enter.threat(inputs.threat)
    kept = kept_share(sheet, "kept_share", loss_rate, life)
    return (first, second), _Common(life, rate, correlation, ratio, threat, kept, amount)


def _write(sheet: Sheet, inputs: BestOfTwoInputs, legs: tuple[Leg, Leg], common: _Common, unit: str) -> None:
    best, worst = _write_without_amount(sheet, legs, common, unit)
    chosen = best if inputs.of == "best" else worst
    if common.amount is None:
        right: Expression = chosen * 1
        paid: Expression = chosen * 0
    else:
        call = _write_call(sheet, inputs.of, legs, common, unit)
        paid = present(common.amount, common.rate, common.life)
        right = call * 1 if inputs.right == "call" else call + paid * common.kept - chosen
        paid = paid * common.kept
    value = sheet.line("value", right, label=_VALUE, unit=unit, total=True)
    _write_chances(sheet, inputs, legs, common)
    static = _committed(inputs, legs, common, chosen, paid)
    write_result(
        sheet,
        value=value,
        static_npv=static,
        conservative=larger(static, 0),
        unit=unit,
        static_label=Label("今日即选定并承诺行权的净现值", "chosen and exercised as decided today"),
        conservative_label=Label(
            "质权人可依赖值（今日选定并行权，或放弃）", "value a pledgee may count on (decided today, or nothing)"
        ),
    )


def _write_without_amount(sheet: Sheet, legs: tuple[Leg, Leg], common: _Common, unit: str) -> tuple[Name, Name]:
    """The better of two is the second and the right to exchange it for the first (Margrabe); the worse is the rest."""
    first, second = legs
    d1 = sheet.line(
        "ratio_d1",
        d_one(first.value / second.value, second.payout - first.payout, common.ratio_volatility, common.life),
        label=Label("两者之比 d₁", "d₁ of the ratio of the two"),
        unit="1",
    )
    d2 = sheet.line(
        "ratio_d2",
        d1 - common.ratio_volatility * common.life**0.5,
        label=Label("两者之比 d₂", "d₂ of the ratio of the two"),
        unit="1",
    )
    better = first.at_the_end * normal_cdf(d1) + second.at_the_end * normal_cdf(-d2)
    best = sheet.line(
        "value_of_the_better",
        better * common.kept,
        label=Label("取两者中较高者的价值（无固定金额）", "the better of the two, without an amount"),
        unit=unit,
        total=True,
    )
    worst = sheet.line(
        "value_of_the_worse",
        (first.at_the_end + second.at_the_end) * common.kept - best,
        label=Label("取两者中较低者的价值（无固定金额）", "the worse of the two, without an amount"),
        unit=unit,
        total=True,
    )
    return best, worst


def _write_call(sheet: Sheet, of: Literal["best", "worst"], legs: tuple[Leg, Leg], common: _Common, unit: str) -> Name:
    """Stulz: each leg where it is the one that counts and beats the amount, less the amount where either does."""
    assert common.amount is not None
    shares = [_write_share(sheet, of, leg, other, common) for leg, other in (legs, legs[::-1])]
    money = _write_money_share(sheet, of, legs, common)
    legs_worth = legs[0].at_the_end * shares[0] + legs[1].at_the_end * shares[1]
    paid = present(common.amount, common.rate, common.life) * money
    label = Label("对应买入权", "the call")
    return sheet.line("call_value", (legs_worth - paid) * common.kept, label=label, unit=unit)


def _write_d1(sheet: Sheet, leg: Leg, common: _Common) -> Name:
    assert common.amount is not None
    return sheet.line(
        f"{leg.name}_d1",
        d_one(leg.value / common.amount, common.rate - leg.payout, leg.volatility, common.life),
        label=Label(f"{leg.zh} d₁", f"d₁ of the {leg.name}"),
        unit="1",
    )


def _write_share(sheet: Sheet, of: Literal["best", "worst"], leg: Leg, other: Leg, common: _Common) -> Name:
    """M(y, ±d; ±ρ′): in units of the leg, the probability that it counts and beats the amount."""
    y = _write_d1(sheet, leg, common)
    better = Name("ratio_d1", False) if leg.name == "first" else -Name("ratio_d2", False)
    d = sheet.line(
        f"{leg.name}_against_the_other",
        better * 1,
        label=Label(f"{leg.zh}高于另一者的 d", f"d of the {leg.name} above the other"),
        unit="1",
    )
    rho = sheet.line(
        f"{leg.name}_ratio_correlation",
        (leg.volatility - common.correlation * other.volatility) / common.ratio_volatility,
        label=Label(f"{leg.zh}与两者之比的相关系数", f"correlation of the {leg.name} with the ratio of the two"),
        unit="1",
    )
    sign = 1.0 if of == "best" else -1.0
    return sheet.search(
        f"{leg.name}_share",
        lambda y, d, rho: bivariate_normal(y, sign * d, sign * rho),
        [y, d, rho],
        label=Label(
            f"{leg.zh}被取且高于固定金额的概率（以{leg.zh}计）",
            f"probability that the {leg.name} is taken, in its units",
        ),
        unit="share",
        explanation=_BIVARIATE,
    )


def _write_money_share(sheet: Sheet, of: Literal["best", "worst"], legs: tuple[Leg, Leg], common: _Common) -> Name:
    ends = [
        sheet.line(
            f"{leg.name}_d2",
            Name(f"{leg.name}_d1", False) - leg.volatility * common.life**0.5,
            label=Label(f"{leg.zh} d₂", f"d₂ of the {leg.name}"),
            unit="1",
        )
        for leg in legs
    ]
    return sheet.search(
        "money_share",
        _above(of),
        [*ends, common.correlation],
        label=Label("支付固定金额的概率（估值口径）", "probability of paying the amount (of valuation)"),
        unit="share",
        explanation=_BIVARIATE,
    )


def _above(of: Literal["best", "worst"]) -> Callable[[Array, Array, Array], Array]:
    """The probability that the better (either) or the worse (both) ends above the amount, from d₂ of each."""

    def probability(first: Array, second: Array, correlation: Array) -> Array:
        if of == "worst":
            return bivariate_normal(first, second, correlation)
        return np.asarray(1 - bivariate_normal(-first, -second, correlation), dtype=np.float64)

    return probability


def _write_chances(sheet: Sheet, inputs: BestOfTwoInputs, legs: tuple[Leg, Leg], common: _Common) -> None:
    """Closed forms under the growths: the first above the second, and the right exercised."""
    first, second = legs
    alive = alive_share(sheet, common.threat, common.life)
    drift = first.growth - second.growth - (first.volatility**2 - second.volatility**2) / 2
    d = sheet.line(
        "d_of_the_first_above",
        (logarithm(first.value / second.value) + drift * common.life) / (common.ratio_volatility * common.life**0.5),
        label=Label("甲高于乙的 d", "d of the first above the second"),
        unit="1",
    )
    sheet.line(
        "first_is_better_share",
        alive * normal_cdf(d),
        label=Label("甲高于乙的概率", "probability that the first is the better"),
        unit="share",
    )
    if common.amount is None:
        return
    ends = [
        sheet.line(
            f"{leg.name}_d2_of_the_chance",
            d_one(leg.value / common.amount, leg.growth, leg.volatility, common.life)
            - leg.volatility * common.life**0.5,
            label=Label(f"{leg.zh}行权概率所用 d₂", f"d₂ of the {leg.name} for the probability of exercise"),
            unit="1",
        )
        for leg in legs
    ]
    above = sheet.search(
        "above_share",
        _above(inputs.of),
        [*ends, common.correlation],
        label=Label("所取者高于固定金额的概率", "probability that the one taken ends above the amount"),
        unit="share",
        explanation=_BIVARIATE,
    )
    sheet.line(
        "exercise_share",
        alive * (above if inputs.right == "call" else 1 - above),
        label=Label("行权概率", "probability of exercise"),
        unit="share",
    )


def _committed(
    inputs: BestOfTwoInputs, legs: tuple[Leg, Leg], common: _Common, chosen: Name, paid: Expression
) -> Expression:
    """Decided today: the owner's own choice (best of a call, worst of a put) is made now."""
    ends = [leg.at_the_end for leg in legs]
    if inputs.right == "call":
        return (larger(*ends) * common.kept if inputs.of == "best" else chosen) - paid
    return paid - (smaller(*ends) * common.kept if inputs.of == "worst" else chosen)


def _findings(inputs: BestOfTwoInputs, worksheet: Worksheet) -> Findings:
    probabilities = {
        "first is the better": worksheet.value("first_is_better_share"),
        "invalidated": end_share(worksheet.value("threat_rate"), worksheet.value("life_years")),
    }
    probabilities["exercise"] = worksheet.value("survival_share" if inputs.fixed_amount is None else "exercise_share")
    moved = {
        "delta": "first_value",
        "delta_second": "second_value",
        "vega": "first_volatility_share",
        "vega_second": "second_volatility_share",
        "hazard": "threat_rate",
    }
    missing = dict(TWO_VALUES)
    if inputs.fixed_amount is None:
        missing["rho"] = "no sum of money is fixed, so the riskless rate does not enter"
    else:
        moved["rho"] = "riskless_rate_share"
    return Findings(
        convergence="closed form; the bivariate normal by Owen's function, exact to about 1e-15",
        timing="the fixed amount is paid, or received, at the end of the life, on the day of the choice",
        pledgee="the choice and the exercise decided today, or nothing: the owner's skill and funds are not counted on",
        sensitivities=sheet_sensitivities(worksheet, moved, rate_compounding=inputs.rate_compounding),
        probabilities=probabilities,
        probability_measure="risk_neutral" if inputs.real_growth_first_share is None else "real_world",
        not_applicable=missing,
    )


_BIVARIATE = Label("二元正态分布函数（Owen 函数计算）", "bivariate normal distribution function, by Owen's function")
_VALUE = Label("择优权利的价值", "value of the right on the two")
_LABEL = Label("择优选择权", "Option on the better of two")

METHOD = Method(
    id="best_of_two",
    approach="options",
    label=_LABEL,
    question=Label(
        "到期可取两项价值中较高（或较低）者的权利值多少？",
        "What is the right worth to the better, or the worse, of two values?",
    ),
    inputs_model=BestOfTwoInputs,
    build=_build,
    references=(
        "Stulz (1982), Options on the minimum or the maximum of two risky assets, JFE 10",
        "Johnson (1987), Options on the maximum or the minimum of several assets, JFQA 22",
        "Haug (2007), The Complete Guide to Option Pricing Formulas, 2nd ed., ch. 5",
    ),
    cases=("haug-rainbow-max",),
    assumes=Label(
        "两项价值均为几何布朗运动，相关系数不变，各按所述比率派现；只在期末选择；突发失效另计，不计入波动率。",
        "Both values are geometric Brownian motions of a constant correlation that pay their stated yields; the choice "
        "is at the end only; a sudden end is an event of its own and not in the volatilities.",
    ),
)
