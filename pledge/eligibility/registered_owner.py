"""Ground 1: is the pledgor the owner that stands in the register? 出质人与登记簿一致."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="registered_owner",
    place=1,
    label=Label("出质人为登记权利人", "the pledgor is the registered owner"),
    test=stated_fact(
        "pledgor_is_registered_owner",
        wanted=True,
        passed=Label("出质人与登记簿一致", "the pledgor stands in the register"),
        failed=Label("出质人不是登记的权利人", "the pledgor is not the registered owner"),
    ),
    ground="pledgor_not_registered_owner",
)
