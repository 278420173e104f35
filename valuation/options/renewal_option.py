"""Renewal of a patent 专利维持（年费）选择权 (Pakes): each year the fee is paid only if the patent is then worth it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.indicators.annuity_fees import AnnualFee, Applicants, PatentKind, annual_fees, fee_warnings
from valuation.kernel.expression import Array, Expression, Name, exponential, larger
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, write_result
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import State
from valuation.options._core.process import Lognormal, alone
from valuation.options._entries import enter_amount, enter_threat, enter_volatility, enter_years, search_from, slopes_of
from valuation.options._inputs import Compounding, Threat, VolatilityFigure, check_life, continuous_rate
from valuation.options._line_findings import tree_of
from valuation.options._stages import NowOrLaterFigure, Stage, boundary_of, chances_of, staged_problem

__all__ = ["METHOD", "RenewalOptionInputs"]

#: A patent has twenty years at most.
MOST_YEARS = 20


class ChangingReturns(FrozenModel):
    """The yearly return is a geometric Brownian motion."""

    kind: Literal["lognormal"]
    volatility_share: VolatilityFigure


class CertainReturns(FrozenModel):
    """The yearly return grows or decays as stated, and why nothing is left to chance."""

    kind: Literal["certain"]
    reason: Reason


class StatedFees(FrozenModel):
    """The fees to come, ``amounts``, one a year, the next one first."""

    kind: Literal["stated"]
    amounts: Annotated[
        tuple[Annotated[Amount, AfterValidator(at_least(0))], ...], Field(min_length=1, max_length=MOST_YEARS)
    ]


class ChineseFees(FrozenModel):
    """The annual fees of a Chinese patent (专利年费) as the dated table says on the policy date.

    Attributes
    ----------
    patent_kind : which schedule applies.
    applicants : whose fees are reduced: all is paid, one entitled applicant, several.
    grant_year : the year of the patent, counted from filing, in which it was granted.
    next_year, last_year : the years whose fees are still to be paid, the first and the last of them.
    """

    kind: Literal["cn_table"]
    patent_kind: PatentKind
    applicants: Applicants
    grant_year: Annotated[int, Field(ge=1, le=MOST_YEARS)]
    next_year: Annotated[int, Field(ge=1, le=MOST_YEARS)]
    last_year: Annotated[int, Field(ge=1, le=MOST_YEARS)]


class RenewalOptionInputs(FrozenModel):
    """What a patent earns a year, and what it costs to keep.

    Attributes
    ----------
    yearly_return : what the patent earns a year at the level of today, after all costs but the fees.
    return_profile_share : how much of that level each renewed year earns, the next one first; one throughout if left
        out.
    return_growth_share : the expected yearly growth of the level in the world (continuous); negative where it decays.
    risk_premium_share : the part of that growth which pays for its risk; it is left out for valuation.
    fluctuation : see the models.
    obsolescence_per_year : the yearly rate at which the returns end for good, the patent superseded.
    fees : see the models.
    next_fee_in_years : when the next fee is due, counted from the valuation date; 0 is today.
    """

    yearly_return: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    return_profile_share: (
        Annotated[
            tuple[Annotated[Figure, AfterValidator(within(0, 10))], ...], Field(min_length=1, max_length=MOST_YEARS)
        ]
        | None
    ) = None
    return_growth_share: Annotated[Figure, AfterValidator(within(-2, 2))]
    risk_premium_share: Annotated[Figure, AfterValidator(within(0, 1))]
    fluctuation: Annotated[ChangingReturns | CertainReturns, Field(discriminator="kind")]
    obsolescence_per_year: Annotated[Figure, AfterValidator(within(0, 5))]
    fees: Annotated[StatedFees | ChineseFees, Field(discriminator="kind")]
    next_fee_in_years: Annotated[NowOrLaterFigure, AfterValidator(within(0, 1))]
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    threat: Threat


def _build(inputs: RenewalOptionInputs, setting: Setting) -> Paper:
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    table = _table_fees(inputs, setting)
    years = _years(inputs)
    _check(inputs, years, setting)
    entered = _enter(sheet, inputs, table, setting.currency)
    _results(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "at stated dates, one after another",
            "flows": "a year's return is counted when its fee is paid",
            "rate_compounding": inputs.rate_compounding,
            "threat": "what is left is a share of the right's value when it strikes",
        },
        beside=("static_npv", "option_premium"),
        warnings=fee_warnings(table),
        details=_findings(inputs, worksheet).as_details(),
    )


def _years(inputs: RenewalOptionInputs) -> list[int]:
    """The years whose fees are to be paid: years of the patent by the table, else 1, 2 and so on."""
    fees = inputs.fees
    if fees.kind == "stated":
        return list(range(1, len(fees.amounts) + 1))
    return list(range(fees.next_year, fees.last_year + 1))


def _table_fees(inputs: RenewalOptionInputs, setting: Setting) -> tuple[AnnualFee, ...]:
    """The fees of the table; none where they are stated."""
    fees = inputs.fees
    if fees.kind == "stated":
        return ()
    if setting.currency != "CNY":
        raise InputError.of("fees.kind", found=f"cn_table in {setting.currency}", expected="CNY, or fees as stated")
    registered = getattr(setting.subject, "patent_kind", fees.patent_kind)
    if registered != fees.patent_kind:
        raise InputError.of("fees.patent_kind", found=fees.patent_kind, expected=f"{registered}, as the patent is")
    return annual_fees(
        fees.patent_kind,
        first_year=fees.next_year,
        last_year=fees.last_year,
        grant_year=fees.grant_year,
        applicants=fees.applicants,
        on=setting.dates.policy_date,
    )


def _check(inputs: RenewalOptionInputs, years: Sequence[int], setting: Setting) -> None:
    profile = inputs.return_profile_share
    if profile is not None and len(profile) != len(years):
        raise InputError.of("return_profile_share", found=f"{len(profile)} shares", expected=f"{len(years)}, one a fee")
    # The last fee may be for a year that the end of the term cuts short, but must be due before that end.
    check_life("fees", inputs.next_fee_in_years.value + len(years) - 1, setting)


def _enter(sheet: Sheet, inputs: RenewalOptionInputs, table: Sequence[AnnualFee], unit: str) -> dict[str, Name]:
    """Every number of the search, by its name on the sheet."""
    names = [
        enter_amount(
            sheet, "yearly_return", inputs.yearly_return, label=Label("年收益（当前水平）", "yearly return"), unit=unit
        )
    ]
    for name, stated, label in (
        ("return_growth_share", inputs.return_growth_share, Label("收益年增长率", "yearly growth of the return")),
        ("risk_premium_share", inputs.risk_premium_share, Label("其中风险溢价", "its premium for risk")),
    ):
        names.append(sheet.figure(name, stated, label=label, unit="share", domain=(-2, 2)))
    names.append(
        sheet.figure(
            "obsolescence_per_year",
            inputs.obsolescence_per_year,
            label=Label("被替代的年率", "yearly rate of being superseded"),
            unit="1/year",
            domain=(0, 5),
        )
    )
    if inputs.fluctuation.kind == "lognormal":
        names.append(enter_volatility(sheet, inputs.fluctuation.volatility_share))
    names.append(
        enter_years(sheet, "next_fee_in_years", inputs.next_fee_in_years, label=Label("距下次缴费", "years to the fee"))
    )
    names += _enter_years(sheet, inputs, table, unit)
    names.append(continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding))
    names.append(enter_threat(sheet, inputs.threat)["threat_cost"])
    return {name.name: name for name in names}


def _enter_years(sheet: Sheet, inputs: RenewalOptionInputs, table: Sequence[AnnualFee], unit: str) -> list[Name]:
    """The fee of each year, and the share of the level that it earns where a profile is stated."""
    names = []
    for number, year in enumerate(_years(inputs)):
        label = Label(f"第 {year} 年年费", f"fee of year {year}")
        if inputs.fees.kind == "stated":
            names.append(enter_amount(sheet, f"fee_{year}", inputs.fees.amounts[number], label=label, unit=unit))
        else:
            fee = table[number]
            why = f"专利年费 {fee.full_cny} CNY, reduced by {fee.reduction_share}"
            names.append(sheet.derived(f"fee_{year}", float(fee.payable_cny), label=label, unit=unit, reason=why))
        if inputs.return_profile_share is not None:
            share = inputs.return_profile_share[number]
            label = Label(f"第 {year} 年收益比例", f"share earned in year {year}")
            names.append(sheet.figure(f"earned_{year}", share, label=label, unit="share", domain=(0, 10)))
    return names


def _results(sheet: Sheet, inputs: RenewalOptionInputs, entered: Mapping[str, Name], unit: str) -> None:
    ladder = search_from(
        sheet,
        "renewals",
        lambda at: _solved(inputs, at).value,
        entered,
        label=Label("逐年维持的权利价值", "value of the right to renew year by year"),
        unit=unit,
        explanation=Label(
            "自最后一年倒推：当年收益减年费加以后的权利，为负则放弃",
            "rolled back from the last year: the year's return less its fee and what follows, or the patent lapses",
        ),
    )
    lost, growth = _lost(entered), entered["return_growth_share"] - entered["risk_premium_share"]
    span = entered["next_fee_in_years"]
    running = sheet.line(
        "running_year",
        entered["yearly_return"] * span * exponential((growth - lost) * span / 2),
        label=Label("已缴费年度余下的收益", "return of the year already paid for"),
        unit=unit,
    )
    value = sheet.line(
        "value",
        running + ladder,
        label=Label("专利价值（可放弃维持）", "the patent, free to lapse"),
        unit=unit,
        total=True,
    )
    always = sheet.line(
        "always_renewed",
        _always(inputs, entered),
        label=Label("逐年必缴的净现值", "net present value of renewing whatever happens"),
        unit=unit,
    )
    write_result(
        sheet,
        value=value,
        static_npv=running + always,
        conservative=running + larger(always, 0),
        unit=unit,
        static_label=Label("必定维持到底的价值", "value if always renewed"),
        conservative_label=Label(
            "质权人可依赖值（维持到底或不再缴费）", "value a pledgee may count on (always renewed, or never again)"
        ),
    )


def _lost(entered: Mapping[str, Name]) -> Expression:
    """What a payment loses for each year until it comes: interest, and the ends that may come before."""
    return entered["continuous_rate"] + entered["threat_cost"] + entered["obsolescence_per_year"]


def _always(inputs: RenewalOptionInputs, entered: Mapping[str, Name]) -> Expression:
    """Every year's return and fee in present values, the ends that may come before it counted."""
    lost = _lost(entered)
    growth = entered["return_growth_share"] - entered["risk_premium_share"]
    total: Expression | None = None
    for number, year in enumerate(_years(inputs)):
        time = entered["next_fee_in_years"] + number
        earned = entered["yearly_return"] * exponential(growth * time)
        if f"earned_{year}" in entered:
            earned = entered[f"earned_{year}"] * earned
        part = (earned - entered[f"fee_{year}"]) * exponential(-(lost * time))
        total = part if total is None else total + part
    assert total is not None, "there is one fee at least"
    return total


