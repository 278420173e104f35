"""Does each rule pass, fail and stay open as the registration list says?

Authority: the twelve grounds of refusal of CNIPA announcement 461, ten of which a stated fact settles before there is
a contract; two are noted until an officer has read the papers. Hand: dates beside the numbers. A fact that is left
out must never count in favour.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.eligibility_rule import (
    EligibilityCase,
    Finding,
    check_eligibility,
    eligibility_rules,
    missing_facts,
)
from pledge.pledged_asset import ASSET_KINDS, PledgedAsset
from pledge.policy_catalogue import load_policies
from valuation.errors import BeforeFirstStepError
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import parse

DAY = datetime.date
DRAWDOWN, POLICY_DATE = DAY(2023, 10, 20), DAY(2023, 10, 9)
PASSING: dict[str, Any] = {
    "kind": "invention_patent",
    "appraised_value": "1.00",
    "appraised_on": "2023-01-01",
    "expiry_date": "2033-05-17",
    "granted": True,
    "in_force": True,
    "annuity_paid": True,
    "pledgor_is_registered_owner": True,
    "co_owned": False,
    "already_pledged": False,
    "preservation_or_dispute": False,
    "invalidation_proceedings": False,
}


def findings(
    policies: dict[str, DatedTable],
    *,
    registration: str | None = "cnipa_461_2021",
    drawdown: datetime.date = DRAWDOWN,
    term_months: int = 36,
    policy_date: datetime.date = POLICY_DATE,
    **facts: Any,
) -> dict[str, Finding]:
    case = EligibilityCase(
        asset=parse(PledgedAsset, {**PASSING, **facts}),
        policy=policies["bank_of_communications_beijing_2006"],
        registration=None if registration is None else policies[registration],
        policy_date=policy_date,
        drawdown_date=drawdown,
        term_months=term_months,
        compensation_scopes=tuple(table for table in policies.values() if table.kind == "compensation_scope"),
    )
    return {finding.rule: finding for finding in check_eligibility(case)}


def test_a_complete_and_clean_patent_passes_every_rule(policies: dict[str, DatedTable]) -> None:
    found = findings(policies)
    outcomes = [finding.outcome for finding in found.values()]
    # Nine facts of the registration list, two rules of the bank; the two grounds that need papers are noted.
    assert (outcomes.count("passed"), outcomes.count("noted"), len(outcomes)) == (11, 2, 13)
    assert not any(finding.hinders for finding in found.values())
    assert missing_facts(found.values()) == ()


def test_every_ground_of_the_list_has_its_rule_and_stands_in_its_order(policies: dict[str, DatedTable]) -> None:
    listed = [
        name.removeprefix("refusal_grounds.")
        for name in policies["cnipa_461_2021"].parameters
        if name.startswith("refusal_grounds.")
    ]
    assert len(listed) == 12
    by_place = [rule.ground for rule in eligibility_rules().values()]
    assert by_place[:12] == listed


def test_every_finding_of_a_patent_says_which_article_and_how_sure_it_is(policies: dict[str, DatedTable]) -> None:
    for finding in findings(policies, kind="utility_model", same_day_invention_filing=False).values():
        assert finding.reference is not None, finding.rule
        assert finding.reference.status == "read"
        assert finding.ground is None or finding.reference.source.number == "公告第461号"


@pytest.mark.parametrize(
    ("fact", "rule", "ground"),
    [("contract_sound", "contract_sound", "contract_defect"), ("no_other_obstacle", "no_other_obstacle", "other")],
)
def test_papers_are_noted_until_an_officer_has_read_them(
    policies: dict[str, DatedTable], fact: str, rule: str, ground: str
) -> None:
    outcomes = [findings(policies, **{fact: stated})[rule].outcome for stated in (None, True, False)]
    assert outcomes == ["noted", "passed", "failed"]
    assert findings(policies)[rule].ground == ground


@pytest.mark.parametrize(
    ("fact", "bad", "rule"),
    [
        ("pledgor_is_registered_owner", False, "registered_owner"),
        ("in_force", False, "right_in_force"),
        ("granted", False, "right_granted"),
        ("annuity_paid", False, "annuity_paid"),
        ("preservation_or_dispute", True, "no_preservation_or_dispute"),
        ("already_pledged", True, "not_already_pledged"),
        ("co_owned", True, "co_owners_agree"),
        ("invalidation_proceedings", True, "no_invalidation_proceedings"),
    ],
)
def test_each_fact_fails_its_rule_and_missing_leaves_it_open(
    policies: dict[str, DatedTable], fact: str, bad: bool, rule: str
) -> None:
    extra = {"co_owners_agree": False, "parties_insist_after_notice": False}
    failed = findings(policies, **{fact: bad}, **extra)[rule]
    assert failed.outcome == "failed"
    assert failed.reference is not None
    assert failed.reference.name.startswith("refusal_grounds.")
    open_rule = findings(policies, **{fact: None})[rule]
    assert open_rule.outcome == "not_stated"
    assert open_rule.missing == (f"asset.{fact}",)
    assert f"asset.{fact}" in open_rule.reason.zh
    assert f"asset.{fact}" in open_rule.reason.en


def test_co_owners(policies: dict[str, DatedTable]) -> None:
    agreed = findings(policies, co_owned=True, co_owners_agree=True)["co_owners_agree"]
    assert agreed.outcome == "passed"
    silent = findings(policies, co_owned=True)["co_owners_agree"]
    assert silent.outcome == "not_stated"
    assert "asset.co_owners_agree" in silent.reason.en


def test_invalidation_proceedings_hinder_unless_the_parties_insist(policies: dict[str, DatedTable]) -> None:
    rule = "no_invalidation_proceedings"
    outcomes = [
        findings(policies, invalidation_proceedings=True, parties_insist_after_notice=insist)[rule].outcome
        for insist in (None, True, False)
    ]
    assert outcomes == ["not_stated", "warned", "failed"]
    insisted = findings(policies, invalidation_proceedings=True, parties_insist_after_notice=True)[rule]
    assert not insisted.hinders
    assert insisted.warning is not None
    assert insisted.warning.code == "eligibility_no_invalidation_proceedings"
    assert "无效宣告程序进行中；经告知后双方仍要求登记" in insisted.warning.label.zh
    assert "told of it, both parties insist" in insisted.warning.label.en


def test_same_day_filing_concerns_utility_models_only(policies: dict[str, DatedTable]) -> None:
    rule = "no_same_day_invention_filing"
    assert rule not in findings(policies)
    assert findings(policies, kind="utility_model")[rule].outcome == "not_stated"
    assert findings(policies, kind="utility_model", same_day_invention_filing=False)[rule].outcome == "passed"
    filed = {"kind": "utility_model", "same_day_invention_filing": True}
    outcomes = [
        findings(policies, **filed, parties_insist_after_notice=insist)[rule].outcome for insist in (None, True, False)
    ]
    assert outcomes == ["not_stated", "warned", "failed"]


def test_debt_may_run_to_the_last_day_of_the_right(policies: dict[str, DatedTable]) -> None:
    # 2023-10-20 and 36 months: 2026-10-20.
    rule = "term_within_right"
    assert findings(policies, expiry_date="2026-10-20")[rule].outcome == "passed"
    failed = findings(policies, expiry_date="2026-10-19")[rule]
    assert failed.outcome == "failed"
    assert "2026-10-19" in failed.reason.zh
    assert "2026-10-20" in failed.reason.zh
    assert findings(policies, expiry_date=None)[rule].outcome == "not_stated"


def test_minimum_remaining_life_of_the_bank(policies: dict[str, DatedTable]) -> None:
    # Invention 8 years from drawdown: 2031-10-20; utility model 4 years: 2027-10-20.
    rule = "policy_minimum_remaining_life"
    assert findings(policies, expiry_date="2031-10-20")[rule].outcome == "passed"
    failed = findings(policies, expiry_date="2031-10-19")[rule]
    assert failed.outcome == "failed"
    assert failed.reference is not None
    assert failed.reference.value == 8
    assert findings(policies, kind="utility_model", expiry_date="2027-10-20")[rule].outcome == "passed"
    assert findings(policies, expiry_date=None)[rule].outcome == "not_stated"


def test_term_cap_of_the_bank(policies: dict[str, DatedTable]) -> None:
    assert findings(policies, term_months=36)["policy_term_cap"].outcome == "passed"
    assert findings(policies, term_months=37)["policy_term_cap"].outcome == "failed"


def test_trademark_use_and_no_annuity(policies: dict[str, DatedTable]) -> None:
    rule = "policy_minimum_use"
    used = findings(policies, kind="trademark", used_since="2021-10-20", registration=None)
    assert used[rule].outcome == "passed"
    assert "annuity_paid" not in used
    assert used["right_in_force"].reference is None
    outcomes = [
        findings(policies, kind="trademark", used_since=since, registration=None)[rule].outcome
        for since in ("2021-10-21", None)
    ]
    assert outcomes == ["failed", "not_stated"]
    assert rule not in findings(policies)


def test_a_mark_must_be_renewed_where_the_debt_outlives_its_ten_years(policies: dict[str, DatedTable]) -> None:
    # 2023-10-20 and 36 months: 2026-10-20. A mark that ends before is renewed; a patent that ends before fails.
    rule, mark = "term_within_right", {"kind": "trademark", "registration": "trademark_registration_2020"}
    assert findings(policies, **mark, expiry_date="2026-10-20")[rule].outcome == "passed"
    warned = findings(policies, **mark, expiry_date="2026-10-19")[rule]
    assert warned.outcome == "warned"
    assert warned.warning is not None
    assert "商标须按期续展" in warned.warning.label.zh


def test_identical_and_similar_marks_are_pledged_together(policies: dict[str, DatedTable]) -> None:
    rule, mark = "similar_marks_included", {"kind": "trademark", "registration": "trademark_registration_2020"}
    outcomes = [findings(policies, **mark, similar_marks_included=told)[rule].outcome for told in (None, True, False)]
    assert outcomes == ["not_stated", "passed", "failed"]
    reference = findings(policies, **mark)[rule].reference
    assert reference is not None
    assert reference.warning is not None
    assert reference.warning.code == "recalled_value"
    assert rule not in findings(policies)


@pytest.mark.parametrize("kind", ["copyright", "software_copyright"])
def test_licences_granted_before_a_copyright_pledge_are_listed(policies: dict[str, DatedTable], kind: str) -> None:
    rule, work = "earlier_licences_listed", {"kind": kind, "registration": "ncac_order_8_2011"}
    outcomes = [findings(policies, **work, earlier_licences_listed=told)[rule].outcome for told in (None, True, False)]
    assert outcomes == ["not_stated", "passed", "failed"]
    found = findings(policies, **work, earlier_licences_listed=True)
    assert not {"right_granted", "annuity_paid", "no_invalidation_proceedings"} & set(found)
    assert found["co_owners_agree"].outcome == "passed"


@pytest.mark.parametrize(
    ("kind", "day", "told"),
    [
        ("plant_variety", DAY(2026, 1, 1), True),
        ("plant_variety", DAY(2025, 12, 31), False),  # the rules of Hainan hold from 2026-01-01
        ("plant_variety", DAY(2030, 12, 31), True),
        ("plant_variety", DAY(2031, 1, 1), False),  # for five years
        ("copyright", DAY(2026, 3, 1), True),
        ("software_copyright", DAY(2026, 3, 1), True),
        ("invention_patent", DAY(2026, 3, 1), False),  # patents and trademarks are covered
        ("trademark", DAY(2026, 3, 1), False),
    ],
)
def test_what_hainan_does_not_compensate_is_shown_and_is_no_refusal(
    policies: dict[str, DatedTable], kind: str, day: datetime.date, told: bool
) -> None:
    found = findings(policies, kind=kind, registration=None, policy_date=day)
    assert ("public_compensation" in found) is told
    if told:
        finding = found["public_compensation"]
        assert (finding.outcome, finding.hinders) == ("noted", False)
        assert finding.reason.zh == "不在补偿范围内：海南省知识产权质押融资管理办法（2026年）"
        assert finding.reference is not None
        assert finding.reference.status == "read"


def test_regulations_on_plant_varieties_list_no_grounds(policies: dict[str, DatedTable]) -> None:
    found = findings(policies, kind="plant_variety", registration="plant_variety_2025", policy_date=DAY(2025, 6, 1))
    assert {finding.reference for finding in found.values() if finding.ground is not None} == {None}
    assert found["annuity_paid"].outcome == "passed"


def test_rules_of_law_have_a_first_day(policies: dict[str, DatedTable]) -> None:
    with pytest.raises(BeforeFirstStepError, match="2021-11-15"):
        findings(policies, policy_date=DAY(2021, 11, 14))


_BOOLEANS = [name for name, value in PASSING.items() if isinstance(value, bool)]


@given(
    kind=st.sampled_from(sorted(ASSET_KINDS)),
    facts=st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in _BOOLEANS}),
    forgotten=st.sampled_from(_BOOLEANS),
)
def test_forgetting_a_fact_never_helps(kind: str, facts: dict[str, bool | None], forgotten: str) -> None:
    policies = load_policies()
    stated = findings(policies, kind=kind, **facts)
    less = findings(policies, kind=kind, **{**facts, forgotten: None})
    assert set(stated) == set(less)
    for rule, finding in less.items():
        assert finding.hinders or not stated[rule].hinders


def test_finding_as_document(policies: dict[str, DatedTable]) -> None:
    document = findings(policies)["annuity_paid"].as_document()
    assert document["outcome"] == "passed"
    assert document["label"] == {"zh": "年费已缴", "en": "annuities are paid"}
    assert document["reference"]["source"]["number"] == "公告第461号"
    assert document["reference"]["status"] == "read"
    assert (document["ground"], document["missing"]) == ("annuity_unpaid", [])
    trademark = findings(policies, kind="trademark", registration=None)["right_in_force"]
    assert trademark.as_document()["reference"] is None
