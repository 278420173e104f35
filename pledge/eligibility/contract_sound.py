"""Ground 7: does the pledge contract say what it must? 质押合同内容. A quote is made before there is one."""

from __future__ import annotations

from pledge.eligibility._facts import checked_by_officer
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="contract_sound",
    place=7,
    label=Label("质押合同符合规定", "the pledge contract is sound"),
    test=checked_by_officer(
        "contract_sound",
        passed=Label("经办人已核对质押合同", "an officer has read the pledge contract and found it sound"),
        failed=Label("质押合同不符合规定", "the pledge contract is defective"),
        unread=Label("质押合同尚未核对", "nobody has checked the pledge contract yet"),
    ),
    ground="contract_defect",
)
