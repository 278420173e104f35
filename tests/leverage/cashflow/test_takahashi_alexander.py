"""Takahashi-Alexander projections.

Expected values: by hand for the first years; identities by hypothesis (the rate of the flows is the growth when all is
paid out; no more is called than was committed). The paper's own cases stand in ``tests/literature``.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leverage.cashflow.takahashi_alexander import TakahashiAlexander, project
from leverage.fund_projection import cash_flow_models, subperiod_rate
from valuation.errors import InputError
from valuation.kernel.fields import parse

BASE = {
    "contribution_rate_by_year_share": (0.25, 1 / 3, 0.5),
    "last_contribution_year": 8,
    "life_years": 12,
    "bow": 2.5,
    "growth_share": 0.13,
}


@st.composite
def parameters(draw: st.DrawFn) -> TakahashiAlexander:
    life = draw(st.integers(2, 20))
    return TakahashiAlexander(
        contribution_rate_by_year_share=tuple(draw(st.lists(st.floats(0.05, 1), min_size=1, max_size=4))),
        last_contribution_year=draw(st.integers(1, life - 1)),
        life_years=life,
        bow=draw(st.floats(0.5, 5)),
        growth_share=draw(st.floats(-0.2, 0.4)),
        yield_share=draw(st.floats(0, 0.3)),
        periods_per_year=draw(st.sampled_from([1, 2, 4, 12])),
    )


def test_the_first_three_years_by_hand() -> None:
    found = project(TakahashiAlexander(**BASE), commitment=100)
    # Year 1: 25 called, nothing was there to grow. Year 2: 75/3 = 25 called; 25 × 1.13 = 28.25 of which (2/12)^2.5.
    out = 28.25 * (2 / 12) ** 2.5
    assert found.contributions[1:3].tolist() == pytest.approx([25, 25])
    assert found.distributions[2] == pytest.approx(out)
    assert found.nav[2] == pytest.approx(28.25 - out + 25)


def test_the_second_year_may_call_the_same_money() -> None:
    made = TakahashiAlexander(**BASE | {"second_year_same_amount": True})
    assert project(made, commitment=100).contributions[1:3].tolist() == pytest.approx([25, 25])
    thirty = TakahashiAlexander(**BASE | {"contribution_rate_by_year_share": (0.3,), "second_year_same_amount": True})
    assert project(thirty, commitment=100).contributions[1:3].tolist() == pytest.approx([30, 30])


@given(parameters())
def test_the_rate_is_the_growth_when_all_is_paid_out(made: TakahashiAlexander) -> None:
    found = project(made, commitment=100)
    assume(found.nav[-1] < 1e-9)
    yearly = (1 + found.internal_rate().rate) ** made.periods_per_year - 1
    assert yearly == pytest.approx(made.growth_share, abs=1e-7)


@given(parameters())
def test_no_more_is_called_than_was_committed_and_value_adds_up(made: TakahashiAlexander) -> None:
    found = project(made, commitment=100)
    assert found.contributions.sum() <= 100 * (1 + 1e-12)
    growth = 1 + subperiod_rate(made.growth_share, subperiods=made.periods_per_year, grows=True)
    rebuilt = found.nav[:-1] * growth + found.contributions[1:] - found.distributions[1:]
    assert found.nav[1:] == pytest.approx(rebuilt, abs=1e-9)
    assert np.all(found.nav >= -1e-12)


@given(parameters(), st.floats(0.01, 1e9))
def test_scaling_the_commitment_scales_the_money_alone(made: TakahashiAlexander, commitment: float) -> None:
    one, many = project(made), project(made, commitment=commitment)
    assert many.nav == pytest.approx(one.nav * commitment, rel=1e-9, abs=1e-9)
    assert many.multiples().tvpi == pytest.approx(one.multiples().tvpi, rel=1e-9)


def test_parts_of_the_year_call_what_the_year_calls() -> None:
    quarterly = project(TakahashiAlexander(**BASE | {"periods_per_year": 4}), commitment=100)
    assert quarterly.contributions[1:].reshape(12, 4).sum(axis=1)[:4] == pytest.approx([25, 25, 25, 12.5])


def test_the_j_curve_names_bottom_and_payback() -> None:
    found = project(TakahashiAlexander(**BASE), commitment=100)
    assert found.deepest_net == pytest.approx(found.cumulative_net.min())
    payback = found.payback_period
    assert payback is not None
    assert found.cumulative_net[payback] >= 0 > found.cumulative_net[payback - 1]


def test_a_fund_that_loses_never_pays_back() -> None:
    assert project(TakahashiAlexander(**BASE | {"growth_share": -0.5})).payback_period is None


@given(st.floats(0, 1), st.integers(1, 12))
def test_parts_of_a_draw_multiply_to_the_year(rate: float, parts: int) -> None:
    part = subperiod_rate(rate, subperiods=parts, grows=False)
    assert 1 - (1 - part) ** parts == pytest.approx(rate, abs=1e-12)


BAD = [
    ({"contribution_rate_by_year_share": ()}, "contribution_rate_by_year_share"),
    ({"contribution_rate_by_year_share": (1.2,)}, "contribution_rate_by_year_share.0"),
    ({"contribution_rate_by_year_share": (float("nan"),)}, "contribution_rate_by_year_share.0"),
    ({"life_years": 0}, "life_years"),
    ({"life_years": 5}, ""),
    ({"bow": 0}, "bow"),
    ({"growth_share": -1}, "growth_share"),
    ({"yield_share": 1.5}, "yield_share"),
    ({"periods_per_year": 0}, "periods_per_year"),
    ({"contribution_rate_by_year_share": (0.6,), "second_year_same_amount": True}, ""),
    ({"speed": 1}, "speed"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_bad_parameters_name_their_field(change: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(TakahashiAlexander, BASE | change)
    assert field in caught.value.problems[0].field


@pytest.mark.parametrize(
    ("rate", "parts", "grows"), [(0.1, 0, True), (-1.0, 2, True), (1.5, 2, False), (-0.1, 2, False)]
)
def test_bad_rates_of_parts(rate: float, parts: int, grows: bool) -> None:
    with pytest.raises(InputError):
        subperiod_rate(rate, subperiods=parts, grows=grows)


def test_the_model_is_in_the_catalogue() -> None:
    assert cash_flow_models()["takahashi_alexander"].project is project
