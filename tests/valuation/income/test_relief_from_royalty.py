"""Relief from royalty: is the saved royalty what plain arithmetic says?

Checked against: an independent loop in plain Python over random requests (second way, hypothesis): stub years, exact
days, survival, losses with and without tax credit, tax amortisation. Known papers by hand; scaling, monotony and
refusals as properties. The published cases are in tests/literature.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import DATES, PATENT, VARIETY, amounts, figure, relief, series
from valuation.assets.patent import Patent
from valuation.assets.plant_variety import PlantVariety
from valuation.discounting.timing import add_years
from valuation.errors import InputError, RefusalError
from valuation.income.relief_from_royalty import METHOD, ReliefFromRoyaltyInputs
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.fields import Dates, parse
from valuation.kernel.method import Setting
from valuation.uncertainty.draws import Uncertainty

DAY = datetime.date


YEAR_END = DAY(2020, 12, 31)


def setting(currency: str = "CNY", *, valued: DAY = YEAR_END, subject: dict[str, Any] = PATENT) -> Setting:
    dates = parse(Dates, DATES | {"valuation_date": valued, "report_date": max(valued, DAY(2021, 3, 31))})
    model = Patent if subject["kind"] == "patent" else PlantVariety
    return Setting(parse(model, subject), dates, currency)


def concluded(data: dict[str, Any], place: Setting | None = None, uncertainty: Uncertainty | None = None) -> Conclusion:
    return METHOD.value(parse(ReliefFromRoyaltyInputs, data), place or setting(), sources={}, uncertainty=uncertainty)


def value(data: dict[str, Any], place: Setting | None = None) -> float:
    return concluded(data, place).value


# --- by hand --------------------------------------------------------------------------------------


def test_a_level_royalty_is_an_annuity() -> None:
    """By hand: 1,000,000 · 5 % · (1 − 25 %) · (1 − 1.12⁻⁵) / 0.12."""
    assert value(relief()) == pytest.approx(37_500 * (1 - 1.12**-5) / 0.12, rel=1e-14)


def test_the_paper_of_a_stub_year_by_hand() -> None:
    """Valued on 2021-06-30, protected to 2022-06-30: 184 and 181 days of 365 count, at the end of each part."""
    subject = PATENT | {"expiry_date": "2022-06-30"}
    data = relief(3, owner_cost=amounts(10_000, 10_000, 10_000))
    made = concluded(data, setting(valued=DAY(2021, 6, 30), subject=subject))
    paper = made.worksheet
    assert paper.row("counted_share") == (184 / 365, 181 / 365, 0)
    assert paper.row("flow_time_years") == (184 / 365, 1, 1)
    flows = [40_000 * 0.75 * share for share in (184 / 365, 181 / 365)]
    assert paper.row("after_tax") == pytest.approx([*flows, 0])
    assert made.value == pytest.approx(flows[0] * 1.12 ** (-184 / 365) + flows[1] / 1.12)
    (uncounted,) = [each for each in made.warnings if each.code == "years_after_end_of_life"]
    assert "2023-12-31" in uncounted.label.en


def test_exact_payment_days_by_hand() -> None:
    data = relief(2, timing="exact", payment_dates=["2021-04-30", "2022-10-31"])
    expected = 37_500 * (1.12 ** (-120 / 365) + 1.12 ** (-669 / 365))
    assert value(data) == pytest.approx(expected, rel=1e-14)


def test_what_is_beside_the_value_and_which_conventions_are_echoed() -> None:
    made = concluded(relief(tax_amortisation={"kind": "straight_line", "years": figure(10)}, timing="mid_year"))
    assert [each.name for each in made.beside] == ["present_value", "tab_factor"]
    assert made.value == pytest.approx(made.beside[0].value * made.beside[1].value)
    assert made.conventions["timing"] == "mid_year"
    assert made.conventions["tax_life_years"] == "10"
    assert made.conventions["compounding"] == "annual"


# --- second way -----------------------------------------------------------------------------------


def anniversary_fraction(start: DAY, end: DAY) -> float:
    """Years between two days, counted up one anniversary at a time."""
    whole = 0
    while add_years(start, whole + 1) <= end:
        whole += 1
    since, until = add_years(start, whole), add_years(start, whole + 1)
    return whole + (end - since).days / (until - since).days


def looped(data: dict[str, Any], *, valued: DAY, end_of_life: DAY) -> float:
    """The whole method once more: one year after the other, no worksheet."""
    rate, tax = data["discount_rate_share"]["value"], data["tax_rate_share"]["value"]
    survival, first = data["survival"], DAY.fromisoformat(data["first_year_end"])
    present = 0.0
    for year, (sales, costs) in enumerate(zip(data["revenue"]["values"], data["owner_cost"]["values"], strict=True)):
        start, end = add_years(first, year - 1), add_years(first, year)
        since, until = max(start, valued), min(end, end_of_life)
        if until <= since:
            continue
        share = (until - since).days / (end - start).days
        royalties = data["royalty_rate_share"]
        royalty = royalties["values"][year] if "values" in royalties else royalties["value"]
        saving = (float(sales) * royalty - float(costs)) * share
        taxed = saving if data["tax_on_losses"] == "credited" else max(saving, 0.0)
        begins, ends = anniversary_fraction(valued, since), anniversary_fraction(valued, until)
        middle = (begins + ends) / 2
        alive = 1.0
        if survival["kind"] == "exponential":
            alive = math.exp(-survival["annual_hazard"]["value"] * middle)
        elif survival["kind"] == "weibull":
            shape, scale, age = (survival[key]["value"] for key in ("shape", "scale_years", "age_years"))
            alive = math.exp((age / scale) ** shape - ((age + middle) / scale) ** shape)
        elif survival["kind"] == "table":
            alive = survival["probability"]["values"][year]
        time = {"year_end": ends, "mid_year": middle}[data["timing"]]
        present += (saving - tax * taxed) * alive / (1 + rate) ** time
    life = data["tax_amortisation"]
    if life["kind"] == "none" or present <= 0:
        return present
    years = life["years"]["value"]
    annuity = years if rate == 0 else (1 - (1 + rate) ** -years) / rate
    if data["timing"] == "mid_year":
        annuity *= math.sqrt(1 + rate)
    return present / (1 - tax / years * annuity)


def survivals(years: int) -> st.SearchStrategy[dict[str, Any]]:
    positive = st.floats(0.5, 20)
    return st.one_of(
        st.just({"kind": "none", "reason": "left out in this test"}),
        st.floats(0, 0.5).map(lambda hazard: {"kind": "exponential", "annual_hazard": figure(hazard)}),
        st.tuples(st.floats(0.5, 3), positive, st.floats(0, 10)).map(
            lambda parts: {
                "kind": "weibull",
                "shape": figure(parts[0]),
                "scale_years": figure(parts[1]),
                "age_years": figure(parts[2]),
            }
        ),
        st.lists(st.floats(0, 1), min_size=years, max_size=years).map(
            lambda shares: {"kind": "table", "probability": series(sorted(shares, reverse=True))}
        ),
    )


@st.composite
def requests(draw: st.DrawFn) -> tuple[dict[str, Any], DAY, DAY]:
    years = draw(st.integers(1, 8))
    cents = st.integers(0, 10**10).map(lambda fen: f"{fen / 100:.2f}")
    share = st.floats(0, 0.3)
    first = draw(st.dates(DAY(2019, 1, 1), DAY(2026, 12, 31)))
    valued = first - datetime.timedelta(days=draw(st.integers(1, 365)))
    end_of_life = valued + datetime.timedelta(days=draw(st.integers(1, 4000)))
    rates = st.lists(share, min_size=years, max_size=years).map(series)
    amortised = st.integers(1, 20).map(lambda life: {"kind": "straight_line", "years": figure(life)})
    data = relief(
        years,
        revenue=amounts(*draw(st.lists(cents, min_size=years, max_size=years))),
        owner_cost=amounts(*draw(st.lists(cents, min_size=years, max_size=years))),
        first_year_end=first.isoformat(),
        end_of_life=end_of_life.isoformat(),
        royalty_rate_share=draw(share.map(figure) | rates),
        tax_rate_share=figure(draw(st.floats(0, 0.4))),
        tax_on_losses=draw(st.sampled_from(["credited", "not_credited"])),
        discount_rate_share=figure(draw(st.sampled_from([0.0, 0.05, 0.12, 0.4]))),
        timing=draw(st.sampled_from(["year_end", "mid_year"])),
        survival=draw(survivals(years)),
        tax_amortisation=draw(st.just({"kind": "none", "reason": "left out in this test"}) | amortised),
    )
    return data, valued, end_of_life


NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}


@given(request=requests())
def test_a_plain_loop_over_the_years_gives_the_same(request: tuple[dict[str, Any], DAY, DAY]) -> None:
    data, valued, end_of_life = request
    found = value(data, setting(valued=valued, subject=NO_END))
    assert found == pytest.approx(looped(data, valued=valued, end_of_life=end_of_life), rel=1e-9, abs=1e-6)


# --- properties -----------------------------------------------------------------------------------


@given(request=requests(), factor=st.integers(2, 1000))
def test_the_value_scales_with_the_currency(request: tuple[dict[str, Any], DAY, DAY], factor: int) -> None:
    data, valued, _ = request
    place = setting(valued=valued, subject=NO_END)
    in_smaller_units = {
        key: amounts(*(f"{float(text) * factor:.2f}" for text in data[key]["values"]))
        for key in ("revenue", "owner_cost")
    }
    assert value(data | in_smaller_units, place) == pytest.approx(factor * value(data, place), rel=1e-9, abs=0.1)


@given(rate=st.floats(0, 0.5), more=st.floats(0.001, 0.4))
def test_a_higher_royalty_is_worth_more(rate: float, more: float) -> None:
    assert value(relief(royalty_rate_share=figure(rate + more))) > value(relief(royalty_rate_share=figure(rate)))


@given(rate=st.floats(0, 1), more=st.floats(0.001, 0.5))
def test_positive_flows_are_worth_less_at_a_higher_discount_rate(rate: float, more: float) -> None:
    amortised = {"kind": "straight_line", "years": figure(10)}
    for kept in ({}, {"tax_amortisation": amortised}):
        low, high = (relief(discount_rate_share=figure(each), **kept) for each in (rate, rate + more))
        assert value(high) < value(low)


def test_a_loss_that_saves_no_tax_is_worth_less() -> None:
    costs = {"owner_cost": amounts(0, 200_000, 0, 0, 0)}
    credited = value(relief(**costs, tax_on_losses="credited"))
    alone = value(relief(**costs, tax_on_losses="not_credited"))
    # By hand: the tax of 25 % on the loss of 150,000 of year 2.
    assert credited - alone == pytest.approx(37_500 / 1.12**2)


def test_a_right_that_costs_more_than_it_saves_has_a_negative_value_without_benefit() -> None:
    made = concluded(
        relief(
            owner_cost=amounts(*[60_000] * 5),
            tax_amortisation={"kind": "straight_line", "years": figure(10)},
        )
    )
    assert made.value == pytest.approx(-7_500 * (1 - 1.12**-5) / 0.12)
    assert made.worksheet.value("tax_amortisation_benefit") == 0


def test_a_forecast_shorter_than_the_life_is_named() -> None:
    """By hand: five forecast years of a right that lives longer, unless its economic life is stated to end first."""
    codes = {each.code for each in concluded(relief()).warnings}
    assert "forecast_ends_before_life" in codes
    ended = concluded(relief(end_of_life="2025-12-31")).warnings
    assert "forecast_ends_before_life" not in {each.code for each in ended}


def test_draws_that_would_have_been_refused_are_counted() -> None:
    """By hand: royalty 10 % against a margin uniform on 8 to 18 %: one draw in five fails."""
    spread = figure(0.13, distribution={"kind": "uniform", "low": 0.08, "high": 0.18})
    made = concluded(
        relief(royalty_rate_share=figure(0.1), operating_margin_share=spread), uncertainty=Uncertainty(seed=1)
    )
    (found,) = [each for each in made.warnings if each.code == "royalty_within_profit_fails_in_draws"]
    share = float(found.label.en.split("fails in ")[1].split("%")[0]) / 100
    assert share == pytest.approx(0.2, abs=0.005)


# --- refusals -------------------------------------------------------------------------------------


def test_a_royalty_above_the_profit_over_the_life_is_refused() -> None:
    with pytest.raises(RefusalError, match=r"royalty_within_profit: found total_discounted_royalty = 180239"):
        concluded(relief(operating_margin_share=figure(0.04)))


def test_a_royalty_above_the_profit_of_one_year_is_named() -> None:
    made = concluded(relief(operating_margin_share=series([0.3, 0.3, 0.01, 0.3, 0.3])))
    by_code = {each.code: each for each in made.warnings}
    warning = by_code["royalty_above_profit_in_a_year"]
    assert "assumed_inputs" in by_code
    assert warning.code == "royalty_above_profit_in_a_year"
    assert "royalty[2023-12-31] = 50000, operating_profit[2023-12-31] = 10000" in warning.label.en


def test_without_a_margin_the_conclusion_says_that_profit_was_not_tested() -> None:
    untested, tested = (
        concluded(relief(**margin)).warnings for margin in ({}, {"operating_margin_share": figure(0.3)})
    )
    assert "profit_test_not_made" in [each.code for each in untested]
    assert "profit_test_not_made" not in [each.code for each in tested]
    (supposed,) = [each for each in tested if each.code == "assumed_inputs"]
    assert "royalty_rate_share" in supposed.label.en


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"royalty_rate_share": figure(3.0)}, "royalty_rate_share"),
        ({"royalty_rate_share": series([0.1, 0.1, 3.0, 0.1, 0.1])}, "royalty_rate_share"),
        ({"revenue": amounts(1, 1, 1, 1, -1)}, "revenue"),
        ({"revenue": {"values": [1000000.0], "grade": "assumed", "reason": "a float"}}, "revenue.values.0"),
        ({"owner_cost": amounts(-1, 0, 0, 0, 0)}, "owner_cost"),
        ({"tax_rate_share": figure(25)}, "tax_rate_share"),
        ({"discount_rate_share": figure(12)}, "discount_rate_share"),
        ({"operating_margin_share": figure(1.5)}, "operating_margin_share"),
        ({"timing": "quarterly"}, "timing"),
        ({"survival": None}, "survival"),
        ({"survival": {"kind": "weibull", "shape": figure(1)}}, "survival.scale_years"),
        ({"tax_amortisation": {"kind": "straight_line", "years": figure(0)}}, "tax_amortisation.years"),
        ({"useful_life": 5}, "useful_life"),
    ],
)
def test_a_request_out_of_range_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        parse(ReliefFromRoyaltyInputs, relief(**changes))
    assert raised.value.problems[0].field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_of_life": "2030-07-01"}, "end_of_life"),
        ({"end_of_life": "2020-12-31"}, "end_of_life"),
        ({"end_of_life": "2019-12-31"}, "end_of_life"),
        ({"first_year_end": "2020-12-31"}, "first_year_end"),
        ({"owner_cost": amounts(0, 0)}, "owner_cost"),
        ({"royalty_rate_share": series([0.1, 0.2])}, "royalty_rate_share"),
        ({"payment_dates": ["2021-01-31"]}, "payment_dates"),
        ({"timing": "exact", "payment_dates": ["2021-01-31"]}, "payment_dates"),
        ({"survival": {"kind": "table", "probability": series([0.5])}}, "survival"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        concluded(relief(**changes))
    assert raised.value.problems[0].field == field


def test_without_a_stated_end_the_legal_end_holds() -> None:
    subject = PATENT | {"expiry_date": "2023-06-30"}
    assert value(relief(), setting(subject=subject)) == pytest.approx(value(relief(end_of_life="2023-06-30")))
    assert value(relief(10), setting(subject=NO_END)) > value(relief(10), setting(subject=subject))
