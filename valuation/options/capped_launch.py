"""The right to launch under a cap or before a competitor comes 受限（竞争者进入）上市选择权."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Array, Expression, Name, exponential, larger, smaller
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, differences_at_once, write_result
from valuation.options._black_scholes import European, write_european
from valuation.options._capped_lattice import STEPS_MANY, STEPS_ONE, Capped, capped_value
from valuation.options._core.line import solve_line
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Mode, State
from valuation.options._core.process import Lognormal, alone
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    hazard_of,
    threat_rate,
)
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._stopping import real_process, recovery_share

__all__ = ["METHOD", "CappedLaunchInputs", "lattice_values", "launch_problem"]

#: Dates at which probabilities, thresholds and the tree are computed, and steps of a lattice for a difference.
SHOWN_DATES = 12
DIFFERENCE_STEPS = 1600


class NoCompetitor(FrozenModel):
    """No competitor is expected, and why that may be said."""

    kind: Literal["none"]
    reason: Reason


class Arrival(FrozenModel):
    """A competitor comes at a yearly rate, once; of a product not yet launched he takes a share of the value."""

    kind: Literal["poisson"]
    rate_per_year: Annotated[Figure, AfterValidator(within(0, 5))]
    taken_share: Annotated[Figure, AfterValidator(within(0, 0.95))]


Competitor = Annotated[NoCompetitor | Arrival, Field(discriminator="kind")]


class CappedLaunchInputs(FrozenModel):
    """What the right to launch under a cap needs.

    Attributes
    ----------
    value_if_launched_today : present value of the product's flows if launched now, no cap and no competitor before it.
    launch_cost : what launching costs, whenever it is done.
    cap : no more than this of the value counts at the launch (a price that is regulated, a market that is full); None:
        no cap.
    competitor : comes while one waits; a product that was launched before keeps its market.
    payout_yield_share : what waiting forgoes a year, as a share of the value, continuously.
    threat : while one waits the right may end suddenly, and leaves a share of what launching would then have given.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    value_if_launched_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    launch_cost: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    cap: Annotated[Amount, AfterValidator(at_least(0, strictly=True))] | None = None
    competitor: Competitor
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: CappedLaunchInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    _check(inputs)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    _european(sheet, entered, setting.currency)
    _american(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "American: at any time of the life",
            "competitor": inputs.competitor.kind,
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "european_value"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _check(inputs: CappedLaunchInputs) -> None:
    if inputs.cap is None and inputs.competitor.kind == "none":
        raise InputError.of("cap", found="neither cap nor competitor", expected="one at least; else use launch_option")
    if inputs.cap is not None and inputs.cap.value <= inputs.launch_cost.value:
        raise InputError.of("cap", found=inputs.cap.value, expected="more than the launch cost: else nobody launches")


def _enter(sheet: Sheet, inputs: CappedLaunchInputs, unit: str) -> dict[str, Name]:
    """The parameters of the search, by the names :class:`Capped` takes."""
    positive = (0.0, math.inf)
    value, cost = inputs.value_if_launched_today, inputs.launch_cost
    entered = {
        "value": sheet.figure(
            "value_if_launched_today",
            value,
            label=Label("立即上市的价值", "value if launched today"),
            unit=unit,
            domain=positive,
        ),
        "cost": sheet.figure("launch_cost", cost, label=Label("上市投入", "launch cost"), unit=unit, domain=positive),
    }
    if inputs.cap is not None:
        entered["cap"] = sheet.figure("cap", inputs.cap, label=Label("价值上限", "cap"), unit=unit, domain=positive)
    entered["life_years"] = sheet.figure(
        "life_years", inputs.life_years, label=Label("权利剩余年限", "life of the right"), unit="years", domain=(0, 100)
    )
    entered["volatility"] = sheet.figure(
        "volatility_share",
        inputs.volatility_share,
        label=Label("年波动率", "yearly volatility"),
        unit="share",
        domain=(0, 3),
    )
    entered["rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    entered["payout_yield"] = sheet.figure(
        "payout_yield_share",
        inputs.payout_yield_share,
        label=Label("等待成本率", "cost of delay"),
        unit="share",
        domain=(0, 2),
    )
    entered |= _competitor(sheet, inputs.competitor)
    entered["threat"] = threat_rate(sheet, inputs.threat)
    return entered | {"left_share": recovery_share(sheet, inputs.threat)}


def _competitor(sheet: Sheet, competitor: NoCompetitor | Arrival) -> dict[str, Name]:
    arrival, taken = (
        Label("竞争者到达年率", "yearly rate at which a competitor comes"),
        Label("竞争者分走比例", "share he takes"),
    )
    if isinstance(competitor, NoCompetitor):
        reason = competitor.reason
        return {
            "arrival": sheet.derived("arrival_rate", 0.0, label=arrival, unit="1/year", reason=reason),
            "taken_share": sheet.derived("taken_share", 0.0, label=taken, unit="share", reason=reason),
        }
    return {
        "arrival": sheet.figure("arrival_rate", competitor.rate_per_year, label=arrival, unit="1/year", domain=(0, 5)),
        "taken_share": sheet.figure("taken_share", competitor.taken_share, label=taken, unit="share", domain=(0, 0.95)),
    }


def _european(sheet: Sheet, entered: Mapping[str, Name], unit: str) -> None:
    """At the end only: the difference of two calls, without the competitor and with him, weighted."""
    first = _spread(sheet, entered, entered["value"], "alone", "（竞争者未到）")
    remaining = entered["value"] * (1 - entered["taken_share"])
    second = _spread(sheet, entered, remaining, "contested", "（竞争者已到）")
    absent = exponential(-(entered["arrival"] * entered["life_years"]))
    stands = exponential(-(entered["threat"] * entered["life_years"]))
    sheet.line(
        "european_value",
        stands * (absent * first + (1 - absent) * second),
        label=Label("仅期末可上市的价值（欧式）", "value if launched at the end only (European)"),
        unit=unit,
        total=True,
    )


def _spread(sheet: Sheet, entered: Mapping[str, Name], value: Expression, prefix: str, of: str) -> Expression:
    """A call at the cost less a call at the cap."""

    def call(cost: Name, which: str) -> Expression:
        right = European(
            value, cost, entered["life_years"], entered["rate"], entered["payout_yield"], entered["volatility"]
        )
        return write_european(sheet, right, prefix=f"{prefix}_{which}_", of=of)

    bought = call(entered["cost"], "cost")
    return bought - call(entered["cap"], "cap") if "cap" in entered else bought


def _american(sheet: Sheet, inputs: CappedLaunchInputs, entered: Mapping[str, Name], unit: str) -> None:
    names = list(entered)

    def searched(*columns: Array) -> Array:
        return capped_value(_right(dict(zip(names, columns, strict=True))))

    value = sheet.search(
        "value",
        searched,
        list(entered.values()),
        label=Label("受限上市选择权的价值（美式）", "value of the capped right to launch (American)"),
        unit=unit,
        explanation=Label(
            "三叉树逐期倒推，上限落在节点上；竞争者到达后价值减少，权利照旧",
            "trinomial lattice rolled back, the cap on a node; after a competitor the right goes on with less value",
        ),
        total=True,
    )
    gained = smaller(entered["value"], entered["cap"]) if "cap" in entered else entered["value"]
    npv = gained - entered["cost"]
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


def _right(at: Mapping[str, Array | float]) -> Capped:
    stated = {"cap": math.inf, **at}
    columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in stated.values()))
    return Capped(**dict(zip(stated, columns, strict=True)))


