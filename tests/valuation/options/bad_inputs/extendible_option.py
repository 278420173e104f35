"""Faults in the inputs of the extendible option, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"extended_years": figure(2.0)}, "later than the first date after 2.0 years"),
    ({"extension_fee": amount("-0.01")}, "≥ 0, not -0.01"),
    ({"extended_amount": amount("0.00")}, "> 0"),
    ({"right": "swap"}, "'call'"),
    ({"volatility_share": figure(0.0)}, "volatility_share"),
    ({"first_years": figure(101.0)}, "between 0 and 100, not 101"),
    ({"riskless_rate_share": figure(3.0)}, "between -0.5 and 2, not 3"),
]
