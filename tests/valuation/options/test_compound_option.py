"""compound_option: is a right to a right worth what Geske's formula says, for all four kinds?

Checked against: QuantLib's compound engine, value and greeks (second method); the first date's payoff integrated by
SciPy (second way); the decision problem rolled back on a line (second way); parity of calls and puts, and limits
(identities). The published figures of Haug and of long-dated compounds are in tests/literature.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.core.rights import black_scholes, staged_problem
from tests.valuation.options.samples.compound_option import sample
from valuation.kernel.conclusion import Conclusion
from valuation.options._core.line import solve_line

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
KINDS = [("call", "call"), ("call", "put"), ("put", "call"), ("put", "put")]


def concluded(
    *,
    kind: tuple[str, str] = ("call", "call"),
    value: float = 1_000_000,
    strikes: tuple[float, float] = (150_000, 900_000),
    years: tuple[float, float] = (2.0, 3.0),
    rate: float = 0.03,
    payout: float = 0.02,
    sigma: float = 0.4,
    threat: tuple[float, float] | None = None,
    **more: Any,
) -> Conclusion:
    """The sample with these numbers and a continuous rate; ``years`` are to the first decision and from there on."""
    rights = [
        {"side": side, "strike": amount(f"{strike:.2f}"), when: figure(span)}
        for side, strike, span, when in zip(
            kind, strikes, years, ("decided_in_years", "decided_after_years"), strict=True
        )
    ]
    stated = {
        "value_today": amount(f"{value:.2f}"),
        "first_right": rights[0],
        "second_right": rights[1],
        "volatility_share": figure(sigma),
        "riskless_rate_share": figure(rate),
        "rate_compounding": "continuous",
        "payout_yield_share": figure(payout),
        "threat": NO_THREAT,
    }
    if threat is not None:
        stated["threat"] = {"kind": "constant", "rate_per_year": figure(threat[0]), "recovery_share": figure(threat[1])}
    return answered({"compound_option": sample() | stated | more}, subject=NO_END).conclusions[0]


def quantlib(kind: tuple[str, str], strikes: tuple[float, float], days: tuple[int, int]) -> dict[str, float]:
    """Value and greeks of QuantLib's closed form on the numbers of ``concluded``; days from today."""
    sides = {"call": ql.Option.Call, "put": ql.Option.Put}
    before, today = ql.Settings.instance().evaluationDate, ql.Date(1, 1, 2021)
    ql.Settings.instance().evaluationDate = today
    try:
        count = ql.Actual365Fixed()
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(1_000_000.0)),
            ql.YieldTermStructureHandle(ql.FlatForward(today, 0.02, count)),
            ql.YieldTermStructureHandle(ql.FlatForward(today, 0.03, count)),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.4, count)),
        )
        first, second = (
            (ql.PlainVanillaPayoff(sides[side], strike), ql.EuropeanExercise(today + day))
            for side, strike, day in zip(kind, strikes, days, strict=True)
        )
        contract = ql.CompoundOption(*first, *second)
        contract.setPricingEngine(ql.AnalyticCompoundOptionEngine(process))
        names = {"value": "NPV", "delta": "delta", "gamma": "gamma", "vega": "vega", "theta": "theta"}
        return {name: float(getattr(contract, method)()) for name, method in names.items()}
    finally:
        ql.Settings.instance().evaluationDate = before


@pytest.mark.parametrize("kind", KINDS)
def test_value_and_greeks_are_quantlibs(kind: tuple[str, str]) -> None:
    """Second method: the same closed form in another library, with its own normals and derivatives."""
    expected = quantlib(kind, (150_000, 900_000), (730, 1825))
    found = concluded(kind=kind)
    assert found.value == pytest.approx(expected["value"], rel=1e-4)
    for name in ("delta", "gamma", "vega", "theta"):
        assert found.details["sensitivities"][name] == pytest.approx(expected[name], rel=2e-3), name


def european(side: str, value: float, strike: float, years: float) -> float:
    call = black_scholes(value, strike, years, 0.03, 0.02, 0.4)
    return call if side == "call" else call - value * math.exp(-0.02 * years) + strike * math.exp(-0.03 * years)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("strikes", [(150_000, 900_000), (20_000, 2_000_000), (400_000, 1_000_000)])
def test_it_is_the_first_payoff_integrated(kind: tuple[str, str], strikes: tuple[float, float]) -> None:
    """Second way: the payoff at the first date, by adaptive quadrature split where it is worth nothing."""
    sign = 1 if kind[0] == "call" else -1
    spread = 0.4 * math.sqrt(2)

    def level(z: float) -> float:
        return 1_000_000 * math.exp((0.03 - 0.02 - 0.08) * 2 + spread * z)

    def gained(z: float) -> float:
        return sign * (european(kind[1], level(z), strikes[1], 3.0) - strikes[0])

    split = [optimize.brentq(gained, -12, 12)] if gained(-12) * gained(12) < 0 else []
    edges = [-12, *split, 12]
    parts = [
        integrate.quad(lambda z: max(gained(z), 0) * stats.norm.pdf(z), low, high, epsabs=1e-6, epsrel=1e-11)[0]
        for low, high in pairwise(edges)
    ]
    assert concluded(kind=kind, strikes=strikes).value == pytest.approx(math.exp(-0.06) * sum(parts), rel=1e-8)


