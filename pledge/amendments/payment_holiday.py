"""延期还款: some periods without principal, or without any payment, in one of three stated meanings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pledge.amendment import AmendedPlan, Amendment, AmendmentCase
from pledge.amendments._common import planned_anew
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["AMENDMENT", "PaymentHolidayParameters"]

_AFTERWARDS = ("equal_instalment", "equal_principal", "interest_only")


class PaymentHolidayParameters(FrozenModel):
    """How many of the next periods are free, what that means for interest, and whether the loan gets longer.

    Attributes
    ----------
    periods : the next periods, the running one included.
    meaning : ``interest_only``: interest is paid each period. ``interest_capitalised``: it is added to the principal
        and bears interest. ``no_payment``: it bears no interest and falls due with the first payment.
    maturity : ``kept``, or ``moved`` by as many periods.
    """

    periods: Annotated[WholeNumber, Field(ge=1, le=60)]
    meaning: Literal["interest_only", "interest_capitalised", "no_payment"]
    maturity: Literal["kept", "moved"]


def _apply(case: AmendmentCase, parameters: PaymentHolidayParameters) -> AmendedPlan:
    """Grace for the next periods, the running one included, then the old form on the rest."""
    plan = planned_anew(
        case,
        extra_periods=parameters.periods if parameters.maturity == "moved" else 0,
        form="grace",
        parameters={
            "grace_periods": case.row.number - 1 + parameters.periods,
            "meaning": parameters.meaning,
            "afterwards": _form_after(case),
        },
    )
    return AmendedPlan(plan=plan, warnings=plan.warnings)


def _form_after(case: AmendmentCase) -> Any:
    """The form that goes on after the holiday; for a loan that began with a grace, the one after that."""
    plan = case.plan
    found = getattr(plan.parameters, "afterwards", None) if plan.form == "grace" else plan.form
    if found not in _AFTERWARDS:
        raise InputError.of(
            "form", found=plan.form, expected=f"{', '.join(_AFTERWARDS)} or grace; agree on a bespoke plan otherwise"
        )
    return found


AMENDMENT = Amendment(
    id="payment_holiday",
    label=Label("延期还款", "payment holiday"),
    question=Label(
        "若干期暂不还本或暂不付款时，何时还多少？",
        "What is paid when, if some periods ask for no principal or for nothing?",
    ),
    parameters=PaymentHolidayParameters,
    apply=_apply,
)
