"""Copyright and software: are the licences granted before the pledge listed? 出质前授权许可情况."""

from __future__ import annotations

from pledge.eligibility._facts import stated_fact
from pledge.eligibility_rule import EligibilityRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

RULE = EligibilityRule(
    id="earlier_licences_listed",
    place=22,
    label=Label("在先许可已申报", "earlier licences are listed"),
    test=stated_fact(
        "earlier_licences_listed",
        wanted=True,
        passed=Label(
            "出质前的许可使用情况已列明，或没有许可",
            "earlier licences are listed in the filing, or there are none",
        ),
        failed=Label("在先许可未申报", "an earlier licence is left out of the filing"),
    ),
    ground="earlier_licence_left_out",
    kinds=frozenset({"copyright", "software_copyright"}),
)
