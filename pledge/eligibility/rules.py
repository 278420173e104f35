"""Would the pledge be registered, and does the right fit the loan and the bank's policy?

One table of rules. Each rule reads the stated facts of one right and one loan and answers passed, failed or
not stated, with the reason. A fact nobody stated never counts in favour of the right.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pledge.instalments import months_after
from pledge.pledged_asset import ASSET_KINDS, PATENT_KINDS, AssetKind, PledgedAsset
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label

__all__ = [
    "ELIGIBILITY_RULES",
    "UNTESTED_GROUNDS",
    "EligibilityCase",
    "EligibilityRule",
    "Finding",
    "Outcome",
    "Verdict",
    "check_eligibility",
]

Outcome = Literal["passed", "failed", "not_stated"]

#: Grounds of refusal that no fact of a request can settle: an officer must look at the papers.
UNTESTED_GROUNDS = ("contract_defect", "other")


@dataclass(frozen=True, kw_only=True)
class EligibilityCase:
    """The right, the loan and the rules it is held against.

    ``registration`` is None when no registration rules are loaded for this kind of right.
    """

    asset: PledgedAsset
    policy: DatedTable
    registration: DatedTable | None
    policy_date: datetime.date
    drawdown_date: datetime.date
    term_months: int

    @property
    def maturity_date(self) -> datetime.date:
        """The last contractual day of the debt."""
        return months_after(self.drawdown_date, self.term_months)


@dataclass(frozen=True)
class Verdict:
    """What a rule found, why, and the value of a policy it held the facts against, if any."""

    outcome: Outcome
    reason: Label
    held_against: DatedValue | None = None


@dataclass(frozen=True)
class EligibilityRule:
    """One rule: what it asks, the ground of refusal in the registration rules, the kinds it applies to."""

    id: str
    label: Label
    test: Callable[[EligibilityCase], Verdict]
    ground: str | None = None
    kinds: frozenset[AssetKind] = frozenset(ASSET_KINDS)

    def applies(self, case: EligibilityCase) -> bool:
        """Does this rule say anything about this kind of right under this policy?"""
        if self.id in _POLICY_PARAMETERS:
            return case.policy.has(_POLICY_PARAMETERS[self.id].format(kind=case.asset.kind))
        return case.asset.kind in self.kinds


@dataclass(frozen=True)
class Finding:
    """The answer of one rule for one right, with its legal reference or the policy's value."""

    rule: str
    label: Label
    outcome: Outcome
    reason: Label
    reference: DatedValue | None

    def as_document(self) -> dict[str, Any]:
        """The finding for JSON."""
        return {
            "rule": self.rule,
            "label": self.label.as_document(),
            "outcome": self.outcome,
            "reason": self.reason.as_document(),
            "reference": None if self.reference is None else self.reference.as_document(),
        }


def check_eligibility(case: EligibilityCase) -> tuple[Finding, ...]:
    """Which rules does the right pass, fail, or leave open?

    Every rule that applies to the kind of right is answered, in the order of the table.

    Raises
    ------
    BeforeFirstStepError, RepealedError : the registration rules or the policy were not in force on
        ``policy_date``.

    Tested by: ``tests/pledge/eligibility/test_rules.py`` (each rule passed, failed and not stated).
    """
    return tuple(_finding(rule, case) for rule in ELIGIBILITY_RULES if rule.applies(case))


def _finding(rule: EligibilityRule, case: EligibilityCase) -> Finding:
    verdict = rule.test(case)
    reference, ground = verdict.held_against, f"refusal_grounds.{rule.ground}"
    if case.registration is not None and case.registration.has(ground):
        reference = case.registration.value(ground, on=case.policy_date)
    return Finding(rule.id, rule.label, verdict.outcome, verdict.reason, reference)


def _not_stated(*facts: str) -> Verdict:
    named = ", ".join(f"asset.{fact}" for fact in facts)
    return Verdict("not_stated", Label(f"未说明：{named}", f"not stated: {named}"))


def _fact(name: str, *, wanted: bool, passed: Label, failed: Label) -> Callable[[EligibilityCase], Verdict]:
    """The test of one stated fact."""

    def test(case: EligibilityCase) -> Verdict:
        stated: bool | None = getattr(case.asset, name)
        if stated is None:
            return _not_stated(name)
        return Verdict("passed", passed) if stated is wanted else Verdict("failed", failed)

    return test


