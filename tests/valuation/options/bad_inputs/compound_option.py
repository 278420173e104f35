"""Faulty inputs of the compound option."""

from tests.valuation.asking import figure
from tests.valuation.test_bad_inputs import GONE

BAD = [
    ({"value_today.value": "0.00"}, "a number > 0, not 0"),
    ({"first_right.strike.value": "-1.00"}, "a number ≥ 0, not -1"),
    ({"second_right.strike.value": "0.00"}, "a number > 0, not 0"),
    ({"first_right.decided_in_years.value": 0.0}, "first_right.decided_in_years"),
    ({"second_right.decided_after_years.value": -1.0}, "second_right.decided_after_years"),
    ({"second_right.decided_after_years.value": 8.0}, "no more than the 9.496 years to 2030-06-30"),
    ({"first_right.side": "straddle"}, "'call' or 'put'"),
    ({"volatility_share.value": 40.0}, "between 0 and 3, not 40"),
    ({"rate_compounding": "daily"}, "'continuous'"),
    ({"threat": GONE}, "threat"),
    ({"threat.recovery_share.value": 1.5}, "between 0 and 1, not 1.5"),
    ({"real_growth_share": figure(7.0)}, "between -1 and 2, not 7"),
]
