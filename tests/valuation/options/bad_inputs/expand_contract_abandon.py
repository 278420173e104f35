"""Faults in the inputs of expanding, contracting and abandoning, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"project_value": amount("0.00")}, "> 0"),
    ({"expansion": None, "contraction": None, "abandonment": None}, "expansion, contraction or abandonment"),
    ({"expansion.cost": amount("-1.00")}, "≥ 0, not -1.00"),
    ({"expansion.scale_up_share": figure(0.0)}, "> 0"),
    ({"contraction.scale_down_share": figure(1.4)}, "between 0 and 1, not 1.4"),
    ({"abandonment.salvage": amount("-600000.00")}, "≥ 0, not -600000.00"),
    ({"decisions_per_year": 13}, "less than or equal to 12"),
    ({"life_years": figure(30.0)}, "no more than the 9.49"),
    ({"volatility_share": figure(40.0)}, "between 0 and 3, not 40"),
]
