"""What the capped right to launch refuses: changes of its sample, and what the error says."""

from typing import Any

from tests.valuation.asking import amount, figure

NOBODY = {"kind": "none", "reason": "left out in this test"}

BAD: list[tuple[dict[str, Any], str]] = [
    ({"cap": amount("900000.00")}, "more than the launch cost"),
    ({"cap": None, "competitor": NOBODY}, "neither cap nor competitor"),
    (
        {"competitor": {"kind": "poisson", "rate_per_year": figure(0.1), "taken_share": figure(1.0)}},
        "between 0 and 0.95, not 1",
    ),
    ({"competitor": {"kind": "none"}}, "competitor.reason"),
    ({"value_if_launched_today": amount("0.00")}, "a number > 0, not 0.00"),
    ({"life_years": figure(10.0)}, "no more than the 9.496 years to 2030-06-30"),
    ({"payout_yield_share": figure(5.0)}, "payout_yield_share"),
]
