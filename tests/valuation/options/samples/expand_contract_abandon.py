"""A project with all three choices; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "project_value": amount("1000000.00"),
        "expansion": {"cost": amount("300000.00"), "scale_up_share": figure(0.5)},
        "contraction": {"savings": amount("250000.00"), "scale_down_share": figure(0.4)},
        "abandonment": {"salvage": amount("600000.00")},
        "decisions_per_year": 2,
        "life_years": figure(3.0),
        "volatility_share": figure(0.4),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.06),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
