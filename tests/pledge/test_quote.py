"""Is the quote the one an officer would compute by hand, and does it say everything it rests on?

Literature: the first IP pledge loan of 2006. Hand: arithmetic beside the numbers. Second method: the effective
rate by pyxirr. Identity: same inputs, same digest; the totals of a quote are those of its schedule.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pyxirr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledge.policy_catalogue import load_policies
from pledge.quote import PledgeQuote, quote_pledge
from pledge.request import PledgeQuoteRequest, request_model
from valuation.errors import BeforeFirstStepError, GapError, InputError, UnknownNameError
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import parse

Ask = Callable[[dict[str, Any]], PledgeQuote]


def test_eligible_within_the_limit(quote: Ask, data: dict[str, Any]) -> None:
    found = quote(data)
    assert found.decision == "eligible"
    # 25 % of 40,000,000 is 10,000,000, as much as the product cap.
    assert found.maximum_loan.amount_fen == 10_000_000_00
    assert found.offered_principal_fen == 8_000_000_00
    assert found.offer is not None
    # 8,000,000 × 0.0435 / 12 = 29,000 a month, 36 months.
    assert {row.interest_fen for row in found.offer.schedule.rows} == {29_000_00}
    assert found.offer.schedule.total_interest_fen == 1_044_000_00
    assert found.cover_on_appraised_value.loan_to_value_share == Decimal("0.2")
    assert found.cover_on_pledgee_value is None
    assert "8,000,000.00" in found.reasons[0].zh


def test_first_pledge_loan_over_the_limit(quote: Ask, data: dict[str, Any]) -> None:
    # 600 × 10,000 yuan × 25 % = 150 × 10,000 yuan.
    data["asset"]["appraised_value"] = "6000000.00"
    found = quote(data)
    assert found.decision == "over_limit"
    assert found.maximum_loan.amount_fen == 1_500_000_00
    assert found.offered_principal_fen == 1_500_000_00
    assert found.offer is not None
    assert found.offer.schedule.total_principal_fen == 1_500_000_00
    assert "pledge rate" in found.reasons[0].en
    assert "the schedule is of the limit" in found.reasons[0].en


def test_cap_of_the_product_is_named(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["appraised_value"] = "100000000.00"
    data["loan"]["requested"] = "12000000.00"
    found = quote(data)
    assert (found.decision, found.offered_principal_fen) == ("over_limit", 10_000_000_00)
    assert "cap of the product" in found.reasons[0].en


def test_effective_rate_with_fees_agrees_with_pyxirr(quote: Ask, data: dict[str, Any]) -> None:
    data["loan"]["fees_upfront"] = "80000.00"
    for form in ("interest_only", "equal_instalment", "equal_principal"):
        data["loan"]["repayment"]["form"] = form
        offer = quote(data).offer
        assert offer is not None
        dates = [date(2023, 10, 20), *(row.due_date for row in offer.schedule.rows)]
        amounts = [7_920_000.0, *(-row.payment_fen / 100 for row in offer.schedule.rows)]
        assert offer.effective_annual_rate.status == "one_root"
        assert offer.effective_annual_rate.rate == pytest.approx(pyxirr.xirr(dates, amounts), abs=1e-10)
        assert offer.effective_annual_rate.rate > 0.0435


def test_loan_without_interest_and_fees_costs_nothing(quote: Ask, data: dict[str, Any]) -> None:
    data["loan"]["annual_rate_share"] = "0"
    offer = quote(data).offer
    assert offer is not None
    assert offer.effective_annual_rate.rate == 0.0


def test_value_to_the_pledgee_is_shown_and_its_shortfall_named(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["pledgee_value"] = "22000000.00"
    found = quote(data)
    assert found.decision == "eligible"
    assert found.cover_on_pledgee_value is not None
    # 8,000,000 - 25 % of 22,000,000 = 2,500,000.
    assert found.cover_on_pledgee_value.shortfall_fen == 2_500_000_00
    (warning,) = [w for w in found.warnings if w.code == "short_on_pledgee_value"]
    assert "2,500,000.00" in warning.label.en
    document = found.as_document()
    assert document["cover"]["on_pledgee_value"]["loan_to_value_share"] == "0.363636"


def test_nothing_is_offered_until_every_fact_is_stated(quote: Ask, data: dict[str, Any]) -> None:
    del data["asset"]["annuity_paid"]
    data["asset"]["already_pledged"] = True
    found = quote(data)
    assert found.decision == "not_eligible"
    assert (found.offer, found.offered_principal_fen) == (None, 0)
    texts = [reason.en for reason in found.reasons]
    assert texts == [
        "annuities are paid: not stated: asset.annuity_paid",
        "not already pledged: already pledged and in pledge",
    ]
    # The cover is then that of the loan asked for.
    assert found.cover_on_appraised_value.loan_fen == 8_000_000_00
    document = found.as_document()
    assert document["offer"] is None
    assert document["offered_principal"] == "0.00"


def test_a_lender_cannot_get_more_in_a_forced_sale_than_the_market_pays(quote: Ask, data: dict[str, Any]) -> None:
    """The value to the pledgee is what its own warning is measured on, so a slip upwards would silence it."""
    data["asset"]["pledgee_value"] = "40000000.01"
    with pytest.raises(InputError, match=r"asset.pledgee_value: found 40000000.01, expected no more than.*40000000.00"):
        quote(data)
    data["asset"]["pledgee_value"] = "40000000.00"
    assert quote(data).cover_on_pledgee_value is not None


def test_a_limit_of_zero_promises_no_schedule(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["appraised_value"] = "0.03"  # 25 % of three fen is less than one fen
    found = quote(data)
    assert (found.decision, found.offer, found.maximum_loan.amount_fen) == ("over_limit", None, 0)
    assert "schedule" not in found.reasons[0].en
    assert "nothing may be lent" in found.reasons[0].en


def test_worthless_right_carries_no_loan(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["appraised_value"] = "0.00"
    found = quote(data)
    assert (found.decision, found.offer) == ("over_limit", None)
    assert found.cover_on_appraised_value.shortfall_fen == 8_000_000_00


def test_dates_beyond_the_holiday_data_are_named(quote: Ask, data: dict[str, Any]) -> None:
    data["loan"].update(drawdown_date="2026-06-20")
    data["loan"]["repayment"]["due_date_convention"] = "following"
    data["asset"]["expiry_date"] = "2040-01-01"
    assert "calendar_past_horizon" in {warning.code for warning in quote(data).warnings}


def test_every_value_used_is_listed_with_its_source(quote: Ask, data: dict[str, Any]) -> None:
    found = quote(data)
    names = [value.name for value in found.values_used]
    assert names[:2] == ["pledge_rate_share.invention_patent", "loan_cap_cny"]
    assert len(names) == len(set(names))
    assert {"term_cap_months", "refusal_grounds.annuity_unpaid", "refusal_grounds.other"} <= set(names)
    for row in found.as_document()["values_used"]:
        assert row["source"]["title"]
        assert row["status"] == "read"
    conditions = [condition.en for condition in found.conditions]
    assert any("comes into being at registration" in text for text in conditions)
    assert any("contract is defective" in text for text in conditions)
    assert any("benchmark" in text for text in conditions)


def test_trademark_names_its_recalled_rules_of_registration(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"].update(kind="trademark", used_since="2015-01-01")
    assert quote(data).decision == "not_eligible"  # nobody said whether similar marks are pledged with it
    data["asset"]["similar_marks_included"] = True
    found = quote(data)
    assert found.decision == "eligible"
    assert found.maximum_loan.by_pledge_rate_fen == 12_000_000_00  # 30 %
    recalled = [warning.label.en for warning in found.warnings if warning.code == "recalled_value"]
    assert any("refusal_grounds.similar_mark_left_out" in text for text in recalled)


@pytest.mark.parametrize(("kind", "code"), [("plant_variety", "refusal_grounds_not_listed"), ("copyright", None)])
def test_rights_of_other_kinds_say_what_their_rules_leave_open(
    data: dict[str, Any], kind: str, code: str | None
) -> None:
    own = f"""
    id = "own_bank"
    kind = "pledge_rate"
    name = {{ zh = "自有政策", en = "own policy" }}
    facts = {{ jurisdiction = {{ zh = "本行", en = "this bank" }} }}
    sources.board = {{ title = "board minutes", status = "read" }}
    [parameters]
    pledge_rate_share.{kind} = {{ unit = "share", label = {{ zh = "质押率", en = "pledge rate" }}, steps = [
        {{ from = 2020-01-01, value = 0.4, source = "board" }} ] }}
    """
    policies = load_policies({"own_bank": own})
    data.update(policy="own_bank", dates=dict.fromkeys(data["dates"], "2026-03-02"))
    data["loan"]["drawdown_date"] = "2026-03-09"
    data["asset"].update(kind=kind, earlier_licences_listed=True)
    found = quote_pledge(parse(request_model(policies), data), policies=policies)
    assert found.decision == "eligible"
    assert "public_compensation" in {finding.rule for finding in found.findings}
    codes = {warning.code for warning in found.warnings}
    assert ("refusal_grounds_not_listed" in codes) is (code is not None)


def test_without_rules_of_registration_the_quote_says_so(data: dict[str, Any]) -> None:
    policies = {name: table for name, table in load_policies().items() if table.kind != "registration_rules"}
    found = quote_pledge(parse(request_model(policies), data), policies=policies)
    assert "registration_rules_not_loaded" in {warning.code for warning in found.warnings}
    assert all(finding.reference is None for finding in found.findings if finding.ground is not None)


def test_insisting_parties_get_a_quote_with_a_warning(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"].update(invalidation_proceedings=True, parties_insist_after_notice=True)
    found = quote(data)
    assert found.decision == "eligible"
    assert "eligibility_no_invalidation_proceedings" in {warning.code for warning in found.warnings}


# --- policies, gaps, what-if --------------------------------------------------


def test_gap_of_the_pledge_rate_raises_and_can_be_supposed(quote: Ask, data: dict[str, Any]) -> None:
    data["policy"] = "bank_of_jiangsu_suzhidai_2025"
    data["dates"] = dict.fromkeys(data["dates"], "2025-11-03")
    data["loan"]["drawdown_date"] = "2025-11-20"
    with pytest.raises(GapError, match=r"pledge_rate_share\.invention_patent.*ask the bank"):
        quote(data)
    supposed = {"pledge_rate_share.invention_patent": {"value": "0.3", "reason": "word of the branch"}}
    data["what_if"] = {"bank_of_jiangsu_suzhidai_2025": supposed}
    found = quote(data)
    assert found.maximum_loan.amount_fen == 12_000_000_00
    (warning,) = [w for w in found.warnings if w.code == "hypothesis_value"]
    assert "word of the branch" in warning.label.zh
    # Gaps for other kinds of right do not concern this one.
    assert not any("pledge_rate_share" in condition.en for condition in found.conditions)


def test_day_before_the_policy_and_before_the_law(quote: Ask, data: dict[str, Any]) -> None:
    data["dates"]["policy_date"] = "2021-11-14"
    with pytest.raises(BeforeFirstStepError, match=r"cnipa_461_2021.*2021-11-15"):
        quote(data)
    data["asset"].update(kind="trademark", used_since="1999-01-01")
    data["dates"]["policy_date"] = "2020-04-30"
    with pytest.raises(BeforeFirstStepError, match=r"trademark_registration_2020.*2020-05-01"):
        quote(data)
    data["asset"]["kind"] = "copyright"
    data["policy"] = "bank_of_jiangsu_suzhidai_2025"
    with pytest.raises(BeforeFirstStepError, match=r"bank_of_jiangsu_suzhidai_2025.*2025"):
        quote(data)


def test_what_if_that_changes_nothing_is_named_and_a_foreign_one_refused(quote: Ask, data: dict[str, Any]) -> None:
    data["what_if"] = {
        "bank_of_communications_beijing_2006": {
            "pledge_rate_share.trademark": {"value": "0.5", "reason": "later account"}
        }
    }
    assert "hypothesis_not_used" in {warning.code for warning in quote(data).warnings}
    data["what_if"] = {"lpr": {"one_year_rate_share": {"value": "0.03", "reason": "today"}}}
    with pytest.raises(InputError, match=r"what_if\.lpr.*does not use.*bank_of_communications"):
        quote(data)


def test_age_of_an_appraisal_matters_only_where_a_policy_says_so(data: dict[str, Any]) -> None:
    own = """
    id = "own_bank"
    kind = "pledge_rate"
    name = { zh = "测试银行", en = "test bank" }
    facts.jurisdiction = { zh = "测试", en = "test" }
    sources.board = { title = "board", status = "read" }
    [parameters]
    pledge_rate_share.invention_patent = { unit = "share", label = { zh = "质押率", en = "rate" }, steps = [
        { from = 2020-01-01, value = 0.4, source = "board" } ] }
    appraisal_validity_months = { unit = "months", label = { zh = "有效期", en = "validity" }, steps = [
        { from = 2020-01-01, value = 12, source = "board" } ] }
    """
    policies = load_policies({"own_bank": own})
    data["policy"] = "own_bank"

    def outcome(appraised_on: str) -> tuple[str, str]:
        data["asset"]["appraised_on"] = appraised_on
        found = quote_pledge(parse(request_model(policies), data), policies=policies)
        assert found.maximum_loan.loan_cap_fen is None
        return next(row.outcome for row in found.findings if row.rule == "policy_valuation_age"), found.decision

    # Drawdown on 2023-10-20; twelve months after 2022-10-20 it still serves, after 2022-10-19 it is a day too old.
    assert outcome("2022-10-20") == ("passed", "eligible")
    assert outcome("2022-10-19") == ("failed", "not_eligible")


def test_the_newest_registration_rules_in_force_apply(data: dict[str, Any]) -> None:
    later = """
    id = "later_rules"
    kind = "registration_rules"
    name = { zh = "测试规则", en = "test rules" }
    facts = { jurisdiction = { zh = "全国", en = "national" }, asset_kinds = ["invention_patent"] }
    sources.text = { title = "later text", status = "recalled" }
    parameters.refusal_grounds.annuity_unpaid = { unit = "yes_no", label = { zh = "年费", en = "annuity" }, steps = [
        { from = 2023-01-01, value = true, source = "text" } ] }
    """
    policies = load_policies({"later_rules": later})

    def ask(policy_date: str) -> PledgeQuote:
        data["dates"]["policy_date"] = policy_date
        return quote_pledge(parse(request_model(policies), data), policies=policies)

    before, after = ask("2022-12-31"), ask("2023-10-09")
    assert "recalled_value" not in {warning.code for warning in before.warnings}
    assert "recalled_value" in {warning.code for warning in after.warnings}
    references = {finding.rule: finding.reference for finding in after.findings}
    assert references["annuity_paid"] is not None
    assert references["annuity_paid"].source.title == "later text"
    assert references["right_in_force"] is None


# --- refusals -----------------------------------------------------------------


def test_kind_of_right_the_policy_does_not_lend_on(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["kind"] = "plant_variety"
    with pytest.raises(InputError, match=r"asset\.kind.*lends on invention_patent, utility_model, trademark"):
        quote(data)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fees_upfront": "8000000.00"}, "loan.fees_upfront"),
        ({"term_months": 35, "repayment": {"period_months": 3}}, "loan.term_months"),
        ({"repayment": {"interest_dates": "adjusted"}}, "loan.repayment.interest_dates"),
        ({"repayment": {"end_of_month": True}}, "loan.repayment.end_of_month"),
        ({"drawdown_date": "3901-01-01"}, "loan.drawdown_date"),
    ],
)
def test_terms_that_contradict_each_other(quote: Ask, data: dict[str, Any], change: dict[str, Any], field: str) -> None:
    data["loan"]["repayment"].update(change.pop("repayment", {}))
    data["loan"].update(change)
    with pytest.raises(InputError) as caught:
        quote(data)
    assert caught.value.problems[0].field == field


def test_appraisal_after_the_report(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["appraised_on"] = "2023-10-10"
    with pytest.raises(InputError, match=r"asset\.appraised_on"):
        quote(data)


def test_unknown_names_in_a_request_built_without_the_catalogue(
    data: dict[str, Any], policies: dict[str, DatedTable]
) -> None:
    for field, name in (("policy", "lpr"), ("pool_policy", "nowhere"), ("subsidy_policy", "nowhere")):
        request = parse(PledgeQuoteRequest, {**data, field: name})
        with pytest.raises(UnknownNameError, match=field):
            quote_pledge(request, policies=policies)


@given(
    yuan=st.integers(1, 10_000_000),
    fen=st.integers(0, 99),
    rate=st.integers(0, 2_000),
    months=st.integers(1, 10).map(lambda quarters: 3 * quarters),
    form=st.sampled_from(["equal_instalment", "equal_principal", "interest_only"]),
    period=st.sampled_from([1, 3]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_quote_and_schedule_totals_agree_to_the_fen(
    quote: Ask, data: dict[str, Any], yuan: int, fen: int, rate: int, months: int, form: str, period: int
) -> None:
    loan = {**data["loan"], "requested": f"{yuan}.{fen:02d}", "term_months": months}
    loan |= {
        "annual_rate_share": f"0.{rate:04d}",
        "repayment": {**loan["repayment"], "form": form, "period_months": period},
    }
    asked = {
        **data,
        "loan": loan,
        "subsidy_policy": "zhongguancun_interest_subsidy_2021",
        "borrower": {"annual_revenue": "1.00"},
    }
    document = quote(asked).as_document()
    offer, rows = document["offer"], document["offer"]["schedule"]["rows"]

    def total(column: str) -> Decimal:
        return sum((Decimal(row[column]) for row in rows), Decimal(0))

    assert Decimal(document["offered_principal"]) == Decimal(offer["principal"]) == total("principal")
    assert Decimal(offer["total_interest"]) == total("interest")
    assert total("payment") == total("principal") + total("interest")
    assert sum(Decimal(year["interest"]) for year in offer["support"][0]["years"]) == total("interest")


def test_the_reward_of_the_bank_leaves_the_borrower_where_he_was(quote: Ask, data: dict[str, Any]) -> None:
    plain, rewarded = quote(data), quote({**data, "lender_reward_policy": "pudong_lender_reward_2011"})
    assert plain.offer is not None
    assert rewarded.offer is not None
    # 2 % of 8,000,000.00.
    assert rewarded.offer.support[0].document == {"lent": "8000000.00", "reward": "160000.00", "paid_to": "bank"}
    assert rewarded.offer.cost == plain.offer.cost


# --- documents and digest -----------------------------------------------------


def test_document_is_json_with_money_as_text(quote: Ask, data: dict[str, Any]) -> None:
    document = quote(data).as_document()
    again = json.loads(json.dumps(document, ensure_ascii=False))
    assert again == document

    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        if isinstance(value, list):
            return any(map(floats, value))
        return isinstance(value, float)

    assert not floats(document)
    assert document["offer"]["nominal_annual_rate_share"] == "0.0435"
    assert document["offer"]["effective_annual_rate_share"].startswith("0.044")
    assert document["offer"]["schedule"]["rows"][0]["interest"] == "29000.00"
    assert document["request"]["asset"]["appraised_value"] == "40000000.00"
    assert document["request"]["loan"]["repayment"]["interest_dates"] == "unadjusted"


def test_digest_follows_the_inputs(quote: Ask, data: dict[str, Any], policies: dict[str, DatedTable]) -> None:
    first = quote(data)
    assert quote(data).as_document() == first.as_document()
    data["loan"]["fees_upfront"] = "0.01"
    assert quote(data).digest != first.digest
    # A request that was stored reads back to the same quote.
    again = parse(request_model(policies), first.as_document()["request"])
    assert quote_pledge(again, policies=policies).digest == first.digest
