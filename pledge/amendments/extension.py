"""展期: the maturity moves back, within the limits of the general rules."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from pledge.amendment import AmendedPlan, Amendment, AmendmentCase, warnings_of
from pledge.amendments._common import AnnualRate, planned_anew
from pledge.loan_terms import months_after
from valuation.errors import RefusalError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["AMENDMENT", "ExtensionParameters"]

_MONTHS_IN_YEAR = 12


class ExtensionParameters(FrozenModel):
    """By how much the loan is extended, and what else changes.

    Attributes
    ----------
    extra_periods : periods added at the end.
    original_periods : the periods the loan had before any extension; the loan as planned if not stated.
    annual_rate_share : the rate from the day on; the old one if not stated.
    form : the repayment form of the rest; the old one if not stated.
    form_parameters : what that form must be told.
    """

    extra_periods: Annotated[WholeNumber, Field(ge=1, le=120)]
    original_periods: Annotated[WholeNumber, Field(ge=1, le=1200)] | None = None
    annual_rate_share: AnnualRate | None = None
    form: str | None = None
    form_parameters: dict[str, Any] = Field(default_factory=dict)


def _apply(case: AmendmentCase, parameters: ExtensionParameters) -> AmendedPlan:
    """The rest is planned anew over the longer term.

    All extensions together: a short-term loan (up to 12 months) at most its original term, a medium-term one (up to
    60) at most half of it, a longer one at most three years, as the rules of the day say.
    """
    plan = planned_anew(
        case,
        annual_rate_share=parameters.annual_rate_share,
        extra_periods=parameters.extra_periods,
        form=parameters.form,
        parameters=parameters.form_parameters,
    )
    original = parameters.original_periods or case.plan.terms.period_count
    values = _within_limits(case, original, plan.terms.period_count)
    return AmendedPlan(plan=plan, values_used=values, warnings=(*plan.warnings, *warnings_of(values)))


def _within_limits(case: AmendmentCase, original: int, extended: int) -> tuple[DatedValue, ...]:
    """Refuse an extension beyond the limit; give the rules that were read."""
    term, longer = _months(case, original), _months(case, extended)
    short, medium = case.rule("short_term_up_to_months"), case.rule("medium_term_up_to_months")
    if term <= _whole(short):
        limit = case.rule("extension_share_of_term.short_term")
        most = Fraction(str(limit.value)) * term
    elif term <= _whole(medium):
        limit = case.rule("extension_share_of_term.medium_term")
        most = Fraction(str(limit.value)) * term
    else:
        limit = case.rule("extension_cap_months.long_term")
        most = Fraction(_whole(limit))
    if longer - term > most:
        raise RefusalError.of(
            "amendment.extra_periods",
            found=f"extensions of {float(longer - term):g} months on a term of {float(term):g}",
            expected=f"at most {float(most):g} months together ({limit.source.citation})",
            advice="Agree on a shorter extension, or restructure the loan",
        )
    return short, medium, limit


def _months(case: AmendmentCase, periods: int) -> Fraction:
    """The length of a term in months; a term in days begins another month with its first day."""
    period, start = case.plan.terms.period, case.plan.terms.drawdown_date
    if period.months:
        return Fraction(period.months * periods)
    end = start + datetime.timedelta(days=period.days * periods)
    whole = math.ceil((end - start).days / 31)
    while months_after(start, whole) < end:
        whole += 1
    return Fraction(whole)


def _whole(value: DatedValue) -> int:
    assert isinstance(value.value, int), "months are whole numbers"
    return value.value


AMENDMENT = Amendment(
    id="extension",
    label=Label("展期", "extension"),
    question=Label("到期日延后时，何时还多少？", "What is paid when, after the maturity was moved back?"),
    parameters=ExtensionParameters,
    apply=_apply,
)
