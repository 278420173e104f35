"""Do the counts of lapsed US patents say what is claimed of them, and no more?

Checked against: the arithmetic of the two margins by hand, sums of the counts, and made-up counts whose split is known.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from valuation.errors import InputError, ReferenceDataError
from valuation.indicators import us_lapse as module
from valuation.indicators.us_lapse import us_lapse


def test_the_shares_by_hand() -> None:
    """Hand: 2000–2003 hold 442,360 of 857,153 in force; filings to 2008 hold 856,247 lapses, 276,634 third."""
    found = us_lapse()
    first, second, third = found.bands
    assert third.low_share == third.high_share == pytest.approx(442_360 / 857_153)
    assert second.low_share == second.high_share == pytest.approx(1 - (856_247 - 276_634) / 1_987_796)
    assert first.low_share == pytest.approx(1 - 457_722 / 2_216_220)
    assert first.high_share == pytest.approx(1 - (922_003 - 276_634 - 438_688) / 2_216_220)
    assert third.error == pytest.approx(math.sqrt(0.51608 * 0.48392 / 857_153), rel=1e-4)
    assert found.third_hazard_share == pytest.approx(1 - third.low_share / second.low_share)


def test_survival_falls_in_steps_at_four_eight_and_twelve_years() -> None:
    found = us_lapse()
    assert [band.age_years for band in found.bands] == [4.0, 8.0, 12.0]
    assert found.in_force_share(0) == found.in_force_share(3.9) == (1.0, 1.0)
    assert found.in_force_share(4) == found.in_force_share(7.9) == pytest.approx((0.793, 0.907), abs=1e-3)
    assert found.in_force_share(8) == pytest.approx((0.708, 0.708), abs=1e-3)
    assert found.in_force_share(19) == pytest.approx((0.516, 0.516), abs=1e-3)


def test_only_filing_years_that_met_all_fees_enter_the_last_share() -> None:
    """Filings after 2005 are censored beyond doubt; 2004 and 2005 already show fewer lapses."""
    found = us_lapse()
    assert max(found.complete_filing_years) <= 2005
    cohorts = module._counts()["cohorts"]
    pooled = 1 - sum(row["lapsed"] for row in cohorts) / sum(row["lapsed"] + row["in_force"] for row in cohorts)
    assert pooled - found.bands[2].low_share > 20 * found.bands[2].error, "pooling young filings would hide lapses"


def test_a_split_by_the_shares_of_all_lapses_would_understate_the_third_fee() -> None:
    """The trap: 23.6 % of all lapses are third lapses; of the filings that met all fees they are about 40 %."""
    found = us_lapse()
    third_of_complete = (found.bands[1].low_share - found.bands[2].low_share) / (1 - found.bands[2].low_share)
    by_fee = module._counts()["lapses_by_fee"]["counts"]
    assert by_fee[2] / sum(by_fee) == pytest.approx(0.236, abs=1e-3)
    assert third_of_complete == pytest.approx(0.397, abs=1e-3)


def test_years_scatter_more_than_counting_says() -> None:
    found = us_lapse()
    assert found.scatter_between_years > 4 * found.bands[2].error
    assert 0 < found.third_hazard_error < 0.002


def test_the_judgement_about_censoring_is_named() -> None:
    (doubt,) = us_lapse().warnings
    assert doubt.code == "hypothesis_source"


@pytest.mark.parametrize("age", [-1.0, math.nan, math.inf])
def test_an_impossible_age_is_refused(age: float) -> None:
    with pytest.raises(InputError, match="age_years"):
        us_lapse().in_force_share(age)


def planted(second_of_later: int) -> dict[str, Any]:
    """Known split: filings of 2000 and 2008 lapse 100, 200, 100 of 1,000 each; a later filing adds 300 lapses."""
    cohorts = [{"filing_year": year, "lapsed": 400, "in_force": 600, "source": "s"} for year in (2000, 2008)]
    return {
        "fee_due_years": [3.5, 7.5, 11.5],
        "grace_years": 0.5,
        "sources": {"s": {"title": "planted", "status": "read"}},
        "complete": {
            "source": "s",
            "last_filing_year_three_fees": 2008,
            "last_filing_year_with_third_lapses": 2008,
        },
        "lapses_by_fee": {"source": "s", "counts": [200 + 300 - second_of_later, 400 + second_of_later, 200]},
        "cohorts": cohorts,
    }


@pytest.mark.parametrize("second_of_later", [0, 120, 300])
def test_a_known_split_lies_within_the_bounds(second_of_later: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand: the truth is 0.9 after the first fee, 0.7 after the second, 0.6 after the third."""
    monkeypatch.setattr(module, "_counts", lambda: planted(second_of_later))
    us_lapse.cache_clear()
    first, second, third = us_lapse().bands
    us_lapse.cache_clear()
    assert first.low_share - 1e-12 <= 0.9 <= first.high_share + 1e-12
    assert second.low_share == pytest.approx(0.7)
    assert third.low_share == pytest.approx(0.6)


def test_a_row_without_a_source_stops_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    data = planted(0)
    data["cohorts"][1]["source"] = "rumour"
    monkeypatch.setattr(module, "_counts", lambda: data)
    us_lapse.cache_clear()
    with pytest.raises(ReferenceDataError, match="found source 'rumour'"):
        us_lapse()
    us_lapse.cache_clear()
