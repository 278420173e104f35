"""The right to sell a right for a stated price 放弃（转让）选择权: a put beside what keeping it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.kernel.expression import Array, Name, choose, exponential, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, Threshold, differences, write_result
from valuation.options._black_scholes import European, write_european
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import State
from valuation.options._core.process import Lognormal, alone
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    threat_rate,
)
from valuation.options._lattice import STEPS, Right, boundary, right_value
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._stopping import DETAIL_DATES, WAITING, Stopping, real_process, recovery_share

__all__ = ["METHOD", "AbandonmentOptionInputs"]

#: Dates up to which one valuation is solved by quadrature; more, and draws, stand on the lattice.
MOST_DATES = 120
#: Steps of the lattice where a sensitivity is a difference of two values.
DIFFERENCE_STEPS = 500


class AnyTime(FrozenModel):
    """The right may be sold on any day."""

    kind: Literal["any_time"]


class PerYear(FrozenModel):
    """The right may be sold today and at evenly spaced dates, the last at the end."""

    kind: Literal["per_year"]
    dates_per_year: Annotated[int, Field(ge=1, le=366)]


SaleDates = Annotated[AnyTime | PerYear, Field(discriminator="kind")]


class AbandonmentOptionInputs(FrozenModel):
    """A right that may be sold for a price that is fixed today.

    Attributes
    ----------
    right_value : present value of the right's flows as it is used today, the threat to it left out.
    salvage : what a buyer has undertaken to pay for it, whenever it is sold within the life.
    sale_dates : when it may be sold; today is always one of the dates.
    life_years : how long the undertaking lasts; after that the right is kept as it is.
    payout_yield_share : the share of its value that the right pays its owner a year, continuously.
    threat : while it is kept it may end suddenly, and leaves a share of its value; what has ended cannot be sold.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    right_value: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    salvage: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    sale_dates: SaleDates
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: AbandonmentOptionInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    kept = _kept(sheet, entered, setting.currency)
    _results(sheet, inputs, entered, kept, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions=_conventions(inputs),
        beside=("static_npv", "option_premium", "european_value"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: AbandonmentOptionInputs, unit: str) -> dict[str, Name]:
    """The parameters of the search, by the names :func:`_right` takes."""
    positive = (0.0, math.inf)
    entered = {
        "value": sheet.figure(
            "right_value", inputs.right_value, label=Label("权利价值", "value of the right"), unit=unit, domain=positive
        ),
        "cost": sheet.figure(
            "salvage", inputs.salvage, label=Label("转让价（放弃所得）", "salvage"), unit=unit, domain=positive
        ),
        "life": sheet.figure(
            "life_years",
            inputs.life_years,
            label=Label("选择权年限", "life of the choice"),
            unit="years",
            domain=(0, 100),
        ),
        "volatility": sheet.figure(
            "volatility_share",
            inputs.volatility_share,
            label=Label("年波动率", "yearly volatility"),
            unit="share",
            domain=(0, 3),
        ),
        "rate": continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding),
        "payout": sheet.figure(
            "payout_yield_share",
            inputs.payout_yield_share,
            label=Label("年派现率", "yearly payout"),
            unit="share",
            domain=(0, 2),
        ),
        "threat": threat_rate(sheet, inputs.threat),
    }
    return entered | {"recovery": recovery_share(sheet, inputs.threat)}


def _kept(sheet: Sheet, entered: Mapping[str, Name], unit: str) -> Name:
    """What the right is worth if it is never sold, in continuous time.

    Of a value V it pays ``y V dt``; the threat strikes at the rate λ and leaves ``R V``. So keeping it from t on is
    worth ``h(t) V`` with ``h(t) = f + (1 − f) e^(−(y + λ)(T − t))`` and ``f = (y + λR)/(y + λ)``.
    """
    payout, threat, recovery = (entered[name] for name in ("payout", "threat", "recovery"))
    fading = sheet.line(
        "fading_rate", payout + threat, label=Label("派现率加失效率", "payout plus threat"), unit="1/year"
    )
    floor = sheet.line(
        "floor_share",
        choose(fading.equals(0), then=1, otherwise=(payout + threat * recovery) / fading),
        label=Label("永久持有所得比例", "share that keeping it for ever would give"),
        unit="share",
    )
    return sheet.line(
        "kept_value",
        entered["value"] * (floor + (1 - floor) * exponential(-(fading * entered["life"]))),
        label=Label("一直持有、不转让的价值", "value if it is kept and never sold"),
        unit=unit,
    )


