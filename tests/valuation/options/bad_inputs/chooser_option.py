"""Faults in the inputs of the chooser, each with what its error must hold."""

from tests.valuation.asking import amount, figure

RIGHT = {"amount": amount("900000.00"), "life_years": figure(2.0)}

BAD = [
    ({"acquiring": RIGHT | {"life_years": figure(0.5)}}, "later than the choice after 1.0 years"),
    ({"giving_up": RIGHT | {"life_years": figure(1.0)}}, "later than the choice after 1.0 years"),
    ({"acquiring": RIGHT | {"amount": amount("0.00")}}, "> 0"),
    ({"giving_up": None}, "giving_up"),
    ({"choice_years": figure(0.0)}, "choice_years"),
    ({"asset_value": amount("-5.00")}, "> 0, not -5.00"),
    ({"payout_yield_share": figure(7.0)}, "between 0 and 2, not 7"),
]
