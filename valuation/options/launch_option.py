"""The right to launch later 推迟上市选择权: an American option on a product whose protected life runs out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.discounting.timing import year_fraction
from valuation.errors import InputError
from valuation.kernel.expression import Array, Name, exponential, larger, logarithm, normal_cdf
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, PositiveFigure, RateFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._lattice import STEPS_MANY, STEPS_ONE, Launch, american_launch_value, launch_boundary

__all__ = ["METHOD", "LaunchOptionInputs"]


class LaunchOptionInputs(FrozenModel):
    """What the option to launch needs.

    Attributes
    ----------
    value_if_launched_today : present value of the product's flows over the whole protected life, if launched now
        (discounted at the risk-adjusted rate; technical success and attrition belong here, not in the volatility).
    launch_cost : what launching costs, whenever it is done.
    life_years : how long the right to launch lasts, no longer than the legal protection.
    volatility_share : standard deviation (not variance) of the yearly change of the logarithm of that value.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    value_decay : what waiting costs. ``linear_with_life``: launching at t leaves the share (T − t)/T of the value.
        ``constant_yield``: the value pays the yield, launching later keeps the whole rest.
    payout_yield_share : yearly yield, continuously compounded, of the European shortcut (and of ``constant_yield``).
        None: one over the life, the usual shortcut for a patent.
    footing : on what footing the riskless rate, and value and launch cost stand: a cost that is the same whenever it
        is paid, in prices of the valuation date, calls for a real rate. Without it nobody checks that they agree, and
        the conclusion says so.
    """

    value_if_launched_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    launch_cost: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    life_years: Annotated[PositiveFigure, AfterValidator(within(0, 100))]
    volatility_share: Annotated[PositiveFigure, AfterValidator(within(0, 3))]
    riskless_rate_share: RateFigure
    rate_compounding: Literal["continuous", "annual"]
    value_decay: Literal["linear_with_life", "constant_yield"]
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))] | None = None
    footing: StatedFootings | None = None


def _build(inputs: LaunchOptionInputs, setting: Setting) -> Paper:
    _check_life(inputs, setting)
    check_footing(inputs.footing, currency=setting.currency)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _inputs(sheet, inputs, setting.currency)
    _shortcut(sheet, entered, setting.currency)
    _american(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions=_conventions(inputs),
        beside=("static_npv", "option_premium", "european_shortcut"),
        warnings=(_SHORTCUT_IS_NOT_THE_VALUE, *footing_doubts(inputs.footing)),
        details=_details(inputs, worksheet),
    )


def _check_life(inputs: LaunchOptionInputs, setting: Setting) -> None:
    legal = setting.subject.legal_end()
    if legal is None:
        return
    longest = year_fraction(setting.dates.valuation_date, legal)
    # A day's grace, because a life stated as 5.8 years is rounded.
    if inputs.life_years.value > longest + 1 / 365:
        raise InputError.of(
            "life_years", found=inputs.life_years.value, expected=f"no more than the {longest:.4g} years to {legal}"
        )


def _inputs(sheet: Sheet, inputs: LaunchOptionInputs, unit: str) -> dict[str, Name]:
    positive = (0.0, float("inf"))
    value = sheet.figure(
        "value_if_launched_today",
        inputs.value_if_launched_today,
        label=Label("立即上市的价值", "value if launched today"),
        unit=unit,
        domain=positive,
    )
    cost = sheet.figure(
        "launch_cost", inputs.launch_cost, label=Label("上市投入", "launch cost"), unit=unit, domain=positive
    )
    life = sheet.figure(
        "life_years", inputs.life_years, label=Label("权利剩余年限", "life of the right"), unit="years", domain=(0, 100)
    )
    volatility = sheet.figure(
        "volatility_share",
        inputs.volatility_share,
        label=Label("年波动率", "yearly volatility"),
        unit="share",
        domain=(0, 3),
    )
    rate = sheet.figure(
        "riskless_rate_share",
        inputs.riskless_rate_share,
        label=Label("无风险利率", "riskless rate"),
        unit="share",
        domain=(-0.5, 2),
    )
    continuous = sheet.line(
        "continuous_rate",
        rate * 1 if inputs.rate_compounding == "continuous" else logarithm(1 + rate),
        label=Label("连续复利利率", "continuously compounded rate"),
        unit="share",
    )
    return {
        "value": value,
        "cost": cost,
        "life": life,
        "rate": continuous,
        "payout_yield": _payout_yield(sheet, inputs, life),
        "volatility": volatility,
    }


def _payout_yield(sheet: Sheet, inputs: LaunchOptionInputs, life: Name) -> Name:
    if inputs.payout_yield_share is None:
        label = Label("等待成本率（1/剩余年限）", "cost of delay (one over the life)")
        return sheet.line("payout_yield", 1 / life, label=label, unit="share")
    return sheet.figure(
        "payout_yield",
        inputs.payout_yield_share,
        label=Label("等待成本率", "cost of delay"),
        unit="share",
        domain=(0, 2),
    )


def _shortcut(sheet: Sheet, entered: dict[str, Name], unit: str) -> None:
    """Black–Scholes with a payout yield: exercised at the end only, so it is not the value of the right."""
    value, cost, life, rate = (entered[key] for key in ("value", "cost", "life", "rate"))
    payout, volatility = entered["payout_yield"], entered["volatility"]
    d1 = sheet.line(
        "d1",
        (logarithm(value / cost) + (rate - payout + volatility**2 / 2) * life) / (volatility * life**0.5),
        label=Label("d₁", "d₁"),
        unit="1",
    )
    d2 = sheet.line("d2", d1 - volatility * life**0.5, label=Label("d₂", "d₂"), unit="1")
    sheet.line(
        "european_shortcut",
        value * exponential(-(payout * life)) * normal_cdf(d1) - cost * exponential(-(rate * life)) * normal_cdf(d2),
        label=Label(
            "欧式简化（只在到期日行权，非该权利的价值）",
            "European shortcut (exercised at the end only: not the value of the right)",
        ),
        unit=unit,
        total=True,
    )


def _american(sheet: Sheet, inputs: LaunchOptionInputs, entered: dict[str, Name], unit: str) -> None:
    decays = inputs.value_decay == "linear_with_life"

    def searched(value: Array, cost: Array, life: Array, rate: Array, payout_yield: Array, volatility: Array) -> Array:
        payout = np.zeros_like(payout_yield) if decays else payout_yield
        return american_launch_value(Launch(value, cost, life, rate, payout, volatility, decays))

    value = sheet.search(
        "value",
        searched,
        list(entered.values()),
        label=Label("随时可上市的权利价值（美式）", "value of the right to launch at any time (American)"),
        unit=unit,
        explanation=_EXPLANATION[inputs.value_decay],
        total=True,
    )
    npv = sheet.line(
        "static_npv",
        entered["value"] - entered["cost"],
        label=Label("立即上市净现值", "net present value of launching today"),
        unit=unit,
        total=True,
    )
    sheet.line("option_premium", value - npv, label=Label("等待的价值", "value of waiting"), unit=unit, total=True)
    sheet.line(
        "conservative_value",
        larger(npv, 0),
        label=Label("质权人可依赖值（今日上市或放弃）", "value a pledgee may count on (launch today or never)"),
        unit=unit,
        total=True,
    )


def _details(inputs: LaunchOptionInputs, worksheet: Worksheet) -> dict[str, Any]:
    """The launch threshold over time, and how the number was found."""
    decays = inputs.value_decay == "linear_with_life"
    names = (
        "value_if_launched_today",
        "launch_cost",
        "life_years",
        "continuous_rate",
        "payout_yield",
        "volatility_share",
    )
    value, cost, life, rate, payout, volatility = (np.array([worksheet.value(name)]) for name in names)
    launch = Launch(value, cost, life, rate, np.zeros(1) if decays else payout, volatility, decays)
    return {
        "launch_threshold": [
            {"time_years": time, "value_if_launched_today": level} for time, level in launch_boundary(launch)
        ],
        "convergence": f"binomial lattices of {STEPS_ONE // 2} and {STEPS_ONE} steps, extrapolated as 2V(2n) − V(n);"
        f" interval and sensitivities on {STEPS_MANY // 2} and {STEPS_MANY}",
        "pledgee": "launching today or never: exercise skill and funding of the owner are not counted on",
    }


def _conventions(inputs: LaunchOptionInputs) -> dict[str, str]:
    payout = "1 / life" if inputs.payout_yield_share is None else "stated"
    return {
        "exercise": "American: at any time of the life",
        "value_decay": inputs.value_decay,
        "rate_compounding": inputs.rate_compounding,
        "volatility": "standard deviation of the yearly log change, not variance",
        "european_shortcut": f"Black–Scholes with payout yield ({payout}), exercised at the end only",
        **footing_conventions(inputs.footing),
    }


_EXPLANATION = {
    "linear_with_life": Label(
        "二叉树逐期倒推：t 时上市得 (T−t)/T × 价值 − 投入，等待则继续持有",
        "binomial lattice rolled back: launching at t gives (T−t)/T × value − cost, waiting keeps the right",
    ),
    "constant_yield": Label(
        "二叉树逐期倒推：价值按等待成本率流失，随时可上市",
        "binomial lattice rolled back: the value pays out the cost of delay, launching is open at any time",
    ),
}
_SHORTCUT_IS_NOT_THE_VALUE = NamedWarning(
    "european_shortcut_shown_beside",
    Label(
        "欧式简化值仅供对照：它假定只能在到期日上市，不是美式权利的价值",
        "the European shortcut is shown for comparison: it lets the owner launch at the end only",
    ),
)
_LABEL = Label("推迟上市选择权", "Option to launch later")

METHOD = Method(
    id="launch_option",
    approach="options",
    label=_LABEL,
    question=Label("可以等到合适时再上市的权利值多少？", "What is the right to wait before launching worth?"),
    inputs_model=LaunchOptionInputs,
    build=_build,
    references=(
        "Damodaran, Damodaran on Valuation, 2nd ed., illustration 12.5 (patent as a call with cost of delay)",
        "McDonald, Siegel (1986), The value of waiting to invest, QJE 101",
    ),
    cases=(
        "damodaran-avonex-patent-call",
        "damodaran-disney-latam-expand",
        "damodaran-offshore-reserve",
        "brealey-myers-mark-ii",
        "acca-afm-follow-on-strategic-npv",
    ),
    # A lattice for each draw: more draws than this take longer than a reader waits.
    draw_limit=2048,
    assumes=Label(
        "上市后的价值随机波动、随寿命递减；可在寿命内任何时点上市，也可不上市。",
        "The value once launched moves at random and decays with life; launching is possible at any time of it, "
        "or never.",
    ),
)
