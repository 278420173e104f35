"""Which papers are filed where, by when does the office decide, and what may be drawn before it has?

Authority: the papers of announcement 461 article 7 and of NCAC order 8 article 6; the regulations on plant varieties
article 11. Hand: working days counted on the State Council's notice for 2026, line by line. A paper whose condition
nobody stated is unknown, a time that was not found stays open, and every recalled row is named.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.policy_catalogue import load_policies
from pledge.registration import (
    Draw,
    FilingFacts,
    RegistrationPlan,
    check_draw,
    plan_registration,
    registration_rules_for,
    review_deadline,
)
from valuation.errors import (
    BeforeFirstStepError,
    GapError,
    InputError,
    NotBuiltError,
    ReferenceDataError,
    UnknownNameError,
)
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.dated import DatedTable

DAY = datetime.date
CALENDAR = load_china_calendar()
ALL_STATED = FilingFacts(by_proxy=False, appraised=True, co_owned=False, licensed_before=True)


def plan(policies: dict[str, DatedTable], kind: str, facts: FilingFacts = ALL_STATED, **other: Any) -> RegistrationPlan:
    stated: dict[str, Any] = {"accepted_on": DAY(2026, 9, 29), "policies": policies, "calendar": CALENDAR}
    return plan_registration(kind, facts, **(stated | other))


def test_five_working_days_over_the_national_holiday(policies: dict[str, DatedTable]) -> None:
    # Accepted Tuesday 2026-09-29; closed 1 to 7 October; Saturday 10 October is worked in exchange.
    # 1: Wed 30 Sep; 2: Thu 8 Oct; 3: Fri 9 Oct; 4: Sat 10 Oct; 5: Mon 12 Oct.
    found = plan(policies, "invention_patent")
    assert found.decide_by == DAY(2026, 10, 12)
    assert "recalled_value" in {warning.code for warning in found.warnings}
    assert any("review_working_days" in warning.label.en for warning in found.warnings)


def test_two_working_days_for_a_mark(policies: dict[str, DatedTable]) -> None:
    # 1: Wed 30 Sep; 2: Thu 8 Oct.
    assert plan(policies, "trademark").decide_by == DAY(2026, 10, 8)


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        (DAY(2026, 9, 29), DAY(2026, 10, 9)),  # 29 + 10 days: Friday 9 October
        (DAY(2026, 9, 24), DAY(2026, 10, 8)),  # 4 October is closed until the 7th
        (DAY(2026, 3, 18), DAY(2026, 3, 30)),  # 28 March is a Saturday
    ],
)
def test_ten_calendar_days_for_copyright(
    policies: dict[str, DatedTable], accepted: datetime.date, due: datetime.date
) -> None:
    for kind in ("copyright", "software_copyright"):
        assert plan(policies, kind, accepted_on=accepted).decide_by == due


def test_last_day_to_file_before_a_drawdown(policies: dict[str, DatedTable]) -> None:
    # To be decided by 12 October a filing is accepted on 29 September; by 11 October (Sunday) on 28 September.
    assert plan(policies, "invention_patent", drawdown_date=DAY(2026, 10, 12)).file_by == DAY(2026, 9, 29)
    assert plan(policies, "invention_patent", drawdown_date=DAY(2026, 10, 11)).file_by == DAY(2026, 9, 28)
    assert plan(policies, "invention_patent").file_by is None


def test_rules_that_had_not_begun_leave_no_day_to_file(policies: dict[str, DatedTable]) -> None:
    # The rules begin on Monday 2021-11-15; five working days later is Monday 22 November.
    for drawdown, expected in ((DAY(2021, 11, 21), None), (DAY(2021, 11, 22), DAY(2021, 11, 15))):
        found = plan(policies, "invention_patent", accepted_on=DAY(2021, 11, 15), drawdown_date=drawdown)
        assert found.file_by == expected


def test_papers_of_a_patent(policies: dict[str, DatedTable]) -> None:
    needs = {paper.id: (paper.need, paper.by.en) for paper in plan(policies, "utility_model").papers}
    assert needs == {
        "application_form": ("needed", "pledgor and pledgee"),
        "pledge_contract": ("needed", "pledgor and pledgee"),
        "identity_proof": ("needed", "pledgor and pledgee"),
        "power_of_attorney": ("not_needed", "pledgor and pledgee"),
        "appraisal_report": ("needed", "pledgor"),  # only if the patent was appraised
        "co_owner_consent": ("not_needed", "pledgor"),
    }
    assert {paper.reference.status for paper in plan(policies, "utility_model").papers} == {"read"}


def test_a_paper_whose_condition_nobody_stated_is_unknown(policies: dict[str, DatedTable]) -> None:
    found = plan(policies, "copyright", FilingFacts())
    unknown = {paper.id for paper in found.papers if paper.need == "unknown"}
    assert unknown == {"power_of_attorney", "co_owner_consent", "earlier_licences", "appraisal_report"}
    assert found.missing == ("facts.by_proxy", "facts.co_owned", "facts.licensed_before", "facts.appraised")
    assert plan(policies, "copyright").missing == ()


def test_a_plant_variety_is_registered_by_its_ministry_in_a_time_that_is_a_gap(
    policies: dict[str, DatedTable],
) -> None:
    found = plan(policies, "plant_variety", drawdown_date=DAY(2026, 12, 1))
    assert "农业农村" in str(found.authority.value)
    assert (found.authority.status, found.filed_jointly.status) == ("read", "read")
    assert found.created_at_registration.status == "recalled"
    assert (found.papers, found.decide_by, found.file_by) == ((), None, None)
    codes = {warning.code for warning in found.warnings}
    assert codes == {"recalled_value", "review_time_unknown", "papers_not_listed"}
    with pytest.raises(GapError, match=r"plant_variety_2025.*ask the ministry"):
        review_deadline(policies["plant_variety_2025"], accepted_on=DAY(2026, 9, 29), calendar=CALENDAR)


def test_past_the_holiday_data_the_day_is_in_doubt(policies: dict[str, DatedTable]) -> None:
    found = plan(policies, "invention_patent", accepted_on=DAY(2026, 12, 29))
    assert "calendar_past_horizon" in {warning.code for warning in found.warnings}


def test_document_carries_every_status(policies: dict[str, DatedTable]) -> None:
    document = plan(policies, "invention_patent").as_document()
    assert document["rules"]["id"] == "cnipa_461_2021"
    assert document["decide_by"] == "2026-10-12"
    assert document["file_by"] is None
    assert document["papers"][0]["label"]["zh"] == "质押登记申请表（双方签字或盖章）"
    assert document["papers"][0]["reference"]["source"]["number"] == "公告第461号"


def test_refusals(policies: dict[str, DatedTable]) -> None:
    with pytest.raises(NotBuiltError, match=r"kind: found circuit_layout .*registration are in no table"):
        plan(policies, "circuit_layout")
    with pytest.raises(UnknownNameError, match=r"kind: found 'trade_secret', expected one of copyright"):
        plan(policies, "trade_secret")
    with pytest.raises(InputError, match="policies: found no rules of registration for trademark"):
        plan({}, "trademark")
    with pytest.raises(BeforeFirstStepError, match=r"cnipa_461_2021.*2021-11-14.*2021-11-15"):
        plan(policies, "invention_patent", accepted_on=DAY(2021, 11, 14))


@pytest.mark.parametrize(
    ("part", "word", "message"),
    [
        ("when", "sometimes", "documents.application_form.when: found 'sometimes', expected one of always, if_"),
        ("by", "nobody", "documents.application_form.by: found 'nobody', expected one of both, pledgee, pledgor"),
    ],
)
def test_a_table_with_a_word_nobody_knows(part: str, word: str, message: str) -> None:
    words = {"when": "always", "by": "both"} | {part: word}
    rows = "".join(
        f'parameters.documents.application_form.{key} = {{ unit = "text", label = {{ zh = "表", en = "form" }},'
        f' steps = [{{ from = 2022-01-01, value = "{value}", source = "text" }}] }}\n'
        for key, value in words.items()
    )
    flags = "".join(
        f'parameters.{name} = {{ unit = "{unit}", label = {{ zh = "规则", en = "rule" }},'
        f' steps = [{{ from = 2022-01-01, value = {value}, source = "text" }}] }}\n'
        for name, unit, value in (
            ("authority", "text", '"office"'),
            ("filed_jointly", "yes_no", "true"),
            ("created_at_registration", "yes_no", "true"),
            ("review_working_days", "days", "5"),
        )
    )
    own = f"""
