"""Carry deal by deal and what the manager gives back. By hand, and identities by hypothesis."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverage.deal_by_deal import clawback, run_deal_by_deal
from leverage.fund_accounts import Partner
from leverage.waterfall import FundFlow, run_waterfall
from tests.leverage.waterfalls import START, after, european, fund_flows, preferred, settlement
from valuation.errors import InputError

TWENTY = Decimal("0.2")
LP = (Partner("lp", "other", 200_000_000), Partner("gp", "manager", 0))
#: A gain of 500,000 yuan after a year, then a loss of 400,000.
GAIN_THEN_LOSS = [
    FundFlow(START, 100_000_000, deal="a"),
    FundFlow(START, 100_000_000, deal="b"),
    FundFlow(after(365), 0, 150_000_000, deal="a"),
    FundFlow(after(730), 0, 60_000_000, deal="b"),
]


def test_a_gain_then_a_loss_by_hand() -> None:
    """Deal a: profit 500,000, carry 100,000 (catch-up complete). Deal b: 600,000 of 1,000,000 back, no carry.

    Whole fund: profit 100,000, of which carry may be 20,000: 80,000 too much. The partner got 1,400,000 + 600,000
    on 2,000,000; it misses its preferred return: after a year 2,000,000 · 1.08 − 1,400,000 = 760,000, after the second
    760,000 · 1.08 − 600,000 = 220,800 > the carry of 100,000. So all carry goes back.
    """
    run = run_deal_by_deal(european(partners=LP), GAIN_THEN_LOSS)
    assert run.received_fen("gp") == 10_000_000
    found = clawback(run, GAIN_THEN_LOSS, carry_share=TWENTY, hurdle=preferred())
    assert (found.above_carry_fen, found.partners_miss_fen) == (8_000_000, 22_080_000)
    assert (found.amount_fen, found.not_covered_fen) == (10_000_000, 0)


def test_without_a_hurdle_only_the_excess_goes_back() -> None:
    run = run_deal_by_deal(european(partners=LP), GAIN_THEN_LOSS)
    found = clawback(run, GAIN_THEN_LOSS, carry_share=TWENTY, hurdle=None)
    assert found.amount_fen == 8_000_000


def test_taxed_carry_is_not_given_back_and_the_rest_is_named() -> None:
    run = run_deal_by_deal(european(partners=LP), GAIN_THEN_LOSS)
    found = clawback(run, GAIN_THEN_LOSS, carry_share=TWENTY, hurdle=None, carry_tax_share=Decimal("0.4"))
    assert (found.amount_fen, found.not_covered_fen) == (6_000_000, 2_000_000)


@given(fund_flows())
def test_one_deal_is_the_whole_fund(flows: list[FundFlow]) -> None:
    of_one = [replace(flow, deal="only") for flow in flows]
    assert sorted(map(str, run_deal_by_deal(european(), of_one).paid)) == sorted(
        map(str, run_waterfall(european(), flows).paid)
    )


@given(st.integers(0, 400_000_000), st.integers(0, 400_000_000))
def test_after_the_clawback_the_manager_has_no_more_than_agreed(first: int, second: int) -> None:
    flows = [
        *GAIN_THEN_LOSS[:2],
        FundFlow(after(365), 0, first, deal="a"),
        FundFlow(after(730), 0, second, deal="b"),
    ]
    run = run_deal_by_deal(european(partners=LP), flows)
    found = clawback(run, flows, carry_share=TWENTY, hurdle=None)
    kept = run.received_fen("gp") - found.amount_fen
    profit = first + second - 200_000_000
    assert 0 <= kept <= max(0, profit) / 5 + 1


def test_a_whole_fund_waterfall_owes_nothing_back_on_one_exit() -> None:
    flows = [FundFlow(START, 200_000_000), FundFlow(after(365), 0, 500_000_000)]
    run = run_waterfall(european(partners=LP), flows)
    assert clawback(run, flows, carry_share=TWENTY, hurdle=preferred()).amount_fen == 0


BAD = [
    (lambda: run_deal_by_deal(european(partners=LP), [FundFlow(START, 1)]), "flows.0.deal"),
    (lambda: run_deal_by_deal(european(partners=LP), [FundFlow(START, 300_000_000, deal="a")]), "flows.called"),
    (
        lambda: run_deal_by_deal(
            replace(
                european(partners=LP),
                settlements=(
                    settlement("loss_made_good", public="lp", loss_share="0.4", cap_of_public_capital_share="1"),
                ),
            ),
            GAIN_THEN_LOSS,
        ),
        "settlements",
    ),
    (
        lambda: clawback(
            run_deal_by_deal(european(partners=LP), GAIN_THEN_LOSS), GAIN_THEN_LOSS, carry_share=Decimal(2), hurdle=None
        ),
        "carry_share",
    ),
]


@pytest.mark.parametrize(("ask", "field"), BAD)
def test_bad_input_names_its_field(ask, field: str) -> None:
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.problems[0].field == field
