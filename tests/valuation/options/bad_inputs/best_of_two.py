"""Faults in the inputs of the option on the better of two, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"of": "middle"}, "'best'"),
    ({"fixed_amount": None, "right": "put"}, "the amount that a put receives"),
    ({"fixed_amount": amount("0.00")}, "> 0"),
    ({"correlation": figure(-1.01)}, "between -1 and 1, not -1.01"),
    ({"correlation": figure(1.0), "second_volatility_share": figure(0.4)}, "two values that can move apart"),
    ({"real_growth_second_share": figure(0.1)}, "the growth of both, or of neither"),
    ({"second_value": None}, "second_value"),
    ({"first_volatility_share": figure(4.0)}, "between 0 and 3, not 4"),
]
