"""A season of a licensed crop, sown only if it covers its inputs; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "revenue_value": amount("900000.00"),
        "input_value": amount("600000.00"),
        "fixed_cost": amount("250000.00"),
        "life_years": figure(2.0),
        "revenue_volatility_share": figure(0.35),
        "input_volatility_share": figure(0.25),
        "correlation": figure(0.4),
        "revenue_payout_share": figure(0.05),
        "input_payout_share": figure(0.03),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "threat": {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.2)},
    }
