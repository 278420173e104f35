"""How a rule reads the facts somebody stated about a right."""

from __future__ import annotations

from collections.abc import Callable

from pledge.eligibility_rule import EligibilityCase, Verdict
from valuation.kernel.labels import Label

__all__ = ["checked_by_officer", "not_stated", "stated_fact", "unless_insisted"]


def not_stated(*facts: str) -> Verdict:
    """The verdict on a right of which these facts are not known."""
    missing = tuple(f"asset.{fact}" for fact in facts)
    named = ", ".join(missing)
    return Verdict("not_stated", Label(f"未说明：{named}", f"not stated: {named}"), missing=missing)


def stated_fact(name: str, *, wanted: bool, passed: Label, failed: Label) -> Callable[[EligibilityCase], Verdict]:
    """The test of one stated fact."""

    def test(case: EligibilityCase) -> Verdict:
        stated: bool | None = getattr(case.asset, name)
        if stated is None:
            return not_stated(name)
        return Verdict("passed", passed) if stated is wanted else Verdict("failed", failed)

    return test


def checked_by_officer(
    name: str, *, passed: Label, failed: Label, unread: Label
) -> Callable[[EligibilityCase], Verdict]:
    """The test of papers that need not exist yet: unread, they are noted; found wanting, they fail."""

    def test(case: EligibilityCase) -> Verdict:
        sound: bool | None = getattr(case.asset, name)
        if sound is None:
            return Verdict("noted", unread)
        return Verdict("passed", passed) if sound else Verdict("failed", failed)

    return test


def unless_insisted(name: str, *, passed: Label, failed: Label) -> Callable[[EligibilityCase], Verdict]:
    """The test of a fact that hinders registration unless both parties, told of it, insist."""

    def test(case: EligibilityCase) -> Verdict:
        hindered: bool | None = getattr(case.asset, name)
        insisted = case.asset.parties_insist_after_notice
        if hindered is None:
            return not_stated(name)
        if not hindered:
            return Verdict("passed", passed)
        if insisted is None:
            return not_stated("parties_insist_after_notice")
        if not insisted:
            return Verdict("failed", failed)
        zh, en = f"{failed.zh}；经告知后双方仍要求登记", f"{failed.en}; told of it, both parties insist"
        return Verdict("warned", Label(zh, en))

    return test
