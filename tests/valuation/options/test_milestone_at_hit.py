"""milestone_at_hit: is the payment worth what the first passage says, at the hit and at the end?

Checked against: Haug's three values (literature, in tests/literature), QuantLib's engine for American digitals
(second method), simulated paths with the chance of a hit between two dates (second way), limits and identities.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.samples.milestone_at_hit import sample
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
TODAY = ql.Date(1, 1, 2021)


def threat(rate: float) -> dict[str, Any]:
    return {"kind": "constant", "rate_per_year": figure(rate), "recovery_share": figure(0.0)}


def concluded(**changes: Any) -> Conclusion:
    return answered({"milestone_at_hit": sample() | changes}, subject=NO_END).conclusions[0]


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


def quantlib(value: float, level: float, years: int, payout: float, *, at_expiry: bool) -> float:
    before = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = TODAY
    try:
        count = ql.Actual365Fixed()
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(value)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, payout, count)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, 0.03, count)),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), 0.3, count)),
        )
        kind = ql.Option.Call if value < level else ql.Option.Put
        exercise = ql.AmericanExercise(TODAY, TODAY + 365 * years, at_expiry)
        contract = ql.VanillaOption(ql.CashOrNothingPayoff(kind, level, 5e6), exercise)
        engine = ql.AnalyticDigitalAmericanEngine(process)
        contract.setPricingEngine(engine)
        return float(contract.NPV())
    finally:
        ql.Settings.instance().evaluationDate = before


@pytest.mark.parametrize("at_expiry", [False, True])
@pytest.mark.parametrize(("value", "level"), [(20e6, 30e6), (29e6, 30e6), (30e6, 20e6)])
@pytest.mark.parametrize("payout", [0.0, 0.12])
def test_the_value_is_quantlibs(value: float, level: float, payout: float, at_expiry: bool) -> None:
    found = concluded(
        current_value=amount(f"{value:.2f}"),
        level=amount(f"{level:.2f}"),
        direction="from_below" if value < level else "from_above",
        payment_time="at_expiry" if at_expiry else "at_hit",
        rate_compounding="continuous",
        payout_yield_share=figure(payout),
        threat=NO_THREAT,
    )
    assert found.value == pytest.approx(quantlib(value, level, 5, payout, at_expiry=at_expiry), rel=1e-9)


def test_simulated_paths_are_paid_the_same() -> None:
    """Second way: 50,000 paths, weekly to five years, with the Brownian bridge's chance of a hit in between."""
    found = concluded(real_growth_share=figure(0.08))
    rate, sigma, step, steps, paths = math.log(1.03), 0.3, 0.125, 40, 50_000
    generator = np.random.default_rng(7)
    normals = generator.standard_normal((steps, paths))
    paid, chance = 0.0, 0.0
    for drift, discount, is_value in ((rate - 0.04, rate + 0.04, True), (0.08, 0.04, False)):
        at, alive = np.full(paths, math.log(20 / 30)), np.ones(paths)
        total = np.zeros(paths)
        for number in range(steps):
            after = at + (drift - sigma**2 / 2) * step + sigma * math.sqrt(step) * normals[number]
            crossed = np.where(after >= 0, 1.0, np.exp(-2 * at * np.minimum(after, 0) / (sigma**2 * step)))
            total += alive * crossed * math.exp(-discount * step * (number + 0.5))
            alive = alive * (1 - crossed)
            at = np.where(after >= 0, -1e-12, after)
        if is_value:
            paid = 5e6 * float(total.mean())
        else:
            chance = float(total.mean())
    assert found.value == pytest.approx(paid, rel=0.015)
    assert found.details["probabilities"]["hit"] == pytest.approx(chance, abs=0.01)
    assert found.details["probability_measure"] == "real_world"


@given(
    share=st.floats(0.2, 0.99),
    volatility=st.floats(0.1, 0.9),
    rate=st.floats(0, 0.1),
    hazard=st.floats(0, 0.3),
    years=st.floats(0.5, 15),
)
def test_bounds(share: float, volatility: float, rate: float, hazard: float, years: float) -> None:
    """Earlier is better where money earns interest; no more than the sum; probabilities add up to one."""
    found = concluded(
        current_value=amount(f"{share * 30e6:.2f}"),
        volatility_share=figure(volatility),
        riskless_rate_share=figure(rate),
        threat=threat(hazard),
        life_years=figure(years),
    )
    values = beside(found)
    assert -1e-6 <= values["paid_at_expiry"] <= values["paid_at_hit"] * (1 + 1e-9) + 1e-6
    assert values["paid_at_hit"] <= 5e6 * (1 + 1e-9)
    assert sum(found.details["probabilities"].values()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("value", "direction"), [("30000000.00", "from_below"), ("25000000.00", "from_above")])
def test_what_is_reached_is_owed_today(value: str, direction: str) -> None:
    found = concluded(current_value=amount(value), direction=direction)
    assert found.value == pytest.approx(5e6, rel=1e-12)
    assert beside(found)["static_npv"] == pytest.approx(5e6, rel=1e-12)
    assert found.details["probabilities"]["hit"] == pytest.approx(1, rel=1e-12)


def test_a_greater_threat_is_worth_less_and_takes_from_the_late_payment_more() -> None:
    found = [beside(concluded(threat=threat(rate))) for rate in (0.0, 0.05, 0.2)]
    for name in ("paid_at_hit", "paid_at_expiry"):
        values = [each[name] for each in found]
        assert values == sorted(values, reverse=True)
    assert found[2]["paid_at_expiry"] == pytest.approx(math.exp(-0.2 * 5) * found[0]["paid_at_expiry"], rel=1e-12)


def test_a_threat_is_not_a_higher_rate() -> None:
    """Trap: the rate raised by λ also raises the drift, and the milestone seems likelier."""
    kept = concluded(threat=threat(0.1), riskless_rate_share=figure(0.03), rate_compounding="continuous").value
    raised = concluded(threat=NO_THREAT, riskless_rate_share=figure(0.13), rate_compounding="continuous").value
    assert raised > 1.1 * kept


def test_the_sensitivities_are_the_sheets() -> None:
    """Second way: the sheet itself with a changed input cell."""
    paper, greeks = concluded().worksheet, concluded().details["sensitivities"]
    for name, cell, step in (("delta", "current_value", 1e4), ("vega", "volatility_share", 1e-4)):
        up, down = (paper.with_inputs({cell: paper.value(cell) + sign * step}).value("value") for sign in (1, -1))
        assert greeks[name] == pytest.approx((up - down) / (2 * step), rel=1e-4)
