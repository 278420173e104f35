"""plantation_start: is the right to plant worth what plain sums, simulation and the perpetual formula say?

Checked against: plain loops (deterministic present values and the best date without volatility), Black–Scholes for one
date (closed form), least-squares Monte Carlo written here (second way), Dixit and Pindyck's perpetual right (closed
form), futures prices put back (inverse), properties.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, Data, amount, answered, figure, series
from tests.valuation.options.core.rights import black_scholes
from tests.valuation.options.samples.plantation_start import PRICES, sample
from valuation.kernel.conclusion import Conclusion
from valuation.options._core.limit import in_the_limit
from valuation.options._core.line import solve_line
from valuation.options._core.process import Lognormal, MeanRevertingLog
from valuation.options._plantation import Trees, forward_price, planting_problem
from valuation.options._price_model import fit_prices

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
RATE = math.log(1.03)
TONS = (0.6, 1.0, 1.3, 1.5, 1.5, 1.4, 1.2, 1.0)


def concluded(**changes: Any) -> Conclusion:
    return answered({"plantation_start": sample() | changes}, subject=NO_END).conclusions[0]


def stated(volatility: float = 0.22, *, default: str = "mean_reversion", half_life: float = 4.0) -> Data:
    """Both processes with the same volatility."""
    return {
        "kind": "stated",
        "random_walk": {"growth_share": figure(0.005), "volatility_share": figure(volatility)},
        "mean_reversion": {
            "half_life_years": figure(half_life),
            "level_price": amount("13000.00"),
            "volatility_share": figure(volatility),
        },
        "default": default,
        "reason": "chosen for the test",
    }


def risk(number: float) -> Data:
    return {"kind": "market_price_of_risk", "per_volatility": figure(number)}


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


def forwards(process: str, price: float, volatility: float, years: int, *, premium: float) -> float:
    """The forward price written out: growth 0.5 % less the premium; or half-life 4 and median 13,000."""
    if process == "random_walk":
        return price * math.exp((0.005 - premium) * years)
    speed = math.log(2) / 4
    kept = math.exp(-speed * years)
    level = math.log(13_000) - premium / speed
    return math.exp(kept * math.log(price) + (1 - kept) * level + volatility**2 * (1 - kept**2) / (4 * speed))


def plain_net_value(
    process: str, price: float, start: int, volatility: float, *, premium: float, threat: float
) -> float:
    """The sample's plantation in a loop over years, planted after ``start`` years at a known price."""
    total = -28_000 * 1.01**start
    for age in range(1, 15):
        tons = TONS[age - 7] if age >= 7 else 0.0
        growth = 1.01 ** (start + age)
        stands = math.exp(-threat * age)
        net = tons * (forwards(process, price, volatility, age, premium=premium) - 5600 * growth) - 900 * growth
        total += 1.03**-age * (stands + (1 - stands) * 0.3) * net
    return 40 * total


