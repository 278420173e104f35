"""利率重定价: another rate from a day on."""

from __future__ import annotations

from pledge.amendment import AmendedPlan, Amendment, AmendmentCase
from pledge.amendments._common import AnnualRate, planned_anew
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["AMENDMENT", "RateResetParameters"]


class RateResetParameters(FrozenModel):
    """The rate from the day on.

    Attributes
    ----------
    annual_rate_share : a share of one a year ("0.0335" for 3.35 %).
    """

    annual_rate_share: AnnualRate


def _apply(case: AmendmentCase, parameters: RateResetParameters) -> AmendedPlan:
    """Both rates run on their own days of the running period; a level payment is computed again from it on."""
    plan = planned_anew(case, annual_rate_share=parameters.annual_rate_share)
    return AmendedPlan(plan=plan, warnings=plan.warnings)


AMENDMENT = Amendment(
    id="rate_reset",
    label=Label("利率重定价", "rate reset"),
    question=Label("利率改变后，何时还多少？", "What is paid when, after the rate changed?"),
    parameters=RateResetParameters,
    apply=_apply,
)
