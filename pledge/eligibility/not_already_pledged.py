"""Ground 9: is an earlier pledge still in force? 重复质押."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="not_already_pledged",
    place=9,
    label=Label("未重复质押", "not already pledged"),
    test=stated_fact(
        "already_pledged",
        wanted=False,
        passed=Label("无在先有效质押", "no pledge is in force"),
        failed=Label("已质押且处于质押期间", "already pledged and in pledge"),
    ),
    ground="already_pledged",
)
