"""staged_rnd: is a development project worth what two other ways say, and are its events counted in the world?

Checked against: a benchmark of three methods (11.82 with abandonment, 3.09 without; not a published figure); the closed
sum at a certain cost, also by hand; a simulation written here under the boundary found (second way, for value and
events); the roll on two factors against the sums on the cost alone; identities and monotonicity.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.samples.staged_rnd import sample
from valuation.errors import RefusalError
from valuation.kernel.conclusion import Conclusion
from valuation.options import staged_rnd
from valuation.options._core.plane import PlaneSettings, solve_plane, value_on_one_grid
from valuation.options._staged_rnd import StagedRnd

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
#: The project of the benchmark, in millions.
PROJECT = StagedRnd(
    cash_flow_per_year=20,
    drift_per_year=0.02,
    risk_premium_per_year=0.036,
    volatility=0.35,
    terminal_multiple=5,
    cost_to_completion=100,
    investment_per_year=10,
    cost_uncertainty=0.5,
    hazard_per_year=math.log(2) / 10,
    correlation=-0.1,
    rate_per_year=0.05,
    horizon_years=20,
    step_years=0.25,
)
BENCHMARK = {
    "cash_flow_per_year": amount("20000000.00"),
    "terminal_multiple": figure(5.0),
    "cost_to_completion": amount("100000000.00"),
    "investment_per_year": amount("10000000.00"),
    "catastrophe_per_year": figure(math.log(2) / 10),
    "threat_after_completion": NO_THREAT,
    "riskless_rate_share": figure(0.05),
    "rate_compounding": "continuous",
    "patent_life_years": figure(20.0),
    "decisions_per_year": 4,
}


def concluded(**changes: Any) -> Conclusion:
    return answered({"staged_rnd": sample() | changes}, subject=NO_END).conclusions[0]


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


@pytest.fixture(scope="module")
def benchmark() -> Conclusion:
    return concluded(**BENCHMARK)


def test_the_benchmark_of_three_methods(benchmark: Conclusion) -> None:
    assert benchmark.value / 1e6 == pytest.approx(11.82, abs=0.15)
    assert benchmark.value / 1e6 == pytest.approx(11.8205, rel=3e-4)  # 64 × 64 nodes
    assert beside(benchmark)["value_without_abandonment"] / 1e6 == pytest.approx(3.09, abs=0.08)
    assert beside(benchmark)["static_npv"] == beside(benchmark)["value_without_abandonment"]
    assert beside(benchmark)["value_at_certain_cost"] / 1e6 == pytest.approx(-8.0774, abs=5e-5)
    assert benchmark.pledgee_value == beside(benchmark)["static_npv"]
    assert benchmark.details["probabilities"]["complete_if_carried_through_and_never_struck"] == pytest.approx(
        0.978, abs=5e-4
    )


def test_the_convention_is_echoed(benchmark: Conclusion) -> None:
    """When the outlay of a step is paid is worth a quarter of the benchmark's value."""
    assert benchmark.conventions["flows"] == "paid at the start of each step"
    assert benchmark.conventions["decisions"] == "4 a year, the first today"
    assert "80 steps of 0.25 years" in benchmark.details["timing"]


def test_the_benchmark_takes_less_than_five_seconds() -> None:
    """The roll at 0.3 %, on this processor alone: what other programs take of it does not count."""
    start = time.process_time()
    found = solve_plane(PROJECT.problem(), settings=PlaneSettings((36, 36)))
    assert time.process_time() - start < 5
    assert found.value == pytest.approx(11.8205, rel=3e-3)


@pytest.mark.parametrize(("hazard", "expected"), [(0.06931, -8.0761), (math.log(2) / 10, -8.0774)])
def test_a_certain_cost_is_a_closed_sum(hazard: float, expected: float) -> None:
    """Closed form: 40 outlays of 2.5, each if still alive, then what is completed; by the paper and by the roll."""
    certain = BENCHMARK | {"catastrophe_per_year": figure(hazard), "cost_uncertainty_share": figure(0.0)}
    found = concluded(**certain)
    outlays = math.fsum(2.5 * math.exp(-(0.05 + hazard) * 0.25 * step) for step in range(40))
    multiple = (1 - math.exp(-0.66)) / 0.066 + 5 * math.exp(-0.66)
    by_hand = 20 * math.exp(-0.16 - (0.05 + hazard) * 10) * multiple - outlays
    assert by_hand == pytest.approx(expected, abs=5e-5)
    lines = beside(found)
    assert lines["value_at_certain_cost"] / 1e6 == pytest.approx(by_hand, abs=1e-9)
    assert lines["value_without_abandonment"] / 1e6 == pytest.approx(by_hand, abs=1e-6)
    assert found.pledgee_value == 0
    assert "cost_vega" in found.details["not_applicable"]


