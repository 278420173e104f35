"""Staged development 多阶段研发选择权: stages that may fail, each paid for only if what may follow is then worth it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from valuation.kernel.expression import Array, Expression, Name, exponential, larger, logarithm, normal_cdf
from valuation.kernel.fields import DISTINCT_NAMES, FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, differences, write_result
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import State
from valuation.options._core.process import Integral, Lognormal, alone, stepwise
from valuation.options._entries import (
    enter_amount,
    enter_share,
    enter_threat,
    enter_volatility,
    enter_years,
    search_from,
)
from valuation.options._inputs import (
    Compounding,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
)
from valuation.options._line_findings import tree_of
from valuation.options._stages import (
    NowOrLaterFigure,
    SpanFigure,
    Stage,
    boundary_of,
    chances_of,
    fixed,
    staged_problem,
)

__all__ = ["METHOD", "StagedDevelopmentInputs"]

#: Stages of development before the launch: with the launch eight decisions.
MOST_STAGES = 7


class DevelopmentStage(FrozenModel):
    """One stage: what it costs when it begins, how long it takes, and how likely it succeeds.

    ``outlay`` is paid when the stage begins. After ``duration_years`` the next decision is taken, if the stage has
    succeeded. ``volatility_share`` is that of the product's value while the stage runs, where it differs.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    outlay: Annotated[Amount, AfterValidator(at_least(0))]
    duration_years: SpanFigure
    success_share: ShareFigure
    volatility_share: VolatilityFigure | None = None


