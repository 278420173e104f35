"""A trial that opens the right to launch; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "value_today": amount("1000000.00"),
        "first_right": {"side": "call", "strike": amount("150000.00"), "decided_in_years": figure(2.0)},
        "second_right": {"side": "call", "strike": amount("900000.00"), "decided_after_years": figure(3.0)},
        "volatility_share": figure(0.4),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.02),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
