"""Ground 5: has an ownership dispute or a court stopped dealings with the right? 中止、保全."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="no_preservation_or_dispute",
    place=5,
    label=Label("无权属纠纷中止、无财产保全", "no suspension by a dispute, no court preservation"),
    test=stated_fact(
        "preservation_or_dispute",
        wanted=False,
        passed=Label("未被中止或保全", "neither suspended nor preserved"),
        failed=Label("因权属纠纷中止或被采取保全措施", "suspended by an ownership dispute or court preservation"),
    ),
    ground="suspended_by_dispute_or_preservation",
)
