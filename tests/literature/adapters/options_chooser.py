"""The published case of a choice between two rights, through the chooser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]


def simple_chooser(inputs: Case) -> Case:
    right = {"amount": {"value": f"{inputs['strike']:.2f}"} | CASE, "life_years": figure(inputs["expiry_years"])}
    stated = {
        "asset_value": {"value": f"{inputs['spot']:.2f}"} | CASE,
        "choice_years": figure(inputs["choice_years"]),
        "acquiring": right,
        "giving_up": right,
        "volatility_share": figure(inputs["volatility"]),
        "riskless_rate_share": figure(inputs["riskfree_cc"]),
        "rate_compounding": "continuous",
        "payout_yield_share": figure(inputs["dividend_yield"]),
        "threat": NOT_IN_CASE,
    }
    return {"value": appraised("chooser_option", stated).papers()["chooser_option"].value("value")}


ADAPTERS: dict[str, Callable[[Case], Case]] = {"haug-simple-chooser": simple_chooser}
