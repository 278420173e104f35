"""Does a limit give its signal when it is reached, and does silence stay visible?

Hand: each indicator at its limit and just short of it, against the packaged hypotheses and a bank's own limit.
"""

from __future__ import annotations

import datetime
import math

import pytest

from pledge.credit.early_warning import INDICATORS, early_warnings
from pledge.policy_catalogue import load_policies, overlay_policies
from valuation.errors import BeforeFirstStepError, InputError, ReferenceDataError, UnknownNameError
from valuation.kernel.dated import Hypothesis

POLICIES = load_policies()
RULES = POLICIES["early_warning_practice"]
ON = datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("indicator", "fact", "level"),
    [
        ("days_overdue", 0, None),
        ("days_overdue", 1, "watch"),
        ("days_overdue", 29, "watch"),
        ("days_overdue", 30, "alarm"),
        ("cover_ratio", 1.101, None),
        ("cover_ratio", 1.1, "watch"),
        ("cover_ratio", 1.0, "alarm"),
        ("months_of_right_after_maturity", 25, None),
        ("months_of_right_after_maturity", -3, "alarm"),
        ("valuation_age_months", 12, "watch"),
        ("valuation_age_months", 18, "alarm"),
        ("revenue_change_share", -0.19, None),
        ("revenue_change_share", -0.2, "watch"),
        ("revenue_change_share", -0.4, "alarm"),
        ("days_to_annuity_deadline", 60, "watch"),
        ("days_to_annuity_deadline", -5, "alarm"),
        ("invalidation_or_dispute", 0, None),
        ("invalidation_or_dispute", 1, "alarm"),
    ],
)
def test_each_limit(indicator: str, fact: float, level: str | None) -> None:
    found = early_warnings({indicator: fact}, rules=RULES, on=ON)
    assert [signal.level for signal in found.signals] == ([] if level is None else [level])
    assert found.not_stated == tuple(sorted(set(INDICATORS) - {indicator}))


def test_alarms_come_first_and_every_limit_says_that_it_is_a_hypothesis() -> None:
    found = early_warnings({"days_overdue": 5, "cover_ratio": 0.5}, rules=RULES, on=ON)
    assert [(signal.indicator, signal.level) for signal in found.signals] == [
        ("cover_ratio", "alarm"),
        ("days_overdue", "watch"),
    ]
    assert {warning.code for warning in found.warnings} == {"hypothesis_value"}
    assert found.signals[0].as_document()["limit"]["status"] == "hypothesis"


def test_a_bank_lays_its_own_limit_over() -> None:
    stricter = {"early_warning_practice": {"watch_at.valuation_age_months": Hypothesis("6", "own credit policy")}}
    rules = overlay_policies(POLICIES, stricter)["early_warning_practice"]
    assert early_warnings({"valuation_age_months": 7}, rules=rules, on=ON).signals[0].level == "watch"


def test_what_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="facts: found 'mood'"):
        early_warnings({"mood": 1}, rules=RULES, on=ON)
    with pytest.raises(InputError, match="cover_ratio: found nan, expected a finite number"):
        early_warnings({"cover_ratio": math.nan}, rules=RULES, on=ON)
    with pytest.raises(BeforeFirstStepError, match="2018-12-31"):
        early_warnings({"cover_ratio": 1}, rules=RULES, on=datetime.date(2018, 12, 31))
    words = RULES.overlay({"watch_at.revenue_change_share": Hypothesis("much", "a slip")})
    with pytest.raises(ReferenceDataError, match=r"watch_at.revenue_change_share: found 'much', expected a number"):
        early_warnings({"revenue_change_share": -0.3}, rules=words, on=ON)