def _results(sheet: Sheet, inputs: AbandonmentOptionInputs, entered: Mapping[str, Name], kept: Name, unit: str) -> None:
    names = ("value", "cost", "life", "volatility", "rate", "payout")
    put = write_european(sheet, European(**{name: entered[name] for name in names}), sells=True)
    european = sheet.line(
        "european_option",
        exponential(-(entered["threat"] * entered["life"])) * put,
        label=Label("仅期末可转让的选择权（欧式）", "the choice if it is open at the end only (European)"),
        unit=unit,
    )
    keys = list(entered)

    def searched(*columns: Array) -> Array:
        return _choice(inputs, dict(zip(keys, columns, strict=True)))

    choice = sheet.search(
        "sale_option",
        searched,
        list(entered.values()),
        label=Label("转让选择权", "the choice to sell"),
        unit=unit,
        explanation=Label(
            "逐期倒推：每个可转让日比较转让价与继续持有所得", "rolled back: at each date the salvage against keeping on"
        ),
    )
    value = sheet.line(
        "value",
        kept + choice,
        label=Label("权利连同转让选择权的价值", "the right with the choice to sell it"),
        unit=unit,
        total=True,
    )
    sheet.line(
        "european_value",
        kept + european,
        label=Label("仅期末可转让时的价值（欧式）", "value if it may be sold at the end only (European)"),
        unit=unit,
        total=True,
    )
    write_result(
        sheet,
        value=value,
        static_npv=kept * 1,
        conservative=larger(kept, entered["cost"]),
        unit=unit,
        static_label=Label("一直持有的价值", "value if it is never sold"),
        conservative_label=Label(
            "质权人可依赖值（一直持有或今日转让）", "value a pledgee may count on (kept for good, or sold today)"
        ),
    )


def _choice(inputs: AbandonmentOptionInputs, at: Mapping[str, Array], *, steps: int = STEPS) -> Array:
    """What the choice to sell is worth; every number of ``at`` has shape ``(draws,)``."""
    right = _right(inputs, at)
    if right.value.size > 1 or right.dates is None or right.dates > MOST_DATES:
        return right_value(right, steps=steps)
    numbers = {name: float(np.ravel(column)[0]) for name, column in at.items()}
    return np.array([solve_line(_stopping(numbers).problem(right.dates)).value])


def _right(inputs: AbandonmentOptionInputs, at: Mapping[str, Array]) -> Right:
    numbers = {name: np.atleast_1d(column) for name, column in at.items()}
    fading = numbers["payout"] + numbers["threat"]
    return Right.of(
        sells=True,
        dates=_dates(inputs),
        value=numbers["value"],
        cost=numbers["cost"],
        life_years=numbers["life"],
        rate=numbers["rate"],
        payout_yield=numbers["payout"],
        volatility=numbers["volatility"],
        threat=numbers["threat"],
        floor_share=_floor(numbers["payout"], numbers["threat"], numbers["recovery"]),
        fading=fading,
    )


def _floor(payout: Array, threat: Array, recovery: Array) -> Array:
    fading = np.asarray(payout + threat)
    return np.divide(payout + threat * recovery, fading, out=np.ones_like(fading), where=fading > 0)


def _dates(inputs: AbandonmentOptionInputs) -> int | None:
    """How many dates after today; counted by the stated life, since a draw of the life moves them, not their number."""
    if inputs.sale_dates.kind == "any_time":
        return None
    return max(1, round(inputs.sale_dates.dates_per_year * inputs.life_years.value))


def _stopping(at: Mapping[str, float]) -> Stopping:
    """Selling gains the salvage and gives up what keeping on is worth then."""
    fading = at["payout"] + at["threat"]
    floor = float(_floor(*(np.array([at[name]]) for name in ("payout", "threat", "recovery")))[0])

    def gain(time: float, state: State) -> Array:
        kept = floor + (1 - floor) * math.exp(-fading * (at["life"] - time))
        return at["cost"] - kept * state[0]

    process = alone("value of the right", "log", Lognormal(at["rate"] - at["payout"], at["volatility"] ** 2))
    return Stopping(process, at["value"], gain, ("abandon", "sell"), at["life"], at["rate"], at["threat"])


