"""Staged research and development, cost and cash flow both uncertain 研发投资选择权 (Schwartz 2004)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from valuation.errors import RefusalError
from valuation.kernel.expression import Name, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.options._answer import Findings, differences, write_result
from valuation.options._core.plane import PlaneSettings, PlaneSolution, value_on_one_grid
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    each_draw,
)
from valuation.options._staged_findings import abandonment_boundary, delta_of, states_today
from valuation.options._staged_rnd import StagedRnd, refined

__all__ = ["METHOD", "StagedRndInputs"]

#: Nodes of each factor: tried one after another for one valuation, until two grids agree to ``WANTED_SHARE``.
NODES = (36, 54, 72)
#: Nodes for many draws and for differences, one grid each; where the first size was not enough, the size that was.
NODES_MANY = 30
WANTED_SHARE = 0.005
#: A value near zero is accurate enough at this share of the cost to completion.
_WANTED_OF_COST = 1e-4
#: Dates times nodes of both factors in one valuation: about ten seconds.
MOST_STATES = 330_000


class StagedRndInputs(FrozenModel):
    """A project in development that may be given up at the start of each step.

    Attributes
    ----------
    cash_flow_per_year : what the completed project would bring in a year, as it is expected today.
    real_drift_share : the expected yearly growth of that cash flow in the world (continuous).
    risk_premium_share : what its value's drift is lower by (beta times the market's premium, continuous).
    volatility_share : its yearly volatility.
    terminal_multiple : what the project is worth at the end of the patent, in cash flows of a year.
    cost_to_completion : what is still expected to be spent until completion.
    investment_per_year : the most that can be spent a year; it is spent at this rate until completion.
    cost_uncertainty_share : φ: the deviation of the cost is φ √(investment · cost left) a year.
    catastrophe_per_year : the yearly rate of a sudden end while it is developed; nothing is left then.
    threat_after_completion : sudden ends of the completed project; what is left runs on under the same threat.
    correlation : between the changes of cash flow and cost.
    patent_life_years : the horizon T; what is not completed by then is worth nothing.
    decisions_per_year : how often is decided and paid, at the start of each step; part of the model and echoed.
    """

    cash_flow_per_year: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    real_drift_share: Annotated[Figure, AfterValidator(within(-1, 1))]
    risk_premium_share: Annotated[Figure, AfterValidator(within(-0.5, 1))]
    volatility_share: VolatilityFigure
    terminal_multiple: Annotated[Figure, AfterValidator(within(0, 1000))]
    cost_to_completion: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    investment_per_year: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    cost_uncertainty_share: Annotated[Figure, AfterValidator(within(0, 2))]
    catastrophe_per_year: Annotated[Figure, AfterValidator(within(0, 5))]
    threat_after_completion: Threat
    correlation: Annotated[Figure, AfterValidator(within(-0.9, 0.9))]
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    patent_life_years: LifeFigure
    decisions_per_year: Annotated[int, Field(ge=1, le=12)]


def _build(inputs: StagedRndInputs, setting: Setting) -> Paper:
    check_life("patent_life_years", inputs.patent_life_years.value, setting)
    _check_size(inputs)
    stated = _project(inputs, _parameters(inputs, setting.currency))
    solution = _solved(stated)
    sheet = _sheet()
    entered = _enter(sheet, inputs, setting.currency)
    _results(sheet, inputs, entered, setting.currency, stated, solution)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "decisions": f"{inputs.decisions_per_year} a year, the first today",
            "flows": "paid at the start of each step",
            "model": "Schwartz 2004: geometric Brownian cash flow, cost to completion with technical uncertainty",
            "rate_compounding": inputs.rate_compounding,
            "risk": "a catastrophe is an event of its own, not in the rate",
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("value_without_abandonment", "static_npv", "option_premium", "value_at_certain_cost"),
        warnings=_doubts(solution, stated),
        details=_findings(inputs, stated, solution).as_details(),
    )


def _sheet() -> Sheet:
    return Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))


def _parameters(inputs: StagedRndInputs, unit: str) -> dict[str, float]:
    """The project's parameters as stated: what the search is about must be known before its lines are written."""
    sheet = _sheet()
    _enter(sheet, inputs, unit)
    entered = sheet.finish()
    return {name: entered.value(line) for name, line in _LINES.items()}


