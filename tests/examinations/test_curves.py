"""Does the Nelson–Siegel fit hold on real government curves, wrong quotes included?

Examined on: the treasury curve of the China Government Securities Depository, month-ends 2002 to 2012, and the days
that the data set's own notes call wrong. The data may not be copied into this project, so that the examination runs
only where it lies beside it; the figure is printed.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

import pytest

from valuation.discounting.curves import curve_from_nelson_siegel, curve_from_par_yields
from valuation.discounting.nelson_siegel import NelsonSiegelFit, fit_nelson_siegel

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "cn_rates" / "cn_treasury_curve_2002_2012.parquet"
pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="the treasury curve does not lie beside the project")
pandas = pytest.importorskip("pandas")

#: What the issue of this project demands of the month-ends.
MAXIMUM_MEDIAN_BP = 7.0
OUTLIER_BP = 50.0
Quotes = list[tuple[float, float]]


@pytest.fixture(scope="module")
def days() -> dict[str, Quotes]:
    """Tenor in years and rate as a share, by day; a tenor that a day quotes twice counts once."""
    frame = pandas.read_parquet(DATA).drop_duplicates(["date", "tenor_years"]).sort_values(["date", "tenor_years"])
    return {
        f"{day:%Y-%m-%d}": [(float(t), float(y) / 100) for t, y in zip(rows.tenor_years, rows.yield_pct, strict=True)]
        for day, rows in frame.groupby("date")
    }


def month_ends(days: dict[str, Quotes]) -> dict[str, Quotes]:
    last = {day[:7]: day for day in sorted(days)}
    return {day: days[day] for day in last.values()}


def fit(quotes: Quotes, **changes: Any) -> NelsonSiegelFit:
    tenors, rates = zip(*quotes, strict=True)
    return fit_nelson_siegel(tenors, rates, **{"acceptable_bp": 1000.0, "outlier_bp": OUTLIER_BP} | changes)


def test_the_month_ends_are_fitted_within_seven_basis_points(
    days: dict[str, Quotes], capsys: pytest.CaptureFixture[str]
) -> None:
    fits = {day: fit(quotes) for day, quotes in month_ends(days).items()}
    squares = {day: each.root_mean_square_bp for day, each in fits.items()}
    median = statistics.median(squares.values())
    middle = statistics.median(each.median_absolute_bp for each in fits.values())
    worst = max(squares, key=lambda day: squares[day])
    refused = sum(each.upper_quartile_bp > 10 for each in fits.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\nNelson-Siegel on {len(fits)} month-ends: root mean square residual {median:.2f} bp in the median"
            f" (worst {squares[worst]:.1f} on {worst}), median absolute residual {middle:.2f} bp;"
            f" {refused} would be refused at 10 bp\n"
        )
    assert len(fits) == 132
    assert median <= MAXIMUM_MEDIAN_BP
    assert middle <= median


def test_a_wrong_rate_at_either_end_moves_nothing_else(
    days: dict[str, Quotes], capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrong rates that the notes on the data name, planted into every month-end."""
    moved = []
    for quotes in month_ends(days).values():
        clean = fit(quotes)
        planted = fit([(quotes[0][0], 0.1196), *quotes[1:-1], (quotes[-1][0], 0.1054)])
        assert {quotes[0][0], quotes[-1][0]} <= set(planted.outlying_tenors_years)
        moved.append(max(abs(clean.curve.rate(t) - planted.curve.rate(t)) * 1e4 for t, _ in quotes[1:-1]))
    with capsys.disabled():
        sys.stdout.write(
            f"\nOvernight at 11.96 % and 30 years at 10.54 % move the other tenors by {statistics.median(moved):.2f} bp"
            f" in the median month, {max(moved):.1f} bp at most\n"
        )
    assert statistics.median(moved) <= 5


def test_the_days_called_wrong_give_themselves_away(
    days: dict[str, Quotes], capsys: pytest.CaptureFixture[str]
) -> None:
    """On these days not one tenor but the whole curve is wrong, and smooth: no fit of that day alone can mend it.

    What the fit owes its user is to say so: a tenor it does not reach, a far end beyond reason, and a move from the
    day before that dwarfs every ordinary one.
    """
    ordered = sorted(days)
    ordinary = [fit(days[day]).largest_move_bp(fit(days[ordered[ordered.index(day) - 1]])) for day in month_ends(days)]
    for day in ("2004-08-17", "2002-04-26", "2003-04-22"):
        found = fit(days[day])
        move = found.largest_move_bp(fit(days[ordered[ordered.index(day) - 1]]))
        codes = {warning.code for warning in found.warnings()}
        with capsys.disabled():
            sys.stdout.write(
                f"\n{day}: moved {move:.0f} bp in a day (ordinary {statistics.median(ordinary):.1f}), {sorted(codes)}\n"
            )
        assert {"curve_quote_outlying", "curve_not_for_extrapolation"} <= codes
        assert move > 20 * statistics.median(ordinary)


def test_every_month_end_bootstraps_and_the_fit_discounts_alike(
    days: dict[str, Quotes], capsys: pytest.CaptureFixture[str]
) -> None:
    """Second way to a discount factor: par yields bootstrapped as quoted, and as fitted."""
    gaps = []
    for quotes in month_ends(days).values():
        months = [(round(tenor * 12), rate) for tenor, rate in quotes if tenor > 0]
        straight = curve_from_par_yields([m for m, _ in months], [rate for _, rate in months], coupons_per_year=1)
        fitted = curve_from_nelson_siegel(fit(quotes), tenors_months=[m for m, _ in months], quoted="par_annual")
        gaps += [abs(straight.discount_factor(t) / fitted.discount_factor(t) - 1) for t in (1, 3, 5, 7, 10)]
    with capsys.disabled():
        sys.stdout.write(
            f"\nDiscount factors to ten years, bootstrapped against fitted: {statistics.median(gaps):.3%} apart\n"
        )
    assert statistics.median(gaps) < 0.005