class StagedDevelopmentInputs(FrozenModel):
    """A development in stages, at the end of which a product may be launched.

    Attributes
    ----------
    launch_value : present value today of the product's flows after launch, as if it were sure to come: neither the
        risk of the stages nor the threat to the right is in it.
    launch_outlay : paid at the launch, when the last stage has succeeded and if the value is then worth it.
    stages : in order, one to seven.
    first_stage_in_years : when the first stage may begin, counted from the valuation date; 0 is today.
    volatility_share : of the value of the product, for every stage that states none of its own.
    payout_yield_share : the share of its value that the product loses a year while it is not on the market.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    launch_value: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    launch_outlay: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    stages: Annotated[tuple[DevelopmentStage, ...], Field(min_length=1, max_length=MOST_STAGES), DISTINCT_NAMES]
    first_stage_in_years: NowOrLaterFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: StagedDevelopmentInputs, setting: Setting) -> Paper:
    years = inputs.first_stage_in_years.value + sum(stage.duration_years.value for stage in inputs.stages)
    check_life("stages", years, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    _results(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "costs": "paid when the stage begins",
            "exercise": "at stated dates, one after another",
            "rate_compounding": inputs.rate_compounding,
            "risk": "success of a stage is an event of its own, not in the volatility",
            "threat": "what is left is a share of the right's value when it strikes",
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "european_value"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: StagedDevelopmentInputs, unit: str) -> dict[str, Name]:
    """Every number of the search, by its name on the sheet."""
    value = enter_amount(
        sheet,
        "launch_value",
        inputs.launch_value,
        label=Label("上市后价值（今日现值）", "launch value today"),
        unit=unit,
    )
    outlay = enter_amount(
        sheet, "launch_outlay", inputs.launch_outlay, label=Label("上市投入", "launch outlay"), unit=unit
    )
    start = enter_years(
        sheet, "first_stage_in_years", inputs.first_stage_in_years, label=Label("首阶段起始年期", "years to the start")
    )
    entered = {name.name: name for name in (value, outlay, start)}
    for number, stage in enumerate(inputs.stages, start=1):
        entered |= _enter_stage(sheet, number, stage, unit)
    entered["volatility_share"] = enter_volatility(sheet, inputs.volatility_share)
    entered["continuous_rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    entered["payout_yield_share"] = enter_share(
        sheet, "payout_yield_share", inputs.payout_yield_share, label=Label("年派现率", "yearly payout"), most=2
    )
    entered["threat_cost"] = enter_threat(sheet, inputs.threat)["threat_cost"]
    return entered


def _enter_stage(sheet: Sheet, number: int, stage: DevelopmentStage, unit: str) -> dict[str, Name]:
    zh, en = stage.name, stage.name
    names = [
        enter_amount(sheet, f"outlay_{number}", stage.outlay, label=Label(f"投入：{zh}", f"outlay: {en}"), unit=unit),
        enter_years(sheet, f"duration_{number}", stage.duration_years, label=Label(f"历时：{zh}", f"duration: {en}")),
        enter_share(
            sheet,
            f"success_{number}",
            stage.success_share,
            label=Label(f"成功概率：{zh}", f"probability of success: {en}"),
        ),
    ]
    if stage.volatility_share is not None:
        label = Label(f"波动率：{zh}", f"volatility: {en}")
        names.append(enter_volatility(sheet, stage.volatility_share, name=f"volatility_{number}", label=label))
    return {name.name: name for name in names}


def _results(sheet: Sheet, inputs: StagedDevelopmentInputs, entered: Mapping[str, Name], unit: str) -> None:
    value = search_from(
        sheet,
        "value",
        lambda at: _solved(inputs, at).value,
        entered,
        label=Label("多阶段研发选择权价值", "value of the staged development"),
        unit=unit,
        explanation=Label(
            "自上市倒推：每阶段开始时比较投入后的期望与放弃，成败为离散事件",
            "rolled back from the launch: at each start what going on is worth, success and failure apart, or nothing",
        ),
        total=True,
    )
    static = _committed(sheet, inputs, entered, unit)
    write_result(
        sheet,
        value=value,
        static_npv=static,
        conservative=larger(static, 0),
        unit=unit,
        static_label=Label("今日即定的净现值（按计划投入到底）", "net present value of the plan committed today"),
        conservative_label=Label(
            "质权人可依赖值（按计划投入到底或放弃）", "value a pledgee may count on (the whole plan, or nothing)"
        ),
    )


def _committed(sheet: Sheet, inputs: StagedDevelopmentInputs, entered: Mapping[str, Name], unit: str) -> Expression:
    """The plan without choices, and with the launch alone left to choice (``european_value``).

    Outlays are weighted by the probability of reaching their stage, the value by that of passing them all.
    """
    discount = entered["continuous_rate"] + entered["threat_cost"]
    reached: Expression = entered["success_1"] * 0 + 1
    years: Expression = entered["first_stage_in_years"] * 1
    paid: Expression | None = None
    variance: Expression = entered["first_stage_in_years"] * entered["volatility_share"] ** 2
    for number in range(1, len(inputs.stages) + 1):
        part = sheet.line(
            f"expected_outlay_{number}",
            reached * entered[f"outlay_{number}"] * exponential(-(discount * years)),
            label=Label(f"期望投入现值：{_name(inputs, number)}", f"expected outlay: {_name(inputs, number)}"),
            unit=unit,
        )
        paid = part if paid is None else paid + part
        volatility = entered.get(f"volatility_{number}", entered["volatility_share"])
        variance = variance + entered[f"duration_{number}"] * volatility**2
        reached, years = reached * entered[f"success_{number}"], years + entered[f"duration_{number}"]
        reached = sheet.line(
            f"reaching_{number}",
            reached,
            label=Label(f"技术上通过：{_name(inputs, number)}", f"technically passed: {_name(inputs, number)}"),
            unit="share",
        )
    assert paid is not None, "there is one stage at least"
    outlays = sheet.line("expected_outlays", paid, label=Label("期望投入合计", "expected outlays"), unit=unit)
    last = sheet.line("launch_in_years", years, label=Label("上市年期", "years to the launch"), unit="years")
    spread = sheet.line(
        "spread", variance**0.5, label=Label("上市时对数标准差", "log deviation at the launch"), unit="1"
    )
    return _launched(sheet, entered, (reached, last, spread, outlays), unit)


def _launched(
    sheet: Sheet, entered: Mapping[str, Name], plan: tuple[Expression, Name, Name, Name], unit: str
) -> Expression:
    """What the launch brings if it is certain to be made; writes what it brings if it is made at will."""
    reached, last, spread, outlays = plan
    cost = entered["threat_cost"]
    value = sheet.line(
        "launch_value_present",
        entered["launch_value"] * exponential(-((entered["payout_yield_share"] + cost) * last)),
        label=Label("上市时价值的现值", "present value of the value at the launch"),
        unit=unit,
    )
    outlay = sheet.line(
        "launch_outlay_present",
        entered["launch_outlay"] * exponential(-((entered["continuous_rate"] + cost) * last)),
        label=Label("上市投入的现值", "present value of the launch outlay"),
        unit=unit,
    )
    above = sheet.line(
        "d1", logarithm(value / outlay) / spread + spread / 2, label=Label("d₁（上市）", "d₁ (launch)"), unit="1"
    )
    sheet.line(
        "european_value",
        reached * (value * normal_cdf(above) - outlay * normal_cdf(above - spread)) - outlays,
        label=Label(
            "欧式价值（投入到底，仅上市可选）", "European value (all stages committed, the launch alone at will)"
        ),
        unit=unit,
        total=True,
    )
    return reached * (value - outlay) - outlays


def _name(inputs: StagedDevelopmentInputs, number: int) -> str:
    return inputs.stages[number - 1].name


def _starts(at: Mapping[str, float], count: int) -> list[float]:
    """When each stage begins, and last the launch."""
    starts = [at["first_stage_in_years"]]
    for number in range(1, count + 1):
        starts.append(starts[-1] + at[f"duration_{number}"])
    return starts


def _variance(at: Mapping[str, float], starts: Sequence[float]) -> Integral:
    """σ² over time: before the first stage the common one, then that of each stage."""
    common = at["volatility_share"]
    volatilities = [at.get(f"volatility_{number}", common) for number in range(1, len(starts))]
    if starts[0] == 0:
        return stepwise(starts[1:], [*(each**2 for each in volatilities), common**2])
    return stepwise(starts, [each**2 for each in (common, *volatilities, common)])


def _solved(inputs: StagedDevelopmentInputs, at: Mapping[str, float]) -> LineSolution:
    starts = _starts(at, len(inputs.stages))
    drift = at["continuous_rate"] - at["payout_yield_share"]
    process = alone("launch value", "log", Lognormal(drift, _variance(at, starts)))
    stages = [
        Stage(
            starts[number - 1],
            f"invest: {stage.name}",
            f"abandon before: {stage.name}",
            fixed(-at[f"outlay_{number}"]),
            success_share=at[f"success_{number}"],
            failure=f"failed: {stage.name}",
        )
        for number, stage in enumerate(inputs.stages, start=1)
    ]

    def launched(time: float, state: State) -> Array:
        return state[0] - at["launch_outlay"]

    stages.append(Stage(starts[-1], "launch", "abandon before the launch", launched, go_kind="launch"))
    problem = staged_problem(
        process,
        at["launch_value"],
        stages,
        rate_per_year=at["continuous_rate"],
        threat_cost_per_year=at["threat_cost"],
    )
    return solve_line(problem)


def _findings(inputs: StagedDevelopmentInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(name) for name in worksheet.names}
    solution = _solved(inputs, at)
    real = inputs.real_growth_share
    variance = _variance(at, _starts(at, len(inputs.stages)))
    process = None if real is None else alone("launch value", "log", Lognormal(real.value, variance))
    return Findings(
        convergence=(
            f"{len(solution.problem.times_years)} dates; quadrature on {len(solution.grid.nodes)} nodes, "
            f"{solution.grid.resolution_nodes:.3g} to the deviation of a step, split where the decision changes"
        ),
        timing="each outlay is paid when its stage begins; success is known when the next decision is taken",
        pledgee="the whole plan paid for as its stages are reached, or nothing: no right to stop, no skill to launch",
        sensitivities=_sensitivities(inputs, at),
        thresholds=boundary_of(solution, go="go on", stop="give up"),
        probabilities=chances_of(solution, threat_rate_per_year=at["threat_rate"], process=process),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable={"seed": "nothing is drawn at random"},
        level_label=Label("上市后价值", "launch value"),
    )


def _sensitivities(inputs: StagedDevelopmentInputs, at: Mapping[str, float]) -> dict[str, float]:
    """Derivatives; vega moves the volatilities of all stages together, the threat its rate and with it its cost."""
    lost = 1.0 if inputs.threat.kind == "none" else 1 - inputs.threat.recovery_share.value
    volatilities = [name for name in at if name.startswith("volatility_")]

    def value_of(changed: Mapping[str, float]) -> float:
        moved = {name: at[name] + changed["volatility_share"] - at["volatility_share"] for name in volatilities}
        return _solved(inputs, {**changed, **moved, "threat_cost": changed["threat_rate"] * lost}).value

    parameters = {
        "delta": "launch_value",
        "vega": "volatility_share",
        "rho": "continuous_rate",
        "hazard": "threat_rate",
    }
    return differences(value_of, at, parameters)


_LABEL = Label("多阶段研发选择权", "Staged development")

METHOD = Method(
    id="staged_development",
    approach="options",
    label=_LABEL,
    question=Label(
        "分阶段投入、每阶段可放弃的研发值多少？",
        "What is a development worth that is paid for stage by stage and may be given up before each?",
    ),
    inputs_model=StagedDevelopmentInputs,
    build=_build,
    references=(
        "Geske (1979), The valuation of compound options, Journal of Financial Economics 7",
        "Cassimon, De Backer, Engelen, Van Wouwe, Yordanov (2011), Research Policy 40 (technical risk in compounds)",
    ),
    cases=(),
    assumes=Label(
        "上市后价值为几何布朗运动，波动率可逐阶段不同；各阶段成败为独立的离散事件；突发失效另计。",
        "The launch value is a geometric Brownian motion whose volatility may differ by stage; stages succeed or fail "
        "as events of their own, apart from the value and from one another; so does a sudden end.",
    ),
    draw_limit=1024,
)
