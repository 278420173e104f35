"""Faults in the inputs of staged research, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"cash_flow_per_year": amount("0.00")}, "> 0"),
    ({"cost_to_completion": amount("-1.00")}, "> 0, not -1.00"),
    ({"investment_per_year": amount("0.00")}, "> 0"),
    ({"volatility_share": figure(35.0)}, "between 0 and 3, not 35"),
    ({"cost_uncertainty_share": figure(50.0)}, "between 0 and 2, not 50"),
    ({"catastrophe_per_year": figure(-0.1)}, "between 0 and 5, not -0.1"),
    ({"correlation": figure(1.0)}, "between -0.9 and 0.9, not 1"),
    ({"terminal_multiple": figure(-1.0)}, "between 0 and 1000"),
    ({"real_drift_share": figure(2.0)}, "between -1 and 1, not 2"),
    ({"decisions_per_year": 52}, "less than or equal to 12"),
    ({"decisions_per_year": 0}, "greater than or equal to 1"),
    ({"patent_life_years": figure(40.0)}, "no more than the 9.496 years to 2030-06-30"),
    ({"threat_after_completion": {"kind": "constant", "rate_per_year": figure(0.1)}}, "a value"),
    ({"rate_compounding": "daily"}, "'continuous'"),
]
