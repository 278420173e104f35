"""A product with a regulated price and a competitor in sight; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure

#: Draws stand on a coarser lattice.
COARSE = 1e-3


def sample() -> Data:
    return {
        "value_if_launched_today": amount("1000000.00"),
        "launch_cost": amount("900000.00"),
        "cap": amount("1800000.00"),
        "competitor": {"kind": "poisson", "rate_per_year": figure(0.1), "taken_share": figure(0.4)},
        "life_years": figure(5.0),
        "volatility_share": figure(0.35),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.04),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
