"""Above-industry return, greenfield, distributor, capitalised royalty, contribution in kind.

Checked against: hand calculations, long plain loops (second way for everything that goes on for ever), identities
with other methods of the catalogue, refusals.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, amounts, figure, series
from tests.valuation.method_samples import NO_TAX, codes, concluded, conclusion, forecast, sample
from valuation.errors import InputError, RefusalError

GORDON = {"kind": "gordon", "growth_share": figure(0.02)}

# --- above-industry return ------------------------------------------------------------------------


def test_above_industry_return_by_hand() -> None:
    """Hand: 10,000,000 × 8 % × 0.7 × 0.75 = 420,000; 11,000,000 × 7 % × 0.7 × 0.75 = 404,250; 12 %."""
    assert concluded("above_industry_return").value == pytest.approx(420_000 / 1.12 + 404_250 / 1.12**2)


def test_the_difference_is_incremental_income() -> None:
    """Second way: the same difference, stated as an amount, through another method."""
    stated = {"kind": "stated", "amounts": amounts(800_000, 770_000)}
    asked = sample("incremental_income", increment=stated, right_share=figure(0.7))
    assert concluded("above_industry_return").value == pytest.approx(conclusion("incremental_income", asked).value)


@given(st.floats(0.12, 0.5), st.floats(0.001, 0.1))
def test_a_better_business_is_worth_more(rate: float, more: float) -> None:
    low, high = (
        concluded("above_industry_return", own_return_share=figure(each)).value for each in (rate, rate + more)
    )
    assert low < high


def test_an_ordinary_business_and_a_missing_industry_are_refused() -> None:
    with pytest.raises(RefusalError, match="return_above_industry"):
        concluded("above_industry_return", own_return_share=figure(0.1))
    with pytest.raises(RefusalError, match="total_profit_as_excess_profit"):
        concluded("above_industry_return", industry_return_share=figure(0.0))


# --- greenfield -----------------------------------------------------------------------------------


def test_greenfield_by_hand() -> None:
    """Hand, after tax of 25 %: −75,000 + 50,000 − 300,000; 375,000 + 80,000 − 200,000; 825,000 + 80,000 + 100,000."""
    flows = (-325_000, 255_000, 1_005_000)
    expected = sum(flow / 1.12 ** (year + 1) for year, flow in enumerate(flows)) - 500_000
    assert concluded("greenfield").value == pytest.approx(expected)


def test_a_greenfield_that_goes_on_for_ever() -> None:
    """Second way: two thousand years added up."""
    found = conclusion("greenfield", sample("greenfield", terminal=GORDON), subject=VARIETY)
    flows = [-325_000, 255_000, 1_005_000]
    while len(flows) < 2000:
        flows.append(flows[-1] * 1.02)
    expected = sum(flow / 1.12 ** (year + 1) for year, flow in enumerate(flows)) - 500_000
    assert found.value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("last", "is_named"), [(79_999, True), (80_000, False)])
def test_assets_that_wear_away_do_not_earn_for_ever(last: int, is_named: bool) -> None:
    """Trap: a last year that renews less than wears out, capitalised for ever; its depreciation is 80,000."""
    asked = sample("greenfield", investment=amounts(300_000, 200_000, last))
    assert "terminal_investment_below_depreciation" not in codes(conclusion("greenfield", asked, subject=VARIETY))
    found = conclusion("greenfield", asked | {"terminal": GORDON}, subject=VARIETY)
    assert ("terminal_investment_below_depreciation" in codes(found)) == is_named


def test_depreciation_is_part_of_the_cost() -> None:
    with pytest.raises(RefusalError, match="depreciation_within_cost"):
        concluded("greenfield", depreciation=amounts(700_000, 80_000, 80_000))


@pytest.mark.parametrize(
    ("changes", "subject", "expected"),
    [
        ({}, None, "the flows end on 2030-06-30"),
        ({"forecast": forecast(end_of_life="2023-12-31")}, VARIETY, "the flows end on 2023-12-31"),
        (
            {"forecast": forecast(survival={"kind": "exponential", "annual_hazard": figure(0.1)})},
            VARIETY,
            "wears away",
        ),
    ],
)
def test_what_ends_is_not_capitalised_for_ever(
    changes: dict[str, Any], subject: dict[str, Any] | None, expected: str
) -> None:
    more = {} if subject is None else {"subject": subject}
    with pytest.raises(InputError, match=expected):
        conclusion("greenfield", sample("greenfield", terminal=GORDON, **changes), **more)


def test_a_single_year_counted_in_part_is_not_capitalised_for_ever() -> None:
    one = {name: amounts(100) for name in ("revenue", "operating_cost", "depreciation", "investment")}
    asked = sample("greenfield", terminal=GORDON, **one, forecast=forecast(first_year_end="2021-06-30"))
    with pytest.raises(InputError, match="counts in part"):
        conclusion("greenfield", asked, subject=VARIETY)


def test_growth_above_the_rate_is_refused() -> None:
    fast = {"kind": "gordon", "growth_share": figure(0.2)}
    with pytest.raises(RefusalError, match="growth_below_discount_rate"):
        conclusion("greenfield", sample("greenfield", terminal=fast), subject=VARIETY)


# --- distributor ----------------------------------------------------------------------------------


def test_the_distributor_is_an_excess_earnings_method_at_another_margin() -> None:
    """Second way: multi-period excess earnings of the same customers at the distributor's margin."""
    asked = sample("distributor")
    excess = {name: asked[name] for name in ("revenue", "contributory_assets", "tax", "tax_amortisation", "forecast")}
    second = conclusion("multi_period_excess_earnings", excess | {"operating_margin_share": figure(0.05)})
    assert concluded("distributor").value == pytest.approx(second.value, rel=1e-12)


