"""The published spreads above a fixed cost, through the switch option.

The source prints an approximation (Kirk); what is compared is the exact value, which lies within its tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]


def _money(number: float) -> Case:
    return {"value": f"{number:.2f}"} | CASE


def spread(inputs: Case) -> Case:
    """A futures price does not grow, so each yields the riskless rate."""
    rate = inputs["riskfree_cc"]
    stated = {
        "revenue_value": _money(inputs["futures1"]),
        "input_value": _money(inputs["futures2"]),
        "fixed_cost": _money(inputs["fixed_cost"]),
        "revenue_payout_share": figure(rate),
        "input_payout_share": figure(rate),
        "riskless_rate_share": figure(rate),
        "rate_compounding": "continuous",
        "threat": NOT_IN_CASE,
    }
    found = {}
    for number, case in enumerate(inputs["cases"], start=1):
        terms = {
            "life_years": figure(case["years"]),
            "revenue_volatility_share": figure(case["vol1"]),
            "input_volatility_share": figure(case["vol2"]),
            "correlation": figure(case["rho"]),
        }
        paper = appraised("switch_option", stated | terms).papers()["switch_option"]
        found[f"case{number}"] = paper.value("value")
    return found


ADAPTERS: dict[str, Callable[[Case], Case]] = {"haug-spread-with-fixed-cost": spread}
