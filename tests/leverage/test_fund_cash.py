"""Recycling and subscription lines. By hand, with the arithmetic in the test; identities by hypothesis."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leverage.fund_cash import FundNeed, recycle, with_subscription_line
from leverage.measures import FundFlows, fund_internal_rate, fund_multiples
from leverage.waterfall import FundFlow
from valuation.errors import InputError

START = datetime.date(2021, 1, 1)


def after(days: int) -> datetime.date:
    return START + datetime.timedelta(days=days)


NEEDS = [
    FundNeed(START, invested_fen=4_000, fees_fen=100),
    FundNeed(after(400), proceeds_fen=3_000),
    FundNeed(after(500), invested_fen=2_000, fees_fen=100),
    FundNeed(after(2_000), proceeds_fen=9_000),
]


def test_recycling_by_hand() -> None:
    """Limit 2,500, period of 1,500 days: of 3,000 from the exit 2,500 are kept, 2,100 pay investment and fee on day
    500, nothing is called; 400 are paid out when the period ends."""
    found = recycle(NEEDS, limit_fen=2_500, until=after(1_500))
    assert found.flows == (
        FundFlow(START, called_fen=4_100),
        FundFlow(after(400), proceeds_fen=500),
        FundFlow(after(1_500), proceeds_fen=400),
        FundFlow(after(2_000), proceeds_fen=9_000),
    )
    assert (found.invested_fen, found.recycled_fen, found.returned_unused_fen) == (6_000, 2_100, 400)


def test_without_a_limit_to_keep_nothing_changes() -> None:
    found = recycle(NEEDS, limit_fen=0, until=after(1_500))
    assert [(flow.called_fen, flow.proceeds_fen) for flow in found.flows] == [
        (4_100, 0),
        (0, 3_000),
        (2_100, 0),
        (0, 9_000),
    ]


@st.composite
def needs(draw: st.DrawFn) -> list[FundNeed]:
    amount = st.integers(0, 10_000)
    days = draw(st.lists(st.integers(0, 3_000), min_size=1, max_size=8))
    return [FundNeed(after(day), draw(amount), draw(amount), draw(amount)) for day in days]


@given(needs(), st.integers(0, 20_000), st.integers(0, 3_000))
def test_each_yuan_is_called_once_and_nothing_is_lost(rows: list[FundNeed], limit: int, until: int) -> None:
    found = recycle(rows, limit_fen=limit, until=after(until))
    wanted = sum(row.invested_fen + row.fees_fen for row in rows)
    exits = sum(row.proceeds_fen for row in rows)
    assert wanted == sum(flow.called_fen for flow in found.flows) + found.recycled_fen
    assert exits == sum(flow.proceeds_fen for flow in found.flows) + found.recycled_fen
    assert 0 <= found.recycled_fen + found.returned_unused_fen <= limit


def test_a_line_by_hand() -> None:
    """1,000 called on day 0, 500 on day 30; line of 1,200 for 90 days at 3.6 %, actual/360: 0.9 % of what it pays.

    Day 0: 1,000 by the bank, due on day 90 with 9. Day 30: 200 are left, due on day 120 with 1.8 -> 2; 300 at once.
    """
    flows = [FundFlow(START, 1_000), FundFlow(after(30), 500), FundFlow(after(400), 0, 2_000)]
    found = with_subscription_line(flows, delay_days=90, annual_rate_share=Decimal("0.036"), limit_fen=1_200)
    assert [(flow.day, flow.called_fen) for flow in found.flows] == [
        (after(30), 300),
        (after(90), 1_009),
        (after(120), 202),
        (after(400), 0),
    ]
    assert (found.interest_fen, found.largest_debt_fen) == (11, 1_200)


@given(st.integers(100_000, 10**7), st.floats(1.2, 4), st.integers(30, 365))
def test_a_line_raises_the_rate_and_lowers_the_multiple(called: int, multiple: float, delay: int) -> None:
    """For a fund that earns more a year than the line costs."""
    plain = [FundFlow(START, called), FundFlow(after(1_500), 0, int(called * multiple))]
    assume(multiple ** (365 / 1_500) - 1 > 0.045)
    lined = with_subscription_line(plain, delay_days=delay, annual_rate_share=Decimal("0.04"), limit_fen=10**8)

    def flows(rows: list[FundFlow] | tuple[FundFlow, ...]) -> FundFlows:
        return FundFlows.of_net([r.proceeds_fen - r.called_fen for r in rows], dates=[r.day for r in rows])

    before, then = flows(plain), flows(lined.flows)
    assert fund_internal_rate(then).rate > fund_internal_rate(before).rate
    assert fund_multiples(then).tvpi < fund_multiples(before).tvpi


BAD = [
    (lambda: recycle([], limit_fen=0, until=START), "needs"),
    (lambda: recycle([FundNeed(START, -1)], limit_fen=0, until=START), "needs.0.invested"),
    (lambda: recycle([FundNeed(START, 1, 1.5)], limit_fen=0, until=START), "needs.0.fees"),
    (lambda: recycle(NEEDS, limit_fen=-1, until=START), "limit"),
    (lambda: line(flows=[]), "flows"),
    (lambda: line(delay_days=0), "delay_days"),
    (lambda: line(annual_rate_share=Decimal("NaN")), "annual_rate_share"),
    (lambda: line(limit_fen=0), "limit"),
]


def line(**changes: object) -> None:
    asked = {"flows": [FundFlow(START, 1)], "delay_days": 1, "annual_rate_share": Decimal(0), "limit_fen": 1} | changes
    with_subscription_line(asked.pop("flows"), **asked)


@pytest.mark.parametrize(("ask", "field"), BAD)
def test_bad_input_names_its_field(ask, field: str) -> None:
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.problems[0].field == field