def test_a_distributor_earns_no_more_than_the_business() -> None:
    with pytest.raises(RefusalError, match="distributor_margin_within_own"):
        concluded("distributor", own_margin_share=figure(0.04))


def test_customers_who_never_leave_are_a_doubt() -> None:
    assert "no_attrition" not in codes(concluded("distributor"))
    assert "no_attrition" in codes(concluded("distributor", forecast=forecast()))


# --- capitalised royalty --------------------------------------------------------------------------


@pytest.mark.parametrize(("timing", "shift"), [("year_end", 0.0), ("mid_year", 0.5)])
def test_stages_and_deferral_by_a_loop(timing: str, shift: float) -> None:
    """Second way: grown and discounted year by year, the first royalty at the end of the second year."""
    level, expected = 4_000_000.0, 0.0
    for year, growth in enumerate((0.2, 0.2, 0.05, 0.05, 0.05)):
        level *= 1 + growth
        expected += level * 0.05 * 0.75 / 1.12 ** (year + 2 - shift)
    assert concluded("capitalised_royalty", timing=timing).value == pytest.approx(expected)


@given(st.floats(-0.1, 0.1))
def test_a_royalty_for_ever_is_a_thousand_years(growth: float) -> None:
    after = {"kind": "for_ever", "growth_share": figure(growth)}
    found = conclusion("capitalised_royalty", sample("capitalised_royalty", after=after), subject=VARIETY)
    level, expected = 4_000_000.0, 0.0
    for year in range(2000):
        level *= 1 + ((0.2, 0.2, 0.05, 0.05, 0.05)[year] if year < 5 else growth)
        expected += level * 0.05 * 0.75 / 1.12 ** (year + 2)
    assert found.value == pytest.approx(expected, rel=1e-9)


