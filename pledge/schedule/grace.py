"""宽限期: a start without principal, in one of three meanings that must be stated, then repayment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from pledge.day_counts import AccrualSpan
from pledge.instalments import LoanPeriod, LoanTerms, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import interest_of_parts, level_payment
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM", "GraceParameters"]


class GraceParameters(FrozenModel):
    """How long the grace lasts, what it means for the interest, and how the loan is repaid after it.

    Attributes
    ----------
    grace_periods : the first periods, without principal.
    meaning : ``interest_only``: interest is paid each period. ``interest_capitalised``: it is added to the principal
        each period, and bears interest. ``no_payment``: it bears no interest and falls due with the first payment.
    afterwards : the form of the rest.
    """

    grace_periods: Annotated[WholeNumber, Field(ge=1, le=1199)]
    meaning: Literal["interest_only", "interest_capitalised", "no_payment"]
    afterwards: Literal["equal_instalment", "equal_principal", "interest_only"]


def _build(terms: LoanTerms, owed: Owed, parameters: GraceParameters) -> Schedule:
    """Grace of g periods, then level payments A or principal parts B/(n − g), B being the balance after the grace.

    Interest only: B = P, interest P · rₖ in each period of grace. Capitalised: B = P · Π(1 + rₖ), each step rounded
    to the fen. No payment: B = P, and the first payment holds the interest P · Σ rₖ of grace and its own period.
    """
    if parameters.grace_periods >= terms.period_count:
        expected = f"less than the {terms.period_count} periods of the loan"
        raise InputError.of("grace_periods", found=parameters.grace_periods, expected=expected)
    grace = [period for period in owed.periods if period.number <= parameters.grace_periods]
    rest = list(owed.periods[len(grace) :])
    assert rest, "the last period of a loan lies after its grace"
    if parameters.meaning == "no_payment":
        merged = _merged([*grace, rest[0]])
        return _repaid(terms, replace(owed, periods=(merged, *rest[1:])), parameters, grace=[], opening=None)
    opening = _capitalised(terms, owed.principal_fen, grace) if parameters.meaning == "interest_capitalised" else None
    return _repaid(terms, owed, parameters, grace=grace, opening=opening)


def _repaid(
    terms: LoanTerms,
    owed: Owed,
    parameters: GraceParameters,
    *,
    grace: Sequence[LoanPeriod],
    opening: tuple[int, Fraction] | None,
) -> Schedule:
    """The schedule once the balance after the grace is known, rounded and exact; None: it is what is owed."""
    rest, last = owed.periods[len(grace) :], grace[-1].number if grace else 0
    balance, exact = opening or (owed.principal_fen, Fraction(owed.principal_fen))
    paid_in_grace = interest_of_parts(owed.principal_fen, [0] * len(grace), grace) if opening is None else Fraction(0)
    if parameters.afterwards == "equal_instalment":
        instalment = terms.instalment_rounding.to_fen(level_payment(balance, rest))
        interest = len(rest) * level_payment(exact, rest) - owed.principal_fen
    else:
        share = Fraction(1, len(rest)) if parameters.afterwards == "equal_principal" else Fraction(0)
        part, instalment = terms.instalment_rounding.to_fen(balance * share), None
        interest = interest_of_parts(exact, [exact * share] * len(rest), rest) + exact - owed.principal_fen

    def principal_due(period: LoanPeriod, interest_fen: int) -> int:
        if period.number <= last:
            return 0
        return part if instalment is None else instalment - interest_fen

    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=principal_due,
        exact_total_interest_fen=paid_in_grace + interest,
        instalment_fen=instalment,
        capitalised_to=0 if opening is None else last,
    )


def _capitalised(terms: LoanTerms, principal_fen: int, grace: Sequence[LoanPeriod]) -> tuple[int, Fraction]:
    """The principal after the grace with each interest rounded, and without any rounding."""
    rounded, exact = principal_fen, Fraction(principal_fen)
    for period in grace:
        rounded += terms.interest_rounding.to_fen(period.carried_fen + rounded * period.rate_share)
        exact += period.carried_fen + exact * period.rate_share
    return rounded, exact


def _merged(periods: Sequence[LoanPeriod]) -> LoanPeriod:
    """One long period instead of several: their days, rates and carried interest together, due with the last."""
    marks = [*periods[0].span.marks, *(mark for each in periods[1:] for mark in each.span.marks[1:])]
    span = periods[0].span
    return replace(
        periods[-1],
        rate_share=sum((each.rate_share for each in periods), Fraction(0)),
        carried_fen=sum((each.carried_fen for each in periods), Fraction(0)),
        span=AccrualSpan(span.day_count, tuple(marks), span.months_each),
    )


REPAYMENT_FORM = RepaymentForm(
    id="grace",
    label=Label("宽限期后分期还款", "grace, then instalments"),
    question=Label(
        "开头若干期不还本金时，每期付多少？",
        "What is paid when the first periods ask for no principal?",
    ),
    build=_build,
    parameters=GraceParameters,
)