def _solved(inputs: RenewalOptionInputs, at: Mapping[str, float]) -> LineSolution:
    drift = at["return_growth_share"] - at["risk_premium_share"]
    process = alone("yearly return", "log", Lognormal(drift, at.get("volatility_share", 0.0) ** 2))
    stages = [_renewal(at, number, year) for number, year in enumerate(_years(inputs))]
    problem = staged_problem(
        process,
        at["yearly_return"],
        stages,
        rate_per_year=at["continuous_rate"],
        threat_cost_per_year=at["threat_cost"] + at["obsolescence_per_year"],
    )
    return solve_line(problem)


def _renewal(at: Mapping[str, float], number: int, year: int) -> Stage:
    share, fee = at.get(f"earned_{year}", 1.0), at[f"fee_{year}"]

    def gain(time: float, state: State) -> Array:
        return share * state[0] - fee

    time = at["next_fee_in_years"] + number
    return Stage(time, f"renewed for year {year}", f"lapsed before year {year}", gain, go_kind="renew")


def _findings(inputs: RenewalOptionInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(name) for name in worksheet.names}
    solution = _solved(inputs, at)
    missing = {"seed": "nothing is drawn at random"}
    if inputs.fluctuation.kind == "certain":
        missing["vega"] = f"returns are certain: {inputs.fluctuation.reason}"
    if len(_years(inputs)) == 1:
        missing["boundary_svg"] = "one fee makes no curve"
    return Findings(
        convergence=(
            f"{len(_years(inputs))} fees; quadrature on {len(solution.grid.nodes)} nodes, "
            f"{solution.grid.resolution_nodes:.3g} to the deviation of a step, split where the decision changes"
        ),
        timing="a fee and its year's return count on the day of the fee; the rest of the running year at its middle",
        pledgee="always renewed, or never again: no choice of the year in which to let it lapse is counted on",
        sensitivities=_sensitivities(inputs, worksheet),
        thresholds=boundary_of(solution, go="renew", stop="let lapse"),
        probabilities=_chances(inputs, at, solution),
        probability_measure="real_world",
        tree=tree_of(solution),
        not_applicable=missing,
        level_label=Label("年收益", "yearly return"),
    )