def lattice_values(points: Sequence[Mapping[str, float]]) -> list[float]:
    """The value at each of many points, on one lattice that is wide enough for all: what its sensitivities are from."""
    together = {name: np.array([point[name] for point in points]) for name in points[0]}
    return [float(value) for value in capped_value(_right(together), steps=DIFFERENCE_STEPS)]


def launch_problem(at: Mapping[str, float], steps: int) -> DecisionProblem:
    """The same right as a decision problem: waiting alone, the competitor may come in each step.

    ``at`` holds the parameters by name, money in one unit and rates a year; ``steps`` is the number of steps between
    dates of decision. A competitor who has come stays, and takes his share of what launching gives.
    """
    cap = at.get("cap", math.inf)
    comes = -math.expm1(-at["arrival"] * at["life_years"] / steps)
    last = frozenset(range(steps))

    def mode(name: str, share: float, wait: tuple[Branch, ...]) -> Mode:
        def gain(time: float, state: State) -> Array:
            return np.asarray(np.minimum(share * state[0], cap) - at["cost"])

        def left(time: float, state: State) -> Array:
            return at["left_share"] * np.maximum(gain(time, state), 0.0)

        actions = (
            Action("wait", "wait", wait, dates=last),
            Action("launch", "launch", (Branch(ENDED),), gain=gain),
            Action("abandon", "lapse", (Branch(ENDED),), dates=frozenset([steps])),
        )
        return Mode(name, actions, hazard=hazard_of(at["threat"], left))

    stay = Branch("contested")
    waits = (Branch("alone", 1 - comes), Branch("contested", comes, event="competitor came")) if comes else None
    modes = [mode("alone", 1.0, waits or (Branch("alone"),))]
    if waits:
        modes.append(mode("contested", 1 - at["taken_share"], (stay,)))
    process = alone("value if launched", "log", Lognormal(at["rate"] - at["payout_yield"], at["volatility"] ** 2))
    times = tuple(float(time) for time in np.linspace(0.0, at["life_years"], steps + 1))
    return DecisionProblem(process, (at["value"],), "alone", tuple(modes), times, at["rate"])


