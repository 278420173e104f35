"""Do crop prices return to a level, do the bands of either process hold what came later, what does it do to a value?

Checked against: World Bank monthly prices 1960 to 2019, nominal US dollars (The World Bank, Commodity Markets, Pink
Sheet, CC BY 4.0). Both processes are fitted to the prices up to 2009; from the last of these they forecast each of the
120 later months. Runs where ``../shared/data`` is present and prints what it finds: calibration with the half-life and
its uncertainty, unit-root evidence, coverage of the bands, and the value of a right to plant rubber.

The months of one decade of one crop are not 120 independent trials, and crops move together: the bounds asserted on the
coverage are wide, and say that the bands of 18 crops on average are neither empty nor boundless.
"""

from __future__ import annotations

import functools
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.valuation.asking import VARIETY, Data, amount, amounts, answered, figure, series
from valuation.options._price_model import PriceFit, ProcessName, bootstrap_half_life, fit_prices, half_life_band

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "commodity_prices"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no ../shared/data/commodity_prices")
#: The first month that is forecast.
SPLIT = "2010-01-01"
PROCESSES: tuple[ProcessName, ...] = ("random_walk", "mean_reversion")


@functools.cache
def prices() -> dict[str, Any]:
    """Month and price of each crop in order of time."""
    import pandas as pd

    frame = pd.read_parquet(FOLDER / "pink_sheet_monthly_1960_2019.parquet").sort_values("month")
    return {str(name): rows[["month", "price_usd"]] for name, rows in frame.groupby("commodity")}


@functools.cache
def fitted(crop: str) -> tuple[PriceFit, Any, Any]:
    """The fit to the early prices, their logarithms, and those of the later ones."""
    rows = prices()[crop]
    logs = np.log(rows["price_usd"].to_numpy())
    is_early = (rows["month"] < SPLIT).to_numpy()
    return fit_prices(logs[is_early], interval_years=1 / 12), logs[is_early], logs[~is_early]


def coverage(crop: str, process: ProcessName) -> tuple[float, float] | None:
    """Which share of the later prices lies inside the bands of 50 and of 90 %? None: there is no such process."""
    fit, early, later = fitted(crop)
    found = fit.random_walk if process == "random_walk" else fit.mean_reversion
    if found is None:
        return None
    distances = []
    for month, log_price in enumerate(later, start=1):
        mean, deviation = found.motion().move(0.0, month / 12, early[-1:], 0)
        distances.append(abs(float((log_price - mean[0]) / deviation[0])))
    half, most = (float(np.mean(np.array(distances) < stats.norm.ppf(0.5 + share / 2))) for share in (0.5, 0.9))
    return half, most


def test_calibration_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    """The choice is that of the tests shown; the correction makes every half-life longer; bands hold the estimate."""
    lines = ["up to 2009: chosen (evidence); ADF, KPSS; half-life in years by least squares, corrected [90 % band]"]
    for crop in prices():
        fit, *_ = fitted(crop)
        found, plain = fit.mean_reversion, fit.least_squares
        assert found is not None
        assert plain is not None
        band = half_life_band(found)
        assert band.low_years < found.half_life_years < band.high_years
        assert found.half_life_years >= plain.half_life_years
        if fit.dickey_fuller.rejects(0.05) != fit.stationarity.rejects(0.05) and fit.evidence != "no_return":
            assert (fit.chosen == "mean_reversion") == fit.dickey_fuller.rejects(0.05)
        corrected = f"{found.half_life_years:.1f}" if found.is_corrected else "none left"
        tests = f"{fit.dickey_fuller.statistic:.2f}, {fit.stationarity.statistic:.2f}"
        lines.append(
            f"{crop:22} {fit.chosen} ({fit.evidence}); {tests}; "
            f"{plain.half_life_years:.1f}, {corrected} [{band.low_years:.1f}, {band.high_years:.1f}]"
        )
    say(capsys, lines)


def test_later_prices_inside_the_bands(capsys: pytest.CaptureFixture[str]) -> None:
    """On average over the crops: the bands of 90 % hold 75 to 100 %, those of 50 % hold 35 to 75 %; and they nest."""
    lines = ["share of the prices of 2010 to 2019 inside the bands of 50 and 90 %"]
    means = {}
    for process in PROCESSES:
        found = {crop: shares for crop in prices() if (shares := coverage(crop, process)) is not None}
        assert all(half <= most for half, most in found.values())
        means[process] = np.mean(list(found.values()), axis=0)
        worst = min(found, key=lambda crop: found[crop][1])
        lines.append(
            f"{process:15} {means[process][0]:.2f} and {means[process][1]:.2f} of {len(found)} crops; worst {worst}: "
            f"{found[worst][0]:.2f} and {found[worst][1]:.2f}"
        )
    say(capsys, lines)
    for half, most in means.values():
        assert 0.35 < half < 0.75
        assert 0.75 < most < 1


