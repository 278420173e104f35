"""A project to be expanded or sold, to be decided in a year; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "asset_value": amount("1000000.00"),
        "choice_years": figure(1.0),
        "acquiring": {"amount": amount("1100000.00"), "life_years": figure(3.0)},
        "giving_up": {"amount": amount("900000.00"), "life_years": figure(2.0)},
        "volatility_share": figure(0.35),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.05),
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.2)},
        "real_growth_share": figure(0.04),
    }