def _findings(inputs: CappedLaunchInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(line) for name, line in _LINES.items() if line in worksheet.names}
    solution = solve_line(launch_problem(at, SHOWN_DATES))
    real = real_process("value if launched", inputs.real_growth_share, at["volatility"])
    return Findings(
        convergence=f"trinomial lattices of {STEPS_ONE // 4} and {STEPS_ONE} steps, extrapolated as (4V(4n) − "
        f"V(n))/3, for the value (of {STEPS_MANY // 4} and {STEPS_MANY} for its interval), to about 3 in 10,000; "
        f"sensitivities on {DIFFERENCE_STEPS} steps, to about 1 in 100; thresholds, probabilities and "
        f"tree for decisions at {SHOWN_DATES} dates, where a threshold lies somewhat below the cap",
        timing="launched at any time of the life, the cost paid at that moment; competitor and threat at any moment",
        pledgee="launching today or never: exercise skill and funding of the owner are not counted on",
        sensitivities=differences_at_once(
            lattice_values,
            at,
            {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"},
        ),
        thresholds=thresholds_of(solution, wanted=("launch",)),
        probabilities=solution.event_shares(real),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable={"seed": "nothing is drawn at random"},
        level_label=Label("立即上市的价值", "value if launched at once"),
    )


#: The parameters of the search and the lines they stand on.
_LINES = {
    "value": "value_if_launched_today",
    "cost": "launch_cost",
    "cap": "cap",
    "life_years": "life_years",
    "volatility": "volatility_share",
    "rate": "continuous_rate",
    "payout_yield": "payout_yield_share",
    "arrival": "arrival_rate",
    "taken_share": "taken_share",
    "threat": "threat_rate",
    "left_share": "recovery_share",
}
_LABEL = Label("受限（竞争者进入）上市选择权", "Option to launch under a cap or before a competitor")

METHOD = Method(
    id="capped_launch",
    approach="options",
    label=_LABEL,
    question=Label(
        "价值有上限或竞争者可能先到时，等待上市的权利值多少？",
        "What is the right to wait before launching worth if its value is capped or a competitor may come first?",
    ),
    inputs_model=CappedLaunchInputs,
    build=_build,
    references=(
        "Broadie, Detemple (1995), American capped call options on dividend-paying assets, RFS 8",
        "Trigeorgis (1991), Anticipated competitive entry and early preemptive investment, JEB 43",
    ),
    cases=(),
    assumes=Label(
        "价值为几何布朗运动；上限不变；竞争者至多到达一次，先上市者保有市场。",
        "The value is a geometric Brownian motion; the cap does not move; a competitor comes once at most, and who has "
        "launched before keeps the market.",
    ),
    draw_limit=512,
)
