"""Sequential exchange 连续交换选择权 (Carr): pay part of an uncertain cost for the right to pay the rest."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from valuation.kernel.expression import Expression, Name, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, differences, write_result
from valuation.options._compound import CompoundTerms, write_compound
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.process import Lognormal, alone
from valuation.options._entries import enter_amount, enter_share, enter_threat, enter_volatility, enter_years, slopes_of
from valuation.options._inputs import Threat, VolatilityFigure, check_life
from valuation.options._line_findings import tree_of
from valuation.options._stages import SpanFigure, Stage, boundary_of, chances_of, fixed, staged_problem

__all__ = ["METHOD", "SequentialExchangeInputs"]


class SequentialExchangeInputs(FrozenModel):
    """A value and a cost that are both uncertain, and two decisions at stated dates.

    Attributes
    ----------
    value_today, cost_today : present value today of what is received, and of what is delivered for it at the second
        decision, the threat to the right left out.
    first_part_share : what the first decision costs, as a share of what the cost then is.
    first_in_years : when the first decision is taken, counted from the valuation date.
    second_after_years : when the second is taken, counted from the first.
    value_volatility_share, cost_volatility_share : of the value, and of the cost (which may be certain: 0).
    correlation : between the yearly log changes of value and cost.
    value_payout_share : the share of the value that is lost a year while it is not owned, continuously.
    cost_payout_share : the same of the cost: what is saved a year by paying later. For a cost that does not grow it is
        the riskless rate (continuous).
    real_growth_share : the expected yearly growth of the ratio of value to cost in the world (continuous), for
        probabilities; None gives them under the drift of valuation and says so.
    """

    value_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    cost_today: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    first_part_share: Annotated[Figure, AfterValidator(within(0, 10))]
    first_in_years: SpanFigure
    second_after_years: SpanFigure
    value_volatility_share: VolatilityFigure
    cost_volatility_share: Annotated[Figure, AfterValidator(within(0, 3))]
    correlation: Annotated[Figure, AfterValidator(within(-0.999, 0.999))]
    value_payout_share: Annotated[Figure, AfterValidator(within(-1, 2))]
    cost_payout_share: Annotated[Figure, AfterValidator(within(-1, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: SequentialExchangeInputs, setting: Setting) -> Paper:
    check_life("second_after_years", inputs.first_in_years.value + inputs.second_after_years.value, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    _write(sheet, inputs, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "correlation": "as stated, between the yearly log changes",
            "exercise": "at stated dates, one after another",
            "threat": "what is left is a share of the right's value when it strikes",
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "second_exchange"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _write(sheet: Sheet, inputs: SequentialExchangeInputs, unit: str) -> None:
    """The compound on the ratio of value to cost, times the cost: both move in proportion, so only the ratio counts."""
    cost = enter_amount(
        sheet, "cost_today", inputs.cost_today, label=Label("今日成本（交付资产现值）", "cost today"), unit=unit
    )
    write_compound(sheet, _terms(sheet, inputs, cost, unit))
    value = sheet.line(
        "value",
        cost * Name("closed_form", is_row=False),
        label=Label("连续交换选择权价值", "value of the sequential exchange"),
        unit=unit,
        total=True,
    )
    sheet.line(
        "second_exchange",
        cost * Name("second_right", is_row=False),
        label=Label("第二次交换单独的价值", "the second exchange alone"),
        unit=unit,
        total=True,
    )
    static: Expression = cost * (Name("second_committed", is_row=False) - Name("first_strike_present", is_row=False))
    write_result(
        sheet,
        value=value,
        static_npv=static,
        conservative=larger(static, 0),
        unit=unit,
        static_label=Label("今日即定的净现值（必定交换）", "net present value if surely exchanged"),
        conservative_label=Label(
            "质权人可依赖值（今日定下全部交换或放弃）", "value a pledgee may count on (all committed today, or nothing)"
        ),
    )


def _terms(sheet: Sheet, inputs: SequentialExchangeInputs, cost: Name, unit: str) -> CompoundTerms:
    value = enter_amount(sheet, "value_today", inputs.value_today, label=Label("今日价值", "value today"), unit=unit)
    own = sheet.derived("whole_cost", 1.0, label=Label("第二次交付份额", "second part"), unit="1", reason="one cost")
    yields = [
        sheet.figure(name, stated, label=label, unit="share", domain=(-1, 2))
        for name, stated, label in (
            ("cost_payout_share", inputs.cost_payout_share, Label("成本年派现率", "yearly payout of the cost")),
            ("value_payout_share", inputs.value_payout_share, Label("价值年派现率", "yearly payout of the value")),
        )
    ]
    return CompoundTerms(
        first_side="call",
        second_side="call",
        value=sheet.line("ratio", value / cost, label=Label("价值与成本之比", "value over cost"), unit="1"),
        first_strike=enter_share(
            sheet, "first_part_share", inputs.first_part_share, label=Label("首付比例", "first part"), most=10
        ),
        second_strike=own,
        first_years=enter_years(
            sheet, "first_in_years", inputs.first_in_years, label=Label("第一次决策年期", "years to the first decision")
        ),
        gap_years=enter_years(
            sheet, "gap_years", inputs.second_after_years, label=Label("两次决策相隔年数", "years between decisions")
        ),
        rate=yields[0],
        payout=yields[1],
        volatility=_volatility(sheet, inputs),
        threat_cost=enter_threat(sheet, inputs.threat)["threat_cost"],
        unit="1",
    )


def _volatility(sheet: Sheet, inputs: SequentialExchangeInputs) -> Name:
    """√(σ_V² + σ_D² − 2 ρ σ_V σ_D), the volatility of the ratio."""
    value = enter_volatility(
        sheet, inputs.value_volatility_share, name="value_volatility_share", label=Label("价值波动率", "of the value")
    )
    cost = enter_volatility(
        sheet, inputs.cost_volatility_share, name="cost_volatility_share", label=Label("成本波动率", "of the cost")
    )
    together = sheet.figure(
        "correlation_stated",
        inputs.correlation,
        label=Label("价值与成本的相关系数", "correlation of value and cost"),
        unit="1",
        domain=(-1, 1),
    )
    return sheet.line(
        "ratio_volatility",
        (value**2 + cost**2 - 2 * together * value * cost) ** 0.5,
        label=Label("比值波动率", "volatility of the ratio"),
        unit="share",
    )


def _solved(worksheet: Worksheet) -> LineSolution:
    """The same right on the ratio, rolled back on a line; amounts in units of the cost."""
    at = {name: worksheet.value(name) for name in worksheet.names}
    drift = at["cost_payout_share"] - at["value_payout_share"]
    process = alone("ratio", "log", Lognormal(drift, at["ratio_volatility"] ** 2))
    stages = [
        Stage(at["first_in_years"], "pay the first part", "give up", fixed(-at["first_part_share"])),
        Stage(
            at["last_years"],
            "exchange",
            "give up at the end",
            lambda time, state: state[0] - 1.0,
            go_kind="launch",
        ),
    ]
    problem = staged_problem(
        process,
        at["ratio"],
        stages,
        rate_per_year=at["cost_payout_share"],
        threat_cost_per_year=at["threat_cost"],
    )
    return solve_line(problem)


def _findings(inputs: SequentialExchangeInputs, worksheet: Worksheet) -> Findings:
    solution = _solved(worksheet)
    real = inputs.real_growth_share
    variance = worksheet.value("ratio_volatility") ** 2
    process = None if real is None else alone("ratio", "log", Lognormal(real.value, variance))
    rolled = solution.value * worksheet.value("cost_today")
    return Findings(
        convergence=(
            "closed form by the bivariate normal on the ratio of value to cost; rolled back on a line of "
            f"{len(solution.grid.nodes)} nodes the value is {rolled:.10g}"
        ),
        timing="each part is paid on the day of its decision, at what the cost then is; both dates are stated",
        pledgee="both parts committed today, or nothing done: no later choice and no funds are counted on",
        sensitivities=_slopes(worksheet),
        thresholds=boundary_of(solution, go="go on", stop="give up"),
        probabilities=chances_of(solution, threat_rate_per_year=worksheet.value("threat_rate"), process=process),
        probability_measure="risk_neutral" if real is None else "real_world",
        tree=tree_of(solution),
        not_applicable={
            "seed": "nothing is drawn at random",
            "rho": "value and cost are present values of assets: the riskless rate enters by what they pay out only",
        },
        level_label=Label("价值与成本之比", "value over cost"),
    )


def _slopes(worksheet: Worksheet) -> dict[str, float]:
    """By value, cost, the volatility of the value and of the cost, the correlation, and the threat."""
    found = slopes_of(
        worksheet,
        {"delta": "value_today", "delta_cost": "cost_today", "vega": "value_volatility_share", "hazard": "threat_rate"},
        compounding="continuous",
    )
    at = {name: worksheet.value(name) for name in ("cost_volatility_share", "correlation_stated")}
    # A correlation may be negative, and a certain cost stands at the edge: steps upwards and downwards as they may go.
    return found | differences(
        lambda changed: worksheet.with_inputs(changed).value("value"),
        at,
        {"vega_cost": "cost_volatility_share", "correlation": "correlation_stated"},
    )


_LABEL = Label("连续交换选择权", "Sequential exchange")

METHOD = Method(
    id="sequential_exchange",
    approach="options",
    label=_LABEL,
    question=Label(
        "价值与成本都不确定、分两步投入的权利值多少？",
        "What is the right worth to pay an uncertain cost in two steps for an uncertain value?",
    ),
    inputs_model=SequentialExchangeInputs,
    build=_build,
    references=(
        "Carr (1988), The valuation of sequential exchange opportunities, Journal of Finance 43",
        "Margrabe (1978), The value of an option to exchange one asset for another, Journal of Finance 33",
    ),
    cases=(),
    assumes=Label(
        "价值与成本均为几何布朗运动，相关系数不变；首付为届时成本的既定比例；突发失效另计。",
        "Value and cost are geometric Brownian motions with a constant correlation; the first part is a stated share "
        "of what the cost then is; a sudden end is an event of its own.",
    ),
    draw_limit=2048,
)
