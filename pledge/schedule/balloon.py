"""气球贷: level payments that leave a large last one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from pledge.instalments import LoanTerms, Owed, RepaymentForm, Schedule, amortise
from pledge.loan_terms import loan_periods
from pledge.schedule._level import balance_after, level_payment
from valuation.errors import InputError
from valuation.kernel.fields import DecimalText, FrozenModel, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM", "BalloonParameters"]


class BalloonParameters(FrozenModel):
    """How large the last payment is: one of the two is stated.

    Attributes
    ----------
    balloon_share : the share of the principal that is left to the last payment, above its level part.
    amortisation_periods : the periods over which the level payment would repay all; more than the loan has.
    """

    balloon_share: DecimalText | None = None
    amortisation_periods: Annotated[WholeNumber, Field(ge=2, le=1200)] | None = None

    @field_validator("balloon_share")
    @classmethod
    def _share(cls, found: Decimal | None) -> Decimal | None:
        if found is not None and not 0 < found < 1:
            raise PydanticCustomError("share", "a share of one above 0 and below 1")
        return found

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.balloon_share is None) == (self.amortisation_periods is None):
            raise PydanticCustomError("balloon", "either balloon_share or amortisation_periods")
        return self


def _build(terms: LoanTerms, owed: Owed, parameters: BalloonParameters) -> Schedule:
    """The level payment A that leaves B after the last period; the last payment is A + B and absorbs rounding.

    By share: B = share · P₀ of the original principal. By periods: A repays all in N periods, and B is what is left
    after n. Σ interest = n · A + B − P.
    """
    exact_instalment, left = _level_and_balloon(terms, owed, parameters)
    instalment = terms.instalment_rounding.to_fen(exact_instalment)
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda _, interest: instalment - interest,
        exact_total_interest_fen=len(owed.periods) * exact_instalment + left - owed.principal_fen,
        instalment_fen=instalment,
    )


def _level_and_balloon(terms: LoanTerms, owed: Owed, parameters: BalloonParameters) -> tuple[Fraction, Fraction]:
    if parameters.balloon_share is not None:
        left = min(Fraction(parameters.balloon_share) * terms.principal_fen, Fraction(owed.principal_fen))
        return level_payment(owed.principal_fen, owed.periods, left_fen=left), left
    count = parameters.amortisation_periods
    assert count is not None, "one of the two is stated"
    if count <= terms.period_count:
        raise InputError.of(
            "amortisation_periods", found=count, expected=f"more than the {terms.period_count} periods of the loan"
        )
    beyond = loan_periods(replace(terms, period_count=count, due_date_convention="none", interest_dates="unadjusted"))
    exact = level_payment(owed.principal_fen, (*owed.periods, *beyond[terms.period_count :]))
    return exact, balance_after(owed.principal_fen, owed.periods, payment_fen=exact)


REPAYMENT_FORM = RepaymentForm(
    id="balloon",
    label=Label("气球贷", "balloon"),
    question=Label(
        "每期少还、到期一次还清较大余额时，每期付多少？",
        "What is paid when level payments leave a large balance to the last one?",
    ),
    build=_build,
    parameters=BalloonParameters,
)
