"""Faulty inputs of the sequential exchange."""

from tests.valuation.test_bad_inputs import GONE

BAD = [
    ({"value_today.value": "0.00"}, "a number > 0, not 0"),
    ({"cost_today.value": "-1.00"}, "a number > 0, not -1"),
    ({"first_part_share.value": 15.0}, "between 0 and 10, not 15"),
    ({"first_in_years.value": 0.0}, "first_in_years"),
    ({"second_after_years.value": 8.0}, "no more than the 9.496 years to 2030-06-30"),
    ({"correlation.value": 1.0}, "between -0.999 and 0.999, not 1"),
    ({"value_volatility_share.value": 40.0}, "between 0 and 3, not 40"),
    ({"cost_volatility_share.value": -0.1}, "between 0 and 3, not -0.1"),
    ({"cost_payout_share": GONE}, "cost_payout_share"),
]
