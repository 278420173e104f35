"""Published cases of rights that are used once: sold, launched, paid at a level, each through its own method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]
#: The sources print whole numbers; in ten thousands the money of a request has cents to spare.
UNIT = 10_000


def amount(number: float) -> Case:
    return {"value": f"{number * UNIT:.2f}"} | CASE


def longstaff_schwartz_table(inputs: Case) -> Case:
    """The put is what the choice to sell adds to a right without payouts."""
    outputs = {}
    for spot in inputs["spots"]:
        for volatility in inputs["vols"]:
            stated = {
                "right_value": amount(spot),
                "salvage": amount(inputs["strike"]),
                "sale_dates": {"kind": "per_year", "dates_per_year": inputs["exercise_dates_per_year"]},
                "life_years": figure(inputs["maturity_years"]),
                "volatility_share": figure(volatility),
                "riskless_rate_share": figure(inputs["riskfree_cc"]),
                "rate_compounding": "continuous",
                "payout_yield_share": figure(inputs["dividend"]),
                "threat": NOT_IN_CASE,
            }
            paper = appraised("abandonment_option", stated).papers()["abandonment_option"]
            where = f"S{spot}_vol{round(100 * volatility)}"
            outputs[f"american_{where}"] = paper.value("option_premium") / UNIT
            outputs[f"european_{where}"] = paper.value("european_option") / UNIT
    return outputs


def perpetual_threshold(inputs: Case) -> Case:
    stated = {
        "project_value": amount(inputs["project_value"]),
        "investment": amount(inputs["investment"]),
        "volatility_share": figure(inputs["volatility"]),
        "riskless_rate_share": figure(inputs["riskfree"]),
        "rate_compounding": "continuous",
        "payout_yield_share": figure(inputs["payout_yield"]),
        "threat": NOT_IN_CASE,
        "threat_applies": "while_waiting",
    }
    paper = appraised("perpetual_threshold", stated).papers()["perpetual_threshold"]
    return {
        "beta_1": paper.value("beta_1"),
        "threshold_V": paper.value("threshold_value") / UNIT,
        "option_value": paper.value("value") / UNIT,
    }


def milestone(inputs: Case) -> Case:
    outputs = {}
    for number, case in enumerate(inputs["cases"], start=1):
        stated = {
            "current_value": amount(case["spot"]),
            "level": amount(inputs["level"]),
            "direction": "from_below" if case["spot"] < inputs["level"] else "from_above",
            "payment": amount(inputs["payment"]),
            "payment_time": "at_hit",
            "life_years": figure(inputs["years"]),
            "volatility_share": figure(inputs["volatility"]),
            "riskless_rate_share": figure(inputs["riskfree_cc"]),
            "rate_compounding": "continuous",
            "payout_yield_share": figure(case["dividend_yield"]),
            "threat": NOT_IN_CASE,
        }
        outputs[f"case{number}"] = appraised("milestone_at_hit", stated).reconciled.value / UNIT
    return outputs


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "longstaff-schwartz-table1-T1": longstaff_schwartz_table,
    "dixit-pindyck-basic-threshold": perpetual_threshold,
    "haug-milestone-cash-at-hit": milestone,
}