@pytest.mark.parametrize("process", ["random_walk", "mean_reversion"])
def test_planting_today_is_a_plain_sum(process: str) -> None:
    """Hand: the static value year by year, with risk premium 0.1·σ and the threat to standing trees."""
    found = concluded(processes=stated(default=process))
    expected = plain_net_value(process, 11_000, 0, 0.22, premium=0.022, threat=0.02)
    assert beside(found)["static_npv"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("process", ["random_walk", "mean_reversion"])
@pytest.mark.parametrize("price", [9_000.0, 11_000.0, 14_000.0])
def test_without_volatility_planting_waits_for_the_best_date(process: str, price: float) -> None:
    """Limit: σ = 0.01 % leaves the best of the nine dates, or nothing, each discounted and weighted by survival."""
    found = concluded(crop_price=amount(f"{price:.2f}"), processes=stated(1e-4, default=process), price_risk=risk(0.0))
    values = [0.0]
    for year in range(9):
        then = forwards(process, price, 1e-4, year, premium=0.0)
        worth = plain_net_value(process, then, year, 1e-4, premium=0.0, threat=0.02)
        values.append((1.03 * math.exp(0.02)) ** -year * worth)
    assert found.value == pytest.approx(max(values), rel=1e-6, abs=1.0)


def test_one_date_is_black_scholes() -> None:
    """Closed form: under the walk the plantation is A·P − B, and the right to plant on the last day a call."""
    found = concluded(processes=stated(default="random_walk"), threat=NO_THREAT)
    slope = plain_net_value("random_walk", 1.0, 8, 0.22, premium=0.022, threat=0.0)
    strike = -plain_net_value("random_walk", 0.0, 8, 0.22, premium=0.022, threat=0.0)
    slope += strike
    call = black_scholes(slope * 11_000, strike, 8, RATE, RATE - (0.005 - 0.022), 0.22)
    assert beside(found)["european_value"] == pytest.approx(call, rel=1e-7)
    assert found.value >= call


@pytest.mark.parametrize("process", ["random_walk", "mean_reversion"])
def test_simulation_agrees(process: str) -> None:
    """Second way: least-squares Monte Carlo, policy on one set of paths and value on another, within 3 errors + 0.5 %.

    The policy of a regression is never better than the best, so the mean lies a little below.
    """
    found = concluded(processes=stated(default=process, half_life=4.0), crop_price=amount("12500.00"))
    mean, error = simulated(process, price=12_500.0)
    assert -3 * error < found.value - mean < 3 * error + 0.005 * found.value


def simulated(process: str, *, price: float, paths: int = 40_000, seed: int = 5) -> tuple[float, float]:
    """The sample under one of the stated processes by least squares on powers of the log price."""
    trees = Trees(40.0, 28_000.0, 900.0, 5600.0, 0.01, (0.0,) * 6 + TONS, RATE, 0.02, 0.3)
    drift, speed = 0.005 - 0.022, math.log(2) / 4
    level = math.log(13_000) - 0.022 / speed
    motion = Lognormal(drift, 0.22**2) if process == "random_walk" else MeanRevertingLog(speed, level, 0.22)
    generator = np.random.default_rng(seed)

    def drawn() -> list[np.ndarray]:  # type: ignore[type-arg]
        logs = [np.full(2 * paths, math.log(price))]
        for _ in range(8):
            half = generator.standard_normal(paths)
            noise = np.concatenate([half, -half])
            if process == "random_walk":
                logs.append(logs[-1] + drift - 0.22**2 / 2 + 0.22 * noise)
            else:
                kept = math.exp(-speed)
                deviation = 0.22 * math.sqrt((1 - kept**2) / (2 * speed))
                logs.append(level + kept * (logs[-1] - level) + deviation * noise)
        return logs

    step = math.exp(-RATE - 0.02)
    training, payoff, rules = drawn(), None, {}
    for date in range(8, 0, -1):
        planted = trees.net_value(motion, float(date), np.exp(training[date]))
        if payoff is None:
            payoff = np.maximum(planted, 0.0)
            continue
        payoff = step * payoff
        centred = training[date] - math.log(price)
        rules[date] = np.polynomial.Polynomial.fit(centred, payoff, 6)
        payoff = np.where(planted > rules[date](centred), planted, payoff)
    assert payoff is not None
    wait_today = step * float(payoff.mean())
    plant_today = float(trees.net_value(motion, 0.0, np.array([price]))[0])
    valuing = drawn()
    value = np.maximum(trees.net_value(motion, 8.0, np.exp(valuing[8])), 0.0)
    for date in range(7, 0, -1):
        planted = trees.net_value(motion, float(date), np.exp(valuing[date]))
        value = np.where(planted > rules[date](valuing[date] - math.log(price)), planted, step * value)
    value *= step
    pairs = (value[:paths] + value[paths:]) / 2
    if plant_today > wait_today:
        return plant_today, 0.0
    return float(pairs.mean()), float(pairs.std()) / math.sqrt(paths)


def test_a_right_without_end_is_dixit_and_pindyck() -> None:
    """Closed form: planting at any time in 250 years, costs that do not grow, is their chapter 5 to 0.1 %.

    Value (A·P* − B)·(P/P*)^β with P* = β/(β − 1)·B/A, β the positive root of σ²β(β − 1)/2 + αβ = r.
    """
    rate, drift, sigma, price = 0.08, 0.02, 0.2, 10_000.0
    trees = Trees(1.0, 30_000.0, 900.0, 5000.0, 0.0, (0.0,) * 6 + TONS, rate, 0.0, 1.0)
    motion = Lognormal(drift, sigma**2)
    ages = range(1, 15)
    slope = sum(math.exp((drift - rate) * age) * (TONS[age - 7] if age >= 7 else 0.0) for age in ages)
    fixed = 30_000.0 + sum(
        math.exp(-rate * age) * (900.0 + 5000.0 * (TONS[age - 7] if age >= 7 else 0.0)) for age in ages
    )
    half = 0.5 - drift / sigma**2
    beta = half + math.sqrt(half**2 + 2 * rate / sigma**2)
    threshold = beta / (beta - 1) * fixed / slope
    expected = (slope * threshold - fixed) * (price / threshold) ** beta

    def with_steps(steps: int) -> float:
        times = tuple(float(each) for each in np.linspace(0, 250, steps + 1))
        return solve_line(planting_problem(trees, motion, price, times, threat=0.0)).value

    assert in_the_limit(with_steps, dates=125).value == pytest.approx(expected, rel=1e-3)
    yearly = solve_line(planting_problem(trees, motion, price, tuple(map(float, range(251))), threat=0.0))
    assert yearly.value < expected
    low, _ = yearly.threshold(0, "waiting", "plant")
    assert low is not None
    # Broadie, Glasserman and Kou's continuity correction, 0.5826·σ·√Δ, for a boundary looked at once a year.
    assert low == pytest.approx(threshold * math.exp(-0.5826 * sigma), rel=0.01)


@pytest.mark.parametrize("process", ["random_walk", "mean_reversion"])
def test_a_futures_price_is_given_back(process: str) -> None:
    """Inverse: with a futures price stated, the process of valuation expects exactly that price."""
    futures = {"kind": "futures", "price": amount("11800.00"), "maturity_years": figure(3.0)}
    paper = concluded(processes=stated(default=process), price_risk=futures).worksheet
    if process == "random_walk":
        motion: Any = Lognormal(paper.value("random_walk_drift"), 0.22**2)
    else:
        level = paper.value("mean_reversion_valuation_log_level")
        motion = MeanRevertingLog(paper.value("mean_reversion_speed"), level, 0.22)
    assert forward_price(motion, np.array([11_000.0]), 3.0)[0] == pytest.approx(11_800, rel=1e-9)


def test_a_convenience_yield_is_the_walks_payout() -> None:
    """Identity: under the walk the drift of valuation is r − y whatever the growth of the world."""
    held = {"kind": "convenience_yield", "yield_share": figure(0.05)}
    paper = concluded(processes=stated(), price_risk=held).worksheet
    assert paper.value("random_walk_drift") == pytest.approx(RATE - 0.05, rel=1e-12)
    speed, level = paper.value("mean_reversion_speed"), paper.value("mean_reversion_valuation_log_level")
    in_a_year = forward_price(MeanRevertingLog(speed, level, 0.22), np.array([11_000.0]), 1.0)[0]
    assert in_a_year == pytest.approx(11_000 * math.exp(RATE - 0.05), rel=1e-9)


def test_the_data_choose_and_the_evidence_is_shown() -> None:
    """The process that goes first is the fit's, both values stand beside it, and the tests are on the paper."""
    found = concluded()
    fit = fit_prices(np.log(np.array(PRICES, dtype=float)), interval_years=1.0)
    assert found.conventions["price_process"] == fit.chosen == "mean_reversion"
    assert found.conventions["process_choice"] == fit.reason
    values = beside(found)
    assert found.value == values["value_mean_reversion"] != values["value_random_walk"]
    assert fit.mean_reversion is not None
    assert values["half_life_years"] == pytest.approx(fit.mean_reversion.half_life_years, rel=1e-12)
    assert values["dickey_fuller_statistic"] == fit.dickey_fuller.statistic
    assert "90 % band" in found.worksheet.formula_in_words("half_life_years", "en")
    overruled = sample()["processes"] | {"choice": "random_walk", "choice_reason": "a new clone has no level yet"}
    assert concluded(processes=overruled).value == pytest.approx(values["value_random_walk"], rel=1e-12)


def test_the_pledgee_counts_on_the_less_favourable_process() -> None:
    found = concluded(processes=stated(), crop_price=amount("20000.00"))
    today = [found.worksheet.value(f"planted_today_{name}") for name in ("random_walk", "mean_reversion")]
    assert found.pledgee_value == pytest.approx(max(0.0, min(today)))
    assert found.pledgee_value > 0
    assert concluded(processes=stated(), crop_price=amount("6000.00")).pledgee_value == 0


def test_planting_in_the_world_is_counted_with_the_real_drift() -> None:
    """Second way: the share of simulated real paths that reach the threshold at some date before the threat strikes."""
    found = concluded(processes=stated(default="random_walk"))
    rows = [row for row in found.details["thresholds"] if row["mode"] == "random walk"]
    assert len(rows) == 9
    generator = np.random.default_rng(3)
    logs = np.full(200_000, math.log(11_000))
    standing, planted = np.ones(200_000), 0.0
    for year, row in enumerate(rows):
        if year:
            logs += 0.005 - 0.22**2 / 2 + 0.22 * generator.standard_normal(200_000)
            standing *= math.exp(-0.02)
        hit = logs >= math.log(row["low"])
        planted += standing[hit].sum() / 200_000
        standing[hit] = 0
    assert found.details["probabilities"]["plant"] == pytest.approx(planted, abs=0.004)
    assert sum(found.details["probabilities"].values()) == pytest.approx(1, abs=1e-6)


def test_a_price_that_outgrows_the_rate_is_a_named_doubt() -> None:
    """Hand: growth 0.5 % + premium 4 % against a rate of 2.96 %: nobody would plant before the last day."""
    found = concluded(processes=stated(default="random_walk"), price_risk=risk(-0.04 / 0.22), threat=NO_THREAT)
    assert "drift_exceeds_rate" in {each.code for each in found.warnings}
    assert found.value == pytest.approx(beside(found)["european_value"], rel=1e-9)
    assert "drift_exceeds_rate" not in {each.code for each in concluded(processes=stated()).warnings}


@settings(max_examples=6, deadline=None)
@given(volatility=st.floats(0.1, 0.5), more=st.floats(0.02, 0.2), threat=st.floats(0, 0.1), higher=st.floats(0.01, 0.2))
def test_properties(volatility: float, more: float, threat: float, higher: float) -> None:
    """Under the walk more volatility is worth more; under both a threat takes, and a choice never costs."""

    def both(sigma: float, rate: float) -> dict[str, float]:
        struck = {"kind": "constant", "rate_per_year": figure(rate), "recovery_share": figure(0.0)}
        right = {"threat": struck, "threat_strikes": "right_to_plant", "right_years": 4, "price_risk": risk(0.0)}
        found = concluded(processes=stated(sigma, default="random_walk"), **right)
        return beside(found) | {"value": found.value}

    base, wilder, threatened = (
        both(volatility, threat),
        both(volatility + more, threat),
        both(volatility, threat + higher),
    )
    assert wilder["value"] >= base["value"] * (1 - 1e-9)
    for name in ("value_random_walk", "value_mean_reversion"):
        assert threatened[name] <= base[name] * (1 + 1e-9) + 1e-6
    assert base["value"] >= max(base["static_npv"], base["european_value"], 0.0) - 1e-6


def test_a_year_more_is_never_worth_less_and_a_later_harvest_is() -> None:
    processes = stated(default="random_walk")
    values = [concluded(processes=processes, right_years=years).value for years in (2, 4, 8)]
    assert values == sorted(values)
    land = sample()["plantation"]
    late = concluded(processes=processes, plantation=land | {"years_to_bearing": 9}).value
    assert late < values[-1]
    more = land | {"yield_tons_per_hectare": series([1.1 * tons for tons in TONS])}
    assert concluded(processes=processes, plantation=more).value > values[-1]
