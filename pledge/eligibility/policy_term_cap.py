"""The bank's policy: how long may the loan run? 贷款期限上限."""

from __future__ import annotations

from pledge.eligibility._policy import policy_value, whole
from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from valuation.kernel.labels import Label

__all__ = ["RULE"]

_PARAMETER = "term_cap_months"


def _test(case: EligibilityCase) -> Verdict:
    value = policy_value(_PARAMETER, case)
    reason = Label(
        f"贷款期限{case.term_months}个月，政策上限{value.value}个月",
        f"the term is {case.term_months} months, the policy allows {value.value}",
    )
    return Verdict("passed" if case.term_months <= whole(value) else "failed", reason, value)


RULE = EligibilityRule(
    id="policy_term_cap",
    place=43,
    label=Label("贷款期限不超过政策上限", "the term is within the policy's cap"),
    test=_test,
    parameter=_PARAMETER,
)