def _check_size(inputs: StagedRndInputs) -> None:
    states = _steps(inputs, inputs.patent_life_years.value) * NODES[0] ** 2
    if states > MOST_STATES:
        raise RefusalError.of(
            "decisions_per_year",
            found=f"{states} states (dates × {NODES[0]} × {NODES[0]} nodes)",
            expected=f"at most {MOST_STATES}, which are {MOST_STATES // NODES[0] ** 2} dates",
            advice="Decide less often: the outlay of a step is then paid at once at its start, which is echoed.",
        )


def _steps(inputs: StagedRndInputs, life_years: float) -> int:
    return max(1, round(inputs.decisions_per_year * life_years))


def _enter(sheet: Sheet, inputs: StagedRndInputs, unit: str) -> list[Name]:
    """The parameters of the search, in the order of ``_LINES``."""
    positive = (0.0, math.inf)
    plain = (
        ("cash_flow_per_year", Label("每年现金流", "cash flow a year"), unit, positive),
        ("real_drift_share", Label("现金流实际年漂移率", "real drift of the cash flow a year"), "share", (-1, 1)),
        ("risk_premium_share", Label("现金流年风险溢价", "risk premium of the cash flow a year"), "share", (-0.5, 1)),
        ("volatility_share", Label("现金流年波动率", "yearly volatility of the cash flow"), "share", (0, 3)),
        ("terminal_multiple", Label("期末乘数", "terminal multiple"), "years", (0, 1000)),
        ("cost_to_completion", Label("预计完成成本", "expected cost to completion"), unit, positive),
        ("investment_per_year", Label("年投资速率", "investment rate a year"), unit, positive),
        ("cost_uncertainty_share", Label("成本不确定性 φ", "uncertainty of the cost φ"), "share", (0, 2)),
        ("catastrophe_per_year", Label("研发期突发失败年率 λ", "yearly rate λ of a catastrophe"), "1/year", (0, 5)),
        ("correlation", Label("现金流与成本相关系数", "correlation of cash flow and cost"), "share", (-1, 1)),
        ("patent_life_years", Label("专利剩余年限", "life of the patent"), "years", (0, 100)),
    )
    entered = {
        name: sheet.figure(name, getattr(inputs, name), label=label, unit=measure, domain=domain)
        for name, label, measure, domain in plain
    }
    entered["loss_after_completion"] = _loss_after_completion(sheet, inputs)
    entered["continuous_rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    return [entered[line] for line in _LINES.values()]


def _loss_after_completion(sheet: Sheet, inputs: StagedRndInputs) -> Name:
    """Rate of the threat times the share of the value lost: what is left runs on under the same threat."""
    threat = inputs.threat_after_completion
    label = Label("完成后突发失效的年预期损失率", "expected yearly loss to sudden ends after completion")
    if threat.kind == "none":
        return sheet.derived("loss_after_completion", 0.0, label=label, unit="1/year", reason=threat.reason)
    rate = sheet.figure(
        "threat_after_completion_per_year",
        threat.rate_per_year,
        label=Label("完成后突发失效年率", "yearly rate of a sudden end after completion"),
        unit="1/year",
        domain=(0, 5),
    )
    recovery = sheet.figure(
        "threat_recovery_share",
        threat.recovery_share,
        label=Label("失效后剩余价值比例", "share of the value left by it"),
        unit="share",
        domain=(0, 1),
    )
    return sheet.line("loss_after_completion", rate * (1 - recovery), label=label, unit="1/year")


#: The parameters of the project, by the lines that hold them.
_LINES: Mapping[str, str] = {
    "cash_flow_per_year": "cash_flow_per_year",
    "drift_per_year": "real_drift_share",
    "risk_premium_per_year": "risk_premium_share",
    "volatility": "volatility_share",
    "terminal_multiple": "terminal_multiple",
    "cost_to_completion": "cost_to_completion",
    "investment_per_year": "investment_per_year",
    "cost_uncertainty": "cost_uncertainty_share",
    "hazard_per_year": "catastrophe_per_year",
    "loss_after_completion_per_year": "loss_after_completion",
    "correlation": "correlation",
    "rate_per_year": "continuous_rate",
    "horizon_years": "patent_life_years",
}


def _project(inputs: StagedRndInputs, at: Mapping[str, float]) -> StagedRnd:
    stated: dict[str, Any] = dict(at)
    return StagedRnd(**stated, step_years=at["horizon_years"] / _steps(inputs, at["horizon_years"]))


def _solved(project: StagedRnd) -> PlaneSolution:
    """The value on the coarsest pair of grids that agree, as far as the limit on states goes."""
    problem = project.problem()
    sizes = [NODES[0], *(nodes for nodes in NODES[1:] if nodes**2 * problem.last <= MOST_STATES)]
    return refined(problem, sizes, lambda solution: _is_accurate(solution, project.cost_to_completion))


def _is_accurate(solution: PlaneSolution, cost: float) -> bool:
    return solution.convergence.difference <= max(WANTED_SHARE * solution.value, _WANTED_OF_COST * cost)


def _quick(project: StagedRnd, nodes: int) -> float:
    return value_on_one_grid(project.problem(), settings=PlaneSettings((nodes, nodes)))


def _nodes_many(solution: PlaneSolution) -> int:
    used = solution.settings.nodes[0]
    return NODES_MANY if used == NODES[0] else used


def _results(
    sheet: Sheet,
    inputs: StagedRndInputs,
    entered: list[Name],
    unit: str,
    stated: StagedRnd,
    solution: PlaneSolution,
) -> None:
    # Draws that do not differ from the one before are not solved anew.
    quick, committed = lru_cache(maxsize=1)(_quick), lru_cache(maxsize=1)(StagedRnd.committed_value)

    def rolled_back(*numbers: float, draws: int) -> float:
        project = _project(inputs, dict(zip(_LINES, numbers, strict=True)))
        if draws > 1:
            return quick(project, _nodes_many(solution))
        return solution.value if project == stated else _solved(project).value

    def carried_through(*numbers: float, draws: int) -> float:
        del draws
        return committed(_project(inputs, dict(zip(_LINES, numbers, strict=True))))

    def certain(*numbers: float, draws: int) -> float:
        del draws
        return _project(inputs, dict(zip(_LINES, numbers, strict=True))).value_at_certain_cost()

    found = sheet.search(
        "value_rolled_back",
        each_draw(rolled_back),
        entered,
        label=Label("倒推所得项目价值", "the project rolled back"),
        unit=unit,
        explanation=Label(
            "在现金流与剩余成本的网格上逐期倒推：每个决策日比较继续投入与放弃",
            "rolled back on a grid of cash flow and cost left: at each date the better of going on and giving up",
        ),
    )
    without = sheet.search(
        "value_without_abandonment",
        each_draw(carried_through),
        entered,
        label=Label("不可放弃时的项目价值", "the project if it is carried through"),
        unit=unit,
        explanation=Label(
            "现金流乘以完成一单位现金流的价值，减去投入现值，二者均只对剩余成本倒推",
            "cash flow times the worth of completion for one unit of it, less outlays; both rolled back on the cost",
        ),
        total=True,
    )
    sheet.search(
        "value_at_certain_cost",
        each_draw(certain),
        entered,
        label=Label("成本确定且不可放弃时的价值", "carried through at a certain cost"),
        unit=unit,
        explanation=Label(
            "成本无不确定性时的求和公式：完成时价值的现值减去各步投入的现值",
            "the sum without uncertainty of the cost: value at completion less each step's outlay, at present value",
        ),
        total=True,
    )
    # Carrying on and giving up today are always open: what the grid falls short of them is its error.
    value = sheet.line(
        "value",
        larger(larger(found, without), 0),
        label=Label("可放弃的研发项目价值", "the project with the choice to give it up"),
        unit=unit,
        total=True,
    )
    write_result(
        sheet,
        value=value,
        static_npv=without * 1,
        conservative=larger(without, 0),
        unit=unit,
        static_label=Label("承诺完成的净现值", "net present value of a committed plan"),
        conservative_label=Label(
            "质权人可依赖值（承诺完成或今日不做）", "value a pledgee may count on (carried through, or not begun)"
        ),
    )


def _doubts(solution: PlaneSolution, stated: StagedRnd) -> tuple[NamedWarning, ...]:
    if _is_accurate(solution, stated.cost_to_completion):
        return ()
    first, second = solution.convergence.coarse_value, solution.convergence.fine_value
    text = Label(
        f"两个网格的结果相差较大（{first:.6g} 与 {second:.6g}），价值的精度低于 0.5%",
        f"two grids differ ({first:.6g} and {second:.6g}): the value is less accurate than 0.5 %",
    )
    return (NamedWarning("grids_differ", text),)


def _findings(inputs: StagedRndInputs, project: StagedRnd, solution: PlaneSolution) -> Findings:
    reasons = {
        "tree": "two factors move, so states form a plane and no tree: shown are today's, by cash flow",
        "seed": "nothing is drawn at random",
    }
    greeks = {"delta": delta_of(solution, project)} | _differences(inputs, project, reasons, _nodes_many(solution))
    boundary = abandonment_boundary(solution, project.cost_to_completion)
    if not boundary:
        reasons["thresholds"] = "at none of the costs shown does the decision change with the cash flow"
    return Findings(
        convergence=_convergence(inputs, solution),
        timing=f"{solution.problem.last} steps of {project.step_years:.6g} years; decided, and the outlay paid, at the "
        "start of each; completion and catastrophes are seen at its end",
        pledgee="the better of carrying it through whatever happens and not beginning: no skill in giving up is "
        "counted on",
        sensitivities=greeks,
        thresholds=boundary,
        probabilities=_probabilities(project, solution, reasons),
        probability_measure="real_world",
        tree=states_today(solution, project),
        not_applicable=reasons,
        level_label=Label("每年现金流", "cash flow a year"),
    )


def _differences(inputs: StagedRndInputs, project: StagedRnd, reasons: dict[str, str], nodes: int) -> dict[str, float]:
    at = {name: getattr(project, name) for name in _LINES}
    names = {
        "vega": "volatility",
        "cost_vega": "cost_uncertainty",
        "rho": "rate_per_year",
        "hazard": "hazard_per_year",
    }
    if at["cost_uncertainty"] == 0:
        del names["cost_vega"]
        reasons["cost_vega"] = "a certain cost is paid in whole steps: the value jumps when it becomes uncertain"
    return differences(lambda changed: _quick(_project(inputs, changed), nodes), at, names)


def _probabilities(project: StagedRnd, solution: PlaneSolution, reasons: dict[str, str]) -> dict[str, float]:
    """What happens in the world under the policy found; and how often the plan would be completed in time at all."""
    try:
        found = solution.event_counts(project.real_world())
        found["unfinished"] = 1 - math.fsum(found.values())
    except RefusalError as refused:
        # The grid was laid out for the measure that values: under another drift the project may leave it.
        found, reasons["events"] = {}, f"the events were not counted: {refused}"
    found["complete_if_carried_through_and_never_struck"] = project.completion_share_if_never_struck()
    return found


def _convergence(inputs: StagedRndInputs, solution: PlaneSolution) -> str:
    found, steps, nodes = solution.convergence, solution.problem.last, _nodes_many(solution)
    step = f"{inputs.patent_life_years.value / steps:.6g}"
    return (
        f"two grids of {found.coarse_nodes[0]} × {found.coarse_nodes[1]} and {found.fine_nodes[0]} × "
        f"{found.fine_nodes[1]} nodes gave {found.coarse_value:.8g} and {found.fine_value:.8g}, extrapolated "
        f"with order eight to {found.extrapolated:.8g}; intervals and sensitivities (within some 2 %) on one grid of "
        f"{nodes} × {nodes}; the {steps} steps of {step} years are part of the model"
    )


_LABEL = Label("研发投资选择权（成本与现金流均不确定）", "Staged research with uncertain cost and cash flow")

METHOD = Method(
    id="staged_rnd",
    approach="options",
    label=_LABEL,
    question=Label(
        "成本与收益均不确定、可随时放弃的研发项目值多少？",
        "What is a development project worth whose cost and income are uncertain and which may be given up?",
    ),
    inputs_model=StagedRndInputs,
    build=_build,
    references=(
        "Schwartz (2004), Patents and R&D as real options, Economic Notes 33, 23-54",
        "Pindyck (1993), Investments of uncertain cost, Journal of Financial Economics 34, 53-76",
    ),
    cases=(),
    assumes=Label(
        "现金流为几何布朗运动，剩余成本按固定速率支出并带技术不确定性；研发期突发失败为独立事件；每步期初支付并决策。",
        "The cash flow is a geometric Brownian motion, the cost left is spent at a fixed rate with technical "
        "uncertainty; a catastrophe is an event of its own; decided and paid at the start of each step.",
    ),
    # Every draw is a roll on two factors of its own: more than this takes longer than a reader waits.
    draw_limit=64,
)
