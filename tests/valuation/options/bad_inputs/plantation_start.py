"""What the right to plant refuses."""

from __future__ import annotations

from tests.valuation.asking import Data, amount, amounts, figure, series
from tests.valuation.options.samples.plantation_start import sample

LAND = sample()["plantation"]
HISTORY = sample()["processes"]
WALK = {"growth_share": figure(0.01), "volatility_share": figure(0.2)}

BAD: list[tuple[Data, str]] = [
    ({"crop_price": amount("0.00")}, "crop_price"),
    ({"right_years": 0}, "right_years"),
    ({"plantation": LAND | {"yield_tons_per_hectare": series([0.0, 0.0])}}, "one harvest at least"),
    ({"plantation": LAND | {"yield_tons_per_hectare": series([1.0] * 61)}}, "at most 60"),
    ({"plantation": LAND | {"planting_cost_per_hectare": amount("-1.00")}}, "planting_cost_per_hectare"),
    ({"processes": HISTORY | {"prices": amounts(*["9000.00"] * 19)}}, "at least 20"),
    ({"processes": HISTORY | {"prices": amounts(*["9000.00"] * 30)}}, "do not vary"),
    ({"processes": HISTORY | {"first_day": "1990-12-31"}}, "up to the valuation date"),
    ({"processes": HISTORY | {"terms": "deflated"}}, "in the terms of money_terms"),
    ({"processes": HISTORY | {"choice": "random_walk"}}, "why the data's choice is overruled"),
    (
        {"processes": {"kind": "stated", "random_walk": WALK, "default": "mean_reversion", "reason": "invented"}},
        "a process that is stated",
    ),
    ({"threat_strikes": "right_to_plant"}, "right to plant that is struck is gone"),
    ({"price_risk": {"kind": "futures", "price": amount("9000.00"), "maturity_years": figure(0.0)}}, "maturity_years"),
]