def _chances(inputs: RenewalOptionInputs, at: Mapping[str, float], solution: LineSolution) -> dict[str, float]:
    """Renewals and lapses by year; ends of either kind share what strikes in proportion to their rates."""
    rates = {"invalidated": at["threat_rate"], "superseded": at["obsolescence_per_year"]}
    real = alone("yearly return", "log", Lognormal(at["return_growth_share"], at.get("volatility_share", 0.0) ** 2))
    found = dict(chances_of(solution, threat_rate_per_year=sum(rates.values()), process=real))
    struck = found.pop("invalidated", 0.0)
    return found | {event: struck * rate / sum(rates.values()) for event, rate in rates.items() if rate > 0}


def _sensitivities(inputs: RenewalOptionInputs, worksheet: Worksheet) -> dict[str, float]:
    """Derivatives of the whole value, the running year included; without chance there is no vega."""
    parameters = {"delta": "yearly_return", "rho": "riskless_rate_share", "hazard": "threat_rate"}
    if inputs.fluctuation.kind == "lognormal":
        parameters["vega"] = "volatility_share"
    return slopes_of(worksheet, parameters, compounding=inputs.rate_compounding)


_LABEL = Label("专利维持（年费）选择权", "Renewal of a patent")

METHOD = Method(
    id="renewal_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "每年可以不再缴费的专利值多少，何时该放弃？",
        "What is a patent worth that may lapse in any year, and when should it?",
    ),
    inputs_model=RenewalOptionInputs,
    build=_build,
    references=(
        "Pakes (1986), Patents as options: the value of holding European patent stocks, Econometrica 54",
        "Schankerman, Pakes (1986), Estimates of the value of patent rights in European countries, Economic Journal 96",
    ),
    cases=(),
    assumes=Label(
        "年收益为几何布朗运动（或确定地增减），缴费日已知当年收益；被替代与被宣告无效均为另计的突发事件。",
        "The yearly return is a geometric Brownian motion (or certain) and known when the fee is due; being superseded "
        "and being invalidated are sudden events of their own.",
    ),
    draw_limit=512,
)
