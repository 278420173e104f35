"""A patent with five fees to come, stated so that they scale with the currency; the numbers are invented."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    return {
        "yearly_return": amount("6000.00"),
        "return_growth_share": figure(-0.08),
        "risk_premium_share": figure(0.02),
        "fluctuation": {"kind": "lognormal", "volatility_share": figure(0.4)},
        "obsolescence_per_year": figure(0.05),
        "fees": {
            "kind": "stated",
            "amounts": [amount(text) for text in ("4000.00", "4000.00", "6000.00", "6000.00", "6000.00")],
        },
        "next_fee_in_years": figure(0.5),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
