"""Ground 8: do all co-owners agree to the pledge? 共有人同意."""

from __future__ import annotations

from pledge.eligibility._facts import not_stated
from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from valuation.kernel.labels import Label

__all__ = ["RULE"]


def _test(case: EligibilityCase) -> Verdict:
    if case.asset.co_owned is None:
        return not_stated("co_owned")
    if not case.asset.co_owned:
        return Verdict("passed", Label("无共有人", "there is no co-owner"))
    if case.asset.co_owners_agree is None:
        return not_stated("co_owners_agree")
    if case.asset.co_owners_agree:
        return Verdict("passed", Label("全体共有人同意", "all co-owners agree"))
    return Verdict("failed", Label("共有人未全部同意", "not all co-owners agree"))


RULE = EligibilityRule(
    id="co_owners_agree",
    place=8,
    label=Label("共有人同意", "the co-owners agree"),
    test=_test,
    ground="co_owner_consent_missing",
)
