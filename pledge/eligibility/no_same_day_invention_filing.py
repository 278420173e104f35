"""Ground 10: may a same-day invention filing end the utility model? 同日申请; the parties may insist."""

from __future__ import annotations

from pledge.eligibility._facts import unless_insisted
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="no_same_day_invention_filing",
    place=10,
    label=Label("实用新型无同日发明申请", "no invention was filed on the day of the utility model"),
    test=unless_insisted(
        "same_day_invention_filing",
        passed=Label("无同日发明申请", "no invention was filed on the same day"),
        failed=Label("存在同日发明申请", "an invention was filed on the same day"),
    ),
    ground="same_day_utility_model",
    kinds=frozenset({"utility_model"}),
)
