"""Ground 11: is somebody asking to invalidate the right? 无效宣告程序; the parties may insist."""

from __future__ import annotations

from pledge.eligibility._facts import unless_insisted
from pledge.eligibility_rule import EligibilityRule
from pledge.pledged_asset import REGISTERED_KINDS
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="no_invalidation_proceedings",
    place=11,
    label=Label("无无效宣告程序", "no invalidation proceedings"),
    test=unless_insisted(
        "invalidation_proceedings",
        passed=Label("未启动无效宣告程序", "no proceedings are pending"),
        failed=Label("无效宣告程序进行中", "invalidation proceedings are pending"),
    ),
    ground="invalidation_proceedings",
    kinds=REGISTERED_KINDS,
)
