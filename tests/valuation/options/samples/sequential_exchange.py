"""A trial priced at a share of an uncertain plant; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "value_today": amount("1000000.00"),
        "cost_today": amount("900000.00"),
        "first_part_share": figure(0.15),
        "first_in_years": figure(2.0),
        "second_after_years": figure(3.0),
        "value_volatility_share": figure(0.4),
        "cost_volatility_share": figure(0.2),
        "correlation": figure(0.3),
        "value_payout_share": figure(0.02),
        "cost_payout_share": figure(0.03),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
