"""Published cases of the market approach, computed through the methods from their inputs alone."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from tests.literature.adapters.valuation import appraised, figure

Case = dict[str, Any]
REASON = "stated by the published case"


def amount(value: float) -> Case:
    return {"value": f"{value:.2f}", "grade": "assumed", "reason": REASON}


def three_comparables(inputs: Case) -> Case:
    """The page divides by what a comparable has too much of; the grid multiplies by the inverse."""
    count = len(inputs["unit_price_cny_per_m2"])
    comparables = [
        {
            "name": f"comparable {index + 1}",
            "traded_on": "2020-06-30",
            "price": amount(inputs["unit_price_cny_per_m2"][index]),
            "quantity": figure(1.0),
            "adjustments": {
                "a transaction": {"factor": figure(1 / (1 + inputs["transaction_deviation_share"][index]))},
                "b market": {"factor": figure(prod(inputs["monthly_price_index"][index]))},
                "c property": {"factor": figure(1 / _scored(inputs, index))},
            },
            "weight_share": 1 / count,
            "weight_reason": "the page takes the simple mean",
            "related_parties": False,
        }
        for index in range(count)
    ]
    stated = {"comparables": comparables, "subject_quantity": figure(inputs["subject_area_m2"])}
    answer = appraised("comparable_transactions", stated | {"average": inputs["average"]}, currency="CNY")
    paper = answer.papers()["comparable_transactions"]
    return {
        "market_condition_factor": list(paper.row("adjustment_2")),
        "adjusted_price_cny_per_m2": list(paper.row("adjusted_price")),
        "mean_price_cny_per_m2": paper.value("central_unit_price"),
        "value_wan_cny": paper.value("value") / 10_000,
    }


def _scored(inputs: Case, index: int) -> float:
    return sum(w * s for w, s in zip(inputs["property_weight_share"], inputs["property_score"][index], strict=True))


def brand_by_multiples(inputs: Case) -> Case:
    def company(key: str) -> Case:
        names = {"equity_value": "equity", "debt": "debt", "cash": "cash", "sales": "sales"}
        names |= {"ebitda": "ebitda", "capital": "capital"}
        return {"name": key} | {name: amount(inputs[f"{key}_{word}_musd"]) for name, word in names.items()}

    drivers = ("sales", "ebitda", "capital")
    stated = {
        "branded": company("brand"),
        "generics": [company("generic") | {"weight_share": 1, "weight_reason": "the only one of the case"}],
        "multiples": {
            each: {"weight_share": int(each == "sales"), "reason": "not weighted by the case"} for each in drivers
        },
    }
    paper = appraised("enterprise_multiples", stated).papers()["enterprise_multiples"]
    enterprise = paper.row("enterprise_value")
    found: Case = {"brand_ev_musd": enterprise[0], "generic_ev_musd": enterprise[1]}
    for each in drivers:
        branded, generic = paper.row(f"ev_to_{each}")
        found |= {f"brand_ev_to_{each}": branded, f"generic_ev_to_{each}": generic}
    return found


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "cn-land-three-comparables-20797": three_comparables,
    "damodaran-brand-market-multiples": brand_by_multiples,
}
