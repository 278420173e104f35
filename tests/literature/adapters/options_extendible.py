"""The published case of a right that its holder may extend for a fee, through the extendible option."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]


def _money(number: float) -> Case:
    return {"value": f"{number:.2f}"} | CASE


def holder_extendible(inputs: Case) -> Case:
    stated = {
        "right": inputs["type"],
        "asset_value": _money(inputs["spot"]),
        "exercise_amount": _money(inputs["first_strike"]),
        "first_years": figure(inputs["first_expiry_years"]),
        "extended_amount": _money(inputs["extended_strike"]),
        "extended_years": figure(inputs["extended_expiry_years"]),
        "extension_fee": _money(inputs["extension_fee"]),
        "volatility_share": figure(inputs["volatility"]),
        "riskless_rate_share": figure(inputs["riskfree_cc"]),
        "rate_compounding": "continuous",
        "payout_yield_share": figure(inputs["dividend_yield"]),
        "threat": NOT_IN_CASE,
    }
    return {"value": appraised("extendible_option", stated).papers()["extendible_option"].value("value")}


ADAPTERS: dict[str, Callable[[Case], Case]] = {"haug-holder-extendible": holder_extendible}
