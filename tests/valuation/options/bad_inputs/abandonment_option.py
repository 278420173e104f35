"""What the right to sell refuses: changes of its sample, and what the error says."""

from typing import Any

from tests.valuation.asking import amount, figure

BAD: list[tuple[dict[str, Any], str]] = [
    ({"right_value": amount("0.00")}, "a number > 0, not 0.00"),
    ({"salvage": amount("-5.00")}, "salvage"),
    ({"sale_dates": {"kind": "per_year", "dates_per_year": 0}}, "sale_dates.dates_per_year"),
    ({"sale_dates": {"kind": "per_year"}}, "sale_dates.dates_per_year"),
    ({"sale_dates": {"kind": "weekly"}}, "sale_dates"),
    ({"life_years": figure(0.0)}, "life_years"),
    ({"life_years": figure(20.0)}, "no more than the 9.496 years to 2030-06-30"),
    ({"volatility_share": figure(40.0)}, "between 0 and 3, not 40"),
    ({"payout_yield_share": figure(-0.01)}, "payout_yield_share"),
    ({"threat": {"kind": "constant", "rate_per_year": figure(0.1)}}, "threat.recovery_share"),
]