def test_a_cost_that_cannot_be_spent_in_time_is_all_outlay() -> None:
    """Hand: four steps of half a year, eight needed; nothing is completed."""
    late = replace(PROJECT, cost_to_completion=40.0, horizon_years=2.0, step_years=0.5, hazard_per_year=0.0)
    paid = math.fsum(5 * math.exp(-0.05 * 0.5 * step) for step in range(4))
    assert late.value_at_certain_cost() == pytest.approx(-paid, rel=1e-12)
    certain = replace(late, cost_uncertainty=0.0)
    assert certain.committed_value() == pytest.approx(-paid, rel=1e-9)
    rolled = solve_plane(certain.without_abandonment().problem(), settings=PlaneSettings((24, 24))).value
    assert rolled == pytest.approx(-paid, rel=1e-9)


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.4])
def test_carried_through_is_a_sum_on_the_cost_alone(correlation: float) -> None:
    """Second way: the roll on both factors, without the choice to give up."""
    project = replace(PROJECT, correlation=correlation, step_years=2.0)
    both = solve_plane(project.without_abandonment().problem(), settings=PlaneSettings((40, 40))).value
    assert project.committed_value() == pytest.approx(both, abs=0.01)


def simulated(
    project: StagedRnd, found: Conclusion, drift: float, paths: int = 200_000
) -> tuple[dict[str, float], Any]:
    """Cash by path and events when the boundary of the paper is followed, written anew.

    The boundary is between shown dates and costs by interpolation of its logarithm: not the best policy, so that the
    value may be a little lower and not higher.
    """
    rows = found.details["thresholds"]
    times = sorted({row["time_years"] for row in rows})
    costs = sorted({float(row["mode"].split()[-1]) for row in rows})
    table = np.full((len(times), len(costs)), np.nan)
    for row in rows:
        table[times.index(row["time_years"]), costs.index(float(row["mode"].split()[-1]))] = math.log(row["high"])
    rng, step = np.random.default_rng(11), project.step_years
    cash, left = np.full(paths, float(project.cash_flow_per_year)), np.full(paths, float(project.cost_to_completion))
    total, alive = np.zeros(paths), np.ones(paths, dtype=bool)
    counts = dict.fromkeys(("abandon", "complete", "catastrophe"), 0.0)
    for date in range(round(project.horizon_years / step) + 1):
        now = date * step
        discount = math.exp(-project.rate_per_year * now)
        done = alive & (left <= 0)
        worth = project.completed_value(now, cash[done])
        total[done] += discount * worth
        alive &= ~done
        at = min(int(np.searchsorted(times, now, side="right")) - 1, len(times) - 2)
        share = min(1.0, (now - times[at]) / (times[at + 1] - times[at]))
        line = table[at] * (1 - share) + table[at + 1] * share
        known = ~np.isnan(line)
        boundary = np.interp(left, np.array(costs)[known], line[known]) if known.any() else np.full(paths, np.inf)
        given_up = alive & (np.log(cash) < boundary)
        alive &= ~given_up
        counts["complete"] += done.mean()
        counts["abandon"] += given_up.mean()
        if date == round(project.horizon_years / step):
            break
        total[alive] -= discount * project.investment_per_year * step
        struck = alive & (rng.random(paths) > math.exp(-project.hazard_per_year * step))
        counts["catastrophe"] += struck.mean()
        alive &= ~struck
        first, second = rng.standard_normal((2, paths))
        second = project.correlation * first + math.sqrt(1 - project.correlation**2) * second
        spread = project.cost_uncertainty * np.sqrt(project.investment_per_year * step * np.maximum(left, 0))
        left = left - project.investment_per_year * step + spread * second
        cash = cash * np.exp((drift - project.volatility**2 / 2) * step + project.volatility * math.sqrt(step) * first)
    return counts, total


def test_following_the_boundary_earns_the_value() -> None:
    """Second way: a simulation under the paper's own boundary, where it is shown at every date."""
    found = concluded(threat_after_completion=NO_THREAT, patent_life_years=figure(4.0))
    project = replace(
        PROJECT,
        cash_flow_per_year=2e6,
        terminal_multiple=2.0,
        cost_to_completion=4e6,
        investment_per_year=3e6,
        hazard_per_year=0.07,
        rate_per_year=math.log(1.03),
        horizon_years=4.0,
        step_years=0.5,
    )
    _, cash = simulated(project, found, project.drift_of_value_per_year)
    error = float(cash.std() / math.sqrt(cash.size))
    assert float(cash.mean()) == pytest.approx(found.value, abs=max(3 * error, 2e-3 * found.value))
    counts, _ = simulated(project, found, project.drift_per_year)
    for event, share in counts.items():
        assert found.details["probabilities"][event] == pytest.approx(share, abs=0.004), event
    assert found.details["probability_measure"] == "real_world"


