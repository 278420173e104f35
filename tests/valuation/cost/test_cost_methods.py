"""Three cost methods: multiplier coefficient, minimum licence fee, historic cost at today's prices.

Checked against: published cases (tests/literature), hand calculations, published wrong answers, properties.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, figure
from tests.valuation.method_samples import codes, concluded, sample
from valuation.errors import InputError

# --- multiplier coefficient -----------------------------------------------------------------------

NO_OBSOLESCENCE = {"kind": "none", "reason": "new"}


def test_the_published_wrong_variant_does_not_come_out() -> None:
    """Literature 156.25; the page that prints 1 + β2 in the denominator would give 104.17."""
    found = concluded("multiplier_coefficient", obsolescence=NO_OBSOLESCENCE)
    assert found.value == pytest.approx(1_562_500)
    wrong = (600_000 + 2 * 200_000) / (1 + 0.2) * 1.25
    assert abs(found.value - wrong) > 500_000


@given(st.floats(0, 0.9), st.floats(0.01, 0.09))
def test_more_failures_cost_more(risk: float, more: float) -> None:
    """Monotone: with 1 + β2 it would fall, which is how the wrong variant shows itself."""
    low, high = (
        concluded("multiplier_coefficient", average_research_risk_coefficient=figure(each)).value
        for each in (risk, risk + more)
    )
    assert low < high


@given(st.floats(0, 1))
def test_obsolescence_takes_its_share(share: float) -> None:
    found = concluded("multiplier_coefficient", obsolescence={"kind": "share", "share": figure(share)})
    assert found.value == pytest.approx(1_562_500 * (1 - share), abs=1e-6)


def test_a_risk_of_one_and_labour_below_ordinary_are_refused() -> None:
    with pytest.raises(InputError, match="average_research_risk_coefficient"):
        concluded("multiplier_coefficient", average_research_risk_coefficient=figure(1.0))
    with pytest.raises(InputError, match="creative_labour_multiplier"):
        concluded("multiplier_coefficient", creative_labour_multiplier=figure(0.5))


# --- minimum licence fee --------------------------------------------------------------------------


def test_the_fee_by_hand() -> None:
    """Hand: 1,000,000 × 1.05 × 1.06 × 8/10 × 100/300 + 70,000 + 30,000."""
    expected = 1_000_000 * 1.05 * 1.06 * 0.8 / 3 + 100_000
    found = concluded("minimum_licence_fee")
    assert found.value == pytest.approx(expected)
    assert "floor_not_market_value" in codes(found)


def test_a_stated_condition_is_the_same_as_the_years_behind_it() -> None:
    stated = concluded("minimum_licence_fee", condition={"kind": "stated", "remaining_share": figure(0.8)})
    assert stated.value == pytest.approx(concluded("minimum_licence_fee").value)


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=6))
def test_the_fees_of_all_users_together_bear_the_whole_cost(capacities: list[float]) -> None:
    """Identity: without opportunity cost, the shares of all users add up to the net cost."""
    users = [{"name": f"user {i}", "units": figure(units)} for i, units in enumerate(capacities)]
    whole = 0.0
    for index, user in enumerate(users):
        others = users[:index] + users[index + 1 :]
        whole += concluded(
            "minimum_licence_fee",
            licensee_capacity=user,
            other_capacities=others,
            lost_revenue=amount("0.00"),
            added_cost=amount("0.00"),
        ).value
    assert whole == pytest.approx(1_000_000 * 1.05 * 1.06 * 0.8, rel=1e-9)


# --- historic cost --------------------------------------------------------------------------------


def test_historic_cost_by_hand() -> None:
    """Hand: (300,000 × 104.5/95 + 20,000 × 104.5/100) × 1.1 × 6/10 = (330,000 + 20,900) × 0.66."""
    found = concluded("historic_cost")
    assert found.value == pytest.approx((330_000 + 20_900) * 0.66)
    assert found.worksheet.value("historic_cost") == 320_000
    assert "expensed_costs_counted" in codes(found)


@given(st.floats(1, 500), st.floats(1, 100))
def test_dearer_prices_raise_the_cost(index: float, more: float) -> None:
    low, high = (concluded("historic_cost", price_index_today=figure(each)).value for each in (index, index + more))
    assert low < high


def test_an_expert_s_condition_replaces_the_years() -> None:
    judged = {"kind": "expert", "remaining_share": figure(0.6)}
    assert concluded("historic_cost", condition=judged).value == pytest.approx(concluded("historic_cost").value)


def test_a_cost_of_the_future_is_refused() -> None:
    costs = sample("historic_cost")["costs"]
    costs[1]["spent_on"] = "2021-01-01"
    with pytest.raises(InputError, match=r"costs\.1\.spent_on"):
        concluded("historic_cost", costs=costs)


def test_capitalised_costs_alone_raise_no_doubt() -> None:
    costs = sample("historic_cost")["costs"]
    costs[0]["was_expensed"] = False
    assert "expensed_costs_counted" not in codes(concluded("historic_cost", costs=costs))


# --- software -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "effort", "months"),
    [
        # Hand, 32 thousand lines: 2.4·32^1.05, 2.5·E^0.38; 3.0·32^1.12, 2.5·E^0.35; 3.6·32^1.20, 2.5·E^0.32.
        ("organic", 2.4 * 32**1.05, 2.5 * (2.4 * 32**1.05) ** 0.38),
        ("semi_detached", 3.0 * 32**1.12, 2.5 * (3.0 * 32**1.12) ** 0.35),
        ("embedded", 3.6 * 32**1.2, 2.5 * (3.6 * 32**1.2) ** 0.32),
    ],
)
def test_effort_and_schedule_of_basic_cocomo(mode: str, effort: float, months: float) -> None:
    """Literature: the textbook's 32 KLOC, organic: 91 person-months and 14 months."""
    found = concluded("cocomo_software", mode=mode, effort_adjustment=figure(1.0))
    assert found.worksheet.value("effort_person_months") == pytest.approx(effort)
    assert found.worksheet.value("schedule_months") == pytest.approx(months)
    assert found.value == pytest.approx(effort * 25_000 * 1.1 * 0.75)
    if mode == "organic":
        assert (round(effort), round(months)) == (91, 14)


