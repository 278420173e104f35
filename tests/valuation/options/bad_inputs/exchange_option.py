"""Faults in the inputs of the exchange option, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"value_received": amount("0.00")}, "> 0"),
    ({"value_given": None}, "value_given"),
    ({"correlation": figure(1.2)}, "between -1 and 1, not 1.2"),
    ({"correlation": figure(1.0), "volatility_given_share": figure(0.4)}, "two values that can move apart"),
    ({"volatility_received_share": figure(0.0)}, "volatility_received_share"),
    ({"payout_given_share": figure(3.0)}, "between 0 and 2, not 3"),
    ({"real_growth_given_share": figure(0.02)}, "the growth of both, or of neither"),
    ({"life_years": figure(float("inf"))}, "finite"),
]
