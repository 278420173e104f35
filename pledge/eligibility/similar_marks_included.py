"""Trademark: are the identical and similar marks of the owner pledged with it? 相同近似商标一并出质."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="similar_marks_included",
    place=21,
    label=Label("相同近似商标一并出质", "identical and similar marks are pledged together"),
    test=stated_fact(
        "similar_marks_included",
        wanted=True,
        passed=Label(
            "同一权利人在相同或类似商品上的相同、近似商标已一并出质，或没有此类商标",
            "the owner's identical and similar marks are pledged with it, or there are none",
        ),
        failed=Label("相同或近似商标未一并出质", "an identical or similar mark is left out"),
    ),
    ground="similar_mark_left_out",
    kinds=frozenset({"trademark"}),
)
