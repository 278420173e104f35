"""The bank's policy: how many years must the right still have at drawdown? 最低剩余有效期."""

from __future__ import annotations

from pledge.eligibility._facts import not_stated
from pledge.eligibility._policy import policy_value, whole
from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from pledge.instalments import months_after
from valuation.kernel.labels import Label

__all__ = ["RULE"]

_PARAMETER = "minimum_remaining_life_years.{kind}"


def _test(case: EligibilityCase) -> Verdict:
    value, expiry = policy_value(_PARAMETER, case), case.asset.expiry_date
    if expiry is None:
        unknown = not_stated("expiry_date")
        return Verdict("not_stated", unknown.reason, value, unknown.missing)
    needed = months_after(case.drawdown_date, 12 * whole(value))
    reason = Label(
        f"政策要求自放款日起剩余有效期不少于{value.value}年（至{needed}），权利期满日{expiry}",
        f"the policy asks for {value.value} years from drawdown (to {needed}), the right expires on {expiry}",
    )
    return Verdict("passed" if expiry >= needed else "failed", reason, value)


RULE = EligibilityRule(
    id="policy_minimum_remaining_life",
    place=41,
    label=Label("符合政策最低剩余有效期", "the policy's minimum remaining life"),
    test=_test,
    parameter=_PARAMETER,
)
