"""无还本续贷: a new loan takes the place of the old one without its principal being repaid."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from pledge.amendment import AmendedPlan, Amendment, AmendmentCase, warnings_of
from pledge.amendments._common import AnnualRate, closed_on
from pledge.plan import payment_plan
from valuation.errors import RefusalError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import FrozenModel, StrictBool, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["AMENDMENT", "RenewalConditions", "RenewalParameters"]


class RenewalConditions(FrozenModel):
    """What the bank found, condition by condition; each is stated, none is assumed.

    Attributes
    ----------
    lawful_operation : the borrower does lawful business that goes on as usual.
    good_credit : its credit standing is good.
    willing_to_repay : it is willing to repay.
    meets_lending_conditions : it would be granted a new loan.
    old_loan_normal : the old loan is classified normal.
    """

    lawful_operation: StrictBool
    good_credit: StrictBool
    willing_to_repay: StrictBool
    meets_lending_conditions: StrictBool
    old_loan_normal: StrictBool


class RenewalParameters(FrozenModel):
    """The new loan, and the conditions under which it may take the old one's place and stay normal.

    Attributes
    ----------
    conditions : the five conditions as found.
    period_count : periods of the new loan, each as long as those of the old one.
    annual_rate_share : its rate.
    form : its repayment form.
    form_parameters : what that form must be told.
    """

    conditions: RenewalConditions
    period_count: Annotated[WholeNumber, Field(ge=1, le=1200)]
    annual_rate_share: AnnualRate
    form: str
    form_parameters: dict[str, Any] = Field(default_factory=dict)


def _apply(case: AmendmentCase, parameters: RenewalParameters) -> AmendedPlan:
    """The old plan ends on the day, its interest to the day is paid, and the principal is carried by the new plan."""
    values = _checked(case, parameters.conditions)
    closed = closed_on(case)
    terms = replace(
        case.plan.terms,
        principal_fen=case.principal_fen,
        annual_rate_share=parameters.annual_rate_share,
        drawdown_date=case.on,
        period_count=parameters.period_count,
        end_of_month=False,
    )
    plan = payment_plan(parameters.form, terms, parameters.form_parameters)
    return AmendedPlan(
        plan=plan,
        closed=closed,
        interest_paid_fen=closed.rows[-1].interest_fen,
        values_used=values,
        warnings=(*plan.warnings, *warnings_of(values)),
    )


def _checked(case: AmendmentCase, conditions: RenewalConditions) -> tuple[DatedValue, ...]:
    """Refuse a renewal that fails a condition the rules of the day ask for; give the rules that were read."""
    values = {name: case.rule(f"renewal_condition.{name}") for name in RenewalConditions.model_fields}
    failed = [name for name, value in values.items() if value.value is True and not getattr(conditions, name)]
    if failed:
        labels = "；".join(f"{values[name].label.zh} ({name})" for name in failed)
        raise RefusalError.of(
            "amendment.conditions",
            found=f"not met: {labels}",
            expected=f"all five met ({values[failed[0]].source.citation})",
            advice="Repay the old loan, extend it or restructure it",
        )
    return tuple(values.values())


AMENDMENT = Amendment(
    id="renewal",
    label=Label("无还本续贷", "renewal without repayment"),
    question=Label(
        "以新贷接续旧贷、不先归还本金时，何时还多少？",
        "What is paid when, after a new loan took the place of the old one without repayment?",
    ),
    parameters=RenewalParameters,
    apply=_apply,
)
