"""Are the counts that ship those of the data, and does leaving censored years out predict better than pooling them?

Checked against: USPTO counts by filing year and the histogram of years to lapse. Runs where ``../shared/data`` is
present. Baselines, none being named with the data: the share in force of all filing years pooled, and the split of
lapses over the three fees as it stands in the histogram of all lapses.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from valuation.indicators import us_lapse as module
from valuation.indicators.us_lapse import us_lapse

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "patent_lapse"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no ../shared/data/patent_lapse")


def frame(name: str) -> Any:
    import pandas as pd

    return pd.read_parquet(FOLDER / f"{name}.parquet")


def test_the_counts_that_ship_are_those_of_the_data() -> None:
    shipped = module._counts()
    by_year = frame("lapse_by_filing_year_2000_2009")
    found = [(row["filing_year"], row["lapsed"], row["in_force"]) for row in shipped["cohorts"]]
    assert found == [tuple(map(int, row)) for row in by_year[["filing_year", "lapsed", "not_lapsed"]].to_numpy()]
    histogram = frame("time_to_lapse_histogram")
    years = histogram["years_from_grant_to_lapse"]
    split = [years < 7.75, (years >= 7.75) & (years < 11.75), years >= 11.75]
    assert shipped["lapses_by_fee"]["counts"] == [int(histogram["n"][chosen].sum()) for chosen in split]


def test_a_left_out_year_is_predicted_better_without_the_censored_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """Each complete filing year is predicted from the other complete ones, and from all other years pooled."""
    rows = frame("lapse_by_filing_year_2000_2009").set_index("filing_year")
    complete = us_lapse().complete_filing_years
    ours, pooled = [], []
    for year in complete:
        truth = share(rows.loc[[year]])
        ours.append(abs(share(rows.loc[[each for each in complete if each != year]]) - truth))
        pooled.append(abs(share(rows.drop(year)) - truth))
    error, baseline = sum(ours) / len(ours), sum(pooled) / len(pooled)
    with capsys.disabled():
        sys.stdout.write(f"\nlapse: mean error of the share in force {error:.4f}, all years pooled {baseline:.4f}\n")
    assert error < baseline / 5


def test_censoring_shows_after_the_complete_years() -> None:
    """Every later filing year has a larger share in force, the more so the later."""
    rows = frame("lapse_by_filing_year_2000_2009").set_index("filing_year")
    later = [share(rows.loc[[year]]) for year in range(2004, 2010)]
    assert later == sorted(later)
    assert later[0] > us_lapse().bands[2].low_share


def test_the_lapsed_only_sample_has_no_survivors_to_learn_from() -> None:
    """Why it is never fitted on: every patent in it has lapsed."""
    sample = frame("lapsed_patents_a")
    assert sample["abandonment_date"].notna().all()


def share(rows: Any) -> float:
    """The share in force of some filing years."""
    return float(rows["not_lapsed"].sum() / (rows["not_lapsed"].sum() + rows["lapsed"].sum()))
