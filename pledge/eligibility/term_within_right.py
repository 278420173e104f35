"""Ground 6: does the debt end within the life of the right? 债务履行期不超过权利期限."""

from __future__ import annotations

from pledge.eligibility._facts import not_stated
from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from valuation.kernel.labels import Label

__all__ = ["RULE"]


def _test(case: EligibilityCase) -> Verdict:
    expiry, maturity = case.asset.expiry_date, case.maturity_date
    if expiry is None:
        return not_stated("expiry_date")
    zh, en = (
        f"权利期满日{expiry}，债务到期日{maturity}",
        f"the right expires on {expiry}, the debt matures on {maturity}",
    )
    if expiry >= maturity:
        return Verdict("passed", Label(zh, en))
    if case.asset.kind == "trademark":
        # A mark is renewed every ten years; the pledge outlives the day only if somebody renews it in time.
        return Verdict("warned", Label(f"{zh}；商标须按期续展", f"{en}; the mark must be renewed in time"))
    return Verdict("failed", Label(zh, en))


RULE = EligibilityRule(
    id="term_within_right",
    place=6,
    label=Label("债务履行期不超过权利期限", "the debt ends within the life of the right"),
    test=_test,
    ground="debt_term_beyond_right_term",
)
