"""Licence normalisation 许可费归一: which one share of sales do differently built licences pay?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.errors import FieldProblem, InputError
from valuation.kernel.expression import Expression, Name, larger
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, Day, FiniteFloat, FrozenModel, WholeNumber
from valuation.kernel.figures import (
    Amount,
    AmountSeries,
    Figure,
    Graded,
    RateFigure,
    Series,
    ShareFigure,
    ShareOrSeries,
    at_least,
)
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.market._outliers import outlier_details
from valuation.market._weighted_grid import (
    Average,
    Weighted,
    adjusted_line,
    average_lines,
    grid_conventions,
    grid_doubts,
    grid_outliers,
    refuse_uneven_grid,
    weighted_interval,
)

__all__ = ["METHOD", "Licence", "LicenceNormalisationInputs", "Milestone"]

#: Years a licence may run; everything has a limit.
MAXIMUM_LICENCE_YEARS = 60


class Milestone(FrozenModel):
    """A payment 里程碑付款 that falls due in one year of the licence, with the chance that it does."""

    year: Annotated[WholeNumber, Field(ge=1, le=MAXIMUM_LICENCE_YEARS)]
    amount: Annotated[Amount, AfterValidator(at_least(0))]
    probability_share: ShareFigure


class Licence(Weighted):
    """One licence of a comparable right, as it was agreed.

    Attributes
    ----------
    signed_on : the day on which the entry fee is paid and from which the licence's years are counted.
    sales : net sales under the licence in each year of its life, as expected on that day.
    entry_fee : paid on signing 入门费; zero is stated as zero.
    running_rate_share : running royalty 提成 as a share of sales, one figure or one a year.
    minimum_royalty : least royalty of each year 最低许可费; zeros are stated as zeros.
    milestones : further payments; none is an empty list.
    discount_rate_share : annual rate for the licence's sales and payments alike.
    """

    signed_on: Day
    sales: Annotated[AmountSeries, AfterValidator(at_least(0))]
    entry_fee: Annotated[Amount, AfterValidator(at_least(0))]
    running_rate_share: ShareOrSeries
    minimum_royalty: Annotated[AmountSeries, AfterValidator(at_least(0))]
    milestones: Annotated[tuple[Milestone, ...], Field(max_length=20)]
    discount_rate_share: RateFigure


class LicenceNormalisationInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    licences : the comparable licences, each with the same list of adjustments; their weights add up to one.
    timing : sales, royalties and milestones of a year fall at its end or in its middle.
    average : ``geometric`` or ``arithmetic`` mean of the adjusted effective rates.
    level_share : probability inside the interval.
    footing : on what footing the rates, and sales and payments of all licences stand; without it nobody checks that
        they agree, and the conclusion says so.
    """

    licences: Annotated[tuple[Licence, ...], Field(max_length=200), *NOT_EMPTY, DISTINCT_NAMES]
    timing: Literal["year_end", "mid_year"]
    average: Average
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9
    footing: StatedFootings | None = None


def _build(inputs: LicenceNormalisationInputs, setting: Setting) -> Paper:
    _check(inputs, setting)
    check_footing(inputs.footing, currency=setting.currency)
    licences = inputs.licences
    sheet = Sheet(title=_LABEL, axis=Axis(Label("可比许可", "licence"), tuple(each.name for each in licences)))
    effective = _effective_rate(sheet, inputs, setting.currency)
    label = Label("修正后有效费率", "adjusted effective rate")
    adjusted = adjusted_line(sheet, licences, effective, label=label, unit="share")
    average_lines(
        sheet,
        licences,
        adjusted,
        average=inputs.average,
        name="central_rate",
        label=Label("中心有效费率", "central effective rate"),
        unit="share",
    )
    worksheet = sheet.finish()
    interval = weighted_interval(worksheet, average=inputs.average, level_share=inputs.level_share)
    outliers = grid_outliers(licences, worksheet, average=inputs.average, on=setting.dates.policy_date)
    return Paper(
        worksheet=worksheet,
        answer="central_rate",
        unit="share",
        conventions=_conventions(inputs),
        beside=("effective_number",),
        warnings=(*grid_doubts(licences, interval, outliers=outliers), *footing_doubts(inputs.footing)),
        interval=interval,
        details=outlier_details([outliers]),
    )


def _check(inputs: LicenceNormalisationInputs, setting: Setting) -> None:
    problems = [
        problem
        for index, each in enumerate(inputs.licences)
        for problem in _problems(each, f"licences.{index}", setting)
    ]
    if problems:
        raise InputError.from_problems(problems)
    refuse_uneven_grid(inputs.licences, field="licences")


