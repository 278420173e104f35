"""Is the refund of interest the one of the Zhongguancun notice?

Authority: 40 % of interest, rate at most 1.40 × one-year LPR, 500,000 a firm a year, revenue up to 200 million.
Hand: the LPR was 3.45 % from 21 August 2023, so the highest rate is 4.83 %.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.quote import PledgeQuote
from pledge.rules.interest_subsidy import yearly_subsidy
from valuation.errors import BeforeFirstStepError, GapError, InputError

Ask = Callable[[dict[str, Any]], PledgeQuote]


def asked(data: dict[str, Any], *, revenue: str | None = "90000000.00", **loan: Any) -> dict[str, Any]:
    borrower = {} if revenue is None else {"annual_revenue": revenue}
    changed = {**data["loan"], **loan}
    return {**data, "subsidy_policy": "zhongguancun_interest_subsidy_2021", "borrower": borrower, "loan": changed}


def answer(found: PledgeQuote) -> dict[str, Any]:
    assert found.offer is not None
    return dict(found.offer.support[0].document)


@given(
    interest=st.dictionaries(st.integers(2020, 2040), st.integers(0, 10**12), max_size=5),
    share=st.decimals(0, 1, places=2),
    cap=st.integers(0, 10**9),
)
def test_never_more_than_the_share_or_the_cap(interest: dict[int, int], share: Decimal, cap: int) -> None:
    for year, fen in yearly_subsidy(interest, subsidy_share=share, yearly_cap_fen=cap).items():
        exact = Fraction(share) * interest[year]
        assert 0 <= fen <= min(exact, cap)
        assert fen == cap or fen > exact - 1


def test_three_calendar_years(quote: Ask, data: dict[str, Any]) -> None:
    found = quote(asked(data))
    # 8,000,000 × 0.0435 / 12 = 29,000 a month; due in Nov and Dec 2023, twelve months twice, ten in 2026.
    assert answer(found) == {
        "granted": True,
        "reasons": [],
        "years": [
            {"year": 2023, "interest": "58000.00", "subsidy": "23200.00"},
            {"year": 2024, "interest": "348000.00", "subsidy": "139200.00"},
            {"year": 2025, "interest": "348000.00", "subsidy": "139200.00"},
            {"year": 2026, "interest": "290000.00", "subsidy": "116000.00"},
        ],
        "total_subsidy": "417600.00",
    }
    used = {value.name: str(value.value) for value in found.values_used}
    assert used["one_year_rate_share"] == "0.0345"
    named = {warning.code for warning in found.warnings}
    assert {"lpr_of_drawdown_date", "yearly_cap_of_one_loan", "subsidy_dates_unknown"} <= named


def test_rate_at_the_cap_passes_and_above_it_not(quote: Ask, data: dict[str, Any]) -> None:
    assert answer(quote(asked(data, annual_rate_share="0.0483")))["granted"] is True
    refused = quote(asked(data, annual_rate_share="0.048301"))
    assert answer(refused)["granted"] is False
    assert answer(refused)["total_subsidy"] == "0.00"
    assert "4.83" in answer(refused)["reasons"][0]["en"]
    assert "subsidy_not_granted" in {warning.code for warning in refused.warnings}


def test_revenue_above_the_limit_is_refused_and_unstated_revenue_asked_for(quote: Ask, data: dict[str, Any]) -> None:
    assert answer(quote(asked(data, revenue="200000000.00")))["granted"] is True
    assert "200,000,000" in answer(quote(asked(data, revenue="200000000.01")))["reasons"][0]["en"]
    with pytest.raises(InputError, match=r"borrower\.annual_revenue"):
        quote(asked(data, revenue=None))


def test_yearly_cap_can_be_supposed(quote: Ask, data: dict[str, Any]) -> None:
    data["what_if"] = {
        "zhongguancun_interest_subsidy_2021": {"yearly_cap_cny": {"value": 100000, "reason": "a tighter cap"}}
    }
    years = answer(quote(asked(data)))["years"]
    assert [row["subsidy"] for row in years] == ["23200.00", "100000.00", "100000.00", "100000.00"]


def test_no_lpr_no_answer(quote: Ask, data: dict[str, Any]) -> None:
    # The fixing of 2026-04-20 is not in the data; it is not replaced by an older one.
    data["dates"] = {"valuation_date": "2026-03-31", "policy_date": "2026-04-09", "report_date": "2026-04-09"}
    data["asset"] |= {"appraised_on": "2026-03-31", "expiry_date": "2036-05-17"}
    assert answer(quote(asked(data, drawdown_date="2026-04-17")))["granted"] is False
    with pytest.raises(GapError, match="one_year_rate_share"):
        quote(asked(data, drawdown_date="2026-04-20"))
    with pytest.raises(BeforeFirstStepError, match="2019-08-20"):
        quote(asked(data, drawdown_date="2019-08-19"))


def test_policy_without_a_revenue_limit_asks_for_no_revenue(quote: Ask, data: dict[str, Any]) -> None:
    from pledge.policy_catalogue import load_policies
    from pledge.quote import quote_pledge, request_model
    from valuation.kernel.fields import parse

    own = """
    id = "own_subsidy"
    kind = "interest_subsidy"
    name = { zh = "测试贴息", en = "test subsidy" }
    facts.jurisdiction = { zh = "测试", en = "test" }
    sources.notice = { title = "notice", status = "recalled" }
    [parameters]
    subsidy_share = { unit = "share", label = { zh = "比例", en = "share" }, steps = [
        { from = 2020-01-01, value = 0.5, source = "notice" } ] }
    rate_cap_multiple = { unit = "multiple", label = { zh = "倍数", en = "multiple" }, steps = [
        { from = 2020-01-01, value = 2, source = "notice" } ] }
    yearly_cap_cny = { unit = "cny", label = { zh = "上限", en = "cap" }, steps = [
        { from = 2020-01-01, value = 1000000, source = "notice" } ] }
    """
    policies = load_policies({"own_subsidy": own})
    request = parse(request_model(policies), {**data, "subsidy_policy": "own_subsidy"})
    found = quote_pledge(request, policies=policies)
    assert answer(found)["total_subsidy"] == "522000.00"  # hand: half of 36 × 29,000
    assert "recalled_value" in {warning.code for warning in found.warnings}


def test_gaps_of_lijiang_can_be_supposed_and_a_policy_may_have_no_cap() -> None:
    from pledge.example_case import ExampleCase, ExampleFacts
    from pledge.policy_catalogue import load_policies, overlay_policies
    from pledge.policy_examples import example_questions
    from valuation.kernel.dated import Hypothesis

    lijiang, day = "lijiang_interest_subsidy_2026", date(2026, 1, 7)
    supposed = {
        "rate_cap_multiple": Hypothesis("2", "supposed for a first look"),
        "yearly_cap_cny": Hypothesis("10000", "supposed for a first look"),
    }
    policies = overlay_policies(load_policies(), {lijiang: supposed})
    facts = ExampleFacts({"annual_rate_share": "0.0350", "interest_cny": {"2026": "58000.00"}}, "here")
    answered = example_questions("interest_subsidy")["subsidy"](ExampleCase(policies[lijiang], policies, day, facts))
    # 58,000 × 30 % = 17,400, at most 10,000; 3.5 % is below 2 × 3.00 %.
    assert answered == {"subsidy.2026": "10000.00", "total": "10000.00", "granted": "true"}
    assert yearly_subsidy({2026: 58_000_00}, subsidy_share=Decimal("0.3"), yearly_cap_fen=None) == {2026: 17_400_00}


def test_the_highest_share_and_the_days_of_payment_are_named(quote: Ask, data: dict[str, Any]) -> None:
    data["dates"] = dict.fromkeys(("valuation_date", "policy_date", "report_date"), "2026-01-31")
    data["asset"] |= {"appraised_on": "2026-01-31", "expiry_date": "2039-05-17"}
    what_if = {name: {"value": value, "reason": "supposed"} for name, value in (
        ("rate_cap_multiple", "2"), ("yearly_cap_cny", "500000"))}  # fmt: skip
    loan = {**data["loan"], "drawdown_date": "2026-02-02"}
    lijiang = {"subsidy_policy": "lijiang_interest_subsidy_2026", "what_if": {"lijiang_interest_subsidy_2026": what_if}}
    found = quote({**data, **lijiang, "loan": loan, "subsidy_paid_months": 3})
    named = {warning.code for warning in found.warnings}
    assert "subsidy_share_is_the_highest" in named
    assert "subsidy_dates_unknown" not in named
    assert found.offer is not None
    assert found.offer.cost.receipts[0].flow.day == date(2027, 3, 31)
