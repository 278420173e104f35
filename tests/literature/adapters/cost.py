"""Published cases of the replacement cost method, computed through the whole appraisal from their inputs alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import appraised, figure

Case = dict[str, Any]
REASON = "stated by the published case"


def life_used_up(inputs: Case) -> Case:
    """The case knows one loss only, life used up; the others are stated as zero."""
    used, left = inputs["years_used"], inputs["years_left"]
    cost = {"value": f"{inputs['replacement_cost_wan_cny'] * 10_000:.2f}", "grade": "assumed", "reason": REASON}
    stated = {
        "items": [{"name": "重置成本", "amount": cost, "price_index_ratio": figure(1.0)}],
        "developer_profit_share": figure(0.0),
        "obsolescence": {
            "combination": "multiplicative",
            "physical_share": figure(used / (used + left)),
            "functional_share": figure(0.0),
            "economic_share": figure(0.0),
        },
    }
    paper = appraised("replacement_cost", stated, currency="CNY").papers()["replacement_cost"]
    return {
        "obsolescence_share": 1 - paper.value("remaining_share"),
        "value_wan_cny": paper.value("value") / 10_000,
    }


ADAPTERS: dict[str, Callable[[Case], Case]] = {"cn-patent-replacement-cost-45": life_used_up}
