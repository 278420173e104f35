"""Does a policy become the terms its text says, and does a gap, a silence or a contradiction show?

Authority: the policies of Weihai and Shanghai, numbers beside the text. Hand: policies written here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from pledge.claim_terms import claim_terms
from pledge.policy_catalogue import load_policies
from pledge.quote import PledgeQuote
from valuation.errors import GapError, InputError, ReferenceDataError, RepealedError
from valuation.kernel.dated import DatedTable

DAY = datetime.date
Ask = Callable[[dict[str, Any]], PledgeQuote]


def own(**parameters: tuple[str, str]) -> DatedTable:
    rows = "\n".join(
        f'[parameters.{name.replace("__", ".")}]\nunit = "{unit}"\nlabel = {{ zh = "参数", en = "parameter" }}\n'
        f'steps = [{{ from = 2024-01-01, value = {value}, source = "notice" }}]'
        for name, (unit, value) in parameters.items()
    )
    text = f"""
id = "own_pool"
kind = "risk_pool"
name = {{ zh = "测试", en = "test" }}
facts.jurisdiction = {{ zh = "测试", en = "test" }}
sources.notice = {{ title = "notice", status = "read" }}
{rows}
"""
    return load_policies({"own_pool": text})["own_pool"]


def test_weihai(policies: dict[str, DatedTable]) -> None:
    # Province 40 %, city 20 %, at most 1,000,000 of it in the first year of business and 1,500,000 later.
    for year, cap in ((1, 1_000_000_00), (2, 1_500_000_00), (9, 1_500_000_00)):
        terms = claim_terms(policies["weihai_risk_pool_2020"], on=DAY(2021, 1, 1), business_year=year).terms
        assert dict(terms.shares) == {"pool": Fraction(3, 5), "bank": Fraction(2, 5)}
        assert dict(terms.pool_parts) == {"province": Fraction(2, 5), "city": Fraction(1, 5)}
        assert dict(terms.part_caps_fen) == {"city": cap}
        assert (terms.ip_part_only, terms.covers_interest, terms.timing) == (True, False, "after_disposal")
    with pytest.raises(InputError) as refused:
        claim_terms(policies["weihai_risk_pool_2020"], on=DAY(2021, 1, 1), business_year=0)
    assert str(refused.value) == (
        "business_year: found 0, expected the bank's year of business from 1;"
        " weihai_risk_pool_2020 caps later years differently"
    )


def test_shanghai_pays_into_a_deposit_after_two_months(policies: dict[str, DatedTable]) -> None:
    terms = claim_terms(policies["shanghai_deposit_compensation_2019"], on=DAY(2020, 1, 1)).terms
    assert (terms.timing, terms.wait_months, terms.advance_share) == ("deposit", 2, 1)
    assert terms.shares["pool"] == Fraction(4, 5)
    named = claim_terms(policies["shanghai_deposit_compensation_2019"], on=DAY(2020, 1, 1)).warnings
    assert ("doubtful_value", "the source says about 80 % of the net loss; the share of the contract may differ") in {
        (warning.code, warning.label.en) for warning in named
    }


def test_hainan_asks_for_the_class_and_then_names_the_gap(policies: dict[str, DatedTable]) -> None:
    hainan = policies["hainan_risk_pool_2026"]
    with pytest.raises(InputError) as refused:
        claim_terms(hainan, on=DAY(2026, 6, 1), asset_kind="trademark", risk_class="normal")
    assert str(refused.value) == (
        "risk_class: found normal, expected one of special_mention, substandard, doubtful, loss;"
        " hainan_risk_pool_2026 grades its share by the class of the loan"
    )
    with pytest.raises(GapError, match=r"pool_loss_share_by_class\.doubtful.*read the measure"):
        claim_terms(hainan, on=DAY(2026, 6, 1), asset_kind="trademark", risk_class="doubtful")
    with pytest.raises(RepealedError, match="2031-01-01"):
        claim_terms(hainan, on=DAY(2031, 1, 1), asset_kind="trademark", risk_class="doubtful")


def test_a_right_that_hainan_does_not_compensate_is_shown_not_hidden(
    quote: Ask, data: dict[str, Any], policies: dict[str, DatedTable]
) -> None:
    hainan = policies["hainan_risk_pool_2026"]
    read = claim_terms(hainan, on=DAY(2026, 6, 1), asset_kind="plant_variety")
    assert dict(read.terms.shares) == {"pool": 0, "bank": 1}
    assert [warning.code for warning in read.warnings] == ["not_compensable"]
    with pytest.raises(InputError) as refused:
        claim_terms(hainan, on=DAY(2026, 6, 1))
    assert str(refused.value) == (
        "asset_kind: found nothing, expected the kind of right; hainan_risk_pool_2026 compensates invention_patent,"
        " utility_model, design_patent, trademark only"
    )
    found = quote({**data, "pool_policy": "ziyang_risk_pool_2025", "pool_balance": "5000000.00", **own_lender(data)})
    assert found.offer is not None
    assert found.offer.support[0].document["scenarios"][0]["by_party"] == {"pool": "0.00", "bank": "8000000.00"}
    assert "not_compensable" in {warning.code for warning in found.warnings}


def own_lender(data: dict[str, Any]) -> dict[str, Any]:
    """The request on a copyright, at a bank that is supposed to lend on copyrights."""
    rate = {"pledge_rate_share.copyright": {"value": "0.5", "reason": "supposed for a first look"}}
    return {
        "policy": "bank_of_jiangsu_suzhidai_2025",
        "dates": dict.fromkeys(("valuation_date", "policy_date", "report_date"), "2026-03-01"),
        "asset": {**data["asset"], "kind": "copyright", "appraised_on": "2026-03-01", "earlier_licences_listed": True},
        "loan": {**data["loan"], "drawdown_date": "2026-03-02"},
        "what_if": {"bank_of_jiangsu_suzhidai_2025": rate},
    }


def test_every_term_is_read_and_a_silence_is_named() -> None:
    stated = own(
        pool_loss_share_by_class__doubtful=("share", "0.3"),
        pool_loss_share_by_class__loss=("share", "0.5"),
        loss_share__guarantor=("share", "0.2"),
        covered_claim=("text", '"principal_and_interest"'),
        payment_timing=("text", '"pre_payment"'),
        advance_share=("share", "0.4"),
        claim_wait_months=("months", "3"),
        single_loan_cap_cny=("cny", "5_000_000"),
        pool_payment_cap_cny=("cny", "2_000_000"),
        payment_cap_of_pool_size_share=("share", "0.05"),
        payment_cap_of_pool_balance_share=("share", "0.10"),
        covers_ip_part_only=("yes_no", "false"),
    )
    read = claim_terms(stated, on=DAY(2024, 1, 1), risk_class="loss")
    terms = read.terms
    # The bank is not named: it bears what the pool and the guarantor leave, 30 %.
    assert dict(terms.shares) == {"pool": Fraction(1, 2), "bank": Fraction(3, 10), "guarantor": Fraction(1, 5)}
    assert (terms.covers_interest, terms.timing, terms.advance_share) == (True, "pre_payment", Fraction(2, 5))
    assert (terms.loss_cap_fen, terms.payment_cap_fen, terms.wait_months) == (5_000_000_00, 2_000_000_00, 3)
    assert (terms.cap_of_size_share, terms.cap_of_balance_share) == (Fraction(1, 20), Fraction(1, 10))
    assert not terms.ip_part_only
    assert read.warnings == ()
    assert len(read.values_used) == 11  # All but the share of the other class.
    silent = claim_terms(own(loss_share__pool=("share", "0.4")), on=DAY(2024, 1, 1))
    assert [warning.label.en for warning in silent.warnings] == [
        "own_pool says nothing of covered_claim: taken as principal only",
        "own_pool says nothing of payment_timing: taken as paid on the final loss after disposal",
    ]


@pytest.mark.parametrize(
    ("parameters", "error", "text"),
    [
        (
            {"loss_share__pool": ("share", "0.4"), "payment_timing": ("text", '"soon"')},
            ReferenceDataError,
            "own_pool: payment_timing: found 'soon', expected one of after_disposal, pre_payment, deposit",
        ),
        (
            {"loss_share__pool": ("share", "0.4"), "covered_claim": ("text", '"all"')},
            ReferenceDataError,
            "own_pool: covered_claim: found 'all', expected one of principal, principal_and_interest",
        ),
        (
            {"loss_share__pool": ("share", "0.4"), "loss_share__bank": ("share", "0.5")},
            InputError,
            "loss_share: found pool 2/5, bank 1/2, expected shares of 0 or more that add up to exactly 1",
        ),
        (
            {"loss_share__pool": ("share", "0.7"), "loss_share__guarantor": ("share", "0.5")},
            InputError,
            (
                "loss_share: found pool 7/10, bank -1/5, guarantor 1/2, expected shares of 0 or more that add up to"
                " exactly 1"
            ),
        ),
        (
            {"loss_share__pool": ("share", "0.7"), "loss_share_part__city": ("share", "0.5")},
            InputError,
            "loss_share_part: found 1/2, expected parts that add up to the pool's share, 7/10",
        ),
        (
            {"loss_share__bank": ("share", "1")},
            InputError,
            "loss_share: found bank, expected also pool",
        ),
    ],
)
def test_terms_that_contradict_themselves_are_refused(
    parameters: dict[str, tuple[str, str]], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as refused:
        claim_terms(own(**parameters), on=DAY(2024, 1, 1))
    assert str(refused.value) == text


def test_a_pool_that_names_no_share_does_not_load() -> None:
    with pytest.raises(ReferenceDataError, match=r"own_pool: found none of these parameters, expected at least one"):
        own(pool_size_cny=("cny", "1_000"))


def test_a_quote_under_weihai(quote: Ask, data: dict[str, Any]) -> None:
    asked = {**data, "pool_policy": "weihai_risk_pool_2020", "pool_balance": "50000000.00", "bank_business_year": 1}
    offer = quote(asked).offer
    assert offer is not None
    total, _ = offer.support[0].document["scenarios"]
    # 8,000,000: province 3,200,000; city 1,600,000 cut to 1,000,000; the bank 3,200,000 + 600,000.
    assert total["by_party"] == {"pool": "4200000.00", "bank": "3800000.00"}
    assert total["pool_by_part"] == {"province": "3200000.00", "city": "1000000.00"}
    assert total["left_with_bank"] == {"above_part_cap": "600000.00"}
    with pytest.raises(InputError, match="business_year: found nothing"):
        quote({**asked, "bank_business_year": None})


def test_two_accounts_that_disagree_are_named(quote: Ask, data: dict[str, Any]) -> None:
    codes = {warning.code for warning in quote(data).warnings}
    assert "sources_disagree" not in codes  # An invention patent: both accounts say 25 %.
    data["asset"]["kind"] = "trademark"
    named = [warning.label.en for warning in quote(data).warnings if warning.code == "sources_disagree"]
    assert named == ["two accounts of the pledge rate of trademarks disagree: 30 % here (2006), 50 % in an undated one"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('doubts = [{ parameter = "loss_share.bank", zh = "疑", en = "doubt" }]', "texts for parameter, zh, en"),
        ('doubts = [{ parameter = "loss_share.pool", zh = "疑" }]', "texts for parameter, zh, en"),
        ('compensable_asset_kinds = ["patent", "trademark"]', "some of copyright, design_patent, invention_patent"),
        (
            'conflicts = [{ parameter = "loss_share.pool", zh = "疑", en = "doubt" }]',
            "texts for parameter, with_policy, zh, en",
        ),
    ],
)
def test_a_doubt_or_kind_that_cannot_be_meant_stops_the_policy(entry: str, expected: str) -> None:
    text = f"""
id = "own_pool"
kind = "risk_pool"
name = {{ zh = "测试", en = "test" }}
sources.notice = {{ title = "notice", status = "read" }}
parameters.loss_share.pool = {{ unit = "share", label = {{ zh = "比例", en = "share" }}, steps = [
    {{ from = 2024-01-01, value = 0.4, source = "notice" }} ] }}
[facts]
jurisdiction = {{ zh = "测试", en = "test" }}
{entry}
"""
    with pytest.raises(ReferenceDataError, match=rf"policy own_pool: facts\.\w+: found .*{expected}"):
        load_policies({"own_pool": text})
