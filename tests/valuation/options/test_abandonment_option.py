"""abandonment_option: is the right to sell worth what a put is, beside what keeping gives?

Checked against: the published table of Longstaff and Schwartz (literature, in tests/literature), QuantLib's QdFp
engine for selling at any time (second method), the project solver with modes and flows on ever more dates (second
way for the threat), SciPy's Black–Scholes for the European choice (closed form), identities.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.samples.abandonment_option import sample
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
ANY_TIME = {"kind": "any_time"}
TODAY = ql.Date(1, 1, 2021)


def threat(rate: float, recovery: float = 0.1) -> dict[str, Any]:
    return {"kind": "constant", "rate_per_year": figure(rate), "recovery_share": figure(recovery)}


def concluded(**changes: Any) -> Conclusion:
    return answered({"abandonment_option": sample() | changes}, subject=NO_END).conclusions[0]


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


def quantlib_put(value: float, salvage: float, years: int, rate: float, payout: float, volatility: float) -> float:
    """QdFp, the integral-equation engine; whole years of 365 days."""
    before = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = TODAY
    try:
        count = ql.Actual365Fixed()
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(value)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, payout, count)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, count)),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, count)),
        )
        exercise = ql.AmericanExercise(TODAY, TODAY + 365 * years)
        contract = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Put, salvage), exercise)
        contract.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
        return float(contract.NPV())
    finally:
        ql.Settings.instance().evaluationDate = before


@pytest.mark.parametrize("value", [600_000, 1_000_000, 1_500_000])
@pytest.mark.parametrize("volatility", [0.2, 0.5])
def test_selling_at_any_time_is_quantlibs_put(value: int, volatility: float) -> None:
    found = concluded(
        right_value=amount(f"{value}.00"),
        sale_dates=ANY_TIME,
        volatility_share=figure(volatility),
        rate_compounding="continuous",
        payout_yield_share=figure(0.0),
        threat=NO_THREAT,
    )
    expected = quantlib_put(value, 800_000, 2, 0.03, 0.0, volatility)
    assert beside(found)["option_premium"] == pytest.approx(expected, rel=1e-4)


def test_selling_at_the_end_only_is_black_scholes_that_survives() -> None:
    """Closed form, by SciPy's normal distribution."""
    found = concluded().worksheet
    rate, payout, sigma, years = math.log(1.03), 0.05, 0.4, 2.0
    spread = sigma * math.sqrt(years)
    d1 = (math.log(1_000_000 / 800_000) + (rate - payout) * years) / spread + spread / 2
    put = 800_000 * math.exp(-rate * years) * stats.norm.cdf(spread - d1)
    put -= 1_000_000 * math.exp(-payout * years) * stats.norm.cdf(-d1)
    assert found.value("european_option") == pytest.approx(math.exp(-0.06) * put, rel=1e-12)


def test_what_keeping_gives_is_the_integral_of_its_flows() -> None:
    """Hand: 100,000 slices of payout and recovery while it lasts, and the rest."""
    slices, years = 100_000, 2.0
    step = years / slices
    middles = [(number + 0.5) * step for number in range(slices)]
    flows = sum((0.05 + 0.03 * 0.1) * math.exp(-0.08 * each) * step for each in middles)
    expected = 1_000_000 * (flows + math.exp(-0.08 * years))
    assert beside(concluded())["static_npv"] == pytest.approx(expected, rel=1e-9)


def test_a_project_with_modes_and_flows_gives_the_same_with_more_dates() -> None:
    """Second way: expand_contract_abandon counts flows and the threat once a step; the error falls with the step."""
    project = {
        "project_value": amount("1000000.00"),
        "abandonment": {"salvage": amount("800000.00")},
        "decisions_per_year": 12,
        **{key: item for key, item in sample().items() if key not in ("right_value", "salvage", "sale_dates")},
    }
    whole = answered({"expand_contract_abandon": project}, subject=NO_END).conclusions[0]
    found = concluded(sale_dates={"kind": "per_year", "dates_per_year": 12})
    assert found.value == pytest.approx(whole.value, rel=2e-4)


def test_without_threat_or_payout_what_is_kept_is_what_was_stated() -> None:
    calm = concluded(threat=NO_THREAT, payout_yield_share=figure(0.0))
    assert beside(calm)["static_npv"] == pytest.approx(1_000_000, rel=1e-12)


@settings(max_examples=5, deadline=None)
@given(value=st.integers(200_000, 3_000_000), volatility=st.floats(0.1, 0.9), rate=st.floats(0, 0.1))
def test_more_dates_are_worth_more_and_the_bounds_hold(value: int, volatility: float, rate: float) -> None:
    changes = {
        "right_value": amount(f"{value}.00"),
        "volatility_share": figure(volatility),
        "riskless_rate_share": figure(rate),
    }
    found = [concluded(sale_dates={"kind": "per_year", "dates_per_year": number}, **changes) for number in (1, 2, 4)]
    options = [beside(each)["option_premium"] for each in found]
    european = found[0].worksheet.value("european_option")
    assert 0 <= european <= options[0] * (1 + 1e-9) + 1e-6
    assert options[0] <= options[1] * (1 + 1e-9) + 1e-6
    assert options[1] <= options[2] * (1 + 1e-9) + 1e-6
    assert options[2] <= 800_000
    assert found[2].value >= found[2].pledgee_value - 1e-6  # type: ignore[operator]


@pytest.mark.parametrize("dates", [ANY_TIME, {"kind": "per_year", "dates_per_year": 2}])
def test_a_greater_threat_is_worth_less(dates: dict[str, Any]) -> None:
    values = [concluded(threat=threat(rate), sale_dates=dates).value for rate in (0.0, 0.05, 0.2)]
    assert values == sorted(values, reverse=True)


def test_a_pledgee_counts_on_keeping_or_selling_today() -> None:
    found = concluded(right_value=amount("500000.00"))
    assert found.pledgee_value == pytest.approx(800_000)
    rich = concluded()
    assert rich.pledgee_value == pytest.approx(beside(rich)["static_npv"])


def test_it_is_sold_below_a_level_that_rises_to_the_price() -> None:
    calm = concluded(sale_dates=ANY_TIME, threat=NO_THREAT, payout_yield_share=figure(0.0))
    levels = [each["high"] for each in calm.details["thresholds"]]
    assert len(levels) >= 20, "near today the lattice has no node below the level"
    assert levels == sorted(levels)
    assert levels[-1] < 800_000
