"""The published case of options on the better of two values, through the option on two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]


def _money(number: float) -> Case:
    return {"value": f"{number:.2f}"} | CASE


def rainbow(inputs: Case) -> Case:
    stated = {
        "of": "best",
        "first_value": _money(inputs["s1"]),
        "second_value": _money(inputs["s2"]),
        "fixed_amount": _money(inputs["strike"]),
        "life_years": figure(inputs["years"]),
        "first_volatility_share": figure(inputs["vol1"]),
        "second_volatility_share": figure(inputs["vol2"]),
        "correlation": figure(inputs["correlation"]),
        "first_payout_share": figure(inputs["yield1"]),
        "second_payout_share": figure(inputs["yield2"]),
        "riskless_rate_share": figure(inputs["riskfree_cc"]),
        "rate_compounding": "continuous",
        "threat": NOT_IN_CASE,
    }
    found = {}
    for right in ("call", "put"):
        paper = appraised("best_of_two", stated | {"right": right}).papers()["best_of_two"]
        found[f"{right}_on_max"] = paper.value("value")
    return found


ADAPTERS: dict[str, Callable[[Case], Case]] = {"haug-rainbow-max": rainbow}
