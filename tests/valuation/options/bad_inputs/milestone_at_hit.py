"""What the milestone refuses: changes of its sample, and what the error says."""

from typing import Any

from tests.valuation.asking import amount, figure

BAD: list[tuple[dict[str, Any], str]] = [
    ({"current_value": amount("0.00")}, "a number > 0, not 0.00"),
    ({"level": amount("-1.00")}, "level"),
    ({"payment": amount("0.00")}, "payment"),
    ({"direction": "sideways"}, "direction"),
    ({"payment_time": "later"}, "payment_time"),
    ({"life_years": figure(12.0)}, "no more than the 9.496 years to 2030-06-30"),
    (
        {"threat": {"kind": "constant", "rate_per_year": figure(0.1), "recovery_share": figure(0.5)}},
        "an ended milestone is not owed",
    ),
    ({"riskless_rate_share": figure(-0.6)}, "riskless_rate_share"),
    ({"volatility_share": figure(-0.3)}, "volatility_share"),
]
