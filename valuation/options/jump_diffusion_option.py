"""The right to launch a product whose value also jumps 跳跃扩散选择权: Merton's series beside the American value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from valuation.errors import InputError
from valuation.kernel.expression import (
    Expression,
    Name,
    choose,
    cumulative_product,
    exponential,
    larger,
    logarithm,
    normal_cdf,
    total,
)
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, Threshold, differences, write_result
from valuation.options._core.limit import in_the_limit
from valuation.options._core.process import JumpLognormal
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    each_draw,
    threat_rate,
)
from valuation.options._jump_grid import JumpRight, solve_jumps
from valuation.options._stopping import WAITING, recovery_share

__all__ = ["METHOD", "JumpDiffusionOptionInputs"]

#: Columns of Merton's series, and the most jumps that may be expected over the life, so that the rest is nothing.
COLUMNS = 64
MOST_EXPECTED = 20.0
#: The limit of ever more dates starts from so many for one valuation, and for draws and differences.
DATES_ONE, DATES_MANY = 32, 8


class JumpDiffusionOptionInputs(FrozenModel):
    """What the right to launch a value with jumps needs.

    Attributes
    ----------
    value_if_launched_today : present value of the product's flows if launched now.
    launch_cost : what launching costs, whenever it is done.
    volatility_share : of the value between two jumps; jumps belong to the next three figures and not in here.
    jumps_per_year : how often news makes the value jump (a guideline, a rival's trial), on average.
    jump_log_mean, jump_log_deviation : mean and standard deviation of the logarithm of a jump.
    payout_yield_share : what waiting forgoes a year, as a share of the value, continuously.
    threat : while one waits the right may end suddenly, and leaves a share of what launching would then have given; a
        sudden end is not one of the jumps.
    real_growth_share : the expected yearly growth of the value in the world, jumps included (continuous), for
        probabilities; None gives them under the drift of valuation and says so.
    """

    value_if_launched_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    launch_cost: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    jumps_per_year: Annotated[Figure, AfterValidator(within(0, 20))]
    jump_log_mean: Annotated[Figure, AfterValidator(within(-3, 2))]
    jump_log_deviation: Annotated[Figure, AfterValidator(within(0, 2))]
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: JumpDiffusionOptionInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    expected = inputs.jumps_per_year.value * inputs.life_years.value
    grown = expected * math.exp(inputs.jump_log_mean.value + inputs.jump_log_deviation.value**2 / 2)
    if max(expected, grown) > MOST_EXPECTED:
        raise InputError.of(
            "jumps_per_year",
            found=f"{max(expected, grown):.4g} jumps over the life, weighted by their size",
            expected=f"at most {MOST_EXPECTED:g}: what is as frequent belongs in the volatility",
        )
    columns = tuple(str(number) for number in range(COLUMNS))
    sheet = Sheet(title=_LABEL, axis=Axis(Label("跳跃次数", "number of jumps"), columns))
    entered = _enter(sheet, inputs, setting.currency)
    _european(sheet, entered, setting.currency)
    _american(sheet, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "American: at any time of the life",
            "jumps": "the drift r − y is that of the value with its jumps; jump risk is not priced",
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "european_value"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: JumpDiffusionOptionInputs, unit: str) -> dict[str, Name]:
    """The parameters of the search, by the names :func:`_right` takes."""
    positive = (0.0, math.inf)
    entered = {
        name: sheet.figure(line, stated, label=label, unit=kind, domain=domain)
        for name, line, stated, label, kind, domain in (
            (
                "value",
                "value_if_launched_today",
                inputs.value_if_launched_today,
                Label("立即上市的价值", "value if launched today"),
                unit,
                positive,
            ),
            ("cost", "launch_cost", inputs.launch_cost, Label("上市投入", "launch cost"), unit, positive),
            (
                "life",
                "life_years",
                inputs.life_years,
                Label("权利剩余年限", "life of the right"),
                "years",
                (0.0, 100.0),
            ),
            (
                "volatility",
                "volatility_share",
                inputs.volatility_share,
                Label("两次跳跃之间的年波动率", "yearly volatility between jumps"),
                "share",
                (0.0, 3.0),
            ),
            (
                "jumps",
                "jumps_per_year",
                inputs.jumps_per_year,
                Label("年跳跃次数", "jumps a year"),
                "1/year",
                (0.0, 20.0),
            ),
            ("mean", "jump_log_mean", inputs.jump_log_mean, Label("跳幅对数均值", "mean log jump"), "1", (-3.0, 2.0)),
            (
                "deviation",
                "jump_log_deviation",
                inputs.jump_log_deviation,
                Label("跳幅对数标准差", "deviation of the log jump"),
                "1",
                (0.0, 2.0),
            ),
            (
                "payout",
                "payout_yield_share",
                inputs.payout_yield_share,
                Label("等待成本率", "cost of delay"),
                "share",
                (0.0, 2.0),
            ),
        )
    }
    entered["rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    entered["threat"] = threat_rate(sheet, inputs.threat)
    return entered | {"recovery": recovery_share(sheet, inputs.threat)}


def _european(sheet: Sheet, entered: Mapping[str, Name], unit: str) -> None:
    """Merton (1976): one Black–Scholes value for each number of jumps, weighted by its Poisson probability.

    ``Σ e^(−λT)(λT)^n/n! · e^(−rT)[F_n Φ(d₁) − K Φ(d₂)]`` with ``F_n = V e^((r − y − λκ)T + n(m + s²/2))``,
    variance ``σ²T + n s²`` and ``κ = e^(m + s²/2) − 1``.
    """
    value, cost, life, rate = (entered[name] for name in ("value", "cost", "life", "rate"))
    number = sheet.derived_row(
        "jump_number", range(COLUMNS), label=Label("跳跃次数 n", "number of jumps n"), unit="1", reason="0, 1, 2 …"
    )
    size = sheet.line(
        "jump_growth",
        entered["mean"] + entered["deviation"] ** 2 / 2,
        label=Label("单次跳跃对数增长 m + s²/2", "log growth of a jump, m + s²/2"),
        unit="1",
    )
    expected = entered["jumps"] * life
    ratio = sheet.line(
        "poisson_ratio",
        choose(number > 0, then=expected / number, otherwise=1),
        label=Label("λT/n", "λT/n"),
        unit="1",
    )
    drift = (rate - entered["payout"]) * life - expected * (exponential(size) - 1)
    spread = sheet.line(
        "jump_spread",
        (entered["volatility"] ** 2 * life + number * entered["deviation"] ** 2) ** 0.5,
        label=Label("期末对数标准差", "deviation of the logarithm at the end"),
        unit="1",
    )
    forward = sheet.line(
        "jump_forward",
        value * exponential(drift + number * size),
        label=Label("n 次跳跃下的期望价值", "expected value after n jumps"),
        unit=unit,
    )
    d1 = sheet.line("d1", logarithm(forward / cost) / spread + spread / 2, label=Label("d₁", "d₁"), unit="1")
    weighted = sheet.line(
        "weighted_value",
        exponential(-expected) * cumulative_product(ratio) * _call(forward, cost, d1, spread, rate * life),
        label=Label("按概率加权的价值", "value weighted by its probability"),
        unit=unit,
    )
    sheet.line(
        "european_value",
        exponential(-(entered["threat"] * life)) * total(weighted),
        label=Label("仅期末可上市的价值（欧式，默顿级数）", "value if launched at the end only (European, Merton)"),
        unit=unit,
        total=True,
    )


def _call(forward: Name, cost: Name, d1: Name, spread: Name, discount: Expression) -> Expression:
    return exponential(-discount) * (forward * normal_cdf(d1) - cost * normal_cdf(d1 - spread))


def _american(sheet: Sheet, entered: Mapping[str, Name], unit: str) -> None:
    names = list(entered)

    def value_of(*numbers: float, draws: int) -> float:
        return _value(dict(zip(names, numbers, strict=True)), dates=DATES_ONE if draws == 1 else DATES_MANY)

    value = sheet.search(
        "value",
        each_draw(value_of),
        list(entered.values()),
        label=Label("随时可上市的权利价值（美式）", "value of the right to launch at any time (American)"),
        unit=unit,
        explanation=Label(
            "对数网格逐期倒推，一步的分布为各跳跃次数的混合；决策日加密求极限",
            "rolled back on logarithms, a step being a mixture over the number of jumps; the limit of ever more dates",
        ),
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


def _value(at: Mapping[str, float], *, dates: int) -> float:
    right = _right(at)
    found = in_the_limit(lambda steps: solve_jumps(right, steps).value, dates=dates).value
    return max(found, at["value"] - at["cost"], 0.0)


def _right(at: Mapping[str, float]) -> JumpRight:
    process = _process(at, at["rate"] - at["payout"])
    return JumpRight(at["value"], at["cost"], at["life"], at["rate"], process, at["threat"], at["recovery"])


def _process(at: Mapping[str, float], drift: float) -> JumpLognormal:
    return JumpLognormal(drift, at["volatility"] ** 2, at["jumps"], at["mean"], at["deviation"])


def _findings(inputs: JumpDiffusionOptionInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(line) for name, line in _LINES.items()}
    solution = solve_jumps(_right(at), 4 * DATES_MANY)
    real = inputs.real_growth_share
    drift = at["rate"] - at["payout"] if real is None else real.value
    thresholds = [
        Threshold(t, WAITING, "launch", level, None) for t, level in solution.thresholds() if level is not None
    ]
    return Findings(
        convergence=f"the limit of {DATES_ONE}, {2 * DATES_ONE} and {4 * DATES_ONE} dates for the value, "
        f"of {DATES_MANY}, {2 * DATES_MANY} and {4 * DATES_MANY} for its interval and the sensitivities; "
        f"thresholds and probabilities on {4 * DATES_MANY} dates, read at the nodes of the grid",
        timing="launched at any time of the life, the cost paid at that moment; jumps and threat at any moment",
        pledgee="launching today or never: exercise skill and funding of the owner are not counted on",
        sensitivities=differences(
            lambda changed: _value(changed, dates=DATES_MANY),
            at,
            {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"},
        ),
        thresholds=thresholds,
        probabilities=solution.probabilities(_process(at, drift)),
        probability_measure="risk_neutral" if real is None else "real_world",
        not_applicable={
            "seed": "nothing is drawn at random",
            "tree": "a value that jumps reaches any level at once, so that no small tree shows it",
            "tree_svg": "a value that jumps reaches any level at once, so that no small tree shows it",
        },
        level_label=Label("立即上市的价值", "value if launched at once"),
    )


#: The parameters of the search and the lines they stand on.
_LINES = {
    "value": "value_if_launched_today",
    "cost": "launch_cost",
    "life": "life_years",
    "volatility": "volatility_share",
    "jumps": "jumps_per_year",
    "mean": "jump_log_mean",
    "deviation": "jump_log_deviation",
    "payout": "payout_yield_share",
    "rate": "continuous_rate",
    "threat": "threat_rate",
    "recovery": "recovery_share",
}
_LABEL = Label("跳跃扩散选择权", "Option to launch a value that jumps")

METHOD = Method(
    id="jump_diffusion_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "价值会突然跳动时，等待上市的权利值多少？",
        "What is the right to wait before launching worth if news makes the value jump?",
    ),
    inputs_model=JumpDiffusionOptionInputs,
    build=_build,
    references=(
        "Merton (1976), Option pricing when underlying stock returns are discontinuous, JFE 3",
        "Lord, Fang, Bervoets, Oosterlee (2008), A fast and accurate FFT-based method, SIAM JSC 30",
    ),
    cases=(),
    assumes=Label(
        "价值为几何布朗运动加对数正态跳跃，跳跃风险不另定价；突发失效不计入跳跃。",
        "The value is a geometric Brownian motion with lognormal jumps whose risk is not priced; a sudden end is not "
        "one of the jumps.",
    ),
    draw_limit=256,
)
