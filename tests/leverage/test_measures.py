"""Multiples and rates of a fund's money.

Expected values: by hand in the rows; pyxirr as a second way for every measure it has; hypothesis for identities.
The published cases stand in ``tests/literature``.
"""

import datetime
import math

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from leverage.measures import FundFlows, fund_internal_rate, fund_multiples, modified_internal_rate
from valuation.errors import InputError

DAYS = tuple(datetime.date(2020, 1, 1) + datetime.timedelta(days=91 * k) for k in range(5))
AMOUNT = st.floats(0.0, 1e6).map(lambda amount: round(amount, 2))


@st.composite
def flows(draw: st.DrawFn) -> FundFlows:
    count = draw(st.integers(2, 8))
    paid = draw(st.lists(AMOUNT, min_size=count, max_size=count))
    out = draw(st.lists(AMOUNT, min_size=count, max_size=count))
    return FundFlows(contributions=(100.0, *paid), distributions=(0.0, *out), final_nav=draw(AMOUNT))


def test_multiples_by_hand() -> None:
    # paid in 10 + 20 = 30; out 15 + 30 = 45; left 15: 45/30, 15/30.
    found = fund_multiples(FundFlows.of_net([-10, -20, 15, 30], final_nav=15))
    assert (found.dpi, found.rvpi, found.tvpi) == (1.5, 0.5, 2.0)


@given(flows())
def test_multiples_agree_with_pyxirr(made: FundFlows) -> None:
    found = fund_multiples(made)
    net = [*(-paid for paid in made.contributions), *made.distributions]
    assert found.dpi == pytest.approx(pyxirr.pe.dpi(net), rel=1e-12)
    assert found.tvpi == pytest.approx(pyxirr.pe.tvpi(net, made.final_nav), rel=1e-12)
    assert found.rvpi == pytest.approx(pyxirr.pe.rvpi(made.contributions, made.final_nav), rel=1e-12)


@given(flows(), st.floats(1e-3, 1e3))
def test_scaling_the_money_changes_no_multiple(made: FundFlows, factor: float) -> None:
    scaled = FundFlows(
        contributions=tuple(factor * amount for amount in made.contributions),
        distributions=tuple(factor * amount for amount in made.distributions),
        final_nav=factor * made.final_nav,
    )
    assert fund_multiples(scaled).tvpi == pytest.approx(fund_multiples(made).tvpi, rel=1e-12)


def test_a_dated_rate_follows_its_named_basis() -> None:
    # -100, then 110 after 730 days: 1.1^(365/730) - 1 on 365 days, 1.1^(360/730) - 1 on 360.
    dates = (datetime.date(2021, 1, 1), datetime.date(2023, 1, 1))
    made = FundFlows.of_net([-100, 110], dates=dates)
    for name, days in (("actual/365", 365), ("actual/360", 360), ("actual/365.25", 365.25)):
        assert fund_internal_rate(made, day_basis=name).rate == pytest.approx(1.1 ** (days / 730) - 1, rel=1e-12)


def test_the_rate_is_that_of_spreadsheets() -> None:
    amounts = [-10_000, 2_750, 4_250, 3_250, 2_750]
    made = FundFlows.of_net(amounts, dates=DAYS)
    assert fund_internal_rate(made).rate == pytest.approx(pyxirr.xirr(DAYS, amounts), abs=1e-8)


def test_several_rates_are_reported_and_none_is_chosen() -> None:
    found = fund_internal_rate(FundFlows.of_net([-100, 230, -132]))
    assert (found.rate, found.status) == (None, "several_roots")
    assert found.roots == pytest.approx((0.1, 0.2), abs=1e-9)


def test_a_total_loss_has_no_rate() -> None:
    assert fund_internal_rate(FundFlows.of_net([-100, 0])).status == "no_root"


@given(
    st.lists(st.floats(1, 100), min_size=1, max_size=4),
    st.lists(st.floats(1, 100), min_size=1, max_size=4),
    st.floats(0, 0.3),
    st.floats(0, 0.3),
)
def test_the_modified_rate_agrees_with_pyxirr(
    paid: list[float], received: list[float], finance: float, reinvestment: float
) -> None:
    amounts = [*(-amount for amount in paid), *received]
    found = modified_internal_rate(amounts, finance_rate_share=finance, reinvestment_rate_share=reinvestment)
    assert found == pytest.approx(pyxirr.mirr(amounts, finance, reinvestment), abs=1e-10)


BAD = [
    (lambda: FundFlows(contributions=(), distributions=()), "distributions"),
    (lambda: FundFlows(contributions=(1.0,), distributions=()), "distributions"),
    (lambda: FundFlows(contributions=(-1.0,), distributions=(0.0,)), "contributions.0"),
    (lambda: FundFlows(contributions=(math.nan,), distributions=(0.0,)), "contributions.0"),
    (lambda: FundFlows(contributions=(1.0,), distributions=(math.inf,)), "distributions.0"),
    (lambda: FundFlows.of_net([-1, 2], final_nav=-1), "final_nav"),
    (lambda: FundFlows.of_net([-1, 2], dates=DAYS[:1]), "dates"),
    (lambda: FundFlows.of_net([-1, 2], dates=(DAYS[1], DAYS[0])), "dates.1"),
    (lambda: fund_multiples(FundFlows.of_net([0, 2])), "contributions"),
    (lambda: fund_internal_rate(FundFlows.of_net([-1, 2], dates=DAYS[:2]), day_basis="periods"), "day_basis"),
    (lambda: modified_internal_rate([-1, 2], finance_rate_share=-1, reinvestment_rate_share=0), "finance_rate_share"),
    (
        lambda: modified_internal_rate([-1, 2], finance_rate_share=0, reinvestment_rate_share=math.nan),
        "reinvestment_rate_share",
    ),
    (lambda: modified_internal_rate([-1, -2], finance_rate_share=0, reinvestment_rate_share=0), "amounts"),
    (lambda: modified_internal_rate([-1, math.nan], finance_rate_share=0, reinvestment_rate_share=0), "amounts.1"),
]


@pytest.mark.parametrize(("ask", "field"), BAD)
def test_bad_input_names_its_field(ask, field: str) -> None:
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.problems[0].field == field
