"""A licence to the better of two indications for a fixed price; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "right": "call",
        "of": "best",
        "first_value": amount("900000.00"),
        "second_value": amount("800000.00"),
        "fixed_amount": amount("1000000.00"),
        "life_years": figure(3.0),
        "first_volatility_share": figure(0.4),
        "second_volatility_share": figure(0.3),
        "correlation": figure(0.3),
        "first_payout_share": figure(0.06),
        "second_payout_share": figure(0.02),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.2)},
    }
