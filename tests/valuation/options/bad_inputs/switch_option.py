"""Faults in the inputs of the switch option, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"fixed_cost": amount("-1.00")}, "≥ 0, not -1.00"),
    ({"fixed_cost": None}, "fixed_cost"),
    ({"input_value": amount("0.00")}, "> 0"),
    ({"correlation": figure(2.0)}, "between -1 and 1, not 2"),
    ({"input_volatility_share": figure(-0.2)}, "input_volatility_share"),
    ({"real_growth_input_share": figure(0.0)}, "the growth of both, or of neither"),
    ({"revenue_value": figure(900000.0)}, "revenue_value"),
]
