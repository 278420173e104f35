"""The right to pay an uncertain cost for an uncertain value 交换选择权: Margrabe, the American value beside it."""

from __future__ import annotations

from valuation.kernel.expression import Expression, Name, normal_cdf
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._answer import Findings
from valuation.options._closed_exchange import (
    SHORTCUT,
    Terms,
    closed_probabilities,
    convergence,
    shown,
    write_exchange,
)
from valuation.options._closed_findings import NOTHING_DRAWN, sheet_sensitivities
from valuation.options._entering import (
    NO_PERIODS,
    CorrelationFigure,
    Entering,
    GrowthFigure,
    PayoutFigure,
    PositiveAmount,
    present,
    refuse_twins,
)
from valuation.options._inputs import LifeFigure, Threat, VolatilityFigure, check_life
from valuation.options._two_legs import both_growths_or_none

__all__ = ["METHOD", "ExchangeOptionInputs"]


class ExchangeOptionInputs(FrozenModel):
    """A value that may be had for a cost, where both move.

    Attributes
    ----------
    value_received, value_given : present values today of what is got (a product) and of what is paid for it (an
        investment whose cost is uncertain, another product).
    life_years : when the exchange is made, or lapses.
    volatility_received_share, volatility_given_share : standard deviations of their yearly log changes.
    correlation : between those changes.
    payout_received_share, payout_given_share : the continuous yearly yield of each, which the right's owner misses on
        what is got and saves on what is paid (for a sum of money: the riskless rate).
    threat : to the right before it is exercised; its ``recovery_share`` is left of what the right was then worth.
    real_growth_received_share, real_growth_given_share : expected yearly growth of each in the world (continuous,
        after payouts), both or none, for the probability of exercise; None gives it under the drift of valuation.
    """

    value_received: PositiveAmount
    value_given: PositiveAmount
    life_years: LifeFigure
    volatility_received_share: VolatilityFigure
    volatility_given_share: VolatilityFigure
    correlation: CorrelationFigure
    payout_received_share: PayoutFigure
    payout_given_share: PayoutFigure
    threat: Threat
    real_growth_received_share: GrowthFigure | None = None
    real_growth_given_share: GrowthFigure | None = None


def _build(inputs: ExchangeOptionInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    refuse_twins(inputs.correlation, inputs.volatility_received_share, inputs.volatility_given_share)
    both_growths_or_none("real_growth_given_share", inputs.real_growth_received_share, inputs.real_growth_given_share)
    sheet = Sheet(title=_LABEL, axis=NO_PERIODS)
    terms = _enter(sheet, inputs, setting.currency)
    label = Label("到期交换的权利价值（欧式）", "value of exchanging at the end (European)")
    write_exchange(sheet, terms, setting.currency, label=label)
    _deltas(sheet, terms)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "correlation": "as stated, between the yearly log changes",
            "exercise": "European: at the end only",
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("american_value", "early_exercise_premium", "static_npv", "option_premium"),
        warnings=(SHORTCUT,),
        details=_findings(inputs, worksheet, terms).as_details(),
    )


def _enter(sheet: Sheet, inputs: ExchangeOptionInputs, unit: str) -> Terms:
    enter = Entering(sheet, unit)
    received = enter.money("value_received", inputs.value_received, Label("取得标的价值", "value of what is got"))
    given = enter.money("value_given", inputs.value_given, Label("付出标的价值", "value of what is paid"))
    life = enter.years("life_years", inputs.life_years, Label("到期年数", "years to the exchange"))
    first = enter.volatility(
        "volatility_received_share",
        inputs.volatility_received_share,
        Label("取得标的年波动率", "volatility of what is got"),
    )
    second = enter.volatility(
        "volatility_given_share", inputs.volatility_given_share, Label("付出标的年波动率", "volatility of what is paid")
    )
    correlation = enter.correlation(inputs.correlation)
    payout = enter.payout(
        "payout_received_share", inputs.payout_received_share, Label("取得标的年派现率", "payout of what is got")
    )
    rate = enter.payout(
        "payout_given_share", inputs.payout_given_share, Label("付出标的年派现率", "payout of what is paid")
    )
    threat, loss_rate = enter.threat(inputs.threat)
    volatility = sheet.line(
        "ratio_volatility",
        (first**2 + second**2 - 2 * correlation * first * second) ** 0.5,
        label=Label("两者之比的年波动率", "yearly volatility of the ratio of the two"),
        unit="share",
    )
    growth = _growth_of_ratio(enter, inputs, (first, second, correlation), rate - payout)
    return Terms(
        1.0,
        value=received,
        cost=given,
        life=life,
        rate=rate,
        payout=payout,
        volatility=volatility,
        loss_rate=loss_rate,
        threat=threat,
        growth=growth,
    )


