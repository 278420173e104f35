"""Would the pledge be registered, and does the right fit the loan and the bank's policy?

A rule (one file in ``pledge/eligibility``) reads the stated facts of one right and one loan and answers with the
reason. A fact nobody stated never counts in favour of the right: it is named as missing, and hinders.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pledge.eligibility
from pledge.instalments import months_after
from pledge.pledged_asset import ASSET_KINDS, AssetKind, PledgedAsset
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.discovery import discover
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "OUTCOME_LABELS",
    "EligibilityCase",
    "EligibilityRule",
    "Finding",
    "Outcome",
    "Verdict",
    "check_eligibility",
    "eligibility_rules",
    "missing_facts",
]

#: ``warned`` passes, and a warning travels with the answer; ``noted`` neither helps nor hinders, but must be read.
#: ``failed`` and ``not_stated`` hinder.
Outcome = Literal["passed", "warned", "noted", "failed", "not_stated"]
#: What a reader sees for each.
OUTCOME_LABELS: dict[Outcome, Label] = {
    "passed": Label("通过", "passed"),
    "warned": Label("通过（有提示）", "passed with a warning"),
    "noted": Label("提示", "noted"),
    "failed": Label("不通过", "failed"),
    "not_stated": Label("未说明", "not stated"),
}


@dataclass(frozen=True, kw_only=True)
class EligibilityCase:
    """The right, the loan and the rules it is held against.

    ``registration`` is None when no registration rules are loaded for this kind of right. ``compensation_scopes``
    are the rules of public compensation that name the kinds of right they cover.
    """

    asset: PledgedAsset
    policy: DatedTable
    registration: DatedTable | None
    policy_date: datetime.date
    drawdown_date: datetime.date
    term_months: int
    compensation_scopes: tuple[DatedTable, ...] = ()

    @property
    def maturity_date(self) -> datetime.date:
        """The last contractual day of the debt."""
        return months_after(self.drawdown_date, self.term_months)


@dataclass(frozen=True)
class Verdict:
    """What a rule found, why, the facts it missed, and the dated value it held the facts against, if any."""

    outcome: Outcome
    reason: Label
    held_against: DatedValue | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EligibilityRule:
    """One rule of eligibility.

    Attributes
    ----------
    place : where it stands on the page; the grounds of refusal in the order of their list, then the bank's rules.
    test : what it finds; called only when the rule applies.
    ground : the ground of refusal in the registration rules, None for a rule that no list of grounds holds.
    kinds : the kinds of right it applies to.
    parameter : the parameter of the bank's policy it reads (``{kind}`` stands for the kind of right); a policy that
        does not speak of it makes no such rule.
    applies_when : a further condition.
    """

    id: str
    place: int
    label: Label
    test: Callable[[EligibilityCase], Verdict]
    ground: str | None = None
    kinds: frozenset[AssetKind] = frozenset(ASSET_KINDS)
    parameter: str | None = None
    applies_when: Callable[[EligibilityCase], bool] = lambda case: True

    def applies(self, case: EligibilityCase) -> bool:
        """Does this rule say anything about this right under this policy?"""
        kind = case.asset.kind
        if self.parameter is not None and not case.policy.has(self.parameter.format(kind=kind)):
            return False
        return kind in self.kinds and self.applies_when(case)


@dataclass(frozen=True)
class Finding:
    """The answer of one rule for one right, with its ground and its legal reference or the policy's value."""

    rule: str
    label: Label
    outcome: Outcome
    reason: Label
    reference: DatedValue | None
    ground: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def hinders(self) -> bool:
        """Does this finding keep the right from being eligible?"""
        return self.outcome in ("failed", "not_stated")

    @property
    def warning(self) -> NamedWarning | None:
        """The doubt that a right takes along although the rule lets it pass."""
        if self.outcome != "warned":
            return None
        label = Label(f"{self.label.zh}：{self.reason.zh}", f"{self.label.en}: {self.reason.en}")
        return NamedWarning(f"eligibility_{self.rule}", label)

    def as_document(self) -> dict[str, Any]:
        """The finding for JSON."""
        return {
            "rule": self.rule,
            "label": self.label.as_document(),
            "outcome": self.outcome,
            "reason": self.reason.as_document(),
            "ground": self.ground,
            "missing": list(self.missing),
            "reference": None if self.reference is None else self.reference.as_document(),
        }


def eligibility_rules() -> dict[str, EligibilityRule]:
    """Which rules of eligibility exist? One file each in ``pledge/eligibility``, in the order of the page.

    Tested by: ``tests/pledge/eligibility/test_rules.py`` (every ground of the list has its rule).
    """
    found = discover(pledge.eligibility, attribute="RULE", of_type=EligibilityRule)
    return dict(sorted(found.items(), key=lambda item: (item[1].place, item[0])))


def check_eligibility(case: EligibilityCase) -> tuple[Finding, ...]:
    """Which rules does the right pass, fail, or leave open?

    Every rule that applies to the kind of right is answered, in the order of the page.

    Raises
    ------
    BeforeFirstStepError, RepealedError : the registration rules or the policy were not in force on
        ``policy_date``.

    Tested by: ``tests/pledge/eligibility/test_rules.py`` (each rule passed, failed and not stated).
    """
    return tuple(_finding(rule, case) for rule in eligibility_rules().values() if rule.applies(case))


def missing_facts(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Which facts must still be stated before the right can be eligible? Each once, in the order of the findings."""
    return tuple(dict.fromkeys(fact for finding in findings for fact in finding.missing))


def _finding(rule: EligibilityRule, case: EligibilityCase) -> Finding:
    verdict = rule.test(case)
    reference, listed = verdict.held_against, f"refusal_grounds.{rule.ground}"
    if case.registration is not None and case.registration.has(listed):
        reference = case.registration.value(listed, on=case.policy_date)
    return Finding(rule.id, rule.label, verdict.outcome, verdict.reason, reference, rule.ground, verdict.missing)
