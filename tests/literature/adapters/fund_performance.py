"""Published case of a self-evaluation table."""

import datetime
from collections.abc import Callable
from typing import Any

from leverage.performance import EvaluationRequest, evaluate
from leverage.policy import load_policies
from valuation.kernel.fields import parse

Case = dict[str, Any]


def execution_rate(inputs: Case) -> Case:
    """The first row of the table; the other rows are not part of the case and earn nothing here."""
    text = {"zh": "其他指标", "en": "other indicators"}
    common = {"name": text, "unit": text, "target": "1", "reached": "0", "rule": "at_least"}
    request = parse(
        EvaluationRequest,
        {
            "year": 2016,
            "policy_date": datetime.date(2020, 12, 31),
            "budget_cny": f"{inputs['budget_wan_yuan'] * 10_000:.2f}",
            "spent_cny": f"{inputs['executed_wan_yuan'] * 10_000:.2f}",
            "indicators": [
                common | {"id": "output", "dimension": "output", "aspect": "quantity", "points": "50"},
                common | {"id": "effect", "dimension": "effect", "points": "30"},
                common | {"id": "satisfaction", "dimension": "satisfaction", "points": "10"},
            ],
            "decimals": 3,
            "rounding": "half_up",
        },
    )
    found = evaluate(request, policy=load_policies()["performance_self_evaluation_2020"]).rows[0]
    assert found.points == inputs["weight_points"]
    return {"execution_rate": float(found.share), "score": float(found.score)}


ADAPTERS: dict[str, Callable[[Case], Case]] = {"performance-selfeval-execution-rate": execution_rate}
