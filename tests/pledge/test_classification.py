"""Is a claim never put into a better class than the rules allow, and is every rule that bound named?

Authority: limits of order 2023 no. 1, one day at and one day past each. Hand: contagion, observation and upgrade
periods worked out beside the number. Properties by hypothesis: no fact that is worse ever gives a better class.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.asset_classes import (
    ASSET_CLASSES,
    NON_PERFORMING,
    Claim,
    Debtor,
    DueInstalment,
    RenewalConditions,
    Restructuring,
    UpgradeEvidence,
    days_past_due,
    first_unpaid,
)
from pledge.classification import Classification, classify_debtor, observation_end, overdue_floor
from pledge.policy_catalogue import load_policies
from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError

DAY = datetime.date
ON = DAY(2026, 6, 30)
RULES = load_policies()["cn_asset_classification_2023"]
MET = RenewalConditions(
    old_loan_is_normal=True,
    operates_lawfully=True,
    operates_continuously=True,
    credit_is_good=True,
    willing_to_repay=True,
    meets_lending_conditions=True,
)


def claim(**facts: Any) -> Claim:
    return Claim(**({"id": "a", "balance_fen": 100_00, "days_overdue": 0} | facts))


def classify(*claims: Claim, on: DAY = ON, **facts: Any) -> Classification:
    known = {"debts_at_all_banks_fen": 1000_00, "overdue_over_90_days_at_all_banks_fen": 0}
    return classify_debtor(Debtor(**({"claims": claims, "is_retail": False} | known | facts)), rules=RULES, on=on)


def class_of(*, on: DAY = ON, **facts: Any) -> str:
    return classify(claim(**facts), on=on).claims[0].asset_class


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, 0), (1, 1), (90, 1), (91, 2), (270, 2), (271, 3), (360, 3), (361, 4)],
)
def test_days_overdue_set_a_floor_at_and_just_past_each_limit(days: int, expected: int) -> None:
    found = classify(claim(days_overdue=days)).claims[0]
    assert found.asset_class == ASSET_CLASSES[expected]
    assert found.binding == (("judged_class",) if days == 0 else ("overdue",))


def test_the_answer_names_the_rule_its_limit_and_its_source() -> None:
    (document,) = classify(claim(days_overdue=100)).as_document()["claims"]
    (floor,) = document["floors"]
    assert document["class_label"] == {"zh": "次级", "en": "substandard"}
    assert (floor["rule"], floor["reason"]["en"]) == ("overdue", "100 days overdue, over 90")
    assert floor["references"][0]["status"] == "read"


def test_the_day_before_the_order_has_no_rule() -> None:
    with pytest.raises(BeforeFirstStepError, match=r"2023-06-30.*2023-07-01"):
        classify(claim(days_overdue=5), on=DAY(2023, 6, 30))
    assert class_of(days_overdue=5, on=DAY(2023, 7, 1)) == "special_mention"


def test_a_short_technical_delay_does_not_count_up_to_seven_days() -> None:
    assert class_of(days_overdue=7, overdue_is_technical=True) == "normal"
    assert class_of(days_overdue=8, overdue_is_technical=True) == "special_mention"


def test_the_officers_judgement_is_never_raised() -> None:
    found = classify(claim(days_overdue=10, judged_class="doubtful")).claims[0]
    assert (found.asset_class, found.binding) == ("doubtful", ("judged_class",))


@pytest.mark.parametrize(
    ("loss", "expected"),
    [(0, "substandard"), (49_99, "substandard"), (50_00, "doubtful"), (89_99, "doubtful"), (90_00, "loss")],
)
def test_impairment_by_expected_loss(loss: int, expected: str) -> None:
    assert class_of(credit_impaired=True, expected_credit_loss_fen=loss) == expected


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("use_of_funds_changed", "special_mention"),
        ("evades_debt", "doubtful"),
        ("in_bankruptcy_liquidation", "loss"),
    ],
)
def test_conduct(fact: str, expected: str) -> None:
    assert class_of(**{fact: True}) == expected


def test_contagion_at_the_bank_begins_above_a_tenth() -> None:
    # Hand: 100 of 1000 is 10 %, not above; 100.01 of 1000.01 is.
    def two(bad_fen: int) -> tuple[str, str]:
        found = classify(claim(id="bad", balance_fen=bad_fen, days_overdue=91), claim(id="good", balance_fen=900_00))
        return found.claims[0].asset_class, found.claims[1].asset_class

    assert two(100_00) == ("substandard", "special_mention")
    assert two(100_01) == ("substandard", "substandard")


def test_contagion_pulls_to_substandard_and_leaves_worse_ones() -> None:
    found = classify(claim(id="lost", days_overdue=400), claim(id="good"))
    assert [each.asset_class for each in found.claims] == ["loss", "substandard"]
    assert found.claims[1].binding == ("contagion_at_bank",)
    assert "other_debts" in dict(found.claims[1].floors)


def test_contagion_across_banks_begins_above_a_fifth() -> None:
    assert classify(claim(), overdue_over_90_days_at_all_banks_fen=200_00).claims[0].asset_class == "normal"
    found = classify(claim(), overdue_over_90_days_at_all_banks_fen=200_01).claims[0]
    assert (found.asset_class, found.binding) == ("substandard", ("contagion_across_banks",))


def test_a_retail_debtor_is_not_contagious() -> None:
    found = classify(claim(id="lost", days_overdue=400), claim(id="good"), is_retail=True)
    assert [each.asset_class for each in found.claims] == ["loss", "normal"]


def test_debts_elsewhere_not_stated_are_named() -> None:
    found = classify(claim(), debts_at_all_banks_fen=None, overdue_over_90_days_at_all_banks_fen=None)
    assert [warning.code for warning in found.warnings] == ["debts_at_other_banks_not_stated"]
    assert classify(claim()).warnings == ()


def test_a_recalled_limit_is_named() -> None:
    found = classify(claim(credit_impaired=True, expected_credit_loss_fen=60_00))
    assert [warning.code for warning in found.warnings] == ["recalled_value"]


def test_business_older_than_the_order_is_named_until_the_changeover_ends() -> None:
    def codes(on: DAY) -> list[str]:
        return [warning.code for warning in classify(claim(drawn_on=DAY(2023, 6, 30)), on=on).warnings]

    assert codes(DAY(2025, 12, 31)) == ["stock_may_be_unclassified"]
    assert codes(DAY(2026, 1, 1)) == []


def test_a_renewal_without_repayment_may_stay_normal() -> None:
    assert class_of(refinancing="renewal_without_repayment", renewal=MET) == "normal"
    assert class_of(refinancing="other") == "special_mention"
    failed = replace(MET, credit_is_good=False)
    found = classify(claim(refinancing="renewal_without_repayment", renewal=failed)).claims[0]
    assert found.asset_class == "special_mention"
    assert "credit_is_good" in dict(found.floors)["refinanced"].reason.en
    with pytest.raises(BeforeFirstStepError, match="renewal_may_stay_normal"):
        class_of(refinancing="renewal_without_repayment", renewal=MET, on=DAY(2024, 8, 31))


def plan(**facts: Any) -> Restructuring:
    stated = {
        "observed_from": DAY(2025, 1, 15),
        "due_dates": (DAY(2025, 2, 15), DAY(2025, 3, 15)),
        "class_before": "normal",
        "difficulties_solved": True,
    }
    return Restructuring(**(stated | facts))


@pytest.mark.parametrize(
    ("due_dates", "end"),
    [
        # Monthly: two periods are over in March, the year in January.
        ((DAY(2025, 2, 15), DAY(2025, 3, 15)), DAY(2026, 1, 15)),
        # Half-yearly: both end on the same day. Yearly: two years.
        ((DAY(2025, 7, 15), DAY(2026, 1, 15)), DAY(2026, 1, 15)),
        ((DAY(2026, 1, 15), DAY(2027, 1, 15)), DAY(2027, 1, 15)),
        ((DAY(2025, 2, 15),), None),
    ],
)
def test_observation_lasts_two_periods_and_a_year(due_dates: tuple[DAY, ...], end: DAY | None) -> None:
    assert observation_end(plan(due_dates=due_dates), rules=RULES, on=ON) == end


def test_a_restructured_claim_is_under_observation() -> None:
    assert class_of(restructuring=plan(), on=DAY(2026, 1, 14)) == "special_mention"
    assert class_of(restructuring=plan(), on=DAY(2026, 1, 15)) == "normal"
    assert class_of(restructuring=plan(difficulties_solved=False), on=DAY(2026, 1, 15)) == "special_mention"
    assert class_of(restructuring=plan(restructured_again=True)) == "substandard"
    assert class_of(restructuring=plan(due_dates=())) == "special_mention"


def test_a_restructured_bad_claim_needs_the_proof_of_an_upgrade_too() -> None:
    bad = plan(class_before="substandard")
    assert class_of(restructuring=bad) == "substandard"
    proof = UpgradeEvidence(
        arrears_paid_on=DAY(2025, 2, 15), due_dates=(DAY(2025, 3, 15), DAY(2025, 4, 15)), able_to_continue=True
    )
    assert class_of(restructuring=bad, upgrade=proof, on=DAY(2025, 9, 1)) == "special_mention"
    assert class_of(restructuring=bad, upgrade=proof) == "normal"


def test_an_upgrade_waits_for_two_periods_and_six_months() -> None:
    proof = UpgradeEvidence(
        arrears_paid_on=DAY(2026, 1, 10), due_dates=(DAY(2026, 2, 20), DAY(2026, 3, 20)), able_to_continue=True
    )
    facts = {"previous_class": "doubtful", "upgrade": proof}
    assert class_of(on=DAY(2026, 7, 9), **facts) == "substandard"
    assert class_of(on=DAY(2026, 7, 10), **facts) == "normal"
    # Quarterly: the second period ends later than the six months.
    slow = replace(proof, due_dates=(DAY(2026, 4, 20), DAY(2026, 7, 20)))
    assert class_of(on=DAY(2026, 7, 19), previous_class="doubtful", upgrade=slow) == "substandard"
    assert class_of(on=DAY(2026, 7, 20), previous_class="doubtful", upgrade=slow) == "normal"
    assert class_of(on=DAY(2026, 12, 1), previous_class="doubtful", upgrade=replace(proof, able_to_continue=False)) in (
        NON_PERFORMING
    )
    assert class_of(previous_class="doubtful") == "substandard"
    assert class_of(previous_class="special_mention") == "normal"


def test_days_are_counted_from_the_first_unpaid_instalment() -> None:
    # February was paid, January is short by one fen: January counts, whatever came later.
    rows = [
        DueInstalment(due_date=DAY(2023, 1, 31), due_fen=100, paid_fen=99),
        DueInstalment(due_date=DAY(2023, 2, 28), due_fen=100, paid_fen=100),
        DueInstalment(due_date=DAY(2023, 3, 31), due_fen=100, paid_fen=0),
    ]
    assert first_unpaid(rows, on=DAY(2023, 4, 5)) == DAY(2023, 1, 31)
    assert first_unpaid(rows, on=DAY(2023, 1, 30)) is None
    assert first_unpaid([replace(rows[0], paid_fen=100), *rows[1:]], on=DAY(2023, 4, 5)) == DAY(2023, 3, 31)
    assert days_past_due(DAY(2023, 1, 31), on=DAY(2023, 1, 31)) == 0
    assert days_past_due(None, on=ON) == 0


# --- properties -------------------------------------------------------------------------------------

classes = st.sampled_from(ASSET_CLASSES)
claims = st.builds(
    Claim,
    id=st.uuids().map(str),
    balance_fen=st.integers(1, 10**9),
    days_overdue=st.integers(0, 500),
    judged_class=classes,
    previous_class=st.none() | classes,
    evades_debt=st.booleans(),
)
debtors = st.builds(Debtor, claims=st.lists(claims, min_size=1, max_size=4).map(tuple), is_retail=st.booleans())


def ranks(debtor: Debtor) -> list[int]:
    found = classify_debtor(debtor, rules=RULES, on=ON)
    return [ASSET_CLASSES.index(each.asset_class) for each in found.claims]


@given(debtor=debtors, more=st.integers(1, 400))
def test_more_days_overdue_never_improve_any_class(debtor: Debtor, more: int) -> None:
    first, *rest = debtor.claims
    later = replace(debtor, claims=(replace(first, days_overdue=first.days_overdue + more), *rest))
    assert all(a <= b for a, b in zip(ranks(debtor), ranks(later), strict=True))


@given(debtor=debtors)
def test_every_class_is_bound_by_something_and_no_floor_is_passed(debtor: Debtor) -> None:
    for each in classify_debtor(debtor, rules=RULES, on=ON).claims:
        rank = ASSET_CLASSES.index(each.asset_class)
        assert each.binding
        assert all(ASSET_CLASSES.index(floor.asset_class) <= rank for _, floor in each.floors)


@given(debtor=debtors)
def test_a_firm_is_bad_as_a_whole_or_bad_at_most_by_a_tenth(debtor: Debtor) -> None:
    found = classify_debtor(replace(debtor, is_retail=False), rules=RULES, on=ON).claims
    bad = sum(each.claim.balance_fen for each in found if each.asset_class in NON_PERFORMING)
    total = sum(each.claim.balance_fen for each in found)
    assert bad == total or 10 * bad <= total


# --- refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"days_overdue": -1}, "claim a: days_overdue: found -1, expected 0 or more, whole"),
        ({"days_overdue": 1.5}, "claim a: days_overdue: found 1.5, expected 0 or more, whole"),
        ({"balance_fen": -5}, "claim a: balance_fen: found -5, expected 0 or more, whole"),
        (
            {"credit_impaired": True},
            "claim a: expected_credit_loss_fen: found nothing, expected an amount: the claim is credit-impaired",
        ),
        (
            {"expected_credit_loss_fen": 100_01},
            "claim a: expected_credit_loss_fen: found 10001, expected 0 to 10000, the balance",
        ),
        (
            {"refinancing": "renewal_without_repayment"},
            "claim a: renewal: found nothing, expected its conditions, each yes or no",
        ),
    ],
)
def test_a_claim_that_contradicts_itself_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        claim(**facts)
    assert str(caught.value) == message


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"claim a: judged_class: found 'bad', expected one of doubtful, loss"):
        claim(judged_class="bad")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"claims": ()}, "claims: found none, expected at least one, each id once"),
        ({"claims": (claim(), claim())}, "claims: found a, a, expected at least one, each id once"),
        (
            {"debts_at_all_banks_fen": None},
            "debts_at_all_banks: found one of two amounts, expected both amounts or neither",
        ),
        (
            {"overdue_over_90_days_at_all_banks_fen": 1000_01},
            "overdue_over_90_days_at_all_banks_fen: found 100001, expected 0 to 100000, all debts",
        ),
    ],
)
def test_a_debtor_that_contradicts_itself_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        classify(claim(), **facts)
    assert str(caught.value) == message


def test_due_dates_rise_and_payments_stay_within_what_was_due() -> None:
    with pytest.raises(InputError, match="due_dates: found 2025-01-15, expected rising days after 2025-01-15"):
        observation_end(plan(due_dates=(DAY(2025, 1, 15),)), rules=RULES, on=ON)
    with pytest.raises(InputError, match="instalment of 2025-01-01: paid_fen: found 2, expected 0 to 1"):
        first_unpaid([DueInstalment(due_date=DAY(2025, 1, 1), due_fen=1, paid_fen=2)], on=ON)


def test_the_plain_floor_is_the_one_of_the_classification() -> None:
    assert overdue_floor(0, rules=RULES, on=ON) is None
    found = overdue_floor(91, rules=RULES, on=ON)
    assert found is not None
    assert found.asset_class == "substandard"
