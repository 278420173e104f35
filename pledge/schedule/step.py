"""阶梯还本: principal by weights that change from step to step."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from pledge.instalments import LoanTerms, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import interest_of_parts
from valuation.errors import InputError
from valuation.kernel.fields import NOT_EMPTY, DecimalText, FrozenModel, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM", "PrincipalStep", "StepParameters"]


class PrincipalStep(FrozenModel):
    """So many periods, each with this weight in the principal.

    Attributes
    ----------
    periods : how many periods the step lasts.
    weight : the weight of each of them; only the proportions matter.
    """

    periods: Annotated[WholeNumber, Field(ge=1, le=1200)]
    weight: DecimalText

    @field_validator("weight")
    @classmethod
    def _not_negative(cls, found: Any) -> Any:
        if found < 0:
            raise PydanticCustomError("weight", "a weight of 0 or more")
        return found


class StepParameters(FrozenModel):
    """The steps in order; together they cover the periods of the loan.

    Attributes
    ----------
    steps : how many periods, and the weight of each in the principal.
    """

    steps: Annotated[tuple[PrincipalStep, ...], Field(max_length=100), *NOT_EMPTY]

    @property
    def weights(self) -> list[Fraction]:
        """The weight of every period."""
        return [Fraction(step.weight) for step in self.steps for _ in range(step.periods)]


def _build(terms: LoanTerms, owed: Owed, parameters: StepParameters) -> Schedule:
    """Principal P · wₖ / Σ w rounded by the instalment rounding; the last period absorbs the difference.

    Planned anew, the weights of the periods left share what is left; a period that an extension added has the
    weight of the last step.
    """
    weights = parameters.weights
    if len(weights) != terms.period_count and owed.principal_fen == terms.principal_fen:
        raise InputError.of("steps", found=f"{len(weights)} periods", expected=f"{terms.period_count} periods")
    left = [weights[min(period.number, len(weights)) - 1] for period in owed.periods]
    if not sum(left):
        raise InputError.of("steps", found="no weight in the periods left", expected="a weight above 0")
    parts = [owed.principal_fen * weight / sum(left) for weight in left]
    due = {
        period.number: terms.instalment_rounding.to_fen(part) for period, part in zip(owed.periods, parts, strict=True)
    }
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda period, _: due[period.number],
        exact_total_interest_fen=interest_of_parts(owed.principal_fen, parts, owed.periods),
    )


REPAYMENT_FORM = RepaymentForm(
    id="step",
    label=Label("阶梯还本", "principal in steps"),
    question=Label(
        "各阶段归还本金的快慢不同时，每期付多少？",
        "What is paid when the principal is repaid more slowly in some stretches than in others?",
    ),
    build=_build,
    parameters=StepParameters,
)
