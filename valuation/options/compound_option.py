"""A right to a right 复合选择权 (Geske): pay for the next stage only if the stage after it is then worth it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator

from valuation.kernel.expression import Expression, Name, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, write_result
from valuation.options._compound import CompoundTerms, european_value, write_compound
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import Payoff
from valuation.options._core.process import Lognormal, alone
from valuation.options._entries import (
    enter_amount,
    enter_share,
    enter_threat,
    enter_volatility,
    enter_years,
    slopes_of,
)
from valuation.options._inputs import (
    Compounding,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
)
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._stages import SpanFigure, Stage, chances_of, fixed, staged_problem

__all__ = ["METHOD", "CompoundOptionInputs"]


class FirstRight(FrozenModel):
    """The right that is held today: to buy the second right for ``strike`` (call), or to sell it for that (put).

    ``decided_in_years`` is when that is decided, counted from the valuation date; the strike is paid then.
    """

    side: Literal["call", "put"]
    strike: Annotated[Amount, AfterValidator(at_least(0))]
    decided_in_years: SpanFigure


class SecondRight(FrozenModel):
    """The right that follows: to pay ``strike`` for the value (call), or to give the value up for it (put).

    ``decided_after_years`` is counted from the decision on the first right.
    """

    side: Literal["call", "put"]
    strike: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    decided_after_years: SpanFigure


class CompoundOptionInputs(FrozenModel):
    """Two decisions at stated dates, the first on the right to take the second.

    Attributes
    ----------
    value_today : present value today of what the second right is about, the threat to the right left out.
    first_right, second_right : what is decided, when, and for how much.
    payout_yield_share : the share of the value that is lost a year while it is not yet owned, continuously.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    value_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    first_right: FirstRight
    second_right: SecondRight
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: CompoundOptionInputs, setting: Setting) -> Paper:
    last_years = inputs.first_right.decided_in_years.value + inputs.second_right.decided_after_years.value
    check_life("second_right.decided_after_years", last_years, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    _write(sheet, inputs, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "at stated dates, one after another",
            "rate_compounding": inputs.rate_compounding,
            "threat": "what is left is a share of the right's value when it strikes",
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "second_right"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _write(sheet: Sheet, inputs: CompoundOptionInputs, unit: str) -> None:
    terms = _enter(sheet, inputs, unit)
    closed = write_compound(sheet, terms)
    value = sheet.line(
        "value", closed * 1, label=Label("复合选择权价值", "value of the compound option"), unit=unit, total=True
    )
    static = _decided_today(inputs)
    write_result(
        sheet,
        value=value,
        static_npv=static,
        conservative=larger(static, 0),
        unit=unit,
        static_label=Label("今日即定的净现值（必定行权）", "net present value if surely exercised"),
        conservative_label=Label(
            "质权人可依赖值（今日定下全部支出或放弃）", "value a pledgee may count on (all committed today, or nothing)"
        ),
    )


def _decided_today(inputs: CompoundOptionInputs) -> Expression:
    """Bought and then exercised whatever happens; or sold whatever happens, its buyer free to choose."""
    first = Name("first_strike_present", is_row=False)
    if inputs.first_right.side == "call":
        return Name("second_committed", is_row=False) - first
    return first - Name("second_right", is_row=False)


def _enter(sheet: Sheet, inputs: CompoundOptionInputs, unit: str) -> CompoundTerms:
    first, second = inputs.first_right, inputs.second_right
    return CompoundTerms(
        first_side=first.side,
        second_side=second.side,
        value=enter_amount(sheet, "value_today", inputs.value_today, label=Label("今日价值", "value today"), unit=unit),
        first_strike=enter_amount(
            sheet, "first_strike", first.strike, label=Label("第一次行权金额", "first strike"), unit=unit
        ),
        second_strike=enter_amount(
            sheet, "second_strike", second.strike, label=Label("第二次行权金额", "second strike"), unit=unit
        ),
        first_years=enter_years(
            sheet, "first_years", first.decided_in_years, label=Label("第一次决策年期", "years to the first decision")
        ),
        gap_years=enter_years(
            sheet, "gap_years", second.decided_after_years, label=Label("两次决策相隔年数", "years between decisions")
        ),
        rate=continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding),
        payout=enter_share(
            sheet, "payout_yield_share", inputs.payout_yield_share, label=Label("年派现率", "yearly payout"), most=2
        ),
        volatility=enter_volatility(sheet, inputs.volatility_share),
        threat_cost=enter_threat(sheet, inputs.threat)["threat_cost"],
        unit=unit,
    )


def _solved(inputs: CompoundOptionInputs, worksheet: Worksheet) -> LineSolution:
    """The same right rolled back on a line: where it is decided how, and how often that happens."""
    at = {name: worksheet.value(name) for name in worksheet.names}
    first = Stage(
        at["first_years"], "buy the second right", "let the first lapse", fixed(-at["first_strike"]), go_kind="invest"
    )
    sign = 1.0 if inputs.second_right.side == "call" else -1.0
    second = Stage(
        at["last_years"],
        "exercise the second right",
        "let the second lapse",
        lambda time, state: sign * (state[0] - at["second_strike"]),
        go_kind="launch",
    )
    stages = [first, second]
    if inputs.first_right.side == "put":
        stages = [Stage(at["first_years"], "sell the second right", "keep the second right", _sale(inputs, at))]
    process = alone(
        "value", "log", Lognormal(at["continuous_rate"] - at["payout_yield_share"], at["volatility_share"] ** 2)
    )
    problem = staged_problem(
        process,
        at["value_today"],
        stages,
        rate_per_year=at["continuous_rate"],
        threat_cost_per_year=at["threat_cost"],
    )
    return solve_line(problem)


def _sale(inputs: CompoundOptionInputs, at: Mapping[str, float]) -> Payoff:
    """What selling the second right brings: the first strike, for what the second right is then worth."""
    return lambda time, state: (
        at["first_strike"]
        - european_value(
            side=inputs.second_right.side,
            value=state[0],
            strike=at["second_strike"],
            years=at["gap_years"],
            rate=at["rate_and_threat"],
            payout=at["payout_and_threat"],
            volatility=at["volatility_share"],
        )
    )


def _findings(inputs: CompoundOptionInputs, worksheet: Worksheet) -> Findings:
    solution = _solved(inputs, worksheet)
    real = inputs.real_growth_share
    volatility = worksheet.value("volatility_share")
    process = None if real is None else alone("value", "log", Lognormal(real.value, volatility**2))
    return Findings(
        convergence=(
            "closed form by the bivariate normal; rolled back on a line of "
            f"{len(solution.grid.nodes)} nodes the value is {solution.value:.10g}"
        ),
        timing="each strike is paid on the day of its decision; both dates are stated",
        pledgee="all strikes committed today, or nothing done: later choices and funds are not counted on",
        sensitivities=_greeks(inputs, worksheet),
        thresholds=thresholds_of(solution),
        probabilities=chances_of(solution, threat_rate_per_year=worksheet.value("threat_rate"), process=process),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable={
            "seed": "nothing is drawn at random",
            "boundary_svg": "there are two dates of decision, which make no curve",
        },
    )


def _greeks(inputs: CompoundOptionInputs, worksheet: Worksheet) -> dict[str, float]:
    """First derivatives, and gamma (second, by the value) and theta (a year's passing, both dates drawing nearer)."""
    slopes = slopes_of(
        worksheet,
        {
            "delta": "value_today",
            "vega": "volatility_share",
            "rho": "riskless_rate_share",
            "hazard": "threat_rate",
            "theta": "first_years",
        },
        compounding=inputs.rate_compounding,
    )
    slopes["theta"] = -slopes["theta"]
    level = worksheet.value("value_today")
    step = level * 1e-3
    up, down = (worksheet.with_inputs({"value_today": level + move}).value("value") for move in (step, -step))
    slopes["gamma"] = (up - 2 * worksheet.value("value") + down) / step**2
    return slopes


_LABEL = Label("复合选择权", "Compound option")

METHOD = Method(
    id="compound_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "先付一笔、以后再决定是否付第二笔的权利值多少？",
        "What is the right worth to pay once now and to decide on a second payment later?",
    ),
    inputs_model=CompoundOptionInputs,
    build=_build,
    references=(
        "Geske (1979), The valuation of compound options, Journal of Financial Economics 7",
        "Rubinstein (1991), Double trouble, Risk 5 (all four kinds)",
        "Haug (2007), The Complete Guide to Option Pricing Formulas, 2nd ed., 4.13.2",
    ),
    cases=("haug-put-on-call-compound", "compound-long-dated"),
    assumes=Label(
        "价值为几何布朗运动，两次决策的日期与金额既定；突发失效另计，不再计入波动率。",
        "The value is a geometric Brownian motion, both decisions have stated dates and amounts; a sudden end is an "
        "event of its own and not in the volatility.",
    ),
    draw_limit=2048,
)