def _problems(licence: Licence, field: str, setting: Setting) -> list[FieldProblem]:
    years, found = len(licence.sales.values), []
    if years > MAXIMUM_LICENCE_YEARS:
        found.append(FieldProblem(f"{field}.sales", f"{years} years", f"at most {MAXIMUM_LICENCE_YEARS}"))
    for name, stated in (
        ("minimum_royalty", licence.minimum_royalty),
        ("running_rate_share", licence.running_rate_share),
    ):
        if isinstance(stated, Series | AmountSeries) and len(stated.values) != years:
            found.append(
                FieldProblem(f"{field}.{name}", f"{len(stated.values)} values", f"{years}, one a year of sales")
            )
    for index, milestone in enumerate(licence.milestones):
        if milestone.year > years:
            where = f"{field}.milestones.{index}.year"
            found.append(FieldProblem(where, str(milestone.year), f"at most {years}, the last year of sales"))
    if licence.signed_on > setting.dates.valuation_date:
        expected = f"no later than {setting.dates.valuation_date}"
        found.append(FieldProblem(f"{field}.signed_on", str(licence.signed_on), expected))
    return found


def _effective_rate(sheet: Sheet, inputs: LicenceNormalisationInputs, currency: str) -> Name:
    """Present value of all payments over present value of sales."""
    licences = inputs.licences
    rate = sheet.figure_row(
        "discount_rate_share",
        [each.discount_rate_share for each in licences],
        label=Label("折现率", "discount rate"),
        unit="share",
        domain=(-1, float("inf")),
    )
    present_sales, present_royalties = _present_by_year(sheet, inputs, rate, currency)
    fees = [each.entry_fee for each in licences]
    fee = sheet.figure_row("entry_fee", fees, label=Label("入门费", "entry fee"), unit=currency)
    payments = sheet.line(
        "present_payments",
        _with_milestones(sheet, inputs, rate, fee + present_royalties, currency),
        label=Label("全部付款现值", "present value of all payments"),
        unit=currency,
    )
    sheet.check(
        "sales_under_licence",
        present_sales > 0,
        label=Label("许可下的销售额", "sales under the licence"),
        severity="refuse",
        expected="a present value of sales above zero",
        advice="A licence without sales has no rate of sales; compare it as a lump sum instead",
    )
    effective = sheet.line(
        "effective_rate", payments / present_sales, label=Label("有效费率", "effective rate"), unit="share"
    )
    sheet.check(
        "payments_within_sales",
        effective < 1,
        label=Label("付款低于销售额", "payments below sales"),
        severity="refuse",
        expected="payments worth less than the sales they are paid from",
        advice="Check the unit of the amounts and the forecast of sales of this licence",
    )
    return effective


def _present_by_year(sheet: Sheet, inputs: LicenceNormalisationInputs, rate: Name, currency: str) -> tuple[Name, Name]:
    """Running totals of discounted sales and of discounted royalties, minimums counted year by year."""
    licences = inputs.licences
    years = max(len(each.sales.values) for each in licences)
    sales = _by_year(sheet, "sales", [each.sales for each in licences], years, ("销售额", "sales", currency))
    stated = [each.running_rate_share for each in licences]
    running = _by_year(sheet, "running_rate", stated, years, ("提成率", "running rate", "share"))
    stated_minimum = [each.minimum_royalty for each in licences]
    minimum = _by_year(sheet, "minimum", stated_minimum, years, ("最低许可费", "minimum royalty", currency))
    totals: tuple[Name, Name] | None = None
    for year in range(1, years + 1):
        factor = (1 + rate) ** -_years_until(year, inputs.timing)
        royalty = sheet.line(
            f"royalty_{year}",
            larger(sales[year - 1] * running[year - 1], minimum[year - 1]),
            label=Label(f"第 {year} 年许可费", f"royalty of year {year}"),
            unit=currency,
        )
        parts = (sales[year - 1] * factor, royalty * factor)
        sums = parts if totals is None else (totals[0] + parts[0], totals[1] + parts[1])
        totals = (
            sheet.line(
                f"present_sales_{year}",
                sums[0],
                label=Label(f"至第 {year} 年销售额现值", f"present value of sales to year {year}"),
                unit=currency,
            ),
            sheet.line(
                f"present_royalties_{year}",
                sums[1],
                label=Label(f"至第 {year} 年许可费现值", f"present value of royalties to year {year}"),
                unit=currency,
            ),
        )
    assert totals is not None, "a series has at least one year"
    return totals


