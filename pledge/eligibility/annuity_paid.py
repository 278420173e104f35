"""Ground 4: are the annuities paid? 年费已缴. Their calendar is in ``pledge.annuity_watch``."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from pledge.pledged_asset import PATENT_KINDS
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="annuity_paid",
    place=4,
    label=Label("年费已缴", "annuities are paid"),
    test=stated_fact(
        "annuity_paid",
        wanted=True,
        passed=Label("年费已缴清", "no annuity is unpaid"),
        failed=Label("存在未缴年费", "an annuity is unpaid"),
    ),
    ground="annuity_unpaid",
    kinds=PATENT_KINDS | {"plant_variety"},
)
