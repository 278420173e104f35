"""Do the province's rules of compensation cover this kind of right? 风险补偿范围. Told, never hidden, no refusal."""

from __future__ import annotations

import datetime

from pledge.eligibility_rule import EligibilityCase, EligibilityRule, Verdict
from valuation.kernel.dated import DatedTable
from valuation.kernel.labels import Label

__all__ = ["RULE"]


def _in_force(scope: DatedTable, name: str, day: datetime.date) -> bool:
    """Does the scope speak of this kind of right on the day? Rules that have run out say nothing any more."""
    begun = [step for step in scope.parameters[name].steps if step.from_date <= day] if scope.has(name) else []
    return bool(begun) and not begun[-1].repealed


def _silent(case: EligibilityCase) -> list[DatedTable]:
    """The scopes in force on the policy date that leave this kind of right out."""
    name, day = f"covers.{case.asset.kind}", case.policy_date
    scopes = (scope for scope in case.compensation_scopes if _in_force(scope, name, day))
    return [scope for scope in scopes if not scope.value(name, on=day).value]


def _test(case: EligibilityCase) -> Verdict:
    scopes = _silent(case)
    zh, en = "、".join(scope.label.zh for scope in scopes), "; ".join(scope.label.en for scope in scopes)
    value = scopes[0].value(f"covers.{case.asset.kind}", on=case.policy_date)
    return Verdict("noted", Label(f"不在补偿范围内：{zh}", f"not compensable: {en}"), value)


RULE = EligibilityRule(
    id="public_compensation",
    place=31,
    label=Label("公共风险补偿范围", "scope of public compensation"),
    test=_test,
    applies_when=lambda case: bool(_silent(case)),
)
