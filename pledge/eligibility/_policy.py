"""How a rule reads the bank's own policy."""

from __future__ import annotations

from pledge.eligibility_rule import EligibilityCase
from valuation.kernel.dated import DatedValue

__all__ = ["policy_value", "whole"]


def policy_value(parameter: str, case: EligibilityCase) -> DatedValue:
    """What the policy says on the policy date; ``{kind}`` in the parameter stands for the kind of right."""
    return case.policy.value(parameter.format(kind=case.asset.kind), on=case.policy_date)


def whole(value: DatedValue) -> int:
    """The whole number of months or years of a policy that was checked when it loaded."""
    assert isinstance(value.value, int), "months and years of a loaded policy are whole numbers"
    return value.value