def _unless_insisted(name: str, *, passed: Label, failed: Label) -> Callable[[EligibilityCase], Verdict]:
    """The test of a fact that hinders registration unless both parties insist after notice."""

    def test(case: EligibilityCase) -> Verdict:
        hindered: bool | None = getattr(case.asset, name)
        insisted = case.asset.parties_insist_after_notice
        if hindered is None:
            return _not_stated(name)
        if not hindered:
            return Verdict("passed", passed)
        if insisted is None:
            return _not_stated("parties_insist_after_notice")
        if insisted:
            return Verdict("passed", Label("经告知后双方仍要求登记", "both parties insist after notice"))
        return Verdict("failed", failed)

    return test


def _co_owners(case: EligibilityCase) -> Verdict:
    if case.asset.co_owned is None:
        return _not_stated("co_owned")
    if not case.asset.co_owned:
        return Verdict("passed", Label("无共有人", "there is no co-owner"))
    if case.asset.co_owners_agree is None:
        return _not_stated("co_owners_agree")
    if case.asset.co_owners_agree:
        return Verdict("passed", Label("全体共有人同意", "all co-owners agree"))
    return Verdict("failed", Label("共有人未全部同意", "not all co-owners agree"))


def _term_within_right(case: EligibilityCase) -> Verdict:
    expiry, maturity = case.asset.expiry_date, case.maturity_date
    if expiry is None:
        return _not_stated("expiry_date")
    reason = Label(
        f"权利期满日{expiry}，债务到期日{maturity}", f"the right expires on {expiry}, the debt matures on {maturity}"
    )
    return Verdict("passed" if expiry >= maturity else "failed", reason)


def _minimum_remaining_life(case: EligibilityCase) -> Verdict:
    value = _policy_value("policy_minimum_remaining_life", case)
    if case.asset.expiry_date is None:
        return Verdict("not_stated", _not_stated("expiry_date").reason, value)
    needed = months_after(case.drawdown_date, 12 * _whole(value))
    reason = Label(
        f"政策要求自放款日起剩余有效期不少于{value.value}年（至{needed}），权利期满日{case.asset.expiry_date}",
        f"the policy asks for {value.value} years from drawdown (to {needed}), the right expires on"
        f" {case.asset.expiry_date}",
    )
    return Verdict("passed" if case.asset.expiry_date >= needed else "failed", reason, value)


def _minimum_use(case: EligibilityCase) -> Verdict:
    value = _policy_value("policy_minimum_use", case)
    if case.asset.used_since is None:
        return Verdict("not_stated", _not_stated("used_since").reason, value)
    reached = months_after(case.asset.used_since, 12 * _whole(value))
    reason = Label(
        f"政策要求已使用不少于{value.value}年（{reached}满足），放款日{case.drawdown_date}",
        f"the policy asks for {value.value} years of use (reached on {reached}), drawdown on {case.drawdown_date}",
    )
    return Verdict("passed" if reached <= case.drawdown_date else "failed", reason, value)


def _term_cap(case: EligibilityCase) -> Verdict:
    value = _policy_value("policy_term_cap", case)
    reason = Label(
        f"贷款期限{case.term_months}个月，政策上限{value.value}个月",
        f"the term is {case.term_months} months, the policy allows {value.value}",
    )
    return Verdict("passed" if case.term_months <= _whole(value) else "failed", reason, value)


#: The rules that a bank's policy makes, with the parameter each reads; absent there, the rule does not apply.
_POLICY_PARAMETERS = {
    "policy_minimum_remaining_life": "minimum_remaining_life_years.{kind}",
    "policy_minimum_use": "minimum_years_of_use.{kind}",
    "policy_term_cap": "term_cap_months",
}


def _policy_value(rule: str, case: EligibilityCase) -> DatedValue:
    name = _POLICY_PARAMETERS[rule].format(kind=case.asset.kind)
    return case.policy.value(name, on=case.policy_date)


def _whole(value: DatedValue) -> int:
    assert isinstance(value.value, int), "months and years of a loaded policy are whole numbers"
    return value.value