@pytest.mark.parametrize("sigma", [0.1, 0.4, 1.2])
def test_it_is_the_decision_problem_rolled_back(sigma: float) -> None:
    """Second way: two stages on a line."""

    def rolled_back(rate: float) -> float:
        problem = staged_problem(
            value=1_000_000,
            outlays=[150_000, 900_000],
            times_years=[2.0, 5.0],
            rate=rate,
            drift=rate - 0.02,
            variance_per_year=sigma**2,
        )
        return solve_line(problem).value

    found = concluded(sigma=sigma)
    assert found.value == pytest.approx(rolled_back(0.03), rel=1e-7)
    rho = (rolled_back(0.031) - rolled_back(0.029)) / 0.002
    assert found.details["sensitivities"]["rho"] == pytest.approx(rho, rel=1e-3)


@pytest.mark.parametrize("second", ["call", "put"])
def test_the_value_on_the_line_agrees_for_every_kind(second: str) -> None:
    """Second way, as the conclusion itself states it: also with a threat, and for rights to sell."""
    for first in ("call", "put"):
        found = concluded(kind=(first, second), threat=(0.05, 0.3))
        stated = float(str(found.details["convergence"]).rsplit(" ", 1)[1])
        assert found.value == pytest.approx(stated, rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(
    second=st.sampled_from(["call", "put"]),
    value=st.floats(2e5, 5e6),
    first_strike=st.floats(0, 1e6),
    years=st.tuples(st.floats(0.1, 8), st.floats(0.1, 8)),
    rate=st.floats(-0.02, 0.12),
    payout=st.floats(0, 0.15),
    sigma=st.floats(0.05, 1.0),
    threat=st.floats(0, 0.3),
)
def test_parity_and_bounds(
    second: str,
    value: float,
    first_strike: float,
    years: tuple[float, float],
    rate: float,
    payout: float,
    sigma: float,
    threat: float,
) -> None:
    """Identity: call less put is the second right less the first strike's present value; neither is negative."""
    first_strike = round(first_strike, 2)
    stated: dict[str, Any] = {
        "value": value,
        "strikes": (first_strike, 900_000),
        "years": years,
        "rate": rate,
        "payout": payout,
        "sigma": sigma,
        "threat": (threat, 0.2),
    }
    call, put = (concluded(kind=(first, second), **stated) for first in ("call", "put"))
    alone = {each.name: each.value for each in call.beside}["second_right"]
    paid = first_strike * math.exp(-(rate + threat * 0.8) * years[0])
    assert call.value - put.value == pytest.approx(alone - paid, abs=1e-9 * (value + first_strike + 900_000))
    assert 0 <= call.value <= alone * (1 + 1e-9) + 1e-6
    assert 0 <= put.value <= paid * (1 + 1e-9) + 1e-6


def test_a_first_strike_of_nothing_leaves_the_second_right() -> None:
    for second in ("call", "put"):
        found = concluded(kind=("call", second), strikes=(0, 900_000))
        assert found.value == pytest.approx(european(second, 1_000_000, 900_000, 5.0), rel=1e-12)
        assert concluded(kind=("put", second), strikes=(0, 900_000)).value == pytest.approx(0, abs=1e-6)


def test_a_first_strike_above_all_the_second_right_can_be_worth_is_never_paid() -> None:
    """Limit: a put is never worth more than its strike; so buying it is worthless, selling it is certain."""
    strikes = (950_000, 900_000)
    assert concluded(kind=("call", "put"), strikes=strikes).value == pytest.approx(0, abs=1e-6)
    sold = 950_000 * math.exp(-0.06) - european("put", 1_000_000, 900_000, 5.0)
    assert concluded(kind=("put", "put"), strikes=strikes).value == pytest.approx(sold, rel=1e-12)


def test_a_threat_that_leaves_everything_takes_nothing() -> None:
    assert concluded(threat=(0.2, 1.0)).value == pytest.approx(concluded().value, rel=1e-12)
    chances = concluded(threat=(0.2, 1.0)).details["probabilities"]
    assert chances["invalidated"] > 0.5


def test_a_greater_threat_is_worth_less_and_an_annual_rate_is_its_logarithm() -> None:
    values = [concluded(threat=(rate, 0.1)).value for rate in (0.0, 0.05, 0.1, 0.4)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 4
    yearly = concluded(rate=math.expm1(0.03), rate_compounding="annual")
    assert yearly.value == pytest.approx(concluded().value, rel=1e-12)
    slopes = (each.details["sensitivities"]["rho"] for each in (yearly, concluded()))
    assert next(slopes) == pytest.approx(next(slopes), rel=1e-5)


def test_chances_follow_the_real_drift() -> None:
    """Closed form: Φ(d) for the first decision, under the stated drift; without it under that of valuation."""
    critical = concluded().worksheet.value("critical_value")
    for growth, measure in ((None, "risk_neutral"), (0.08, "real_world")):
        found = concluded(real_growth_share=None if growth is None else figure(growth)).details
        drift = 0.01 if growth is None else growth
        d = (math.log(1_000_000 / critical) + (drift - 0.08) * 2) / (0.4 * math.sqrt(2))
        assert found["probabilities"]["buy the second right"] == pytest.approx(stats.norm.cdf(d), rel=1e-6)
        assert found["probability_measure"] == measure


def test_the_pledgee_counts_on_no_later_choice() -> None:
    """Hand: everything committed, V e^(−δT) less both strikes in present values; never below nothing."""
    deep = concluded(value=3_000_000)
    committed = 3_000_000 * math.exp(-0.1) - 900_000 * math.exp(-0.15) - 150_000 * math.exp(-0.06)
    assert deep.pledgee_value == pytest.approx(committed, rel=1e-12)
    assert np.isclose(concluded(value=500_000).pledgee_value or 0.0, 0.0)