def _with_milestones(
    sheet: Sheet, inputs: LicenceNormalisationInputs, rate: Name, payments: Expression, currency: str
) -> Expression:
    """Add the milestones, each weighted by its chance and discounted from its year."""
    licences = inputs.licences
    for slot in range(max(len(each.milestones) for each in licences)):
        chosen = [each.milestones[slot] if slot < len(each.milestones) else _NO_MILESTONE for each in licences]
        number = slot + 1
        amount = sheet.figure_row(
            f"milestone_{number}",
            [each.amount for each in chosen],
            label=Label(f"里程碑付款 {number}", f"milestone payment {number}"),
            unit=currency,
        )
        chance = sheet.figure_row(
            f"milestone_probability_{number}",
            [each.probability_share for each in chosen],
            label=Label(f"里程碑 {number} 达成概率", f"probability of milestone {number}"),
            unit="share",
            domain=(0, 1),
        )
        time = sheet.derived_row(
            f"milestone_time_{number}",
            [_years_until(each.year, inputs.timing) for each in chosen],
            label=Label(f"里程碑 {number} 年数", f"years to milestone {number}"),
            unit="years",
            reason=f"the milestone's year of the licence, timing {inputs.timing}",
        )
        payments = payments + amount * chance / (1 + rate) ** time
    return payments


def _by_year(
    sheet: Sheet, name: str, stated: Sequence[Any], years: int, words: tuple[str, str, str]
) -> list[Expression]:
    """One row a year; what is common to all years (one rate, an uncertain factor) is a row of its own.

    A figure stated once must stay one uncertain number: as a row for each year it would be drawn anew every year.
    """
    zh, en, unit = words
    common: Name | None = None
    if any(isinstance(each, Figure) or each.factor is not None for each in stated):
        rows = [each if isinstance(each, Figure) else _factor_of(each) for each in stated]
        common = sheet.figure_row(name, rows, label=Label(f"{zh}（各年共同）", f"{en}, common to all years"), unit="1")
    if common is not None and all(isinstance(each, Figure) for each in stated):
        return [common] * years
    yearly = [
        sheet.figure_row(
            f"{name}_{year + 1}",
            [_in_year(each, year) for each in stated],
            label=Label(f"第 {year + 1} 年{zh}", f"{en} of year {year + 1}"),
            unit=unit,
        )
        for year in range(years)
    ]
    return [row if common is None else common * row for row in yearly]


def _factor_of(stated: Series | AmountSeries) -> Figure:
    return Figure(value=1.0, distribution=stated.factor, **_evidence(stated))


def _in_year(stated: Figure | Series | AmountSeries, year: int) -> Figure:
    if isinstance(stated, Figure):
        return _SAME_EVERY_YEAR
    return Figure(value=float(stated.values[year]), **_evidence(stated)) if year < len(stated.values) else _ENDED


def _evidence(stated: Graded) -> dict[str, Any]:
    return {"grade": stated.grade, "source": stated.source, "reason": stated.reason}


def _years_until(year: int, timing: str) -> float:
    """Years from signing to the flow of year number ``year``."""
    return year if timing == "year_end" else year - 0.5


def _conventions(inputs: LicenceNormalisationInputs) -> dict[str, str]:
    return {
        "effective_rate": "present value of entry fee, royalties (not below the year's minimum) and milestones"
        " times their probability, over present value of sales",
        "timing": inputs.timing,
        "compounding": "annual",
        "years": "counted from each licence's signing",
        **grid_conventions(inputs.average, inputs.level_share),
        **footing_conventions(inputs.footing),
    }


_ENDED = Figure(value=0.0, grade="judgement", reason="the licence has ended")
_SAME_EVERY_YEAR = Figure(value=1.0, grade="judgement", reason="the rate is the same every year")
_NONE = Figure(value=0.0, grade="judgement", reason="the licence has no such milestone")
_NO_MILESTONE = Milestone(
    year=1,
    amount=Amount(value="0.00", grade="judgement", reason="the licence has no such milestone"),  # type: ignore[arg-type]
    probability_share=_NONE,
)
_LABEL = Label("许可费归一法", "Licence normalisation")

METHOD = Method(
    id="licence_normalisation",
    approach="market",
    label=_LABEL,
    question=Label(
        "入门费、提成、最低费和里程碑各不相同的许可，折合成一个销售额费率是多少？",
        "Which one share of sales do licences with entry fees, running royalties, minimums and milestones pay?",
    ),
    inputs_model=LicenceNormalisationInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, relief-from-royalty method: market-based royalty rates from comparable licences",
        "Razgaitis (2009), Valuation and Dealmaking of Technology-Based Intellectual Property, ch. 8-10",
    ),
    cases=(),
    assumes=Label(
        "各许可的入门费、提成、保底与里程碑可折成一个有效费率；年度自各自签约日起算。",
        "Entry fee, royalties, minimums and milestones of each licence fold into one effective rate; years run "
        "from its signing.",
    ),
)
