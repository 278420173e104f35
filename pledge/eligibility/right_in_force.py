"""Ground 2: is the right in force? 权利未终止、未被宣告无效."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="right_in_force",
    place=2,
    label=Label("权利有效", "the right is in force"),
    test=stated_fact(
        "in_force",
        wanted=True,
        passed=Label("权利处于有效状态", "the right is in force"),
        failed=Label("权利已终止或被宣告无效", "the right has lapsed or was invalidated"),
    ),
    ground="right_lapsed_or_invalidated",
)
