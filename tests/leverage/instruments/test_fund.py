"""A fund: commitments, fees, what is paid in and invested, and the dated limits on the government share.

Expected values are by hand, above the figures.
"""

from fractions import Fraction
from typing import Any

import pytest

from tests.leverage.builders import FUND_TERMS, allocation, figure, multiples, request, run
from valuation.errors import BeforeFirstStepError, InputError, RefusalError


def fund(policies: tuple[str, ...] = (), **terms: Any) -> dict[str, Any]:
    merged = {**FUND_TERMS, **terms}
    kept = {name: value for name, value in merged.items() if value is not None}
    return allocation("fund", terms=kept, policies=list(policies))


def codes(answer: Any) -> list[str]:
    return [warning.code for warning in answer.alternatives[0].allocations[0].warnings]


def by_amounts(*rows: tuple[str, str]) -> dict[str, Any]:
    return {
        "programme_share": None,
        "partner_mix": None,
        "other_partners": [{"source_class": name, "amount": figure(amount)} for name, amount in rows],
    }


def test_announced_by_hand() -> None:
    """Public 1.0亿 at 25 %: fund 4.0亿; rest 3.0亿 = 1.2 state company + 1.8 private; after 20 % fees 3.2亿.

    P = 1.0 + 1.2 = 2.2: total 4 / 2.2, other 1.8 / 2.2, finance 3.2 / 2.2.
    """
    assert multiples(run(request(fund())), "announced") == {
        "total_per_public": Fraction(40, 22),
        "other_per_public": Fraction(18, 22),
        "finance_to_firms_per_public": Fraction(32, 22),
        "private_per_public": Fraction(18, 22),
    }


def test_disbursed_by_hand() -> None:
    """Half of the rest is paid in: 1.0 + 0.6 + 0.9 = 2.5; 2.5 × 0.8 × 0.75 = 1.5 invested; P = 1.6."""
    assert multiples(run(request(fund()))) == {
        "total_per_public": Fraction(25, 16),
        "other_per_public": Fraction(9, 16),
        "finance_to_firms_per_public": Fraction(15, 16),
        "private_per_public": Fraction(9, 16),
    }


def test_signed_only_when_stated() -> None:
    """At 80 % signed: 1.0 + 0.96 + 1.44; other / public = 1.44 / 1.96."""
    without = run(request(fund()))
    assert without.alternatives[0].ladder("signed") is None
    assert "signed_not_stated" in codes(without)
    stated = run(request(fund(partners_signed_share=figure("0.8"))))
    assert multiples(stated, "signed")["other_per_public"] == Fraction(144, 196)
    assert "signed_not_stated" not in codes(stated)


def test_a_third_public_layer_among_the_partners_joins_the_denominator() -> None:
    """1.0亿 of the programme, 1.0亿 province, 2.0亿 private: P = 2.0, other / public 1, never 3."""
    answer = run(request(fund(**by_amounts(("province", "100000000.00"), ("private", "200000000.00")))))
    assert multiples(answer, "announced")["other_per_public"] == 1


def test_every_class_bears_fees_and_idle_money_pro_rata() -> None:
    answer = run(request(fund()))
    rows = {row.source_class: row for row in answer.alternatives[0].payers if row.stage == "disbursed"}
    assert {name: row.reached_fen for name, row in rows.items()} == {
        "central": 3_000_000_000,
        "city": 3_000_000_000,
        "state_company": 3_600_000_000,
        "private": 5_400_000_000,
    }
    assert all(row.paid_fen == row.reached_fen + row.kept_fen for row in rows.values())
    assert rows["state_company"].is_public


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"other_partners": [{"source_class": "private", "amount": figure("1.00")}]}, "either other_partners"),
        ({"programme_share": None}, "either other_partners"),
        ({"partner_mix": None}, "either other_partners"),
        ({"programme_share": None, "partner_mix": None}, "either other_partners"),
        ({"programme_share": figure("0")}, "programme_share of 0.001 or more"),
        ({"programme_share": figure("1.2")}, "between 0 and 1, not 1.2"),
        ({"partner_mix": [{"source_class": "private", "share_of_rest": figure("0.9")}]}, "adding up to 1, not 0.9"),
        ({"lifetime_fee_share": figure("-0.1")}, "between 0 and 1"),
        ({"lifetime_fee_share": None}, "lifetime_fee_share"),
        ({"deployed_share": {"value": 0.5, "grade": "assumed", "reason": "a float"}}, "decimal written as text"),
        ({"deployed_share": {"value": "NaN", "grade": "assumed", "reason": "not a number"}}, "decimal"),
        ({"deployed_share": {"value": "0.5", "grade": "benchmark"}}, "a source"),
        ({"local_reinvestment_multiple": figure("0")}, "above 0"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        run(request(fund(**terms)))


# --- policies ---------------------------------------------------------------------------------------------


def test_the_haikou_limit_holds_in_principle_so_it_warns() -> None:
    """40 % of the fund is budget money; the report says ≤ 30 % in principle."""
    answer = run(request(fund(("haikou_guide_fund_2023",), programme_share=figure("0.4"))))
    assert "policy_limit_in_principle" in codes(answer)
    assert [rule.name for rule in answer.rules_used] == ["government_share_max_share", "government_share_binding"]


@pytest.mark.parametrize("share", ["0.30", "0.29"])
def test_at_the_limit_and_below_there_is_no_warning(share: str) -> None:
    """At 30 % the fund is 333,333,333.33: the third of a fen that is missing is no breach."""
    answer = run(request(fund(("haikou_guide_fund_2023",), programme_share=figure(share))))
    assert "policy_limit_in_principle" not in codes(answer)


def test_all_budget_layers_together_are_the_government_share() -> None:
    """Programme 25 % and a province with 10 %: 35 % is over, though each layer alone is not."""
    terms = by_amounts(("province", "40000000.00"), ("private", "260000000.00"))
    assert "policy_limit_in_principle" in codes(run(request(fund(("haikou_guide_fund_2023",), **terms))))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"programme_share": figure("0.4"), "lifetime_fee_share": figure("0")}, "≤ 0.30"),
        ({"programme_share": figure("0.05"), "lifetime_fee_share": figure("0")}, "≥ 0.10"),
        # 1.0亿 / 0.3 × (1 − 0.18) = 2.7333亿, less than three times 1.0亿
        ({"programme_share": figure("0.3"), "lifetime_fee_share": figure("0.18")}, "found 2.733333, expected ≥ 3"),
    ],
)
def test_the_national_limits_bind_strictly_so_they_refuse(terms: dict[str, Any], expected: str) -> None:
    with pytest.raises(RefusalError, match=expected):
        run(request(fund(("national_conversion_fund_2021",), **terms)))


