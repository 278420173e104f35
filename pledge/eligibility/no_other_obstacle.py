"""Ground 12: is there anything else against the pledge? 其他不符合出质条件的情形."""

from __future__ import annotations

from pledge.eligibility._facts import checked_by_officer
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="no_other_obstacle",
    place=12,
    label=Label("无其他不符合出质条件的情形", "no other obstacle to the pledge"),
    test=checked_by_officer(
        "no_other_obstacle",
        passed=Label("经办人未发现其他障碍", "an officer looked for other obstacles and found none"),
        failed=Label("存在其他不符合出质条件的情形", "there is another obstacle"),
        unread=Label("其他障碍尚未核对", "nobody has looked for other obstacles yet"),
    ),
    ground="other",
)
