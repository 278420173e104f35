"""The bank's policy: how old may the appraisal be at drawdown? 评估有效期. Without its word no age is too old."""

from __future__ import annotations

from pledge.eligibility._policy import policy_value, whole
from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from pledge.instalments import months_after
from valuation.kernel.labels import Label

__all__ = ["RULE"]

_PARAMETER = "appraisal_validity_months"


def _test(case: EligibilityCase) -> Verdict:
    value, appraised = policy_value(_PARAMETER, case), case.asset.appraised_on
    last_day = months_after(appraised, whole(value))
    reason = Label(
        f"评估基准日{appraised}，政策规定{value.value}个月内有效（至{last_day}），放款日{case.drawdown_date}",
        f"appraised on {appraised}, which the policy lets serve {value.value} months (to {last_day}); drawdown on"
        f" {case.drawdown_date}",
    )
    return Verdict("passed" if case.drawdown_date <= last_day else "failed", reason, value)


RULE = EligibilityRule(
    id="policy_valuation_age",
    place=44,
    label=Label("评估在有效期内", "the appraisal is recent enough"),
    test=_test,
    parameter=_PARAMETER,
)