def test_one_stage_for_ever_is_the_growth_formula() -> None:
    """Literature: D₁/(k − g) with D₁ = 4,000,000 × 1.03 × 5 %, no tax, no deferral."""
    found = conclusion(
        "capitalised_royalty",
        sample(
            "capitalised_royalty",
            deferral_years=0,
            stages=[{"years": 1, "growth_share": figure(0.03)}],
            after={"kind": "for_ever", "growth_share": figure(0.03)},
            tax=NO_TAX,
        ),
        subject=VARIETY,
    )
    assert found.value == pytest.approx(206_000 / 0.09)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"after": {"kind": "for_ever", "growth_share": figure(0.02)}}, "after.kind"),
        ({"deferral_years": 5}, "legal end"),
        ({"tax": NO_TAX, "tax_amortisation": {"kind": "straight_line", "years": figure(10.0)}}, "tax_amortisation"),
        ({"stages": [{"years": 100, "growth_share": figure(0.0)}] * 3}, "200 or fewer"),
    ],
)
def test_royalties_that_cannot_be_are_refused(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        concluded("capitalised_royalty", **changes)


def test_terminal_growth_above_the_rate_is_refused() -> None:
    after = {"kind": "for_ever", "growth_share": figure(0.2)}
    with pytest.raises(RefusalError, match="growth_below_discount_rate"):
        conclusion("capitalised_royalty", sample("capitalised_royalty", after=after), subject=VARIETY)


def test_a_royalty_above_the_profit_is_refused() -> None:
    with pytest.raises(RefusalError, match="royalty_within_profit"):
        concluded("capitalised_royalty", operating_margin_share=figure(0.04))
    assert "profit_test_not_made" not in codes(concluded("capitalised_royalty", operating_margin_share=figure(0.3)))
    assert "profit_test_not_made" in codes(concluded("capitalised_royalty"))


# --- contribution in kind -------------------------------------------------------------------------


def test_the_stake_by_hand() -> None:
    """Hand: the company goes on for ever; 30 % of it less a fifth; others put in 7,000,000 for 70 %."""
    flows = (500_000, 900_000, 1_200_000)
    equity = sum(flow / 1.12 ** (year + 1) for year, flow in enumerate(flows))
    equity += 1_200_000 * 1.02 / 0.10 / 1.12**3
    found = concluded("contribution_in_kind")
    assert found.value == pytest.approx(equity * 0.3 * 0.8)
    assert found.worksheet.value("implied_price") == pytest.approx(3_000_000)
    assert found.worksheet.value("share_by_charter") == pytest.approx(0.3)


def test_a_charter_above_the_stake_is_named() -> None:
    """The sample's stake is worth about 2.6 million, booked at 3 million."""
    assert "charter_value_above_stake" in codes(concluded("contribution_in_kind"))
    modest = concluded("contribution_in_kind", charter_value=amount("1000000.00"))
    assert "charter_value_above_stake" not in codes(modest)


@pytest.mark.parametrize(
    ("day", "share", "holds"), [("2010-01-01", 0.71, False), ("2010-01-01", 0.7, True), ("2015-01-01", 0.9, True)]
)
def test_the_cap_is_that_of_the_law_of_the_day(day: str, share: float, holds: bool) -> None:
    dates = {"valuation_date": "2020-12-31", "policy_date": day, "report_date": "2021-03-31"}
    asked = sample("contribution_in_kind", agreed_share=figure(share))
    if holds:
        # The wording of 2005 is recalled; that of 2013, in force from 2014-03-01, was read.
        recalled = day < "2014-03-01"
        assert ("recalled_value" in codes(conclusion("contribution_in_kind", asked, dates=dates))) == recalled
    else:
        with pytest.raises(RefusalError, match="in_kind_share_above_cap"):
            conclusion("contribution_in_kind", asked, dates=dates)


@given(st.floats(0.01, 0.8), st.floats(0.01, 0.1))
def test_a_larger_stake_is_worth_more(share: float, more: float) -> None:
    low, high = (concluded("contribution_in_kind", agreed_share=figure(each)).value for each in (share, share + more))
    assert low < high


def test_a_company_is_not_cut_at_the_end_of_the_right() -> None:
    flows = series([1.0] * 15)
    asked = sample("contribution_in_kind", distributable_flow=amounts(*flows["values"]))
    shares = conclusion("contribution_in_kind", asked).worksheet.row("counted_share")
    assert shares == pytest.approx((1.0,) * 15)
