"""Laws of a company's multiple.

Second way: mean, loss probability and quantiles of each law against its own draws and against numerical integration;
scipy's distributions where it has them. Published moments stand in ``tests/literature``.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from leverage.company_outcome import draw_multiples, outcome_kinds
from leverage.outcomes.lognormal import arithmetic_moments
from valuation.errors import InputError
from valuation.kernel.fields import parse

#: Six buckets of Correlation Ventures (fund-tables, section 7), the last cut at 100 times.
SIX = [(0.648, 0, 1), (0.253, 1, 5), (0.059, 5, 10), (0.025, 10, 20), (0.011, 20, 50), (0.004, 50, 100)]
TERMS: dict[str, dict[str, Any]] = {
    "buckets": {"buckets": [{"probability_share": p, "low": low, "high": high} for p, low, high in SIX]},
    "quantile_table": {"probability_share": [0, 0.5, 0.9, 1], "multiple": [0, 0.8, 3, 20]},
    "lognormal": {"log_mean_share": 0.05, "log_volatility_share": 0.4, "holding_years": 5},
    "power_law": {"success_probability_share": 0.5, "failure_shape": 3, "success_shape": 1.2, "cap_multiple": 100},
}


def made(name: str, **changes: Any) -> tuple[Any, Any]:
    kind = outcome_kinds()[name]
    return kind, parse(kind.terms_model, TERMS[name] | changes)


def test_every_law_is_tested_here() -> None:
    assert set(TERMS) == set(outcome_kinds())


@pytest.mark.parametrize("name", TERMS)
def test_the_mean_is_the_integral_of_the_quantiles(name: str) -> None:
    kind, terms = made(name)
    # Substituting u = 1 − e^(−s) follows the long tail; the integrand is smooth between the breaks.
    value, _ = integrate.quad(
        lambda s: float(kind.quantile(terms, np.array([-math.expm1(-s)]))[0]) * math.exp(-s),
        0,
        30,
        limit=400,
        points=[0.5, 0.7, 1, 2, 3, 4, 5],
    )
    assert kind.mean(terms) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("name", TERMS)
def test_draws_have_the_mean_and_the_loss_probability(name: str) -> None:
    kind, terms = made(name)
    drawn = draw_multiples(
        kind, terms, scenarios=200_000, companies=1, correlation_share=0.0, random=np.random.default_rng(7)
    )
    error = drawn.std() / math.sqrt(drawn.size)
    assert abs(drawn.mean() - kind.mean(terms)) < 4 * error
    assert np.mean(drawn < 1) == pytest.approx(kind.loss_probability_share(terms), abs=0.005)


@pytest.mark.parametrize("name", TERMS)
@given(u=st.lists(st.floats(1e-9, 1 - 1e-9), min_size=2, max_size=20))
def test_quantiles_rise(name: str, u: list[float]) -> None:
    kind, terms = made(name)
    values = kind.quantile(terms, np.array(sorted(u)))
    assert np.all(np.diff(values) >= -1e-12)
    assert np.all(values >= 0)


def test_the_lognormal_is_scipys() -> None:
    kind, terms = made("lognormal")
    u = np.array([0.01, 0.3, 0.5, 0.99])
    peer = stats.lognorm(s=0.4 * math.sqrt(5), scale=math.exp(0.25))
    assert kind.quantile(terms, u) == pytest.approx(peer.ppf(u), rel=1e-12)
    assert kind.mean(terms) == pytest.approx(peer.mean(), rel=1e-12)


@pytest.mark.parametrize("shape", [0.5, 1.0, 1.0000001, 2.0])
def test_the_mean_of_a_capped_success_is_scipys(shape: float) -> None:
    kind, terms = made("power_law", success_shape=shape, cap_multiple=50)
    success = (kind.mean(terms) - 0.5 * 0.75) / 0.5
    assert success == pytest.approx(stats.truncpareto(b=shape, c=50).mean(), rel=1e-6)


@pytest.mark.parametrize("periods", [1, 4])
def test_arithmetic_moments_are_those_of_draws(periods: int) -> None:
    logs = np.random.default_rng(3).normal(0.15 / periods, 0.6 / math.sqrt(periods), 400_000)
    returns = np.expm1(logs)
    mean, deviation = arithmetic_moments(log_mean_share=0.15, log_volatility_share=0.6, periods_per_year=periods)
    assert mean == pytest.approx(returns.mean() * periods, abs=0.01)
    assert deviation == pytest.approx(returns.std() * math.sqrt(periods), rel=0.02)


def test_a_common_factor_correlates_companies() -> None:
    kind, terms = made("lognormal")
    drawn = draw_multiples(
        kind, terms, scenarios=100_000, companies=2, correlation_share=0.3, random=np.random.default_rng(1)
    )
    logs = np.log(drawn)
    assert np.corrcoef(logs[:, 0], logs[:, 1])[0, 1] == pytest.approx(0.3, abs=0.01)


BAD = [
    ("buckets", {"buckets": []}),
    ("buckets", {"buckets": [{"probability_share": 0.5, "low": 0, "high": 1}]}),
    ("buckets", {"buckets": [{"probability_share": 1, "low": 2, "high": 1}]}),
    ("buckets", {"buckets": [{"probability_share": 1, "low": -1, "high": 1}]}),
    ("quantile_table", {"probability_share": [0, 1]}),
    ("quantile_table", {"probability_share": [0, 0.5, 0.5, 1]}),
    ("quantile_table", {"multiple": [0, 2, 1, 3]}),
    ("quantile_table", {"multiple": [0, 2, float("nan"), 3]}),
    ("lognormal", {"log_volatility_share": 0}),
    ("lognormal", {"holding_years": 0}),
    ("power_law", {"success_shape": 0.9, "cap_multiple": None}),
    ("power_law", {"success_shape": 1.0, "cap_multiple": None}),
    ("power_law", {"success_probability_share": 1.2}),
    ("power_law", {"cap_multiple": 1}),
]


@pytest.mark.parametrize(("name", "changes"), BAD)
def test_bad_terms_are_refused(name: str, changes: dict) -> None:
    with pytest.raises(InputError):
        made(name, **changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"correlation_share": 1.0}, "correlation_share"),
        ({"correlation_share": float("nan")}, "correlation_share"),
        ({"scenarios": 0}, "scenarios"),
        ({"companies": 1.5}, "companies"),
        ({"scenarios": 10**9}, "scenarios × companies"),
    ],
)
def test_bad_draws_are_refused(changes: dict, field: str) -> None:
    kind, terms = made("lognormal")
    plan = {"scenarios": 10, "companies": 2, "correlation_share": 0.1, "random": np.random.default_rng(1)} | changes
    with pytest.raises(InputError) as caught:
        draw_multiples(kind, terms, **plan)
    assert caught.value.problems[0].field == field
