"""Faults in the inputs of the European shortcut, each with what its error must hold."""

from tests.valuation.asking import amount, figure

BAD = [
    ({"right": "straddle"}, "right: found 'straddle'"),
    ({"asset_value": amount("0.00")}, "asset_value: found"),
    ({"exercise_amount": amount("-1.00")}, "exercise_amount"),
    ({"life_years": figure(-1.0)}, "life_years"),
    ({"volatility_share": figure(35.0)}, "between 0 and 3, not 35"),
    ({"payout_yield_share": figure(-0.1)}, "between 0 and 2, not -0.1"),
    ({"threat": {"kind": "constant", "rate_per_year": figure(0.1), "recovery_share": figure(1.5)}}, "recovery_share"),
    ({"threat": {"kind": "none"}}, "reason"),
    ({"real_growth_share": figure(5.0)}, "between -1 and 2, not 5"),
    ({"rate_compounding": "monthly"}, "'continuous'"),
]
