"""Small complete requests that the tests of valuation vary; every number is invented and graded so."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from valuation.appraisal import Appraisal, appraise, request_model
from valuation.kernel.fields import parse

Data = dict[str, Any]
REASON = {"grade": "assumed", "reason": "chosen for the test"}

DATES = {"valuation_date": "2020-12-31", "policy_date": "2020-12-31", "report_date": "2021-03-31"}
PATENT = {
    "kind": "patent",
    "name": "发明专利示例",
    "patent_kind": "invention",
    "number": "ZL201010000000.0",
    "jurisdiction": "CN",
    "expiry_date": "2030-06-30",
}
VARIETY = {
    "kind": "plant_variety",
    "name": "橡胶树示例",
    "species": "Hevea brasiliensis",
    "variety_group": "vine_or_tree",
    "jurisdiction": "CN",
    "territory": "Hainan",
}
NO_SURVIVAL = {"kind": "none", "reason": "left out in this test"}
NO_AMORTISATION = {"kind": "none", "reason": "left out in this test"}


def figure(value: float, **more: Any) -> Data:
    return {"value": value} | REASON | more


def amount(value: str, **more: Any) -> Data:
    return {"value": value} | REASON | more


def series(values: Sequence[object], **more: Any) -> Data:
    return {"values": list(values)} | REASON | more


def amounts(*values: float | str) -> Data:
    return series([value if isinstance(value, str) else f"{value:.2f}" for value in values])


def relief(years: int = 5, **changes: Any) -> Data:
    """Relief from royalty over level revenue of one million a year."""
    data = {
        "revenue": amounts(*["1000000.00"] * years),
        "first_year_end": "2021-12-31",
        "royalty_rate_share": figure(0.05),
        "owner_cost": amounts(*["0.00"] * years),
        "tax_rate_share": figure(0.25),
        "discount_rate_share": figure(0.12),
        "timing": "year_end",
        "survival": NO_SURVIVAL,
        "tax_amortisation": NO_AMORTISATION,
    }
    return data | changes


def cost(**changes: Any) -> Data:
    """Replacement cost of two items, less three losses."""
    items = [
        {"name": "人工", "amount": amount("120000.00"), "price_index_ratio": figure(1.1)},
        {"name": "材料", "amount": amount("30000.00"), "price_index_ratio": figure(1.0)},
    ]
    obsolescence = {
        "combination": "multiplicative",
        "physical_share": figure(0.2),
        "functional_share": figure(0.1),
        "economic_share": figure(0.0),
    }
    return {"items": items, "developer_profit_share": figure(0.1), "obsolescence": obsolescence} | changes


def market(**changes: Any) -> Data:
    """Three comparable licences with two adjustments each."""
    rows = [("甲", "90000.00", 1.1, 0.95, 0.5), ("乙", "130000.00", 0.9, 1.0, 0.3), ("丙", "110000.00", 1.0, 1.2, 0.2)]
    comparables = [
        {
            "name": name,
            "traded_on": "2019-06-30",
            "price": amount(price),
            "quantity": figure(1.0),
            "adjustments": {"时间": {"factor": figure(first)}, "地域": {"factor": figure(second)}},
            "weight_share": weight,
            "weight_reason": "similarity to the subject",
            "related_parties": False,
        }
        for name, price, first, second, weight in rows
    ]
    return {"comparables": comparables, "subject_quantity": figure(1.0), "average": "geometric"} | changes


def option(**changes: Any) -> Data:
    """The right to launch a product that would lose money today."""
    return {
        "value_if_launched_today": amount("100000.00"),
        "launch_cost": amount("120000.00"),
        "life_years": figure(9.0),
        "volatility_share": figure(0.35),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "continuous",
        "value_decay": "linear_with_life",
    } | changes


def asked(methods: Data, **changes: Any) -> Data:
    """A request that weights its methods equally."""
    weights = {name: {"share": 1 / len(methods), "reason": "equal weights in this test"} for name in methods}
    data = {
        "dates": DATES,
        "currency": "CNY",
        "subject": PATENT,
        "methods": methods,
        "reconciliation": {"weights": weights, "maximum_ratio": 1000.0},
    }
    return copy.deepcopy(data | changes)


def answered(methods: Data, **changes: Any) -> Appraisal:
    return appraise(parse(request_model(), asked(methods, **changes)))
