"""Published case of management fees on three bases."""

from collections.abc import Callable
from typing import Any

from leverage.fees import FeeSchedule, fees_by_year

Case = dict[str, Any]


def fee_bases(inputs: Case) -> Case:
    size, down = inputs["fund_size"], inputs["step_down"]
    assert down["basis"] == "committed"
    stepped = FeeSchedule.model_validate(
        {
            "steps": [
                {"from_year": 1, "rate_share": down["rate_first"], "base": "committed"},
                {"from_year": down["years_first"] + 1, "rate_share": down["rate_after"], "base": "committed"},
            ],
            "term_years": down["term"],
        }
    )
    called, value = inputs["called"], inputs["fair_value"]
    return {
        "total_step_down": fees_by_year(stepped, commitment=size).total,
        "total_called_basis": level(size, "called", called["rate"], called["cumulative_called"]),
        "total_fair_value_basis": level(size, "fair_value", value["rate"], value["portfolio_value"]),
    }


def level(size: float, base: str, rate: float, amounts: list[float]) -> float:
    steps = [{"from_year": 1, "rate_share": rate, "base": base}]
    schedule = FeeSchedule.model_validate({"steps": steps, "term_years": len(amounts)})
    return fees_by_year(schedule, commitment=size, bases={base: amounts}).total


ADAPTERS: dict[str, Callable[[Case], Case]] = {"management-fee-bases": fee_bases}
