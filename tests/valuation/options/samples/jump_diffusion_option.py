"""A product whose value falls with bad news; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure

#: Draws are the limit of fewer dates.
COARSE = 1e-3


def sample() -> Data:
    return {
        "value_if_launched_today": amount("1000000.00"),
        "launch_cost": amount("900000.00"),
        "life_years": figure(4.0),
        "volatility_share": figure(0.35),
        "jumps_per_year": figure(0.5),
        "jump_log_mean": figure(-0.1),
        "jump_log_deviation": figure(0.25),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.06),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
