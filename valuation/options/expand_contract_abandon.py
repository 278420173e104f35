"""The right to expand, contract or give up a running project 扩张、收缩与放弃选择权."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Array, Name, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, PositiveFigure, RateFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, differences, write_result
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Mode, State
from valuation.options._core.process import Lognormal, alone
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    each_draw,
    hazard_of,
    threat_rate,
)
from valuation.options._line_findings import thresholds_of, tree_of

__all__ = ["METHOD", "ExpandContractAbandonInputs"]

#: Dates of decision in one valuation, and where a value is computed for many draws.
MOST_DATES, MOST_DATES_MANY = 240, 24


class Expansion(FrozenModel):
    """Pay ``cost`` once, and the project grows by the share ``scale_up_share`` of itself."""

    cost: Annotated[Amount, AfterValidator(at_least(0))]
    scale_up_share: PositiveFigure


class Contraction(FrozenModel):
    """Give up the share ``scale_down_share`` of the project once, and receive ``savings``."""

    savings: Annotated[Amount, AfterValidator(at_least(0))]
    scale_down_share: ShareFigure


class Abandonment(FrozenModel):
    """Give the project up for ``salvage`` (sale of the right, of equipment), in proportion to its scale then."""

    salvage: Annotated[Amount, AfterValidator(at_least(0))]


class ExpandContractAbandonInputs(FrozenModel):
    """A project that runs, and what its owner may do with it.

    Attributes
    ----------
    project_value : present value of the project's flows as it is run today, the threat to the right left out.
    expansion, contraction, abandonment : the choices there are, one at least; expanding and contracting once each and
        not after one another, giving up from any scale.
    decisions_per_year : how often the owner decides; part of the model and echoed.
    life_years : how long the choices last; after that the project runs on as it is.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    payout_yield_share : the share of its value that the project pays its owner a year, continuously.
    threat : what may end the right at once; its recovery is a share of the project's value then.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    project_value: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    expansion: Expansion | None = None
    contraction: Contraction | None = None
    abandonment: Abandonment | None = None
    decisions_per_year: Annotated[int, Field(ge=1, le=12)]
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: ExpandContractAbandonInputs, setting: Setting) -> Paper:
    if inputs.expansion is None and inputs.contraction is None and inputs.abandonment is None:
        raise InputError.of("abandonment", found="no choice", expected="expansion, contraction or abandonment")
    check_life("life_years", inputs.life_years.value, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    _results(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "decisions": f"{inputs.decisions_per_year} a year, the first today",
            "flows": "counted at the start of each step",
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: ExpandContractAbandonInputs, unit: str) -> dict[str, Name]:
    """The parameters of the search, by the names :func:`_problem` takes."""
    positive = (0.0, math.inf)
    entered = {
        "project_value": sheet.figure(
            "project_value", inputs.project_value, label=Label("项目价值", "project value"), unit=unit, domain=positive
        )
    }
    entered |= _choices(sheet, inputs, unit)
    entered["life"] = sheet.figure(
        "life_years", inputs.life_years, label=Label("选择权年限", "life of the choices"), unit="years", domain=(0, 100)
    )
    entered["volatility"] = sheet.figure(
        "volatility_share",
        inputs.volatility_share,
        label=Label("年波动率", "yearly volatility"),
        unit="share",
        domain=(0, 3),
    )
    entered["rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    entered["payout"] = sheet.figure(
        "payout_yield_share",
        inputs.payout_yield_share,
        label=Label("年派现率", "yearly payout"),
        unit="share",
        domain=(0, 2),
    )
    entered["threat"] = threat_rate(sheet, inputs.threat)
    return entered


def _choices(sheet: Sheet, inputs: ExpandContractAbandonInputs, unit: str) -> dict[str, Name]:
    positive, share = (0.0, math.inf), (0.0, 1.0)
    found: dict[str, Name] = {}
    if inputs.expansion is not None:
        cost, scale = inputs.expansion.cost, inputs.expansion.scale_up_share
        found["expansion_cost"] = sheet.figure(
            "expansion_cost", cost, label=Label("扩张投入", "cost of expanding"), unit=unit, domain=positive
        )
        found["scale_up"] = sheet.figure(
            "scale_up_share", scale, label=Label("扩张比例", "scale gained"), unit="share", domain=positive
        )
    if inputs.contraction is not None:
        savings, down = inputs.contraction.savings, inputs.contraction.scale_down_share
        found["savings"] = sheet.figure(
            "contraction_savings",
            savings,
            label=Label("收缩节省", "savings of contracting"),
            unit=unit,
            domain=positive,
        )
        found["scale_down"] = sheet.figure(
            "scale_down_share", down, label=Label("收缩比例", "scale given up"), unit="share", domain=share
        )
    if inputs.abandonment is not None:
        found["salvage"] = sheet.figure(
            "salvage", inputs.abandonment.salvage, label=Label("放弃所得", "salvage"), unit=unit, domain=positive
        )
    return found


def _results(sheet: Sheet, inputs: ExpandContractAbandonInputs, entered: Mapping[str, Name], unit: str) -> None:
    names = list(entered)

    def value_of(*numbers: float, draws: int) -> float:
        return _solved(inputs, dict(zip(names, numbers, strict=True)), draws=draws).value

    def kept(*numbers: float, draws: int) -> float:
        return _solved(inputs, dict(zip(names, numbers, strict=True)), draws=draws, choices=False).value

    value = sheet.search(
        "value",
        each_draw(value_of),
        list(entered.values()),
        label=Label("项目连同选择权的价值", "the project with its choices"),
        unit=unit,
        explanation=Label(
            "逐期倒推：每个决策日比较继续、扩张、收缩、放弃，取最优",
            "rolled back: at each date the best of running on, expanding, contracting and giving up",
        ),
        total=True,
    )
    static = sheet.search(
        "kept_as_it_is",
        each_draw(kept),
        list(entered.values()),
        label=Label("不作任何改变的项目价值", "the project left as it is"),
        unit=unit,
        explanation=Label("同一倒推，只允许继续", "the same recursion in which only running on is allowed"),
    )
    floor = larger(static, entered["salvage"]) if "salvage" in entered else static * 1
    write_result(
        sheet,
        value=value,
        static_npv=static * 1,
        conservative=floor,
        unit=unit,
        static_label=Label("不作任何改变的价值", "value if nothing is ever changed"),
        conservative_label=Label(
            "质权人可依赖值（照旧运行或今日放弃）", "value a pledgee may count on (left as it is, or given up today)"
        ),
    )


def _solved(
    inputs: ExpandContractAbandonInputs, at: Mapping[str, float], *, draws: int = 1, choices: bool = True
) -> LineSolution:
    return solve_line(_problem(inputs, at, most_dates=MOST_DATES if draws == 1 else MOST_DATES_MANY, choices=choices))


def _problem(
    inputs: ExpandContractAbandonInputs, at: Mapping[str, float], *, most_dates: int, choices: bool
) -> DecisionProblem:
    """The project as modes of different scale; ``choices`` False leaves only running on."""
    steps = max(1, min(most_dates, round(inputs.decisions_per_year * at["life"])))
    scales = {"as it is": 1.0}
    if choices and "scale_up" in at:
        scales["expanded"] = 1 + at["scale_up"]
    if choices and "scale_down" in at:
        scales["contracted"] = 1 - at["scale_down"]
    recovery = inputs.threat.recovery_share.value if inputs.threat.kind == "constant" else 0.0
    modes = tuple(_mode(name, scale, scales, at, steps, recovery, choices=choices) for name, scale in scales.items())
    process = alone("project value", "log", Lognormal(at["rate"] - at["payout"], at["volatility"] ** 2))
    times = tuple(float(time) for time in np.linspace(0.0, at["life"], steps + 1))
    return DecisionProblem(process, (at["project_value"],), "as it is", modes, times, at["rate"])


def _mode(
    name: str,
    scale: float,
    scales: Mapping[str, float],
    at: Mapping[str, float],
    steps: int,
    recovery_share: float,
    *,
    choices: bool,
) -> Mode:
    def flow(time: float, interval: float, state: State) -> Array:
        return scale * state[0] * -math.expm1(-at["payout"] * interval)

    def rest(time: float, state: State) -> Array:
        return scale * state[0]

    actions = [
        Action("wait", "run on", (Branch(name),), dates=frozenset(range(steps))),
        Action("complete", "kept to the end", (Branch(ENDED),), gain=rest, dates=frozenset([steps])),
    ]
    if choices and name == "as it is":
        actions += _changes(scales, at, frozenset(range(steps)))
    if choices and "salvage" in at:
        actions.append(Action("abandon", "give up", (Branch(ENDED),), gain=_cash(scale * at["salvage"])))
    hazard = hazard_of(at["threat"], lambda time, state: recovery_share * scale * state[0])
    return Mode(name, tuple(actions), flow=flow, hazard=hazard)


def _changes(scales: Mapping[str, float], at: Mapping[str, float], dates: frozenset[int]) -> list[Action]:
    """Expanding and contracting, from the scale of today, at any date but the last: there is then no step to hold."""
    found = []
    if "expanded" in scales:
        found.append(Action("expand", "expand", (Branch("expanded"),), _cash(-at["expansion_cost"]), dates))
    if "contracted" in scales:
        found.append(Action("contract", "contract", (Branch("contracted"),), _cash(at["savings"]), dates))
    return found


def _cash(amount: float) -> Any:
    return lambda time, state: np.full_like(state[0], amount)


def _findings(inputs: ExpandContractAbandonInputs, worksheet: Worksheet) -> Findings:
    at = _parameters(inputs, worksheet)
    solution = _solved(inputs, at)
    real = inputs.real_growth_share
    process = None if real is None else alone("project value", "log", Lognormal(real.value, at["volatility"] ** 2))
    greeks = differences(
        lambda changed: _solved(inputs, changed, draws=2).value,
        at,
        {"delta": "project_value", "vega": "volatility", "rho": "rate", "hazard": "threat"},
    )
    return Findings(
        convergence=_convergence(inputs, at, solution),
        timing=f"{inputs.decisions_per_year} decisions a year, at the start of each step; payouts at its start",
        pledgee="the project left as it is, or given up today: the owner's skill and funds are not counted on",
        sensitivities=greeks,
        thresholds=thresholds_of(solution),
        probabilities=solution.event_shares(process),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable={"seed": "nothing is drawn at random"},
        level_label=Label("项目价值", "project value"),
    )


def _parameters(inputs: ExpandContractAbandonInputs, worksheet: Worksheet) -> dict[str, float]:
    lines = {
        "project_value": "project_value",
        "expansion_cost": "expansion_cost",
        "scale_up": "scale_up_share",
        "savings": "contraction_savings",
        "scale_down": "scale_down_share",
        "salvage": "salvage",
        "life": "life_years",
        "volatility": "volatility_share",
        "rate": "continuous_rate",
        "payout": "payout_yield_share",
        "threat": "threat_rate",
    }
    return {name: worksheet.value(line) for name, line in lines.items() if line in worksheet.names}


def _convergence(inputs: ExpandContractAbandonInputs, at: Mapping[str, float], solution: LineSolution) -> str:
    asked = round(inputs.decisions_per_year * at["life"])
    used = solution.problem.last
    dates = f"{used} steps" if used == asked else f"{used} steps in place of the {asked} that were asked for"
    return (
        f"{dates}; quadrature on {len(solution.grid.nodes)} nodes, {solution.grid.resolution_nodes:.3g} to the "
        f"deviation of a step, split where the decision changes; intervals and sensitivities on at most "
        f"{MOST_DATES_MANY} steps"
    )


_LABEL = Label("扩张、收缩与放弃选择权", "Options to expand, contract and abandon")

METHOD = Method(
    id="expand_contract_abandon",
    approach="options",
    label=_LABEL,
    question=Label(
        "可以扩张、收缩或放弃的项目值多少？", "What is a project worth that may be expanded, contracted or given up?"
    ),
    inputs_model=ExpandContractAbandonInputs,
    build=_build,
    references=(
        "Trigeorgis (1996), Real Options, ch. 5 (options to expand, contract and abandon)",
        "Myers, Majd (1990), Abandonment value and project life, Advances in Futures and Options Research 4",
    ),
    cases=(),
    assumes=Label(
        "项目价值为几何布朗运动，按所述比率派现；扩张与收缩各一次；突发失效另计，不再计入波动率。",
        "The project's value is a geometric Brownian motion that pays the stated yield; one change of scale; a sudden "
        "end is an event of its own and not in the volatility.",
    ),
    # Every draw is a recursion of its own: more than this takes longer than a reader waits.
    draw_limit=256,
)