id = "own_rules"
kind = "registration_rules"
name = {{ zh = "测试规则", en = "test rules" }}
facts = {{ jurisdiction = {{ zh = "全国", en = "national" }}, asset_kinds = ["invention_patent"] }}
sources.text = {{ title = "text", status = "read" }}
{rows}{flags}"""
    with pytest.raises(ReferenceDataError) as raised:
        plan(load_policies({"own_rules": own}), "invention_patent")
    assert message in str(raised.value)


def test_newest_rules_that_have_begun(policies: dict[str, DatedTable]) -> None:
    assert registration_rules_for("design_patent", policies, on=DAY(2026, 1, 1)) == "cnipa_461_2021"
    assert registration_rules_for("design_patent", policies, on=DAY(2020, 1, 1)) == "cnipa_461_2021"
    assert registration_rules_for("circuit_layout", policies, on=DAY(2026, 1, 1)) is None


@given(day=st.dates(DAY(2021, 11, 15), DAY(2026, 12, 1)), later=st.integers(0, 20))
def test_a_later_filing_is_never_decided_earlier(day: datetime.date, later: int) -> None:
    policies = load_policies()
    for rules in ("cnipa_461_2021", "trademark_registration_2020", "ncac_order_8_2011"):
        first, second = (
            review_deadline(policies[rules], accepted_on=accepted, calendar=CALENDAR).day
            for accepted in (day, day + datetime.timedelta(days=later))
        )
        assert day < first <= second
        assert CALENDAR.is_business_day(first)


# --- drawing before registration -----------------------------------------------

OWN = """
id = "own_bank"
kind = "pledge_rate"
name = { zh = "自有政策", en = "own policy" }
facts = { jurisdiction = { zh = "本行", en = "this bank" } }
sources.board = { title = "board minutes", status = "read" }
[parameters]
pledge_rate_share.invention_patent = { unit = "share", label = { zh = "质押率", en = "pledge rate" }, steps = [
    { from = 2020-01-01, value = 0.4, source = "board" } ] }
