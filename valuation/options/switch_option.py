"""The right to run an operation for one period 转换选择权: revenue less the cost of an input less a fixed cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import AfterValidator

from valuation.kernel.expression import Array, Name, exponential, larger, logarithm, normal_cdf
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, RateFigure, at_least
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
    kept_share,
    present,
)
from valuation.options._inputs import Compounding, LifeFigure, Threat, VolatilityFigure, check_life, continuous_rate
from valuation.options._line_right import end_share
from valuation.options._spread import NODES, Spread, expected_share, expected_spread
from valuation.options._two_legs import Leg, both_growths_or_none, enter_leg

__all__ = ["METHOD", "SwitchOptionInputs"]


class SwitchOptionInputs(FrozenModel):
    """An operation that is worth running if its revenue covers an input whose cost moves, and a fixed cost.

    Attributes
    ----------
    revenue_value, input_value : present values today of the period's revenue and of its input (a crop and its feed, a
        licensed product and its active ingredient).
    fixed_cost : what running costs beside, in money of the day of decision.
    life_years : when it is decided whether to run.
    revenue_volatility_share, input_volatility_share, correlation : of their yearly log changes.
    revenue_payout_share, input_payout_share : the continuous yearly yield of each; for a futures price the riskless
        rate, since it grows at nothing.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    threat : to the right before the decision; its ``recovery_share`` is left of what the right was then worth.
    real_growth_revenue_share, real_growth_input_share : expected yearly growth of each in the world (continuous, after
        payouts), both or none, for the probability; None gives it under the drift of valuation and says so.
    """

    revenue_value: PositiveAmount
    input_value: PositiveAmount
    fixed_cost: Annotated[Amount, AfterValidator(at_least(0))]
    life_years: LifeFigure
    revenue_volatility_share: VolatilityFigure
    input_volatility_share: VolatilityFigure
    correlation: CorrelationFigure
    revenue_payout_share: PayoutFigure
    input_payout_share: PayoutFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    threat: Threat
    real_growth_revenue_share: GrowthFigure | None = None
    real_growth_input_share: GrowthFigure | None = None


@dataclass(frozen=True)
class _Entered:
    revenue: Leg
    input: Leg
    fixed: Name
    fixed_at_the_end: Name
    life: Name
    correlation: Name
    threat: Name
    kept: Name

    def arguments(self, first: Name, second: Name, fixed: Name) -> list[Name]:
        """What a search over the spread takes."""
        volatilities = [self.revenue.volatility, self.input.volatility]
        return [first, second, fixed, *volatilities, self.correlation, self.life]


def _build(inputs: SwitchOptionInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    both_growths_or_none("real_growth_input_share", inputs.real_growth_revenue_share, inputs.real_growth_input_share)
    sheet = Sheet(title=_LABEL, axis=NO_PERIODS)
    entered = _enter(sheet, inputs, setting.currency)
    _write(sheet, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "correlation": "as stated, between the yearly log changes",
            "exercise": "European: at the end only",
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("kirk_value", "static_npv", "option_premium"),
        warnings=(AT_THE_END_ONLY,),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: SwitchOptionInputs, unit: str) -> _Entered:
    enter = Entering(sheet, unit)
    life = enter.years("life_years", inputs.life_years, Label("决定日（年）", "years to the decision"))
    rate = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    revenue = enter_leg(enter, inputs, "revenue", (rate, life), zh="收入")
    cost = enter_leg(enter, inputs, "input", (rate, life), zh="投入品")
    correlation = enter.correlation(inputs.correlation)
    fixed = enter.money("fixed_cost", inputs.fixed_cost, Label("固定成本", "fixed cost"))
    fixed_at_the_end = sheet.line(
        "fixed_at_the_end",
        present(fixed, rate, life),
        label=Label("固定成本的现值", "present value of the fixed cost"),
        unit=unit,
    )
    threat, loss_rate = enter.threat(inputs.threat)
    kept = kept_share(sheet, "kept_share", loss_rate, life)
    return _Entered(revenue, cost, fixed, fixed_at_the_end, life, correlation, threat, kept)


def _write(sheet: Sheet, entered: _Entered, unit: str) -> None:
    ends = (entered.revenue.at_the_end, entered.input.at_the_end, entered.fixed_at_the_end)
    unthreatened = sheet.search(
        "unthreatened_value",
        _value_of,
        entered.arguments(*ends),
        label=Label("无威胁时的价值", "value without the threat"),
        unit=unit,
        explanation=Label(
            "给定投入品价格，收入服从对数正态，内层用 Black 公式；再对投入品价格作一维积分（精确）",
            "given the input's price Black's formula holds; one exact integral over that price",
        ),
    )
    value = sheet.line(
        "value",
        unthreatened * entered.kept,
        label=Label("转换选择权价值", "value of the switch"),
        unit=unit,
        total=True,
    )
    _write_kirk(sheet, entered, unit)
    _write_chance(sheet, entered, unit)
    committed = (ends[0] - ends[1] - ends[2]) * entered.kept
    write_result(
        sheet,
        value=value,
        static_npv=committed,
        conservative=larger(committed, 0),
        unit=unit,
        static_label=Label("今日即决定运行的净现值", "running, as decided today"),
        conservative_label=Label(
            "质权人可依赖值（今日决定运行，或放弃）",
            "value a pledgee may count on (running as decided today, or nothing)",
        ),
    )


def _spread(*numbers: Array) -> Spread:
    """From the arguments of a search: volatilities become deviations over the life."""
    first, second, fixed, one, other, correlation, life = np.broadcast_arrays(*map(np.atleast_1d, numbers))
    root = np.sqrt(life)
    return Spread(first, second, fixed, one * root, other * root, correlation)


def _value_of(*numbers: Array) -> Array:
    return expected_spread(_spread(*numbers))


def _share_of(*numbers: Array) -> Array:
    return expected_share(_spread(*numbers))


def _write_kirk(sheet: Sheet, entered: _Entered, unit: str) -> None:
    """Kirk (1995): the input and the fixed cost as one lognormal; an approximation, shown beside."""
    cost = sheet.line(
        "kirk_cost",
        entered.input.at_the_end + entered.fixed_at_the_end,
        label=Label("投入品与固定成本之和", "input and fixed cost together"),
        unit=unit,
    )
    weight = sheet.line(
        "kirk_weight",
        entered.input.at_the_end / cost,
        label=Label("投入品占比", "share of the input"),
        unit="share",
    )
    a, b = entered.revenue.volatility, entered.input.volatility * weight
    # Perfectly correlated sides of equal weight would leave no variance to divide by.
    variance = larger(a**2 + b**2 - 2 * entered.correlation * a * b, 1e-12)
    spread = sheet.line(
        "kirk_deviation",
        (variance * entered.life) ** 0.5,
        label=Label("Kirk 近似的标准差", "deviation in Kirk's approximation"),
        unit="1",
    )
    d1 = sheet.line(
        "kirk_d1",
        logarithm(entered.revenue.at_the_end / cost) / spread + spread / 2,
        label=Label("Kirk 近似 d₁", "d₁ of Kirk's approximation"),
        unit="1",
    )
    value = entered.revenue.at_the_end * normal_cdf(d1) - cost * normal_cdf(d1 - spread)
    sheet.line(
        "kirk_value",
        value * entered.kept,
        label=Label("Kirk 近似值（仅供对照，非结论）", "Kirk's approximation (for comparison, not the value)"),
        unit=unit,
        total=True,
    )


def _write_chance(sheet: Sheet, entered: _Entered, unit: str) -> None:
    """P(V₁ > V₂ + X) with the growths of the world, times the threat not having struck."""
    expected = [
        sheet.line(
            f"{name}_expected",
            side.value * exponential(side.growth * entered.life),
            label=Label(f"{zh}在决定日的期望", f"{name} expected at the decision"),
            unit=unit,
        )
        for name, zh, side in (("revenue", "收入", entered.revenue), ("input", "投入品", entered.input))
    ]
    above = sheet.search(
        "above_share",
        _share_of,
        entered.arguments(expected[0], expected[1], entered.fixed),
        label=Label("收入高于全部成本的概率", "probability that revenue covers both costs"),
        unit="share",
        explanation=Label("同一条件积分，内层为正态分布函数", "the same integral of the conditional probability"),
    )
    sheet.line(
        "exercise_share",
        alive_share(sheet, entered.threat, entered.life) * above,
        label=Label("运行的概率", "probability of running"),
        unit="share",
    )


def _findings(inputs: SwitchOptionInputs, worksheet: Worksheet) -> Findings:
    return Findings(
        convergence=_convergence(worksheet),
        timing="the fixed cost is paid on the day of the decision",
        pledgee="running as decided today, or nothing: the owner's skill and funds are not counted on",
        sensitivities=sheet_sensitivities(
            worksheet,
            {
                "delta": "revenue_value",
                "delta_input": "input_value",
                "vega": "revenue_volatility_share",
                "vega_input": "input_volatility_share",
                "rho": "riskless_rate_share",
                "hazard": "threat_rate",
            },
            rate_compounding=inputs.rate_compounding,
        ),
        probabilities={
            "run": worksheet.value("exercise_share"),
            "invalidated": end_share(worksheet.value("threat_rate"), worksheet.value("life_years")),
        },
        probability_measure="risk_neutral" if inputs.real_growth_input_share is None else "real_world",
        not_applicable=TWO_VALUES,
    )


def _convergence(worksheet: Worksheet) -> str:
    """What half the nodes would change."""
    lines = (
        "revenue_at_the_end",
        "input_at_the_end",
        "fixed_at_the_end",
        "revenue_volatility_share",
        "input_volatility_share",
        "correlation",
        "life_years",
    )
    spread = _spread(*(np.array([worksheet.value(line)]) for line in lines))
    change = float(abs(expected_spread(spread) - expected_spread(spread, nodes=NODES // 2))[0])
    return f"one integral on {NODES} nodes, exact given the model; half of them change the value by {change:.2g}"


_LABEL = Label("转换选择权", "Option to switch")

METHOD = Method(
    id="switch_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "收入扣除变动投入与固定成本后才值得运行，这种可选择运行的权利值多少？",
        "What is the right worth to run an operation only if revenue covers a moving input and a fixed cost?",
    ),
    inputs_model=SwitchOptionInputs,
    build=_build,
    references=(
        "Pearson (1995), An efficient approach for pricing spread options, Journal of Derivatives 3",
        "Kirk (1995), Correlation in the energy markets, in Managing Energy Price Risk (the approximation beside)",
        "Margrabe (1978), The value of an option to exchange one asset for another, JF 33 (no fixed cost)",
    ),
    cases=("haug-spread-with-fixed-cost",),
    assumes=Label(
        "收入与投入品均为几何布朗运动，相关系数不变；固定成本已知；只在期末决定；突发失效另计，不计入波动率。",
        "Revenue and input are geometric Brownian motions of a constant correlation; the fixed cost is known; the "
        "decision is at the end only; a sudden end is an event of its own and not in the volatilities.",
    ),
    # One integral of a few thousand nodes for each draw.
    draw_limit=8192,
)
