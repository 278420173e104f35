"""A product that may be had for a plant whose cost is uncertain; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "value_received": amount("900000.00"),
        "value_given": amount("800000.00"),
        "life_years": figure(3.0),
        "volatility_received_share": figure(0.4),
        "volatility_given_share": figure(0.2),
        "correlation": figure(0.3),
        "payout_received_share": figure(0.08),
        "payout_given_share": figure(0.03),
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.2)},
    }
