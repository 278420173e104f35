"""A right that a buyer takes over at four dates a year; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure

#: Draws stand on a lattice, one valuation on quadrature.
COARSE = 5e-4


def sample() -> Data:
    return {
        "right_value": amount("1000000.00"),
        "salvage": amount("800000.00"),
        "sale_dates": {"kind": "per_year", "dates_per_year": 4},
        "life_years": figure(2.0),
        "volatility_share": figure(0.4),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.05),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
