"""Risk-adjusted net present value of a drug candidate 在研药物风险调整净现值法.

What is a drug that may fail on its way worth, each flow weighted by the probability that it is reached?
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.discounting.forecast import NoTax, Tax, after_tax_line, takes_tax
from valuation.errors import InputError
from valuation.income._drug import (
    Exclusivity,
    Licence,
    NoLicence,
    exclusivity_end_line,
    licensor_value_line,
)
from valuation.kernel.expression import Name, cumulative_product, cumulative_sum, larger, previous, smaller, total
from valuation.kernel.fields import NOT_EMPTY, FrozenModel
from valuation.kernel.figures import (
    Amount,
    AmountSeries,
    Figure,
    FigureOrSeries,
    PositiveFigure,
    RateFigure,
    Series,
    ShareFigure,
    ShareOrSeries,
    at_least,
)
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.reference import number_of, reference_warnings

__all__ = ["METHOD", "DrugRnpvInputs"]


class Phase(FrozenModel):
    """One step of development: its cost, how long it lasts, and how likely it leads on to the next."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    cost: Annotated[Amount, AfterValidator(at_least(0))]
    duration_years: PositiveFigure
    success_share: ShareFigure


class DrugRnpvInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    phases : what is still to come, the current one first and from the valuation date on; the last leads to approval.
        Success shares are phase to phase and multiply; path-by-path rates must not be entered.
    phase_cost_timing : when the cost of a phase falls.
    revenue : sales of each twelve months after approval, if still exclusive.
    operating_cost_share : every cost of making and selling, as a share of sales.
    market_timing : when the flow of a market year falls.
    exclusivity : how long others are kept out.
    kept_after_exclusivity_share : part of the sales that remains after generic entry.
    tax : ``none`` or a rate; development costs save tax when losses are credited.
    discount_rate_share : after-tax rate without technical risk, which is in the success shares.
    licence : how a licence divides the whole, or none; ``perspective`` says whose value is the answer.
    footing : on what footing the rate and the flows stand; without it nobody checks that they agree, and the
        conclusion says so.
    """

    phases: Annotated[tuple[Phase, ...], Field(max_length=20), *NOT_EMPTY]
    phase_cost_timing: Literal["start", "middle", "end"]
    revenue: Annotated[AmountSeries, AfterValidator(at_least(0))]
    operating_cost_share: ShareOrSeries
    market_timing: Literal["year_end", "mid_year"]
    exclusivity: Exclusivity
    kept_after_exclusivity_share: ShareFigure
    tax: Tax
    discount_rate_share: RateFigure
    licence: Annotated[NoLicence | Licence, Field(discriminator="kind")]
    perspective: Literal["whole", "licensor", "licensee"]
    footing: StatedFootings | None = None


@dataclass(frozen=True)
class _Columns:
    """How many columns are phases and how many are market years."""

    phases: int
    years: int

    def padded(self, stated: FigureOrSeries) -> Figure | Series:
        """A row of market years becomes a row of all columns; phases have none of it."""
        if isinstance(stated, Figure):
            return stated
        return stated.model_copy(update={"values": (0.0,) * self.phases + stated.values})


def _build(inputs: DrugRnpvInputs, setting: Setting) -> Paper:
    _check(inputs)
    unit = setting.currency
    check_footing(inputs.footing, currency=unit, is_taxed=takes_tax(inputs.tax))
    columns = _Columns(len(inputs.phases), len(inputs.revenue.values))
    phases = [each.name for each in inputs.phases]
    market = [f"上市第{year}年 market year {year}" for year in range(1, columns.years + 1)]
    sheet = Sheet(title=_LABEL, axis=Axis(Label("阶段与上市年", "phase, then market year"), (*phases, *market)))
    _way(sheet, inputs, columns)
    sales = _sales(sheet, inputs, columns, setting)
    whole = _whole_value(sheet, inputs, columns, sales, unit)
    licensor = licensor_value_line(sheet, inputs.licence, phases=phases, years=columns.years, sales=sales, unit=unit)
    licensee = sheet.line(
        "licensee_value", whole - licensor, label=Label("被许可方价值", "value to the licensee"), unit=unit, total=True
    )
    chosen = {"whole": whole, "licensor": licensor, "licensee": licensee}[inputs.perspective]
    sheet.line("value", chosen * 1, label=Label("评估值", "value"), unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs),
        beside=("likelihood_of_approval", "launch_time_years", "whole_value", "licensor_value", "licensee_value"),
        warnings=(*_doubts(inputs, setting), *footing_doubts(inputs.footing)),
    )


def _check(inputs: DrugRnpvInputs) -> None:
    if inputs.perspective != "whole" and isinstance(inputs.licence, NoLicence):
        raise InputError.of("perspective", found=inputs.perspective, expected="whole, where licence.kind is none")
    names = [each.name for each in inputs.phases]
    if len(set(names)) < len(names):
        raise InputError.of("phases", found=", ".join(names), expected="a different name for each phase")
    # Losses of the licensee and gains of the licensor must be taxed alike, or the parts miss the whole.
    is_one_sided = not isinstance(inputs.tax, NoTax) and inputs.tax.on_losses == "not_credited"
    if is_one_sided and isinstance(inputs.licence, Licence):
        raise InputError.of(
            "tax.on_losses", found="not_credited", expected="credited, where a licence divides the value"
        )


def _way(sheet: Sheet, inputs: DrugRnpvInputs, columns: _Columns) -> None:
    """The way to the market: when each column begins, and how likely it is reached."""
    one = Figure(value=1.0, grade="assumed", reason="a market year lasts twelve months and follows from approval")
    year = [one] * columns.years
    duration = sheet.figure_row(
        "duration_years",
        [*(each.duration_years for each in inputs.phases), *year],
        label=Label("持续时间", "duration"),
        unit="years",
        domain=(0, float("inf")),
    )
    success = sheet.figure_row(
        "success_share",
        [*(each.success_share for each in inputs.phases), *year],
        label=Label("阶段成功率", "success of the phase"),
        unit="share",
        domain=(0, 1),
    )
    is_phase = _flags(sheet, "is_phase", columns, all_phases=True, label=Label("是否研发阶段", "is a phase"))
    is_last = _flags(
        sheet, "is_last_phase", columns, all_phases=False, label=Label("是否最后阶段", "is the last phase")
    )
    end = sheet.line("end_time_years", cumulative_sum(duration), label=Label("结束时点", "end"), unit="years")
    sheet.line("start_time_years", previous(end, first=0), label=Label("开始时点", "start"), unit="years")
    passed = sheet.line(
        "passing_share", cumulative_product(success), label=Label("累计成功率", "probability of passing"), unit="share"
    )
    sheet.line(
        "reaching_share", previous(passed, first=1), label=Label("到达概率", "probability of reaching"), unit="share"
    )
    approved = sheet.line("approved", passed * is_last, label=Label("获批概率项", "approval"), unit="share")
    sheet.line(
        "likelihood_of_approval",
        total(approved),
        label=Label("获批概率", "likelihood of approval"),
        unit="share",
        total=True,
    )
    developing = sheet.line(
        "phase_years", duration * is_phase, label=Label("研发时间", "time in development"), unit="years"
    )
    sheet.line(
        "launch_time_years", total(developing), label=Label("距上市年数", "years to launch"), unit="years", total=True
    )


def _flags(sheet: Sheet, name: str, columns: _Columns, *, all_phases: bool, label: Label) -> Name:
    before = 0 if all_phases else columns.phases - 1
    flags = [0.0] * before + [1.0] * (columns.phases - before) + [0.0] * columns.years
    return sheet.derived_row(name, flags, label=label, unit="1", reason="the columns are phases first, then years")


def _sales(sheet: Sheet, inputs: DrugRnpvInputs, columns: _Columns, setting: Setting) -> Name:
    """Sales of each market year, with the part after generic entry cut to what is kept."""
    unit = setting.currency
    stated = inputs.revenue.model_copy(update={"values": (0,) * columns.phases + inputs.revenue.values})
    revenue = sheet.series(
        "revenue", stated, label=Label("独占期销售收入", "sales while exclusive"), unit=unit, domain=(0, float("inf"))
    )
    end = exclusivity_end_line(sheet, inputs.exclusivity, setting)
    kept = sheet.figure(
        "kept_after_exclusivity_share",
        inputs.kept_after_exclusivity_share,
        label=Label("仿制药上市后保留比例", "sales kept after generic entry"),
        unit="share",
        domain=(0, 1),
    )
    start = Name("start_time_years", is_row=True)
    protected = sheet.line(
        "protected_share",
        smaller(larger(end - start, 0), 1),
        label=Label("独占期占该年比例", "part of the year still exclusive"),
        unit="share",
    )
    return sheet.line(
        "sales",
        revenue * (protected + (1 - protected) * kept),
        label=Label("销售收入", "sales"),
        unit=unit,
    )


def _whole_value(sheet: Sheet, inputs: DrugRnpvInputs, columns: _Columns, sales: Name, unit: str) -> Name:
    nothing = Amount(value=Decimal(0), grade="assumed", reason="a market year has no phase cost")
    cost = sheet.figure_row(
        "phase_cost",
        [*(each.cost for each in inputs.phases), *[nothing] * columns.years],
        label=Label("阶段费用", "cost of the phase"),
        unit=unit,
    )
    share = sheet.figure_or_series(
        "operating_cost_share",
        columns.padded(inputs.operating_cost_share),
        label=Label("经营成本率", "operating costs over sales"),
        unit="share",
        domain=(0, 1),
    )
    profit = sheet.line("profit", sales * (1 - share), label=Label("经营利润", "operating profit"), unit=unit)
    before = sheet.line(
        "before_tax", profit - cost, label=Label("税前现金流（若到达）", "flow before tax, if reached"), unit=unit
    )
    flow = after_tax_line(sheet, before, inputs.tax, unit=unit)
    expected = sheet.line(
        "expected_flow",
        flow * Name("reaching_share", is_row=True),
        label=Label("期望现金流", "expected flow"),
        unit=unit,
    )
    factor = _discount_factor(sheet, inputs, columns)
    present = sheet.line(
        "present_value_by_column", expected * factor, label=Label("各阶段（年）现值", "present value"), unit=unit
    )
    return sheet.line(
        "whole_value",
        total(present),
        label=Label("整体风险调整净现值", "risk-adjusted net present value of the whole"),
        unit=unit,
        total=True,
    )


def _discount_factor(sheet: Sheet, inputs: DrugRnpvInputs, columns: _Columns) -> Name:
    rate = sheet.figure(
        "discount_rate_share",
        inputs.discount_rate_share,
        label=Label("折现率（不含技术风险）", "discount rate without technical risk"),
        unit="share",
        domain=(-0.5, 2),
    )
    within = [_PART[inputs.phase_cost_timing]] * columns.phases + [_PART[inputs.market_timing]] * columns.years
    part = sheet.derived_row(
        "timing_share",
        within,
        label=Label("期内时点", "where in the column the flow falls"),
        unit="share",
        reason=f"phase costs at the {inputs.phase_cost_timing}, market flows {inputs.market_timing}",
    )
    start, duration = Name("start_time_years", is_row=True), Name("duration_years", is_row=True)
    time = sheet.line(
        "flow_time_years", start + part * duration, label=Label("折现年期", "time of the flow"), unit="years"
    )
    return sheet.line("discount_factor", (1 + rate) ** -time, label=Label("折现系数", "discount factor"), unit="1")


def _doubts(inputs: DrugRnpvInputs, setting: Setting) -> tuple[NamedWarning, ...]:
    usual, dated = number_of("drug_practice", "typical_highest_rate_share", on=setting.dates.policy_date)
    doubts = reference_warnings([dated])
    rate = inputs.discount_rate_share.value
    if rate <= usual or all(each.success_share.value == 1 for each in inputs.phases):
        return doubts
    label = Label(
        f"折现率 {rate:.2%} 高于惯常上限 {usual:.0%}，技术风险可能重复计算",
        f"the rate {rate:.2%} is above the usual {usual:.0%}: technical risk may be counted twice",
    )
    return (*doubts, NamedWarning("technical_risk_counted_twice", label))


def _conventions(inputs: DrugRnpvInputs) -> dict[str, str]:
    return {
        "costs": "weighted by the probability of reaching their phase, not of succeeding in it",
        "revenue": "weighted by the likelihood of approval",
        "milestones": "paid at the end of their phase, weighted by the probability of passing it",
        "phase_cost_timing": inputs.phase_cost_timing,
        "market_timing": inputs.market_timing,
        "compounding": "annual",
        "perspective": inputs.perspective,
        **footing_conventions(inputs.footing),
    }


_PART = {"start": 0.0, "middle": 0.5, "end": 1.0, "year_end": 1.0, "mid_year": 0.5}
_LABEL = Label("在研药物风险调整净现值法", "Risk-adjusted net present value of a drug candidate")

METHOD = Method(
    id="drug_rnpv",
    approach="income",
    label=_LABEL,
    question=Label("一个可能失败的在研药物值多少？", "What is a drug candidate worth that may fail on its way?"),
    inputs_model=DrugRnpvInputs,
    build=_build,
    references=(
        "Stewart, Allison, Johnson (2001), Putting a price on biotechnology, Nature Biotechnology 19",
        "BIO/Biomedtracker/Amplion (2016), Clinical Development Success Rates 2006-2015",
        "DiMasi et al. (2010), Clinical Pharmacology and Therapeutics 87:272-277",
    ),
    cases=("pharma-loa-bio-2006-2015", "pharma-loa-dimasi-1993-2004"),
    made_for=("drug_candidate", "patent"),
    assumes=Label(
        "阶段成功率逐段相乘，技术风险只在成功率中；费用按到达概率、收入按获批概率加权；独占期后只保留部分销售。",
        "Success shares multiply from phase to phase and alone carry technical risk; costs weigh by reaching, "
        "revenue by approval; after exclusivity part of the sales stays.",
    ),
)