def test_a_fund_within_the_national_limits_passes_and_names_what_is_unchecked() -> None:
    answer = run(request(fund(("national_conversion_fund_2021",), programme_share=figure("0.2"))))
    unchecked = [w for w in answer.alternatives[0].allocations[0].warnings if w.code == "policy_points_not_checked"]
    assert "largest holder" in unchecked[0].label.en


def test_local_reinvestment_against_the_direction_of_2025_is_named() -> None:
    policies = ("state_council_2025_1",)
    assert "local_reinvestment_against_policy" not in codes(run(request(fund(policies))))
    answer = run(request(fund(policies, local_reinvestment_multiple=figure("1.5"))))
    assert "local_reinvestment_against_policy" in codes(answer)


def test_a_policy_has_no_say_before_its_first_day() -> None:
    dates = {"valuation_date": "2022-12-31", "policy_date": "2022-12-31", "report_date": "2022-12-31"}
    with pytest.raises(BeforeFirstStepError, match="2023-03-16"):
        run(request(fund(("haikou_guide_fund_2023",)), dates=dates))


def test_a_fund_of_budget_money_alone_moves_nothing() -> None:
    answer = run(request(fund(**by_amounts(("district", "1.00")))))
    assert multiples(answer, "announced")["other_per_public"] == 0


# --- parent and 返投 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fee", "paid_in"), [("0.2", "0.5"), ("0", "1"), ("0.17", "0.03")])
def test_a_parent_that_takes_nothing_changes_no_multiple(fee: str, paid_in: str) -> None:
    """Every rung at every stage is the same with a pass-through parent, and (a) = (b) + 1."""
    terms = {"lifetime_fee_share": figure(fee), "partners_paid_in_share": figure(paid_in)}
    plain = run(request(fund(**terms)))
    passed = run(request(fund(**terms, parent={"lifetime_fee_share": figure("0")})))
    for stage in ("announced", "disbursed"):
        found = multiples(passed, stage)
        assert found == multiples(plain, stage)
        assert found["total_per_public"] == found["other_per_public"] + 1


def test_a_parents_fee_reaches_no_firm_by_hand() -> None:
    """1.0亿 less 5 % is a quarter of 3.8亿; of it 3.04亿 after 20 % of fees, on (1.0 + 1.14)亿 of public money."""
    found = multiples(run(request(fund(parent={"lifetime_fee_share": figure("0.05")}))), "announced")
    assert found["finance_to_firms_per_public"] == Fraction(304, 214)


def test_local_reinvestment_is_off_and_named_for_new_funds_only() -> None:
    """A fund of before the guidance of 2025-01-02 stands under its own terms; a later one is told what it says."""
    named = "local_reinvestment_against_policy"
    policies, asked = ("state_council_2025_1",), {"local_reinvestment_multiple": figure("1.5")}
    assert named not in codes(run(request(fund(policies))))
    assert named in codes(run(request(fund(policies, **asked))))
    assert named in codes(run(request(fund(policies, **asked, established_on="2025-01-02"))))
    assert named not in codes(run(request(fund(policies, **asked, established_on="2025-01-01"))))
