"""Published cases of an exchange of one uncertain value for another, through the exchange option."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]


def exchange(inputs: Case) -> Case:
    stated = {
        "value_received": {"value": f"{inputs['value_received']:.2f}"} | CASE,
        "value_given": {"value": f"{inputs['asset_given']:.2f}"} | CASE,
        "life_years": figure(inputs["years"]),
        "volatility_received_share": figure(inputs["vol_received"]),
        "volatility_given_share": figure(inputs["vol_given"]),
        "correlation": figure(inputs["correlation"]),
        "payout_received_share": figure(inputs["yield_received"]),
        "payout_given_share": figure(inputs["yield_given"]),
        "threat": NOT_IN_CASE,
    }
    paper = appraised("exchange_option", stated).papers()["exchange_option"]
    return {name: paper.value(name) for name in ("value", "delta_received", "delta_given")}


ADAPTERS: dict[str, Callable[[Case], Case]] = {"rubinstein-exchange-half-year": exchange}
