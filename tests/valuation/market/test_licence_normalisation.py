"""Licence normalisation: is the effective rate what the payments are worth over what the sales are worth?

Checked against: closed forms (annuities), a plain loop over the years of each licence (second way, hypothesis), and
refusals.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, amounts, figure, series
from tests.valuation.market.samples import codes, concluded, licence, milestone, valued
from valuation.errors import InputError, RefusalError
from valuation.kernel.conclusion import Conclusion

SINGLE = {"timing": "year_end", "average": "arithmetic"}


def normalised(*licences: dict[str, Any], **changes: Any) -> Conclusion:
    return valued("licence_normalisation", {"licences": list(licences)} | SINGLE | changes)


def rate(*licences: dict[str, Any], **changes: Any) -> float:
    return normalised(*licences, **changes).value


ANNUITY = (1 - 1.12**-5) / 0.12

# --- closed forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize("timing", ["year_end", "mid_year"])
def test_a_running_royalty_alone_is_its_own_rate(timing: str) -> None:
    made = normalised(licence(sales=amounts(3, 5, 100)), timing=timing)
    assert made.value == pytest.approx(0.05)
    assert (made.unit, made.interval) == ("share", None)
    assert "too_few_comparables" in codes(made)


def test_an_entry_fee_is_spread_over_the_value_of_sales() -> None:
    """Closed form: 5 % + 300,000 / (1,000,000 · annuity)."""
    assert rate(licence(entry_fee=amount("300000.00"))) == pytest.approx(0.05 + 0.3 / ANNUITY)


def test_mid_year_sales_are_worth_half_a_year_more() -> None:
    data = licence(entry_fee=amount("300000.00"), running_rate_share=figure(0.0))
    expected = 0.3 / (ANNUITY * 1.12**0.5)
    assert rate(data, timing="mid_year") == pytest.approx(expected)


def test_a_minimum_counts_in_the_years_in_which_it_binds() -> None:
    """By hand: royalties 10 and 50, minimum 30 in both years; sales 200 and 1,000 at 12 %."""
    data = licence(sales=amounts(200, 1000), minimum_royalty=amounts(30, 30))
    assert rate(data) == pytest.approx((30 / 1.12 + 50 / 1.12**2) / (200 / 1.12 + 1000 / 1.12**2))


def test_milestones_count_by_their_chance_and_their_year() -> None:
    paid = [milestone(1, "100000.00", 1.0), milestone(4, "400000.00", 0.25)]
    data = licence(milestones=paid, running_rate_share=figure(0.0))
    assert rate(data) == pytest.approx((0.1 / 1.12 + 0.1 / 1.12**4) / ANNUITY)


def test_licences_of_other_make_but_equal_worth_have_one_rate() -> None:
    """Identity: what a licence pays at once or by sales does not matter when it is worth the same."""
    fee = f"{50_000 * ANNUITY:.2f}"
    at_once = licence("甲", 0.5, entry_fee=amount(fee), running_rate_share=figure(0.0))
    made = normalised(at_once, licence("乙", 0.5))
    assert made.worksheet.row("effective_rate") == pytest.approx((0.05, 0.05), rel=1e-6)
    assert made.interval is not None
    assert made.interval.low == pytest.approx(made.interval.high, rel=1e-4)


# --- second way -----------------------------------------------------------------------------------


@st.composite
def licences(draw: st.DrawFn, number: int) -> dict[str, Any]:
    years = draw(st.integers(1, 7))
    money = st.floats(1, 1e6)
    share = st.floats(0, 0.2)
    by_year = st.lists(share, min_size=years, max_size=years).map(series)
    slots = st.tuples(st.integers(1, years), st.floats(0, 1e4), st.floats(0, 1))
    return licence(
        f"licence {number}",
        0.5,
        sales=amounts(*draw(st.lists(st.floats(1e5, 1e6), min_size=years, max_size=years))),
        entry_fee=amount(f"{draw(st.floats(0, 1e4)):.2f}"),
        running_rate_share=draw(share.map(figure) | by_year),
        minimum_royalty=amounts(*draw(st.lists(money.map(lambda sum_: sum_ / 50), min_size=years, max_size=years))),
        milestones=[milestone(year, f"{paid:.2f}", chance) for year, paid, chance in draw(st.lists(slots, max_size=3))],
        discount_rate_share=figure(draw(st.floats(0, 0.4))),
    )


def looped(data: dict[str, Any], timing: str) -> float:
    """Payments and sales of one licence, year after year."""
    discount = 1 + data["discount_rate_share"]["value"]
    back = 0.0 if timing == "year_end" else 0.5
    rates = data["running_rate_share"]
    payments, present_sales = float(data["entry_fee"]["value"]), 0.0
    years = zip(data["sales"]["values"], data["minimum_royalty"]["values"], strict=True)
    for year, (sales, minimum) in enumerate(years, start=1):
        share = rates["values"][year - 1] if "values" in rates else rates["value"]
        payments += max(float(sales) * share, float(minimum)) / discount ** (year - back)
        present_sales += float(sales) / discount ** (year - back)
    for each in data["milestones"]:
        chance = each["probability_share"]["value"]
        payments += float(each["amount"]["value"]) * chance / discount ** (each["year"] - back)
    return payments / present_sales


@given(first=licences(1), second=licences(2), timing=st.sampled_from(["year_end", "mid_year"]))
def test_a_plain_loop_gives_the_same(first: dict[str, Any], second: dict[str, Any], timing: str) -> None:
    made = normalised(first, second, timing=timing)
    expected = [looped(each, timing) for each in (first, second)]
    assert made.worksheet.row("effective_rate") == pytest.approx(expected, rel=1e-9)
    assert made.value == pytest.approx(sum(expected) / 2, rel=1e-9)


def test_an_uncertain_rate_is_one_number_in_all_years() -> None:
    """Its distribution sits on one row, so that a draw is the same in every year."""
    spread = {"kind": "uniform", "low": 0.04, "high": 0.06}
    paper = normalised(licence(running_rate_share=figure(0.05, distribution=spread))).worksheet
    assert [entry.name for entry in paper.uncertain_inputs] == ["running_rate"]


def test_the_uncertain_sales_of_one_licence_leave_the_others_alone() -> None:
    paper = concluded("licence_normalisation").worksheet
    (uncertain,) = paper.uncertain_inputs
    assert (uncertain.name, list(uncertain.column_distributions)) == ("sales", [1])
    changed = paper.with_inputs({"sales": [1.0, 2.0, 1.0]})
    before, after = paper.row("effective_rate"), changed.row("effective_rate")
    assert (before[0], before[2]) == (after[0], after[2])
    assert after[1] < before[1]


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum_royalty": amounts(0, 0)}, "licences.0.minimum_royalty"),
        ({"running_rate_share": series([0.1])}, "licences.0.running_rate_share"),
        ({"milestones": [milestone(6, "1.00", 1.0)]}, "licences.0.milestones.0.year"),
        ({"signed_on": "2021-01-01"}, "licences.0.signed_on"),
        ({"weight_share": 0.5}, "licences.weight_share"),
        ({"sales": amounts(*[1] * 61), "minimum_royalty": amounts(*[0] * 61)}, "licences.0.sales"),
    ],
)
def test_a_licence_that_contradicts_itself_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        rate(licence() | changes)
    assert raised.value.problems[0].field == field


def test_all_faults_are_told_at_once() -> None:
    faulty = licence("乙", signed_on="2021-01-01", minimum_royalty=amounts(0), milestones=[milestone(9, "1.00", 1.0)])
    with pytest.raises(InputError) as raised:
        rate(licence("甲", 0.5), faulty | {"weight_share": 0.5})
    assert [each.field.split(".")[2] for each in raised.value.problems] == [
        "minimum_royalty",
        "milestones",
        "signed_on",
    ]


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"sales": amounts(*[0] * 5), "entry_fee": amount("1.00")}, "sales_under_licence"),
        ({"entry_fee": amount("9000000.00")}, "payments_within_sales"),
    ],
)
def test_a_licence_without_a_rate_of_sales_is_refused(changes: dict[str, Any], check: str) -> None:
    with pytest.raises(RefusalError, match=check):
        rate(licence() | changes)
