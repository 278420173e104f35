"""A licence option that may be extended for a fee after two years; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "right": "call",
        "asset_value": amount("1000000.00"),
        "exercise_amount": amount("1050000.00"),
        "first_years": figure(2.0),
        "extended_amount": amount("1100000.00"),
        "extended_years": figure(3.5),
        "extension_fee": amount("60000.00"),
        "volatility_share": figure(0.35),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.05),
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.2)},
        "real_growth_share": figure(0.04),
    }