def test_two_ways_to_the_uncertainty_of_a_half_life(capsys: pytest.CaptureFixture[str]) -> None:
    """Second way: resampling. Both say of nominal sugar prices that the half-life has a lower end of years."""
    fit, early, _ = fitted("Sugar, world")
    assert fit.mean_reversion is not None
    by_formula = half_life_band(fit.mean_reversion)
    drawn = bootstrap_half_life(early, interval_years=1 / 12, generator=np.random.default_rng(11), resamples=1000)
    bands = [f"{each.low_years:.1f} to {each.high_years:.1f}" for each in (by_formula, drawn)]
    estimate = f"sugar: half-life {fit.mean_reversion.half_life_years:.1f} years"
    say(capsys, [f"{estimate}; 90 % by formula from {bands[0]}, by resampling from {bands[1]}"])
    assert drawn.low_years == pytest.approx(by_formula.low_years, rel=0.35)


@pytest.mark.parametrize("crop", ["Rubber, RSS3", "Sugar, world"])
def test_the_value_of_a_plantation_under_both_processes(crop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Both values stand on the paper, the choice is the data's, and neither is below planting today or never."""
    rows = prices()[crop]
    per_ton = [float(price) * 1000 for price in rows["price_usd"]]
    found = answered({"plantation_start": right_to_plant(per_ton)}, subject=VARIETY, currency="USD").conclusions[0]
    paper, values = found.worksheet, {each.name: each.value for each in found.beside}
    first = f"goes first: {found.conventions['price_process']}, because {found.conventions['process_choice']}"
    lines = [f"{crop}: right to plant 100 ha within 10 years at {per_ton[-1]:.0f} USD a ton; {first}"]
    for process in PROCESSES:
        today, thresholds = paper.value(f"planted_today_{process}"), found.details["thresholds"]
        starts = [
            row["low"] for row in thresholds if row["mode"] == process.replace("_", " ") and not row["time_years"]
        ]
        said = f"{starts[0]:.0f} USD" if starts and starts[0] is not None else "none"
        worth = f"{values[f'value_{process}']:12,.0f} USD, planted today {today:12,.0f}"
        lines.append(f"  {process:15} {worth}, threshold today {said}")
        assert values[f"value_{process}"] >= max(today, 0.0) - 1e-6
    lines.append(
        f"  value {found.value:,.0f}, to a pledgee {found.pledgee_value:,.0f}; "
        f"planted within the ten years with probability {found.details['probabilities']['plant']:.2f}"
    )
    say(capsys, lines)
    assert found.conventions["price_process"] == fit_prices(np.log(per_ton), interval_years=1 / 12).chosen
    assert math.isfinite(found.value)


def right_to_plant(per_ton: list[float]) -> Data:
    """Costs are supposed: half of the last price for a ton, planting at the worth of two tons a hectare."""
    last = per_ton[-1]
    return {
        "crop_price": amount(f"{last:.2f}"),
        "plantation": {
            "area_hectares": figure(100.0),
            "planting_cost_per_hectare": amount(f"{2 * last:.2f}"),
            "years_to_bearing": 6,
            "yield_tons_per_hectare": series([0.6, 0.9, 1.2, 1.4, *[1.5] * 10, 1.4, 1.3, 1.2, 1.1, 1.0]),
            "production_cost_per_ton": amount(f"{0.5 * last:.2f}"),
            "upkeep_per_hectare_year": amount(f"{0.1 * last:.2f}"),
            "cost_growth_share": figure(0.02),
        },
        "right_years": 10,
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "money_terms": "nominal",
        "processes": {
            "kind": "fitted",
            "prices": amounts(*per_ton),
            "prices_per_year": 12,
            "first_day": "1960-01-01",
            "terms": "nominal",
            "choice": "by_data",
        },
        "price_risk": {"kind": "market_price_of_risk", "per_volatility": figure(0.3)},
        "threat": {"kind": "constant", "rate_per_year": figure(0.02), "recovery_share": figure(0.3)},
        "threat_strikes": "right_and_trees",
    }


def say(capsys: pytest.CaptureFixture[str], lines: list[str]) -> None:
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