ELIGIBILITY_RULES: tuple[EligibilityRule, ...] = (
    EligibilityRule(
        "registered_owner",
        Label("出质人为登记权利人", "the pledgor is the registered owner"),
        _fact(
            "pledgor_is_registered_owner",
            wanted=True,
            passed=Label("出质人与登记簿一致", "the pledgor stands in the register"),
            failed=Label("出质人不是登记的权利人", "the pledgor is not the registered owner"),
        ),
        ground="pledgor_not_registered_owner",
    ),
    EligibilityRule(
        "right_in_force",
        Label("权利有效", "the right is in force"),
        _fact(
            "in_force",
            wanted=True,
            passed=Label("权利处于有效状态", "the right is in force"),
            failed=Label("权利已终止或被宣告无效", "the right has lapsed or was invalidated"),
        ),
        ground="right_lapsed_or_invalidated",
    ),
    EligibilityRule(
        "right_granted",
        Label("已授权或已注册（非仅申请）", "the right is granted, not only applied for"),
        _fact(
            "granted",
            wanted=True,
            passed=Label("已授权或已注册", "granted or registered"),
            failed=Label("仅为申请，尚未授权或注册", "there is only an application"),
        ),
        ground="only_an_application",
        kinds=frozenset(ASSET_KINDS) - {"copyright"},
    ),
    EligibilityRule(
        "annuity_paid",
        Label("年费已缴", "annuities are paid"),
        _fact(
            "annuity_paid",
            wanted=True,
            passed=Label("年费已缴清", "no annuity is unpaid"),
            failed=Label("存在未缴年费", "an annuity is unpaid"),
        ),
        ground="annuity_unpaid",
        kinds=PATENT_KINDS | {"plant_variety"},
    ),
    EligibilityRule(
        "no_preservation_or_dispute",
        Label("无权属纠纷中止、无财产保全", "no suspension by a dispute, no court preservation"),
        _fact(
            "preservation_or_dispute",
            wanted=False,
            passed=Label("未被中止或保全", "neither suspended nor preserved"),
            failed=Label("因权属纠纷中止或被采取保全措施", "suspended by an ownership dispute or court preservation"),
        ),
        ground="suspended_by_dispute_or_preservation",
    ),
    EligibilityRule(
        "term_within_right",
        Label("债务履行期不超过权利期限", "the debt ends within the life of the right"),
        _term_within_right,
        ground="debt_term_beyond_right_term",
    ),
    EligibilityRule(
        "co_owners_agree",
        Label("共有人同意", "the co-owners agree"),
        _co_owners,
        ground="co_owner_consent_missing",
    ),
    EligibilityRule(
        "not_already_pledged",
        Label("未重复质押", "not already pledged"),
        _fact(
            "already_pledged",
            wanted=False,
            passed=Label("无在先有效质押", "no pledge is in force"),
            failed=Label("已质押且处于质押期间", "already pledged and in pledge"),
        ),
        ground="already_pledged",
    ),
    EligibilityRule(
        "no_same_day_invention_filing",
        Label("实用新型无同日发明申请", "no invention was filed on the day of the utility model"),
        _unless_insisted(
            "same_day_invention_filing",
            passed=Label("无同日发明申请", "no invention was filed on the same day"),
            failed=Label("存在同日发明申请", "an invention was filed on the same day"),
        ),
        ground="same_day_utility_model",
        kinds=frozenset({"utility_model"}),
    ),
    EligibilityRule(
        "no_invalidation_proceedings",
        Label("无无效宣告程序", "no invalidation proceedings"),
        _unless_insisted(
            "invalidation_proceedings",
            passed=Label("未启动无效宣告程序", "no proceedings are pending"),
            failed=Label("无效宣告程序进行中", "invalidation proceedings are pending"),
        ),
        ground="invalidation_proceedings",
        kinds=frozenset(ASSET_KINDS) - {"copyright"},
    ),
    EligibilityRule(
        "policy_minimum_remaining_life",
        Label("符合政策最低剩余有效期", "the policy's minimum remaining life"),
        _minimum_remaining_life,
    ),
    EligibilityRule(
        "policy_minimum_use",
        Label("符合政策最低使用年限", "the policy's minimum years of use"),
        _minimum_use,
    ),
    EligibilityRule(
        "policy_term_cap",
        Label("贷款期限不超过政策上限", "the term is within the policy's cap"),
        _term_cap,
    ),
)
