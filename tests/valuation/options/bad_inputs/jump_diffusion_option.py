"""What the right to launch a value that jumps refuses: changes of its sample, and what the error says."""

from typing import Any

from tests.valuation.asking import amount, figure

BAD: list[tuple[dict[str, Any], str]] = [
    ({"value_if_launched_today": amount("0.00")}, "a number > 0, not 0.00"),
    ({"launch_cost": amount("-1.00")}, "launch_cost"),
    ({"jumps_per_year": figure(-1.0)}, "jumps_per_year"),
    ({"jumps_per_year": figure(6.0)}, "belongs in the volatility"),
    ({"jump_log_deviation": figure(-0.1)}, "jump_log_deviation"),
    ({"life_years": figure(9.6)}, "no more than the 9.496 years to 2030-06-30"),
    ({"volatility_share": figure(0.0001)}, "nodes"),
    ({"payout_yield_share": figure(-0.1)}, "payout_yield_share"),
]
