"""Ground 3: is there a granted right, or only an application? 专利申请不得出质."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from pledge.pledged_asset import REGISTERED_KINDS
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="right_granted",
    place=3,
    label=Label("已授权或已注册（非仅申请）", "the right is granted, not only applied for"),
    test=stated_fact(
        "granted",
        wanted=True,
        passed=Label("已授权或已注册", "granted or registered"),
        failed=Label("仅为申请，尚未授权或注册", "there is only an application"),
    ),
    ground="only_an_application",
    kinds=REGISTERED_KINDS,
)
