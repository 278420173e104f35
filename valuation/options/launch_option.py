"""The right to launch later 推迟上市选择权: an American option on a product whose protected life runs out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.kernel.expression import Array, Name, exponential, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, Threshold, differences, write_result
from valuation.options._black_scholes import European, write_european
from valuation.options._core.line import solve_line
from valuation.options._core.problem import State
from valuation.options._core.process import Lognormal, alone
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    NoThreat,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    threat_rate,
)
from valuation.options._lattice import STEPS, Right, boundary, right_value
from valuation.options._line_findings import tree_of
from valuation.options._stopping import DETAIL_DATES, WAITING, Stopping, real_process, recovery_share

__all__ = ["METHOD", "LaunchOptionInputs"]

#: Steps of the lattice where a sensitivity is a difference of two values.
DIFFERENCE_STEPS = 500


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
    threat : while one waits the right may end suddenly, and leaves a share of what launching would then have given;
        what threatens the product once launched belongs in its value. None: none is counted, and a warning says so.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    value_if_launched_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    launch_cost: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    value_decay: Literal["linear_with_life", "constant_yield"]
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))] | None = None
    threat: Threat | None = None
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None
    footing: StatedFootings | None = None


def _build(inputs: LaunchOptionInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
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
        warnings=(_SHORTCUT_IS_NOT_THE_VALUE, *_doubts(inputs)),
        details=_findings(inputs, worksheet).as_details(),
    )


def _doubts(inputs: LaunchOptionInputs) -> tuple[NamedWarning, ...]:
    """What nobody stated, and what was therefore not counted or not checked."""
    no_threat = (_NO_THREAT_STATED,) if inputs.threat is None else ()
    return (*no_threat, *footing_doubts(inputs.footing))


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
    return {
        "value": value,
        "cost": cost,
        "life": life,
        "rate": continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding),
        "payout_yield": _payout_yield(sheet, inputs, life),
        "volatility": volatility,
        "threat": threat_rate(sheet, inputs.threat or _NO_THREAT),
        "recovery": recovery_share(sheet, inputs.threat),
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


def _shortcut(sheet: Sheet, entered: Mapping[str, Name], unit: str) -> None:
    """Black–Scholes with a payout yield: exercised at the end only, so it is not the value of the right."""
    call = write_european(
        sheet,
        European(
            entered["value"],
            entered["cost"],
            entered["life"],
            entered["rate"],
            entered["payout_yield"],
            entered["volatility"],
        ),
    )
    sheet.line(
        "european_shortcut",
        exponential(-(entered["threat"] * entered["life"])) * call,
        label=Label(
            "欧式简化（只在到期日行权，非该权利的价值）",
            "European shortcut (exercised at the end only: not the value of the right)",
        ),
        unit=unit,
        total=True,
    )


def _american(sheet: Sheet, inputs: LaunchOptionInputs, entered: Mapping[str, Name], unit: str) -> None:
    names = list(entered)

    def searched(*columns: Array) -> Array:
        return right_value(_right(inputs, dict(zip(names, columns, strict=True))))

    value = sheet.search(
        "value",
        searched,
        list(entered.values()),
        label=Label("随时可上市的权利价值（美式）", "value of the right to launch at any time (American)"),
        unit=unit,
        explanation=_EXPLANATION[inputs.value_decay],
        total=True,
    )
    npv = entered["value"] - entered["cost"]
    write_result(
        sheet,
        value=value,
        static_npv=npv,
        conservative=larger(npv, 0),
        unit=unit,
        static_label=Label("立即上市净现值", "net present value of launching today"),
        conservative_label=Label(
            "质权人可依赖值（今日上市或放弃）", "value a pledgee may count on (launch today or never)"
        ),
    )


def _right(inputs: LaunchOptionInputs, at: Mapping[str, Array | float]) -> Right:
    decays = inputs.value_decay == "linear_with_life"
    return Right.of(
        decays=decays,
        value=at["value"],
        cost=at["cost"],
        life_years=at["life"],
        rate=at["rate"],
        payout_yield=0.0 if decays else at["payout_yield"],
        volatility=at["volatility"],
        threat=at["threat"],
        left_share=at["recovery"],
    )


def _stopping(inputs: LaunchOptionInputs, at: Mapping[str, float]) -> Stopping:
    """The same right as a decision problem, for probabilities and the tree."""
    decays = inputs.value_decay == "linear_with_life"

    def gain(time: float, state: State) -> Array:
        return (1 - time / at["life"] if decays else 1.0) * state[0] - at["cost"]

    def left(time: float, state: State) -> Array:
        return at["recovery"] * np.maximum(gain(time, state), 0.0)

    drift = at["rate"] - (0.0 if decays else at["payout_yield"])
    process = alone("value if launched", "log", Lognormal(drift, at["volatility"] ** 2))
    return Stopping(process, at["value"], gain, ("launch", "launch"), at["life"], at["rate"], at["threat"], left)


def _findings(inputs: LaunchOptionInputs, worksheet: Worksheet) -> Findings:
    """The launch threshold over time, how likely what is, and how the number was found."""
    at = {name: worksheet.value(line) for name, line in _LINES.items()}
    solution = solve_line(_stopping(inputs, at).problem(DETAIL_DATES))
    real = real_process("value if launched", inputs.real_growth_share, at["volatility"])
    levels = boundary(_right(inputs, at))
    thresholds = tuple(Threshold(time, WAITING, "launch", level, None) for time, level in levels if level is not None)
    greeks = differences(
        lambda changed: float(right_value(_right(inputs, changed), steps=DIFFERENCE_STEPS)[0]),
        at,
        {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"},
    )
    absent = {"seed": "nothing is drawn at random"}
    if not thresholds:
        absent["thresholds"] = "waiting is best at every value until the last day"
    return Findings(
        convergence=f"binomial lattices of {STEPS // 2} and {STEPS} steps, extrapolated as 2V(2n) − V(n), for the value"
        f" and its interval; sensitivities on {DIFFERENCE_STEPS} steps; probabilities and tree on {DETAIL_DATES} dates",
        timing="launched at any time of the life, the cost paid at that moment; the threat in continuous time",
        pledgee="launching today or never: exercise skill and funding of the owner are not counted on",
        sensitivities=greeks,
        thresholds=thresholds,
        probabilities=solution.event_shares(real),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable=absent,
        level_label=Label("立即上市的价值", "value if launched at once"),
    )


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
#: The parameters of the search and the lines they stand on.
_LINES = {
    "value": "value_if_launched_today",
    "cost": "launch_cost",
    "life": "life_years",
    "rate": "continuous_rate",
    "payout_yield": "payout_yield",
    "volatility": "volatility_share",
    "threat": "threat_rate",
    "recovery": "recovery_share",
}
_NO_THREAT = NoThreat(kind="none", reason="no threat is stated in the request")
_NO_THREAT_STATED = NamedWarning(
    "no_threat_stated",
    Label(
        "未说明权利是否可能被宣告无效，按不会发生计算",
        "the request does not say whether the right may be invalidated: it is valued as if that could not happen",
    ),
)
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
    assumes=Label(
        "上市后的价值随机波动，按所选方式随等待递减；可在寿命内任何时点上市，也可不上市。",
        "The value once launched moves at random and is worn by waiting as chosen; launching is possible at any time "
        "of the life, or never.",
    ),
    # A lattice for each draw: more draws than this take longer than a reader waits.
    draw_limit=2048,
)
