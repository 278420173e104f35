"""按期付息、每半年还本: interest each period, principal at least every half-year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from pledge.instalments import LoanPeriod, LoanTerms, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import interest_of_parts
from valuation.errors import InputError
from valuation.kernel.fields import DecimalText, FrozenModel
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM", "HalfYearlyParameters"]


class HalfYearlyParameters(FrozenModel):
    """How often principal falls due, and how much of it before maturity.

    Attributes
    ----------
    months_between : months from one repayment of principal to the next; at most half a year.
    share_each : the share of the principal in each of them, the rest at maturity; equal parts when not stated.
    """

    months_between: Literal[1, 2, 3, 4, 6] = 6
    share_each: DecimalText | None = None

    @field_validator("share_each")
    @classmethod
    def _share(cls, found: Decimal | None) -> Decimal | None:
        if found is not None and not 0 < found < 1:
            raise PydanticCustomError("share", "a share of one above 0 and below 1")
        return found


def _build(terms: LoanTerms, owed: Owed, parameters: HalfYearlyParameters) -> Schedule:
    """Principal P/m in each of the m periods that end a half-year, or the stated share of the original principal.

    The last period is one of the m. Rounded by the instalment rounding; the last period absorbs the rest.
    """
    months = terms.period.months
    if not months or parameters.months_between % months:
        found = f"{parameters.months_between}, periods of {months or 'no'} months"
        raise InputError.of("months_between", found=found, expected="a multiple of the period of the loan")
    steps = [each.number for each in owed.periods if each.is_last or not _months_to(each, months, parameters)]
    part = Fraction(owed.principal_fen, len(steps))
    if parameters.share_each is not None:
        part = terms.principal_fen * Fraction(parameters.share_each)
    rounded = terms.instalment_rounding.to_fen(part)
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda period, _: rounded if period.number in steps else 0,
        exact_total_interest_fen=interest_of_parts(owed.principal_fen, _parts(owed, steps, part), owed.periods),
    )


def _parts(owed: Owed, steps: list[int], part: Fraction) -> list[Fraction]:
    """The principal of every period without rounding; it never exceeds what is left."""
    parts, balance = [], Fraction(owed.principal_fen)
    for period in owed.periods:
        parts.append(min(part, balance) if period.number in steps else Fraction(0))
        balance -= parts[-1]
    return parts


def _months_to(period: LoanPeriod, months: int, parameters: HalfYearlyParameters) -> int:
    """Months by which the period ends after the last repayment of principal."""
    return period.number * months % parameters.months_between


REPAYMENT_FORM = RepaymentForm(
    id="half_yearly_principal",
    label=Label("按期付息、每半年还本", "interest each period, principal every half-year"),
    question=Label(
        "按期付息、本金每半年归还一次时，每期付多少？",
        "What is paid when interest is due each period and principal every half-year?",
    ),
    build=_build,
    parameters=HalfYearlyParameters,
)