unsecured_limit_before_registration_cny = { unit = "cny", label = { zh = "登记前信用额度", en = "limit" }, steps = [
    { from = 2024-01-01, value = 500_000, source = "board" } ] }
"""


def draw(**facts: Any) -> Draw:
    stated: dict[str, Any] = {"amount_fen": 300_000_00, "unsecured_before_fen": 200_000_00, "registered_on": None}
    return Draw(on=DAY(2026, 3, 2), **(stated | facts))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, "warned"),  # 200,000 + 300,000 = 500,000, the limit
        ({"unsecured_before_fen": 200_000_01}, "failed"),  # a fen above it
        ({"registered_on": DAY(2026, 3, 2)}, "passed"),
        ({"registered_on": DAY(2026, 3, 3)}, "warned"),  # registered tomorrow is not registered today
        ({"registered_on": DAY(2026, 3, 3), "amount_fen": 300_000_01}, "failed"),
        ({"registered_on": DAY(2026, 3, 2), "amount_fen": 900_000_000_00}, "passed"),
    ],
)
def test_draw_under_an_explicit_limit(facts: dict[str, Any], outcome: str) -> None:
    policy = load_policies({"own_bank": OWN})["own_bank"]
    found = check_draw(draw(**facts), policy=policy, policy_date=DAY(2026, 3, 1))
    assert (found.outcome, found.hinders) == (outcome, outcome == "failed")
    if facts == {}:
        assert found.warning is not None
        assert "500,000.00 yuan drawn before registration, the unsecured limit is 500,000.00" in found.reason.en
        assert found.reference is not None
        assert found.reference.source.title == "board minutes"


def test_silence_of_the_policy_is_no_limit(policies: dict[str, DatedTable]) -> None:
    silent = policies["bank_of_communications_beijing_2006"]
    found = check_draw(draw(amount_fen=1), policy=silent, policy_date=DAY(2026, 3, 1))
    assert found.outcome == "failed"
    assert "政策未规定登记前信用额度" in found.reason.zh
    with pytest.raises(BeforeFirstStepError, match="2024-01-01"):
        check_draw(draw(), policy=load_policies({"own_bank": OWN})["own_bank"], policy_date=DAY(2023, 12, 31))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"amount_fen": 0}, "draw.amount_fen: found 0, expected a whole number of fen above 0"),
        ({"amount_fen": 1.5}, "draw.amount_fen: found 1.5, expected a whole number of fen above 0"),
        (
            {"unsecured_before_fen": -1},
            "draw.unsecured_before_fen: found -1, expected a whole number of fen of 0 or more",
        ),
    ],
)
def test_amounts_that_are_none(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as raised:
        draw(**facts)
    assert str(raised.value) == message