def test_probabilities_add_up_and_follow_the_real_drift() -> None:
    found = concluded()
    events = dict(found.details["probabilities"])
    del events["complete_if_carried_through_and_never_struck"]
    assert math.fsum(events.values()) == pytest.approx(1, abs=1e-9)
    # The same drift for valuing, a higher one in the world: the value stays and completion is more likely.
    bolder = concluded(real_drift_share=figure(0.12), risk_premium_share=figure(0.136))
    assert bolder.value == pytest.approx(found.value, rel=1e-12)
    assert bolder.details["probabilities"]["complete"] > events["complete"] + 0.002


def test_the_boundary_rises_with_the_cost_left_and_towards_the_end(benchmark: Conclusion) -> None:
    rows = benchmark.details["thresholds"]
    by_date: dict[float, list[float]] = {}
    for row in rows:
        assert row["action"] == "abandon"
        assert row["low"] is None
        by_date.setdefault(row["time_years"], []).append(row["high"])
    assert len(by_date) >= 5
    assert all(levels == sorted(levels) for levels in by_date.values())
    by_cost: dict[str, list[float]] = {}
    for row in rows:
        by_cost.setdefault(row["mode"], []).append(row["high"])
    assert len(by_cost) >= 5
    assert all(levels == sorted(levels) for levels in by_cost.values())
    assert "<svg" in benchmark.details["boundary_svg"]


def test_sensitivities_are_those_of_a_finer_roll(benchmark: Conclusion) -> None:
    """Second way: differences of ±2 % on a finer grid; the paper claims some two per cent."""
    names = {
        "delta": ("cash_flow_per_year", 1.0),
        "vega": ("volatility", 1e6),
        "cost_vega": ("cost_uncertainty", 1e6),
        "rho": ("rate_per_year", 1e6),
        "hazard": ("hazard_per_year", 1e6),
    }
    for name, (parameter, unit) in names.items():
        at = getattr(PROJECT, parameter)
        low, high = (
            value_on_one_grid(replace(PROJECT, **{parameter: at * share}).problem(), settings=PlaneSettings((44, 44)))
            for share in (0.98, 1.02)
        )
        found = benchmark.details["sensitivities"][name]
        assert found == pytest.approx(unit * (high - low) / (0.04 * at), rel=0.03), name


def test_a_threat_after_completion_is_a_loss_of_rate_times_share() -> None:
    """Identity: rate 0.1 with a fifth left is rate 0.08 with nothing left; and it is worth less than none."""

    def value(threat: dict[str, Any]) -> float:
        return concluded(threat_after_completion=threat).value

    some = value({"kind": "constant", "rate_per_year": figure(0.1), "recovery_share": figure(0.2)})
    whole = value({"kind": "constant", "rate_per_year": figure(0.08), "recovery_share": figure(0.0)})
    assert some == pytest.approx(whole, rel=1e-9)
    assert some < value(NO_THREAT)


@settings(max_examples=4, deadline=None, phases=(Phase.generate,))
@given(low=st.floats(0, 0.3), more=st.floats(0.02, 0.3), volatility=st.floats(0.1, 0.8), phi=st.floats(0.1, 1.0))
def test_a_greater_hazard_is_worth_less_and_a_choice_never_costs(
    low: float, more: float, volatility: float, phi: float
) -> None:
    changes = {
        "volatility_share": figure(volatility),
        "cost_uncertainty_share": figure(phi),
        "patent_life_years": figure(3.0),
        "correlation": figure(0.0),
    }
    first, second = (concluded(catastrophe_per_year=figure(rate), **changes) for rate in (low, low + more))
    assert second.value <= first.value * (1 + 1e-6) + 1
    for found in (first, second):
        assert found.value >= max(beside(found)["static_npv"], 0)
        assert found.pledgee_value == pytest.approx(max(beside(found)["static_npv"], 0))


def test_amounts_scale() -> None:
    """Property: thrice the money, thrice the value."""
    money = ("cash_flow_per_year", "cost_to_completion", "investment_per_year")
    scaled = {name: amount(f"{3 * float(sample()[name]['value']):.2f}") for name in money}
    assert concluded(**scaled).value == pytest.approx(3 * concluded().value, rel=1e-9)


def test_a_hopeless_project_is_not_begun() -> None:
    found = concluded(cash_flow_per_year=amount("1000.00"))
    assert found.value == 0
    assert beside(found)["static_npv"] < 0
    assert found.pledgee_value == 0
    assert found.details["sensitivities"]["delta"] == 0


def test_too_many_dates_are_refused_with_the_limit() -> None:
    with pytest.raises(RefusalError, match=r"states .*at most 330000, which are 254 dates"):
        concluded(patent_life_years=figure(25.0), decisions_per_year=12)


def test_a_value_that_two_grids_do_not_agree_on_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cost that is nearly certain may need more nodes than dates times nodes allow: the answer says so."""
    monkeypatch.setattr(staged_rnd, "MOST_STATES", 10 * 36**2)
    found = concluded(cost_uncertainty_share=figure(0.1), cash_flow_per_year=amount("1200000.00"))
    assert "grids_differ" in [each.code for each in found.warnings]
    assert "grids_differ" not in [each.code for each in concluded().warnings]
