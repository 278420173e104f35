"""A small rubber plantation with 40 yearly prices; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, amounts, figure, series

PRICES = (
    "15600 20400 10400 10400 13100 16600 17100 20600 18500 18100 16500 12000 10000 11300 10100 13500 16700 21600 18000 "
    "20900 14800 11700 11800 12400 8800 6700 8400 7700 11000 12000 12600 12800 14900 13400 16000 13100 12100 10400 "
    "12100 12000"
).split()


def sample() -> Data:
    return {
        "crop_price": amount("11000.00"),
        "plantation": {
            "area_hectares": figure(40.0),
            "planting_cost_per_hectare": amount("28000.00"),
            "years_to_bearing": 6,
            "yield_tons_per_hectare": series([0.6, 1.0, 1.3, 1.5, 1.5, 1.4, 1.2, 1.0]),
            "production_cost_per_ton": amount("5600.00"),
            "upkeep_per_hectare_year": amount("900.00"),
            "cost_growth_share": figure(0.01),
        },
        "right_years": 8,
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "money_terms": "nominal",
        "processes": {
            "kind": "fitted",
            "prices": amounts(*[f"{price}.00" for price in PRICES]),
            "prices_per_year": 1,
            "first_day": "1981-12-31",
            "terms": "nominal",
            "choice": "by_data",
        },
        "price_risk": {"kind": "market_price_of_risk", "per_volatility": figure(0.1)},
        "threat": {"kind": "constant", "rate_per_year": figure(0.02), "recovery_share": figure(0.3)},
        "threat_strikes": "right_and_trees",
    }
