"""What royalties does the land that grows a variety pay?

Checked against: a plain loop over plots of land, each planted in its own year (second way); hand calculations; an
identity with relief from royalty; properties; refusals.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import NO_AMORTISATION, VARIETY, amount, amounts, answered, figure, relief, series
from tests.valuation.method_samples import NO_TAX, codes, conclusion, forecast, sample
from valuation.errors import InputError, RefusalError
from valuation.kernel.conclusion import Conclusion

METHOD = "plant_variety_royalty"
NOT_REPLACED = {"kind": "none", "reason": "left out in this test"}
ANNUAL = {"kind": "annual"}
PLANTING = {
    "kind": "planting_material",
    "royalty_per_planted_hectare": amounts(300, 310, 320, 330, 340),
    "licensed_share": figure(0.5),
}

STANDING = {
    "kind": "standing_area",
    "royalty_per_standing_hectare": amounts(100, 100, 120, 120, 150),
    "charged_on": "standing",
    "licensed_share": figure(0.5),
}


def table(*shares: float) -> dict[str, Any]:
    return {"kind": "table", "share": series(shares)}


def found(subject: dict[str, Any] = VARIETY, **changes: Any) -> Conclusion:
    return conclusion(METHOD, sample(METHOD, **changes), subject=subject)


def plots_harvested(wanted: list[float], kept: list[float], standing: list[float], years: int) -> list[float]:
    """Second way: remember when each plot was planted and count those old enough to bear."""
    wait = len(standing)
    ends = [*reversed(standing)]
    plots = [(-wait, ends[0])] + [(k - wait, ends[k] - ends[k - 1]) for k in range(1, wait)]
    area = standing[0]
    harvested = []
    for year in range(years):
        reached = max(wanted[year], area if year == 0 else max(wanted[year - 1], standing[0]))
        base = standing[0] if year == 0 else max(wanted[year - 1], standing[0])
        plots.append((year, (reached - base) * kept[year]))
        harvested.append(sum(size for planted, size in plots if year - planted >= wait))
    return harvested


def test_a_perennial_is_the_sum_of_its_plots() -> None:
    times = [year + 0.5 for year in range(5)]
    wanted = [24_000 * 0.4 / (1 + math.exp(-0.8 * (t - 2))) for t in times]
    kept = [0.85 ** max(t - 3, 0) for t in times]
    areas = plots_harvested(wanted, kept, [900.0, 400.0], 5)
    paper = found().worksheet
    assert paper.row("harvested_area") == pytest.approx(areas, rel=1e-12)
    prices = (11_000, 11_500, 12_000, 12_000, 12_500)
    flows = [(a * 1.2 * p * 0.03 * 0.8 - 150_000) * 0.75 for a, p in zip(areas, prices, strict=True)]
    assert found().value == pytest.approx(sum(flow / 1.12 ** (k + 1) for k, flow in enumerate(flows)), rel=1e-12)


def test_the_first_harvest_by_hand() -> None:
    """Hand: 900 ha stood a year before the forecast, 400 two years before; a wait of two years harvests 400, then 900,
    then what stands after the first year: 24,000 × 0.1 = 2,400."""
    paper = found(adoption=table(0.1, 0.1, 0.1, 0.1, 0.1), replacement=NOT_REPLACED).worksheet
    assert paper.row("harvested_area") == pytest.approx((400, 900, 2_400, 2_400, 2_400))
    assert paper.row("planted_area") == pytest.approx((1_500, 0, 0, 0, 0))


def test_an_annual_crop_by_hand() -> None:
    """Hand: fit 24,000 ha; half a year after the start, 10 % of them, nothing lost yet: 2,400 ha × 0.5 × 300 × 0.8."""
    asked = found(adoption=table(0.1, 0.2, 0.3, 0.3, 0.3), plant_life=ANNUAL, royalty=PLANTING)
    paper = asked.worksheet
    assert paper.row("planted_area")[:3] == pytest.approx((2_400, 4_800, 7_200))
    assert paper.row("planted_area")[3] == pytest.approx(7_200 * 0.85**0.5)
    assert paper.row("royalty_due")[0] == pytest.approx(360_000)
    assert paper.row("before_tax")[0] == pytest.approx(360_000 * 0.8 - 150_000)


def test_a_yearly_fee_on_what_stands_by_hand() -> None:
    """Hand: 900 ha stood; adoption of 10 %, then 20 %, of 24,000 ha makes 2,400, then 4,800 standing, planted or not
    in the year: × 100 × 0.5 in the first two years, × 120 in the third."""
    adoption = table(0.1, 0.2, 0.2, 0.2, 0.2)
    paper = found(adoption=adoption, replacement=NOT_REPLACED, royalty=STANDING, grower_gain_per_hectare=None).worksheet
    assert paper.row("standing_area") == pytest.approx((2_400, 4_800, 4_800, 4_800, 4_800))
    assert paper.row("royalty_due")[:3] == pytest.approx((120_000, 240_000, 288_000))
    assert paper.row("before_tax")[0] == pytest.approx(120_000 * 0.8 - 150_000)


def test_a_fee_on_bearing_plants_follows_the_harvested_area_and_may_be_tested() -> None:
    """Identity: the harvest royalty whose yield × price × rate is the fee."""
    bearing = STANDING | {"charged_on": "bearing", "licensed_share": figure(1.0)}
    fees = (100, 100, 120, 120, 150)
    harvest = {
        "kind": "harvest",
        "yield_tonnes_per_hectare": figure(1.0),
        "price_per_tonne": amounts(*(2 * each for each in fees)),
        "royalty_rate_share": figure(0.5),
    }
    found_, same = found(royalty=bearing), found(royalty=harvest)
    assert found_.value == pytest.approx(same.value, rel=1e-12)
    assert found_.conventions["royalty_base"] == "bearing_area"
    with pytest.raises(RefusalError, match="royalty_within_grower_gain"):
        found(royalty=bearing, grower_gain_per_hectare=amount("50.00"))


def test_the_fee_on_what_stands_is_never_below_that_on_what_bears() -> None:
    def value(charged_on: str) -> float:
        return found(royalty=STANDING | {"charged_on": charged_on}, grower_gain_per_hectare=None).value

    assert value("standing") > value("bearing")


def test_an_annual_crop_with_full_adoption_is_relief_from_royalty() -> None:
    """Identity: revenue of 40,000 ha × 0.6 × 1.2 t × 11,000 at 3 %, no cost, is the royalty another method sees."""
    asked = found(
        adoption=table(1.0),
        replacement=NOT_REPLACED,
        plant_life=ANNUAL,
        royalty=sample(METHOD)["royalty"] | {"price_per_tonne": amounts(11_000)},
        collected_share=figure(1.0),
        owner_cost=amounts(0),
    )
    same = relief(1, revenue=amounts(40_000 * 0.6 * 1.2 * 11_000), royalty_rate_share=figure(0.03))
    assert asked.value == pytest.approx(answered({"relief_from_royalty": same}).conclusions[0].value, rel=1e-12)


@pytest.mark.parametrize(
    ("field", "rises"),
    [
        ("crop_area_hectares", True),
        ("territorial_fit_share", True),
        ("collected_share", True),
        ("ceiling_share", True),
        ("yield_tonnes_per_hectare", True),
        ("royalty_rate_share", True),
        ("arrives_after_years", True),
        ("lost_share_per_year", False),
        ("adoption_midpoint_years", False),
        ("discount_rate_share", False),
        ("tax_rate_share", False),
    ],
)
@given(share=st.floats(0.01, 0.5))
def test_the_value_moves_the_way_it_must(field: str, rises: bool, share: float) -> None:
    early = sample(METHOD)["replacement"] | {"arrives_after_years": figure(1.0)}
    paper = found(grower_gain_per_hectare=None, replacement=early).worksheet
    moved = paper.with_inputs(
        {field: paper.value(field) * (1 + share if field != "collected_share" else 1 + share / 3)}
    )
    change = moved.value("value") - paper.value("value")
    assert change > 0 if rises else change < 0


@given(st.integers(1, 6))
def test_a_longer_wait_is_never_worth_more(wait: int) -> None:
    def value(years: int) -> float:
        life = {"kind": "perennial", "standing_before_hectares": [figure(100.0)] * years}
        return found(plant_life=life, grower_gain_per_hectare=None).value

    assert value(wait + 1) <= value(wait)


def test_the_grant_bounds_the_royalty() -> None:
    """A variety of another plant granted on 1 January 2009 ends with 2023: the two last years add nothing."""
    asked = sample(METHOD, plant_life=ANNUAL, royalty=PLANTING, grower_gain_per_hectare=None)
    ended = conclusion(METHOD, asked, subject=VARIETY | {"grant_date": "2009-01-01", "variety_group": "other"})
    stated = asked | {"forecast": forecast(end_of_life="2023-12-31")}
    assert ended.value == pytest.approx(conclusion(METHOD, stated, subject=VARIETY).value, rel=1e-12)
    assert {"years_after_end_of_life", "recalled_value", "term_changed_since"} <= codes(ended)


def test_a_royalty_above_what_growers_gain_is_refused_and_one_untested_is_named() -> None:
    with pytest.raises(RefusalError, match="royalty_within_grower_gain"):
        found(grower_gain_per_hectare=amount("400.00"))
    assert "grower_test_not_made" in codes(found(grower_gain_per_hectare=None))
    assert "grower_test_not_made" not in codes(found())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"adoption": table(0.1, 0.2, 0.1, 0.2, 0.3)}, "adoption.share"),
        ({"adoption": table(0.1, 0.2)}, "adoption.share"),
        (
            {"plant_life": {"kind": "perennial", "standing_before_hectares": [figure(1.0), figure(2.0)]}},
            "plant_life.standing_before_hectares",
        ),
        (
            {"plant_life": {"kind": "perennial", "standing_before_hectares": []}},
            "plant_life.standing_before_hectares",
        ),
        ({"crop_area_hectares": figure(0.0)}, "crop_area_hectares"),
        ({"territorial_fit_share": figure(60.0)}, "territorial_fit_share"),
        ({"royalty": PLANTING}, "grower_gain_per_hectare"),
        ({"royalty": STANDING}, "grower_gain_per_hectare"),
        ({"royalty": STANDING, "plant_life": ANNUAL}, "royalty.kind"),
        ({"tax": NO_TAX, "tax_amortisation": {"kind": "straight_line", "years": figure(10)}}, "tax_amortisation.kind"),
        ({"forecast": forecast(first_year_end="2020-12-31")}, "first_year_end"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        found(**changes)
    assert [problem.field for problem in raised.value.problems] == [f"methods.{METHOD}.{field}"]


def test_the_answer_says_that_trees_are_not_felled() -> None:
    assert "not felled" in found().conventions["plant_life"]
    assert "anew each year" in found(plant_life=ANNUAL).conventions["plant_life"]


def test_tax_amortisation_is_added_as_everywhere() -> None:
    straight = {"kind": "straight_line", "years": figure(10)}
    factor = 1 / (1 - 0.25 / 10 * (1 - 1.12**-10) / 0.12)
    plain = found(tax_amortisation=NO_AMORTISATION).value
    assert found(tax_amortisation=straight).value == pytest.approx(plain * factor, rel=1e-12)