def _findings(inputs: AbandonmentOptionInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(line) for name, line in _LINES.items()}
    dates = _dates(inputs)
    solution = solve_line(_stopping(at).problem(min(dates or DETAIL_DATES, DETAIL_DATES)))
    real = real_process("value of the right", inputs.real_growth_share, at["volatility"])
    return Findings(
        convergence=_convergence(dates),
        timing=f"sold {_conventions(inputs)['exercise']}; payouts and the threat in continuous time",
        pledgee="kept for good or sold today: that the owner sells at the right time is not counted on",
        sensitivities=_sensitivities(inputs, at),
        thresholds=_thresholds(inputs, at, solution),
        probabilities=solution.event_shares(real),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable={"seed": "nothing is drawn at random"},
        level_label=Label("权利价值", "value of the right"),
    )


def _sensitivities(inputs: AbandonmentOptionInputs, at: Mapping[str, float]) -> dict[str, float]:
    """Of the whole value: what keeping gives, and the choice."""
    dates = _dates(inputs)

    def value(changed: Mapping[str, float]) -> float:
        stopping = _stopping(changed)
        kept = changed["cost"] - float(stopping.gain(0.0, (np.array([changed["value"]]),))[0])
        if dates is not None and dates <= MOST_DATES:
            return kept + solve_line(stopping.problem(min(dates, DETAIL_DATES))).value
        columns = {name: np.array([number]) for name, number in changed.items()}
        return kept + float(_choice(inputs, columns, steps=DIFFERENCE_STEPS)[0])

    return differences(value, at, {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"})


def _thresholds(
    inputs: AbandonmentOptionInputs, at: Mapping[str, float], solution: LineSolution
) -> tuple[Threshold, ...]:
    dates = _dates(inputs)
    if dates is not None and dates <= DETAIL_DATES:
        return thresholds_of(solution, wanted=("sell",))
    right = _right(inputs, {name: np.array([number]) for name, number in at.items()})
    levels = boundary(right)
    return tuple(Threshold(time, WAITING, "sell", None, level) for time, level in levels if level is not None)


def _convergence(dates: int | None) -> str:
    lattice = f"binomial lattices of {STEPS // 2} and {STEPS} steps or the next multiple of the dates, extrapolated"
    shown = f"probabilities and tree on at most {DETAIL_DATES} dates"
    if dates is None:
        return f"{lattice}; sensitivities on {DIFFERENCE_STEPS} steps; {shown}"
    if dates > MOST_DATES:
        return f"{dates} dates after today; {lattice}; {shown}"
    return (
        f"{dates} dates after today, by quadrature split where the decision changes; intervals by {lattice} "
        f"(about 3 in 10,000 apart); sensitivities on at most {DETAIL_DATES} dates; {shown}"
    )


def _conventions(inputs: AbandonmentOptionInputs) -> dict[str, str]:
    dates = inputs.sale_dates
    any_time, stated = "American: at any time of the life", "Bermudan: at the stated dates"
    found = {
        "exercise": any_time if dates.kind == "any_time" else stated,
        "rate_compounding": inputs.rate_compounding,
        "volatility": "standard deviation of the yearly log change, not variance",
    }
    if dates.kind == "per_year":
        found["decisions"] = f"{dates.dates_per_year} a year, the first today"
    return found


#: The parameters of the search and the lines they stand on.
_LINES = {
    "value": "right_value",
    "cost": "salvage",
    "life": "life_years",
    "volatility": "volatility_share",
    "rate": "continuous_rate",
    "payout": "payout_yield_share",
    "threat": "threat_rate",
    "recovery": "recovery_share",
}
_LABEL = Label("放弃（转让）选择权", "Option to sell the right")

METHOD = Method(
    id="abandonment_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "可以按约定价转让的权利值多少？", "What is a right worth that may be sold for a price that is fixed today?"
    ),
    inputs_model=AbandonmentOptionInputs,
    build=_build,
    references=(
        "Longstaff, Schwartz (2001), Valuing American options by simulation, RFS 14, table 1",
        "Myers, Majd (1990), Abandonment value and project life, Advances in Futures and Options Research 4",
    ),
    cases=("longstaff-schwartz-table1-T1",),
    assumes=Label(
        "权利价值为几何布朗运动，按所述比率派现；受让方按约定价付款；权利突发失效后不能再转让。",
        "The right's value is a geometric Brownian motion that pays the stated yield; the buyer pays as undertaken; "
        "what has ended suddenly cannot be sold.",
    ),
    draw_limit=2048,
)
