"""The bank's policy: for how many years must a mark have been used at drawdown? 最低使用年限."""

from __future__ import annotations

from pledge.eligibility._facts import not_stated
from pledge.eligibility._policy import policy_value, whole
from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from pledge.instalments import months_after
from valuation.kernel.labels import Label

__all__ = ["RULE"]

_PARAMETER = "minimum_years_of_use.{kind}"


def _test(case: EligibilityCase) -> Verdict:
    value, since = policy_value(_PARAMETER, case), case.asset.used_since
    if since is None:
        unknown = not_stated("used_since")
        return Verdict("not_stated", unknown.reason, value, unknown.missing)
    reached = months_after(since, 12 * whole(value))
    reason = Label(
        f"政策要求已使用不少于{value.value}年（{reached}满足），放款日{case.drawdown_date}",
        f"the policy asks for {value.value} years of use (reached on {reached}), drawdown on {case.drawdown_date}",
    )
    return Verdict("passed" if reached <= case.drawdown_date else "failed", reason, value)


RULE = EligibilityRule(
    id="policy_minimum_use",
    place=42,
    label=Label("符合政策最低使用年限", "the policy's minimum years of use"),
    test=_test,
    parameter=_PARAMETER,
)
