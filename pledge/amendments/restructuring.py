"""重组: easier terms for a borrower in difficulty, and the watch that follows."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import Field

from pledge.amendment import AmendedPlan, Amendment, AmendmentCase, warnings_of
from pledge.amendments._common import AnnualRate, planned_anew
from pledge.loan_terms import months_after
from pledge.plan import PaymentPlan
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["AMENDMENT", "RestructuringParameters", "watch_end"]


class RestructuringParameters(FrozenModel):
    """What is made easier; what is not stated stays.

    Attributes
    ----------
    annual_rate_share : the rate from the day on.
    extra_periods : periods added at the end; no limit of an ordinary extension applies.
    form : the repayment form of the rest.
    form_parameters : what that form must be told.
    """

    annual_rate_share: AnnualRate | None = None
    extra_periods: Annotated[WholeNumber, Field(ge=0, le=600)] = 0
    form: str | None = None
    form_parameters: dict[str, Any] = Field(default_factory=dict)


def _apply(case: AmendmentCase, parameters: RestructuringParameters) -> AmendedPlan:
    """The rest is planned anew under the easier terms; the watch runs to the later of its two ends.

    At least so many consecutive repayment periods and at least so many months, as the rules of the day say.
    """
    plan = planned_anew(
        case,
        annual_rate_share=parameters.annual_rate_share,
        extra_periods=parameters.extra_periods,
        form=parameters.form,
        parameters=parameters.form_parameters,
    )
    values = (case.rule("restructuring_watch_periods"), case.rule("restructuring_watch_months"))
    periods, months = (int(str(value.value)) for value in values)
    return AmendedPlan(
        plan=plan,
        watch_until=watch_end(plan, on=case.on, periods=periods, months=months),
        values_used=values,
        warnings=(*plan.warnings, *warnings_of(values)),
    )


def watch_end(plan: PaymentPlan, *, on: datetime.date, periods: int, months: int) -> datetime.date:
    """On which day may a loan restructured on ``on`` leave its watch at the earliest?

    The later of ``months`` after the day and the due date of the last of so many consecutive repayments; the maturity
    when fewer are left. Interest alone counts as a repayment.

    Tested by: ``tests/pledge/amendments/test_amendments.py``.
    """
    paid = [row.due_date for row in plan.rows if row.due_date > on and row.principal_fen + row.interest_fen > 0]
    return max(months_after(on, months), paid[min(periods, len(paid)) - 1])


AMENDMENT = Amendment(
    id="restructuring",
    label=Label("重组", "restructuring"),
    question=Label(
        "对困难借款人放宽条件后，何时还多少、观察到何时？",
        "What is paid when after terms were eased for a borrower in difficulty, and how long is it watched?",
    ),
    parameters=RestructuringParameters,
    apply=_apply,
)