@given(st.floats(1, 1000), st.floats(0.1, 100))
def test_a_larger_program_costs_more_than_in_proportion(size: float, more: float) -> None:
    small, large = (concluded("cocomo_software", size_kloc=figure(each)).value for each in (size, size + more))
    assert large / small >= (size + more) / size


# --- cost plus split ------------------------------------------------------------------------------


def test_cost_plus_split_always_says_that_it_counts_twice() -> None:
    """Literature 11,694.79 (tests/literature); IVS would call the sum double counting."""
    found = concluded("cost_plus_split")
    assert "cost_and_income_added" in codes(found)
    assert found.pledgee_value == pytest.approx(found.worksheet.value("split_value"))
    assert found.pledgee_value < found.worksheet.value("replacement_cost_new")


def test_the_split_is_the_present_value_of_the_added_profit() -> None:
    """Identity: PV(income) × PV(added)/PV(income); the cost part is the multiplier-coefficient method."""
    found = concluded("cost_plus_split").worksheet
    assert found.value("split_value") == pytest.approx(600_000 / 1.12 + 500_000 / 1.12**2)
    cost = concluded(
        "multiplier_coefficient",
        materialised_cost=amount("3500000.00"),
        labour_cost=amount("1500000.00"),
        creative_labour_multiplier=figure(3.0),
        average_research_risk_coefficient=figure(0.06),
        investment_return_share=figure(0.12),
        obsolescence=NO_OBSOLESCENCE,
    )
    assert found.value("replacement_cost_new") == pytest.approx(cost.value)


def test_series_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match="additional_profit"):
        concluded(
            "cost_plus_split", additional_profit=sample("cost_plus_split")["additional_profit"] | {"values": ["1.00"]}
        )
