"""What several amendments share: closing a plan on a day, planning the rest under new terms, fields of parameters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pledge.amendment import AmendmentCase
from pledge.instalments import read_parameters
from pledge.loan_terms import LoanTerms, Owed, loan_periods
from pledge.plan import PaymentPlan, PrincipalSegment, continued, rest_of
from pledge.rates import RateStep
from valuation.kernel.fields import DecimalText

__all__ = ["AnnualRate", "ShareBelowOne", "closed_on", "planned_anew"]


def _below_one(found: Decimal) -> Decimal:
    if not 0 <= found < 1:
        raise PydanticCustomError("rate", 'a share of one from 0 to below 1, such as "0.0435" for 4.35 %')
    return found


#: A yearly rate, a share of one below 1.
AnnualRate = Annotated[DecimalText, AfterValidator(_below_one)]
ShareBelowOne = AnnualRate


def planned_anew(
    case: AmendmentCase,
    *,
    principal_fen: int | None = None,
    annual_rate_share: Decimal | None = None,
    extra_periods: int = 0,
    form: str | None = None,
    parameters: Any = None,
) -> PaymentPlan:
    """The plan whose rest is built on what is left; rate, periods and form are the old ones where none is stated."""
    plan, rate = case.plan, annual_rate_share
    terms = replace(
        plan.terms,
        annual_rate_share=plan.terms.annual_rate_share if rate is None else rate,
        period_count=plan.terms.period_count + extra_periods,
    )
    owed = rest_of(
        plan,
        on=case.on,
        principal_fen=case.principal_fen if principal_fen is None else principal_fen,
        annual_rate_share=terms.annual_rate_share,
        segments=case.segments,
    )
    if extra_periods:
        owed = _longer(owed, terms)
    read = read_parameters(form or plan.form, parameters) if form or parameters else plan.parameters
    return continued(
        plan, owed, on=case.on, terms=terms, form=form or plan.form, parameters=read, segments=case.segments
    )


def closed_on(case: AmendmentCase) -> PaymentPlan:
    """The plan with everything that is left falling due on the day, interest to the day included."""
    row = case.row
    before = tuple(each for each in case.plan.rows if each.period_end <= case.on)
    interest = case.plan.terms.interest_rounding.to_fen(case.accrued_fen)
    segments = tuple(each for each in (case.segments or row.segments) if each.from_date < case.on)
    rates = tuple(step for step in row.rates if step.from_date < case.on)
    last = replace(
        row,
        due_date=case.on,
        principal_fen=case.principal_fen,
        interest_fen=interest,
        segments=segments or (PrincipalSegment(row.period_start, case.principal_fen),),
        rates=rates or (RateStep(row.period_start, row.rates[0].annual_rate_share),),
        closed_on=case.on,
    )
    return replace(case.plan, rows=(*before, last), warnings=())


def _longer(owed: Owed, terms: LoanTerms) -> Owed:
    """What is owed with the further periods of longer terms at its end."""
    added = loan_periods(terms)[owed.periods[-1].number :]
    return replace(owed, periods=(*(replace(each, is_last=False) for each in owed.periods), *added))
