"""A milestone on sales that must grow by half; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "current_value": amount("20000000.00"),
        "level": amount("30000000.00"),
        "direction": "from_below",
        "payment": amount("5000000.00"),
        "payment_time": "at_hit",
        "life_years": figure(5.0),
        "volatility_share": figure(0.3),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.04),
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.0)},
    }