def _growth_of_ratio(
    enter: Entering, inputs: ExchangeOptionInputs, moves: tuple[Name, Name, Name], of_valuation: Expression
) -> Name:
    """The drift of V₁/V₂: g₁ − g₂ + σ₂² − ρσ₁σ₂, where g₁ − g₂ is q₂ − q₁ under the drift of valuation."""
    first, second, correlation = moves
    got = enter.growth(
        "growth_received",
        inputs.real_growth_received_share,
        of_valuation,
        Label("取得标的的年增长率", "yearly growth of what is got"),
    )
    paid = enter.growth(
        "growth_given",
        inputs.real_growth_given_share,
        of_valuation * 0,
        Label("付出标的的年增长率", "yearly growth of what is paid"),
    )
    return enter.sheet.line(
        "ratio_growth",
        got - paid + second**2 - correlation * first * second,
        label=Label("两者之比的年增长率", "yearly growth of the ratio of the two"),
        unit="share",
    )


def _deltas(sheet: Sheet, terms: Terms) -> None:
    """By how much the value moves with either leg."""
    d1, d2, kept = (Name(name, False) for name in ("d1", "d2", "kept_share"))
    sheet.line(
        "delta_received",
        present(1, terms.payout, terms.life) * normal_cdf(d1) * kept,
        label=Label("对取得标的的敏感度", "delta of what is got"),
        unit="1",
    )
    sheet.line(
        "delta_given",
        -(present(1, terms.rate, terms.life) * normal_cdf(d2) * kept),
        label=Label("对付出标的的敏感度", "delta of what is paid"),
        unit="1",
    )


def _findings(inputs: ExchangeOptionInputs, worksheet: Worksheet, terms: Terms) -> Findings:
    solution, thresholds, tree = shown(worksheet, terms)
    moved = {"vega": "volatility_received_share", "vega_given": "volatility_given_share", "hazard": "threat_rate"}
    deltas = {"delta": worksheet.value("delta_received"), "delta_given": worksheet.value("delta_given")}
    return Findings(
        convergence=convergence(worksheet, terms),
        timing="what is paid is paid at the end of the life, on the day of the exchange",
        pledgee="the exchange at the end as decided today, or nothing: the owner's skill and funds are not counted on",
        sensitivities=deltas | sheet_sensitivities(worksheet, moved),
        thresholds=thresholds,
        probabilities=closed_probabilities(worksheet, terms, solution),
        probability_measure="risk_neutral" if inputs.real_growth_given_share is None else "real_world",
        tree=tree,
        not_applicable=NOTHING_DRAWN
        | {
            "rho": "no sum of money is fixed, so the riskless rate does not enter (Margrabe 1978)",
        },
        level_label=Label("取得标的价值（付出标的不变时）", "value of what is got (what is paid held where it is)"),
    )


_LABEL = Label("交换选择权", "Option to exchange")

METHOD = Method(
    id="exchange_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "以一项不确定的成本换取一项不确定的价值，这种权利值多少？",
        "What is the right worth to pay an uncertain cost for an uncertain value?",
    ),
    inputs_model=ExchangeOptionInputs,
    build=_build,
    references=(
        "Margrabe (1978), The value of an option to exchange one asset for another, JF 33",
        "McDonald, Siegel (1985), Investment and the valuation of firms when there is an option to shut down, IER 26",
        "Duffie, Singleton (1999), Modeling term structures of defaultable bonds, RFS 12 (recovery of market value)",
    ),
    cases=("rubinstein-exchange-half-year",),
    assumes=Label(
        "两项价值均为几何布朗运动，相关系数不变，各按所述比率派现；突发失效另计，不计入波动率。",
        "Both values are geometric Brownian motions of a constant correlation that pay their stated yields; a sudden "
        "end is an event of its own and not in the volatilities.",
    ),
)
