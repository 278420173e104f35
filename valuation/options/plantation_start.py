"""When to plant: the right to start a plantation whose crop has an uncertain price 种植时机选择权."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Name, larger, smaller
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.figures import Amount, Figure, PositiveFigure, RateFigure, Series, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, differences, write_result
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._crop_price import (
    PROCESS_LABELS,
    PriceAmount,
    PriceProcesses,
    PriceRisk,
    Processes,
    processes_of,
)
from valuation.options._crop_price_lines import write_processes
from valuation.options._inputs import (
    Compounding,
    Threat,
    check_life,
    continuous_rate,
    each_draw,
    threat_rate,
)
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._plantation import Motion, crop_process, motion_of, planting_problem, trees_of
from valuation.options._price_model import ProcessName

__all__ = ["METHOD", "PlantationStartInputs"]

#: Years to the first harvest and years of harvest; everything has a limit.
MOST_WAIT_YEARS, MOST_YEARS = 30, 60
CostAmount = Annotated[Amount, AfterValidator(at_least(0))]


class Plantation(FrozenModel):
    """What is planted: one cycle on the whole area, harvested every year, also at a loss.

    Attributes
    ----------
    area_hectares, planting_cost_per_hectare : land, and the outlay on the day of planting.
    years_to_bearing : whole years from planting to the beginning of the first year with a harvest.
    yield_tons_per_hectare : one number for each year of bearing; their count is how long the trees bear.
    production_cost_per_ton, upkeep_per_hectare_year : at the end of each year; upkeep from the first year on.
    cost_growth_share : yearly growth of all costs from today, planting included.
    """

    area_hectares: PositiveFigure
    planting_cost_per_hectare: CostAmount
    years_to_bearing: Annotated[WholeNumber, Field(ge=0, le=MOST_WAIT_YEARS)]
    yield_tons_per_hectare: Annotated[Series, AfterValidator(at_least(0))]
    production_cost_per_ton: CostAmount
    upkeep_per_hectare_year: CostAmount
    cost_growth_share: Annotated[Figure, AfterValidator(within(-0.2, 0.5))]


class PlantationStartInputs(FrozenModel):
    """The right to plant, and how the price of the crop moves.

    Attributes
    ----------
    crop_price : per ton today, at the gate.
    plantation : what planting costs and gives.
    right_years : for how many years the right to plant lasts; it may be used today and at each year's end.
    rate_compounding : whether the riskless rate is continuous or once a year.
    processes : a random walk and a return to a level, stated or fitted to a price history; both are valued.
    price_risk : what makes the drift of valuation from that of the world.
    money_terms : whether prices, costs and the rate are nominal or real, the same for all.
    threat : a sudden end of the right (the variety right lapses or is invalidated, a disease).
    threat_strikes : the right to plant only, or standing trees too, whose recovery share is then left.
    """

    crop_price: PriceAmount
    plantation: Plantation
    right_years: Annotated[WholeNumber, Field(ge=1, le=MOST_YEARS)]
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    money_terms: Literal["nominal", "real"]
    processes: PriceProcesses
    price_risk: PriceRisk
    threat: Threat
    threat_strikes: Literal["right_to_plant", "right_and_trees"]


def _build(inputs: PlantationStartInputs, setting: Setting) -> Paper:
    _check(inputs, setting)
    found = processes_of(inputs.processes, money_terms=inputs.money_terms, valuation_date=setting.dates.valuation_date)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    motions = write_processes(
        sheet,
        inputs.processes,
        found,
        risk=inputs.price_risk,
        price=entered["price"],
        rate=entered["rate"],
        unit=setting.currency,
    )
    _results(sheet, inputs, entered, motions, found, setting.currency)
    worksheet = sheet.finish()
    at = {name: worksheet.value(line.name) for name, line in entered.items()}
    moved = {name: {key: worksheet.value(line.name) for key, line in made.items()} for name, made in motions.items()}
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions=_conventions(inputs, found),
        beside=("static_npv", "option_premium", "european_value", *_values(found)),
        warnings=(*found.warnings, *_disagreement(worksheet, found)),
        details=_findings(inputs, at, moved, found).as_details(),
    )


def _check(inputs: PlantationStartInputs, setting: Setting) -> None:
    check_life("right_years", inputs.right_years, setting)
    tons = inputs.plantation.yield_tons_per_hectare.values
    if not any(tons):
        raise InputError.of("plantation.yield_tons_per_hectare", found="no harvest", expected="one harvest at least")
    if len(tons) > MOST_YEARS:
        raise InputError.of(
            "plantation.yield_tons_per_hectare", found=f"{len(tons)} years", expected=f"at most {MOST_YEARS}"
        )
    is_lost = inputs.threat.kind == "constant" and inputs.threat_strikes == "right_to_plant"
    if is_lost and inputs.threat.kind == "constant" and inputs.threat.recovery_share.value != 0:
        raise InputError.of(
            "threat.recovery_share",
            found=inputs.threat.recovery_share.value,
            expected="0, since a right to plant that is struck is gone; trees are struck with right_and_trees",
        )


def _enter(sheet: Sheet, inputs: PlantationStartInputs, unit: str) -> dict[str, Name]:
    """The parameters of the search other than the processes, by the names :func:`_trees` takes."""
    positive = (0.0, math.inf)
    land = inputs.plantation
    entered = {
        "price": sheet.figure(
            "crop_price", inputs.crop_price, label=Label("作物价格", "crop price"), unit=f"{unit}/t", domain=positive
        ),
        "area": sheet.figure(
            "area_hectares", land.area_hectares, label=Label("面积", "area"), unit="ha", domain=positive
        ),
        "planting_cost": sheet.figure(
            "planting_cost",
            land.planting_cost_per_hectare,
            label=Label("每公顷种植投入", "planting cost a hectare"),
            unit=f"{unit}/ha",
            domain=positive,
        ),
        "production_cost": sheet.figure(
            "production_cost",
            land.production_cost_per_ton,
            label=Label("每吨生产成本", "production cost a ton"),
            unit=f"{unit}/t",
            domain=positive,
        ),
        "upkeep": sheet.figure(
            "upkeep",
            land.upkeep_per_hectare_year,
            label=Label("每公顷年管护费", "upkeep a hectare and year"),
            unit=f"{unit}/ha",
            domain=positive,
        ),
        "cost_growth": sheet.figure(
            "cost_growth_share",
            land.cost_growth_share,
            label=Label("成本年增长率", "yearly growth of costs"),
            unit="share",
            domain=(-0.2, 0.5),
        ),
    }
    entered |= _enter_yields(sheet, land)
    entered["rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    entered["threat"] = threat_rate(sheet, inputs.threat)
    entered["recovery"] = _recovery(sheet, inputs)
    return entered


def _enter_yields(sheet: Sheet, land: Plantation) -> dict[str, Name]:
    """One line for each year of bearing, since a search takes single numbers, and the multiplier common to them."""
    stated = land.yield_tons_per_hectare

    def graded(number: float) -> Figure:
        return Figure(value=number, grade=stated.grade, source=stated.source, reason=stated.reason)

    entered = {
        "yield_multiplier": sheet.figure(
            "yield_multiplier",
            graded(1.0).model_copy(update={"distribution": stated.factor}),
            label=Label("单产乘数", "multiplier of all yields"),
            unit="1",
            domain=(0, math.inf),
        )
    }
    for position, tons in enumerate(stated.values):
        age = land.years_to_bearing + position + 1
        entered[f"yield_{age}"] = sheet.figure(
            f"yield_age_{age}",
            graded(tons),
            label=Label(f"第 {age} 年每公顷产量", f"yield a hectare in year {age}"),
            unit="t/ha",
            domain=(0, math.inf),
        )
    return entered


def _recovery(sheet: Sheet, inputs: PlantationStartInputs) -> Name:
    label = Label("受损林木剩余净收益比例", "share of net income left of trees that are struck")
    if inputs.threat.kind == "constant" and inputs.threat_strikes == "right_and_trees":
        return sheet.figure("recovery_share", inputs.threat.recovery_share, label=label, unit="share", domain=(0, 1))
    # With the whole income left, a threat that cannot strike trees does not.
    return sheet.derived("recovery_share", 1.0, label=label, unit="share", reason="standing trees are not struck")


@dataclass(frozen=True)
class _Searches:
    """Writes searches over the parameters of one process."""

    sheet: Sheet
    entered: Mapping[str, Name]
    motions: Mapping[ProcessName, Mapping[str, Name]]
    unit: str

    def write(
        self,
        line: str,
        process: ProcessName,
        computed: Callable[[Mapping[str, float], Motion], float],
        *,
        label: Label,
        explanation: Label,
    ) -> Name:
        """``computed`` takes the parameters by name and the motion of valuation."""
        motion = {f"motion_{key}": name for key, name in self.motions[process].items()}
        arguments = {**self.entered, **motion}
        names = list(arguments)

        def value_of(*numbers: float, draws: int) -> float:
            # A recursion costs a hundredth of a second: many draws are solved as finely as one.
            del draws
            at = dict(zip(names, numbers, strict=True))
            moved = {key.removeprefix("motion_"): at[key] for key in motion}
            return computed(at, motion_of(process, moved))

        return self.sheet.search(
            line,
            each_draw(value_of),
            list(arguments.values()),
            label=label,
            unit=self.unit,
            explanation=explanation,
            total=True,
        )


def _results(
    sheet: Sheet,
    inputs: PlantationStartInputs,
    entered: Mapping[str, Name],
    motions: Mapping[ProcessName, Mapping[str, Name]],
    found: Processes,
    unit: str,
) -> None:
    searches = _Searches(sheet, entered, motions, unit)
    today = {}
    for process in found.names:
        name = PROCESS_LABELS[process]
        searches.write(
            f"value_{process}",
            process,
            lambda at, motion: _solved(at, motion, dates_of(inputs)).value,
            label=Label(f"{name.zh}下的种植权价值", f"the right to plant, {name.en}"),
            explanation=_ROLLED_BACK,
        )
        today[process] = searches.write(
            f"planted_today_{process}",
            process,
            _planted_today,
            label=Label(f"{name.zh}下今日种植的净现值", f"planting today, {name.en}"),
            explanation=Label(
                "各年产量乘远期价格，减成本，折现求和，减种植投入",
                "yields at forward prices less costs, discounted and added, less the planting cost",
            ),
        )
    searches.write(
        "european_value",
        found.default,
        lambda at, motion: _solved(at, motion, dates_of(inputs, last_only=True)).value,
        label=Label("只能在最后一日种植的价值（欧式）", "if planting is open on the last day only (European)"),
        explanation=_ROLLED_BACK,
    )
    chosen = Name(f"value_{found.default}", is_row=False)
    least = today[found.default] * 1 if len(found.names) == 1 else smaller(*today.values())
    write_result(
        sheet,
        value=sheet.line(
            "value", chosen * 1, label=Label("种植权价值", "value of the right to plant"), unit=unit, total=True
        ),
        static_npv=today[found.default] * 1,
        conservative=larger(least, 0),
        unit=unit,
        static_label=Label("今日种植的净现值", "net present value of planting today"),
        conservative_label=Label(
            "质权人可依赖值（今日种植或永不种植，取两种过程的较低者）",
            "value a pledgee may count on (planted today or never, the lower of the processes)",
        ),
    )


_ROLLED_BACK = Label(
    "逐年倒推：每年比较立即种植（按远期价格计的净现值）与等待，取优",
    "rolled back year by year: the better of planting (its value at forward prices) and waiting",
)


def _planted_today(at: Mapping[str, float], motion: Motion) -> float:
    return float(trees_of(at).net_value(motion, 0.0, np.array([at["price"]]))[0])


def dates_of(inputs: PlantationStartInputs, *, last_only: bool = False) -> tuple[float, ...]:
    """When planting may begin: today and after each year; with ``last_only`` after the last alone."""
    if last_only:
        return (0.0, float(inputs.right_years))
    return tuple(float(year) for year in range(inputs.right_years + 1))


def _solved(
    at: Mapping[str, float], motion: Motion, times: tuple[float, ...], *, mode: str = "waiting"
) -> LineSolution:
    return solve_line(planting_problem(trees_of(at), motion, at["price"], times, threat=at["threat"], mode=mode))


def _findings(
    inputs: PlantationStartInputs,
    at: Mapping[str, float],
    moved: Mapping[ProcessName, Mapping[str, float]],
    found: Processes,
) -> Findings:
    dates = dates_of(inputs)
    solutions = {
        name: _solved(at, motion_of(name, moved[name]), dates, mode=PROCESS_LABELS[name].en) for name in found.names
    }
    chosen = solutions[found.default]
    world = crop_process(motion_of(found.default, moved[found.default], real=True))
    thresholds = [row for each in solutions.values() for row in thresholds_of(each, wanted=("plant",))]

    def value(changed: Mapping[str, float]) -> float:
        return _solved(changed, motion_of(found.default, changed), dates).value

    greeks = {"delta": "price", "vega": "volatility", "rho": "rate", "hazard": "threat"}
    return Findings(
        convergence=(
            f"quadrature on {len(chosen.grid.nodes)} nodes, {chosen.grid.resolution_nodes:.3g} to the deviation of a "
            "year, split where the decision changes; vega and rho hold the price's drift (level) of valuation"
        ),
        timing="planting today or at a year's end; harvest and costs of each year of age at its end",
        pledgee="planted today or never, under the less favourable process: waiting well is not counted on",
        sensitivities=differences(value, {**at, **moved[found.default]}, greeks),
        thresholds=thresholds,
        probabilities=chosen.event_shares(world),
        probability_measure="real_world",
        tree=tree_of(chosen),
        not_applicable={"seed": "nothing is drawn at random"},
        level_label=Label("作物价格", "crop price"),
    )


def _values(found: Processes) -> tuple[str, ...]:
    evidence = ("half_life_years", "level_price") if "mean_reversion" in found.names else ()
    tests = ("dickey_fuller_statistic", "kpss_statistic") if found.fit is not None else ()
    return (*(f"value_{name}" for name in found.names), *evidence, *tests)


def _disagreement(worksheet: Worksheet, found: Processes) -> tuple[NamedWarning, ...]:
    """A doubt where the process decides the value: one is more than half as much again as the other."""
    if len(found.names) < 2:
        return ()
    low, high = sorted(worksheet.value(f"value_{name}") for name in found.names)
    if high <= 1.5 * low:
        return ()
    label = Label(
        "价值取决于价格过程：两种过程下的价值相差一半以上",
        "the price process decides the value: under one process it is over half as much again as under the other",
    )
    return (NamedWarning("process_decides", label),)


def _conventions(inputs: PlantationStartInputs, found: Processes) -> dict[str, str]:
    conventions = {
        "decisions": "1 a year, the first today",
        "price_process": found.default,
        "process_choice": found.reason,
        "money_terms": inputs.money_terms,
        "price_risk": inputs.price_risk.kind,
        "harvest": "every year, also at a loss; counted at the end of each year",
        "rate_compounding": inputs.rate_compounding,
        "volatility": "standard deviation of the yearly log change, not variance",
        "threat_strikes": inputs.threat_strikes,
    }
    if found.fit is not None:
        conventions["fitted_parameters"] = "held at their estimates; the interval does not hold their errors"
    return conventions


_LABEL = Label("种植时机选择权", "Option on when to plant")

METHOD = Method(
    id="plantation_start",
    approach="options",
    label=_LABEL,
    question=Label(
        "可以等到价格合适再种植的权利值多少？", "What is the right to plant worth, and at which crop price should one?"
    ),
    inputs_model=PlantationStartInputs,
    build=_build,
    references=(
        "Schwartz (1997), The stochastic behavior of commodity prices, JF 52, model 1 and section VI (investment)",
        "Dixit, Pindyck (1994), Investment under Uncertainty, ch. 5 (timing; mean reversion)",
        "Insley (2002), A real options approach to the valuation of a forestry investment, JEEM 44",
    ),
    cases=(),
    assumes=Label(
        "一次种植、逐年采收（亏损年份亦然）；作物价格为随机游走或对数均值回复，两者并列计算，先后由数据或所述理由决定。",
        "One planting, harvested every year, also at a loss; the crop price is a random walk or returns to a level; "
        "both are valued, and the data or a stated reason say which goes first.",
    ),
    # Every draw is several recursions of its own: more than this takes longer than a reader waits.
    draw_limit=256,
)
