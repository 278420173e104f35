"""A pool that shares losses: the line it calls up, the part in use, and that its own money reaches no firm.

Expected values are by hand, above the figures.
"""

from typing import Any

import pytest

from leverage.policy import load_policies
from leverage.programme import load_programmes
from leverage.scenario import request_model, run_scenario
from tests.leverage.builders import POOL_TERMS, allocation, figure, multiples, request, run
from valuation.errors import GapError
from valuation.kernel.fields import parse


def pool(policies: tuple[str, ...] = (), **terms: Any) -> dict[str, Any]:
    return allocation("loss_compensation_pool", terms={**POOL_TERMS, **terms}, policies=list(policies))


def codes(answer: Any) -> list[str]:
    return [warning.code for warning in answer.alternatives[0].allocations[0].warnings]


def test_announced_and_disbursed_by_hand() -> None:
    """Pool 1.0亿 × 10 = 10亿 announced, 60 % in use: 6亿 of bank loans for 18 months = 9亿 yuan-years."""
    answer = run(request(pool()))
    assert multiples(answer, "announced") == {
        "total_per_public": 11,
        "other_per_public": 10,
        "finance_to_firms_per_public": 10,
        "private_per_public": 0,
    }
    assert multiples(answer)["finance_to_firms_per_public"] == 6
    ladder = answer.alternatives[0].ladder("disbursed")
    assert ladder is not None
    assert ladder.loan_years_text == "900000000.00"


def test_pool_money_stays_in_the_pool() -> None:
    answer = run(request(pool()))
    public = [row for row in answer.alternatives[0].payers if row.is_public]
    assert {row.source_class for row in public} == {"central", "city"}
    assert all(row.reached_fen == 0 and row.kept_fen == row.paid_fen for row in public)


def test_other_public_contributors_count_in_pool_and_denominator() -> None:
    """1.0亿 + 1.0亿 of the province: the line is 20亿 and the multiple still 10."""
    others = [{"source_class": "province", "amount": figure("100000000.00")}]
    answer = run(request(pool(other_contributors=others)))
    rung = answer.alternatives[0].ladders[0].rung("finance_to_firms_per_public")
    assert (rung.numerator_fen, rung.multiple) == (200_000_000_000, 10)


def test_a_signed_line_is_a_stage_of_its_own_and_the_base_of_use() -> None:
    """Announced 10亿, signed 5亿, in use 60 % of what is signed: 3亿."""
    answer = run(request(pool(signed_line=figure("500000000.00"))))
    found = {stage: multiples(answer, stage)["other_per_public"] for stage in ("announced", "signed", "disbursed")}
    assert found == {"announced": 10, "signed": 5, "disbursed": 3}
    assert "signed_not_stated" not in codes(answer)


def test_a_signed_line_above_the_announced_one_is_named() -> None:
    answer = run(request(pool(signed_line=figure("1000000000.01"))))
    assert "signed_above_announced" in codes(answer)


def test_an_amount_cap_binds_by_name() -> None:
    answer = run(request(pool(amount_cap=figure("800000000.00"))))
    assert multiples(answer, "announced")["other_per_public"] == 8
    assert "amount_cap_binds" in codes(answer)
    assert "amount_cap_binds" not in codes(run(request(pool(amount_cap=figure("1200000000.00")))))


def test_the_notice_of_2022_asks_for_ten_times_and_six_in_the_first_year() -> None:
    policies, share = ("haikou_pool_selection_2022",), figure("0.5")
    assert "below_policy_multiple" not in codes(run(request(pool(policies, pool_loss_share=share))))
    low = run(
        request(pool(policies, lending_multiple=figure("9"), pool_loss_share=share))
    )  # 9 < 10, and 9 × 0.6 = 5.4 < 6
    assert codes(low).count("below_policy_multiple") == 2
    assert [rule.source.id for rule in low.rules_used] == ["notice", "notice"]


def test_a_share_of_loss_that_is_a_gap_raises() -> None:
    """The notice does not say which share of a loss the pool bears: no leverage under it without one of the terms."""
    with pytest.raises(GapError, match=r"pool_loss_share.*is a gap"):
        run(request(pool(("haikou_pool_selection_2022",))))


def test_a_share_of_loss_that_nobody_states_is_named() -> None:
    assert "pool_loss_share_not_stated" in codes(run(request(pool())))
    assert "pool_loss_share_not_stated" not in codes(run(request(pool(pool_loss_share=figure("0.5")))))


def test_a_policy_may_speak_of_one_of_the_two_points_only() -> None:
    """What a policy does not say is not checked."""
    text = """
    id = "line_only"
    kind = "pool_policy"
    name = { zh = "只说额度", en = "line only" }
    [sources.made]
    title = "a rule of the test"
    status = "hypothesis"
    [parameters.bank_line_per_pool_min_multiple]
    unit = "times"
    label = { zh = "额度", en = "line" }
    steps = [{ from = 2020-01-01, value = 12, source = "made" }]
    """
    policies = load_policies({"line_only": text})
    parsed = parse(request_model(), request(pool(("line_only",))))
    answer = run_scenario(parsed, programmes=load_programmes(), policies=policies)
    assert codes(answer).count("below_policy_multiple") == 1
    assert "hypothesis_value" in [warning.code for warning in answer.warnings]
