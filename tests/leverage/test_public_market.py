"""Public market equivalents.

Second way: pyxirr for every measure (its direct alpha and rates are periodic here); identities by hypothesis. The
published cases stand in ``tests/literature``. Where LN-PME fails pyxirr still gives a number; here it gives a reason.
"""

import math

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from leverage.measures import FundFlows, fund_internal_rate, fund_multiples
from leverage.public_market import (
    direct_alpha,
    kaplan_schoar_ratio,
    long_nickels_rate,
    modified_pme_rate,
    pme_plus_rate,
)
from valuation.errors import InputError

NET = [-100, -50, 60, 100, 0]
INDEX = [100, 105, 115, 100, 120]
MADE = FundFlows.of_net(NET, final_nav=20)


@st.composite
def funds(draw: st.DrawFn) -> tuple[FundFlows, list[float]]:
    """Money paid in first and out later, so that there is one rate; and an index."""
    paid = draw(st.lists(st.floats(1, 100), min_size=1, max_size=4))
    out = draw(st.lists(st.floats(1, 100), min_size=1, max_size=4))
    levels = draw(st.lists(st.floats(50, 200), min_size=len(paid) + len(out), max_size=len(paid) + len(out)))
    net = [*(-amount for amount in paid), *out]
    return FundFlows.of_net(net, final_nav=draw(st.floats(0, 50))), levels


@given(funds())
def test_the_ratio_agrees_with_pyxirr(made: tuple[FundFlows, list[float]]) -> None:
    flows, levels = made
    net = [out - paid for paid, out in zip(flows.contributions, flows.distributions, strict=True)]
    assert kaplan_schoar_ratio(flows, levels) == pytest.approx(
        pyxirr.pe.ks_pme(net, levels, nav=flows.final_nav), rel=1e-9
    )


@given(funds())
def test_a_flat_index_gives_the_total_multiple(made: tuple[FundFlows, list[float]]) -> None:
    flows, levels = made
    flat = [7.0] * len(levels)
    assert kaplan_schoar_ratio(flows, flat) == pytest.approx(fund_multiples(flows).tvpi, rel=1e-12)
    assert direct_alpha(flows, flat).rate == pytest.approx(fund_internal_rate(flows).rate, rel=1e-9)


@given(funds(), st.floats(-0.2, 0.3))
def test_an_index_that_grows_evenly_is_the_rate_of_its_account(
    made: tuple[FundFlows, list[float]], growth: float
) -> None:
    """LN-PME of an index that grows by g every period is g, whatever was paid when."""
    flows, levels = made
    steady = [(1 + growth) ** k for k in range(len(levels))]
    found = long_nickels_rate(flows, steady)
    if found.internal_rate is not None and found.internal_rate.rate is not None and found.at_the_end > 1e-6:
        assert found.internal_rate.rate == pytest.approx(growth, abs=1e-6)


def test_the_three_rates_agree_with_pyxirr() -> None:
    plus = pme_plus_rate(MADE, INDEX)
    assert plus.scale == pytest.approx(pyxirr.pe.pme_plus_lambda(NET, INDEX, nav=20), rel=1e-12)
    assert plus.internal_rate.rate == pytest.approx(pyxirr.pe.pme_plus(NET, INDEX, nav=20), abs=1e-9)
    direct = direct_alpha(MADE, INDEX).rate
    assert direct == pytest.approx(pyxirr.pe.direct_alpha(NET, INDEX, nav=20), abs=1e-9)
    mild = FundFlows.of_net([-25, 15, 0], final_nav=20)
    ln = long_nickels_rate(mild, [100, 115, 130])
    assert ln.internal_rate.rate == pytest.approx(pyxirr.pe.ln_pme([-25, 15, 0], [100, 115, 130]), abs=1e-9)
    assert ln.at_the_end == pytest.approx(pyxirr.pe.ln_pme_nav([-25, 15, 0], [100, 115, 130]), rel=1e-12)


def test_modified_pme_by_hand() -> None:
    """Two periods: 100 in; the index doubles; 60 out of a fund then worth 20.

    Account 100 × 2 = 200; part 60 / (60 + 20) = 0.75: 150 out, 50 left. Rate of -100, 150 + 50: 100 %.
    """
    made = FundFlows.of_net([-100, 60], final_nav=20)
    found = modified_pme_rate(made, [1, 2], nav_by_flow=[100, 20])
    assert found.at_the_end == pytest.approx(50)
    assert found.internal_rate.rate == pytest.approx(1.0)


def test_where_the_shadow_value_is_negative_there_is_a_reason_and_no_number() -> None:
    found = long_nickels_rate(MADE, INDEX)
    # 100 × 1.2 + 50 × 120/105 − 60 × 120/115 − 100 × 1.2 = −5.47
    assert found.at_the_end == pytest.approx(120 + 50 * 120 / 105 - 60 * 120 / 115 - 120)
    assert found.internal_rate is None
    assert "LN-PME" in found.reason.en


def test_nothing_to_scale_is_a_reason() -> None:
    assert pme_plus_rate(FundFlows.of_net([-1, 0], final_nav=2), [1, 1]).reason is not None


def test_a_negative_scale_is_a_reason() -> None:
    found = pme_plus_rate(FundFlows.of_net([-1, 1], final_nav=9), [1, 1])
    assert found.internal_rate is None
    assert found.reason is not None


BAD = [
    (lambda: kaplan_schoar_ratio(MADE, INDEX[:4]), "index_levels"),
    (lambda: kaplan_schoar_ratio(MADE, [*INDEX[:4], 0]), "index_levels.4"),
    (lambda: direct_alpha(MADE, [*INDEX[:4], math.nan]), "index_levels.4"),
    (lambda: kaplan_schoar_ratio(FundFlows.of_net([0, 2]), [1, 1]), "contributions"),
    (lambda: modified_pme_rate(MADE, INDEX, nav_by_flow=[1, 2]), "nav_by_flow"),
    (lambda: modified_pme_rate(MADE, INDEX, nav_by_flow=[1, 2, 3, 4, 5]), "nav_by_flow"),
    (lambda: modified_pme_rate(MADE, INDEX, nav_by_flow=[1, 2, 3, -4, 20]), "nav_by_flow"),
]


@pytest.mark.parametrize(("ask", "field"), BAD)
def test_bad_input_names_its_field(ask, field: str) -> None:
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.problems[0].field == field
