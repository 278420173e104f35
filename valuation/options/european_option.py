"""A right that is exercised at one date or never 欧式简化: Black–Scholes, and the American value beside it."""

from __future__ import annotations

from typing import Literal

from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import RateFigure
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
from valuation.options._closed_findings import NOTHING_DRAWN
from valuation.options._entering import NO_PERIODS, Entering, GrowthFigure, PayoutFigure, PositiveAmount
from valuation.options._inputs import Compounding, LifeFigure, Threat, VolatilityFigure, check_life
from valuation.options._one_asset import enter_asset, one_asset_sensitivities

__all__ = ["METHOD", "EuropeanOptionInputs"]


class EuropeanOptionInputs(FrozenModel):
    """A right to acquire or to give up something at a stated date.

    Attributes
    ----------
    right : ``call``, pay the amount and get the asset; ``put``, give up the asset and get the amount.
    asset_value : present value of the asset (a product, a project, a licence) today.
    exercise_amount : what is paid, or received, when the right is exercised.
    life_years : when the right is exercised, or lapses.
    volatility_share : standard deviation (not variance) of the yearly change of the logarithm of the asset's value.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    payout_yield_share : the share of its value that the asset pays a year, continuously, and the right's owner misses.
    threat : to the right before it is exercised; its ``recovery_share`` is left of what the right was then worth.
    real_growth_share : the expected yearly growth of the asset's value in the world (continuous, after payouts), for
        the probability of exercise; None gives it under the drift of valuation and says so.
    """

    right: Literal["call", "put"]
    asset_value: PositiveAmount
    exercise_amount: PositiveAmount
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: PayoutFigure
    threat: Threat
    real_growth_share: GrowthFigure | None = None


def _build(inputs: EuropeanOptionInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    sheet = Sheet(title=_LABEL, axis=NO_PERIODS)
    terms = _enter(sheet, inputs, setting.currency)
    write_exchange(
        sheet,
        terms,
        setting.currency,
        label=Label("欧式简化值（只在期末行权）", "European shortcut (exercised at the end only)"),
    )
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "European: at the end only",
            "rate_compounding": inputs.rate_compounding,
            "right": inputs.right,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("american_value", "early_exercise_premium", "static_npv", "option_premium"),
        warnings=(SHORTCUT,),
        details=_findings(inputs, worksheet, terms).as_details(),
    )


def _enter(sheet: Sheet, inputs: EuropeanOptionInputs, unit: str) -> Terms:
    enter = Entering(sheet, unit)
    asset = enter_asset(sheet, inputs, unit)
    cost = enter.money("exercise_amount", inputs.exercise_amount, Label("行权金额", "amount of exercise"))
    life = enter.years("life_years", inputs.life_years, Label("到期年数", "years to the date of exercise"))
    growth = enter.growth(
        "growth",
        inputs.real_growth_share,
        asset.rate - asset.payout,
        Label("标的价值的年增长率", "yearly growth of the asset"),
    )
    return Terms(
        1.0 if inputs.right == "call" else -1.0,
        value=asset.value,
        cost=cost,
        life=life,
        rate=asset.rate,
        payout=asset.payout,
        volatility=asset.volatility,
        loss_rate=asset.loss_rate,
        threat=asset.threat,
        growth=growth,
    )


def _findings(inputs: EuropeanOptionInputs, worksheet: Worksheet, terms: Terms) -> Findings:
    solution, thresholds, tree = shown(worksheet, terms)
    return Findings(
        convergence=convergence(worksheet, terms),
        timing="the amount is paid, or received, at the end of the life, on the day of exercise",
        pledgee="exercise at the end as decided today, or nothing: the owner's skill and funds are not counted on",
        sensitivities=one_asset_sensitivities(worksheet, inputs),
        thresholds=thresholds,
        probabilities=closed_probabilities(worksheet, terms, solution),
        probability_measure="risk_neutral" if inputs.real_growth_share is None else "real_world",
        tree=tree,
        not_applicable=NOTHING_DRAWN,
        level_label=Label("标的价值", "value of the asset"),
    )


_LABEL = Label("欧式简化", "European shortcut")

METHOD = Method(
    id="european_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "只能在某一日行使的买入或放弃权值多少？",
        "What is a right worth that acquires or gives up an asset at one date?",
    ),
    inputs_model=EuropeanOptionInputs,
    build=_build,
    references=(
        "Black, Scholes (1973), The pricing of options and corporate liabilities, JPE 81",
        "Merton (1973), Theory of rational option pricing, Bell Journal of Economics 4 (payouts)",
        "Duffie, Singleton (1999), Modeling term structures of defaultable bonds, RFS 12 (recovery of market value)",
    ),
    cases=(),
    assumes=Label(
        "标的价值为几何布朗运动，按所述比率派现；只在期末行权；突发失效另计，不计入波动率。",
        "The asset's value is a geometric Brownian motion that pays the stated yield; exercise at the end only; a "
        "sudden end is an event of its own and not in the volatility.",
    ),
)
