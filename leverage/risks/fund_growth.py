"""基金成长: a fund calls, grows, charges and pays out by a pattern of its own, with uncertain growth.

Takahashi and Alexander's cash flow, a lognormal growth factor whose part ρ of the variance the common factor makes,
fees, and one waterfall with the concessions of the public side; :mod:`leverage.simulation.tables` has the formulas.
No course goes with it: calls and payouts are the pattern's. Growth is gross of fees.

Tested by: ``tests/leverage/test_fund_paths.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.cashflow.takahashi_alexander import TakahashiAlexander
from leverage.fees import FeeSchedule, FeeStep
from leverage.fund_paths import FundGrowth
from leverage.risk import OWN_STREAMS, PathFactors, RiskKind, RunSpan
from leverage.simulation.tables import CALL_RATE, QUARTERS_PER_YEAR, SimulatedFund, fund_tables
from leverage.timetable import quarter_of
from valuation.errors import InputError
from valuation.kernel.fields import Day, FrozenModel
from valuation.kernel.figures import Figure, Graded, ShareFigure, within
from valuation.kernel.labels import Label

__all__ = ["RISK", "FundGrowthTerms", "FundPattern", "FundWaterfall", "ManagementFees"]

_Share = Annotated[float, Field(ge=0, le=1)]
_Deviation = Annotated[Figure, AfterValidator(within(0, 2))]


def _no_distribution(figure: Figure) -> Figure:
    if figure.distribution is not None:
        raise PydanticCustomError("distribution", "one value: what is uncertain of a fund is its growth itself")
    return figure


class FundPattern(Graded):
    """Calls and payouts as one statement: rates of contribution by year, life in years, bow, yield, last call."""

    contribution_rate_by_year_share: Annotated[tuple[_Share, ...], Field(min_length=1, max_length=60)]
    second_year_same_amount: bool = False
    last_contribution_year: Annotated[int, Field(ge=1, le=60)] | None = None
    life_years: Annotated[int, Field(ge=1, le=60)]
    bow: Annotated[float, Field(gt=0, le=100)]
    yield_share: _Share = 0.0


class ManagementFees(Graded):
    """What the manager charges, as one statement: steps of a rate on a base, and the years it runs."""

    steps: Annotated[tuple[FeeStep, ...], Field(min_length=1, max_length=60)]
    term_years: Annotated[int, Field(ge=1, le=60)]

    @model_validator(mode="after")
    def _bases(self) -> ManagementFees:
        if any(step.base == "invested" for step in self.steps):
            raise PydanticCustomError("fees", "fees on committed, called or fair_value: holdings' cost is not tracked")
        return self


class FundWaterfall(Graded):
    """Who gets what is paid out, as one statement; the concessions of the public side are off unless stated."""

    preferred_rate_share: _Share
    carry_share: Annotated[float, Field(ge=0, lt=1)]
    catch_up_share: Annotated[float, Field(gt=0, le=1)] | None = None
    public_first_loss: bool = False
    public_cap_rate_share: _Share | None = None
    above_cap_to: Literal["others", "manager"] = "others"


class FundGrowthTerms(FrozenModel):
    """When the fund starts, its pattern, growth a year and its deviation, the common factor's part, fees, waterfall."""

    kind: Literal["fund_growth"]
    first_day: Day
    pattern: FundPattern
    growth_share: Annotated[Figure, AfterValidator(within(-0.9, 5)), AfterValidator(_no_distribution)]
    deviation_share: Annotated[_Deviation, AfterValidator(_no_distribution)]
    correlation_share: Annotated[ShareFigure, AfterValidator(_no_distribution)]
    call_deviation_share: Annotated[_Deviation, AfterValidator(_no_distribution)] | None = None
    fees: ManagementFees
    waterfall: FundWaterfall

    def model_post_init(self, context: object) -> None:
        """Refuse what the simulated fund refuses: fees on cost, a catch-up that never catches up, a short life."""
        del context
        self.fund(starts_after_quarters=0)

    def fund(self, *, starts_after_quarters: int) -> SimulatedFund:
        """The simulated fund of these terms, beginning so many quarters into the run.

        Its commitments of 1 and 1 stand for those that an instrument makes of the placed money and the partners'.

        Raises
        ------
        ValidationError : terms that the simulated fund, its pattern or its fees refuse, naming the field.
        """
        without = {"grade", "source", "reason"}
        pattern = self.pattern.model_dump(exclude=without)
        calls = None if self.call_deviation_share is None else self.call_deviation_share.value
        return SimulatedFund(
            id="fund",
            public_commitment=1.0,
            other_commitment=1.0,
            cash_flow=TakahashiAlexander(
                **pattern, growth_share=self.growth_share.value, periods_per_year=QUARTERS_PER_YEAR
            ),
            starts_after_quarters=starts_after_quarters,
            deviation_share=self.deviation_share.value,
            correlation_share=self.correlation_share.value,
            call_deviation_share=calls or 0.0,
            fees=FeeSchedule(**self.fees.model_dump(exclude=without)),
            **self.waterfall.model_dump(exclude=without),
        )


@dataclass(frozen=True)
class _Draw:
    fund: SimulatedFund

    def growth(self, factors: PathFactors) -> FundGrowth:
        return FundGrowth(self.fund, factors)


def _prepare(terms: FundGrowthTerms, span: RunSpan) -> _Draw:
    start = quarter_of(terms.first_day, first_day=span.first_day)
    if not 0 <= start < span.quarters:
        last = f"within {span.quarters} quarters from {span.first_day}"
        raise InputError.of(f"{span.allocation}.risk.first_day", found=terms.first_day, expected=last)
    fund = terms.fund(starts_after_quarters=start)
    _check_money(fund, span)
    return _Draw(fund)


def _check_money(fund: SimulatedFund, span: RunSpan) -> None:
    """Refuse calls that run ahead of the days on which the programme's money is there."""
    there, calls, left = 0.0, fund_tables((fund,), quarters=span.quarters).quarterly[0][CALL_RATE], 1.0
    for quarter, rate in enumerate(calls):
        there += float(span.available.get(quarter, 0))
        left *= 1 - rate
        is_open = there < 1 - 1e-12
        if is_open and rate and (fund.call_deviation_share or 1 - left > there + 1e-12):
            raise InputError.of(
                f"{span.allocation}.risk.first_day",
                found=f"calls of {1 - left:.3f} of the commitment up to quarter {quarter + 1}",
                expected=f"at most the {there:.3f} paid in by the programme's timetable: start later, or call slower",
            )


RISK = RiskKind(
    id="fund_growth",
    label=Label("基金成长", "fund growth"),
    question=Label(
        "基金何时实缴与分配，增长有多不确定？", "When does a fund call and pay out, and how uncertain is its growth?"
    ),
    terms_model=FundGrowthTerms,
    prepare=_prepare,
    numbers=lambda _, quarters: OWN_STREAMS * quarters,
    grows_fund=True,
)
