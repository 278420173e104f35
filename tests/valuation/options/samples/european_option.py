"""A right to buy in a patented product in four years; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "right": "call",
        "asset_value": amount("900000.00"),
        "exercise_amount": amount("800000.00"),
        "life_years": figure(4.0),
        "volatility_share": figure(0.35),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.07),
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.2)},
        "real_growth_share": figure(0.05),
    }
