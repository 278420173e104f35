"""A right to invest that may be lost, in a project that may end; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "project_value": amount("1000000.00"),
        "investment": amount("900000.00"),
        "volatility_share": figure(0.3),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.05),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.4)},
        "threat_applies": "while_waiting_and_after",
    }
