"""One complete request for each market method; the numbers are invented and graded so."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from tests.valuation.asking import DATES, PATENT, Data, amount, amounts, answered, cost, figure
from valuation.assets.patent import Patent
from valuation.catalogue import methods
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.fields import Dates, parse
from valuation.kernel.method import Setting


def setting() -> Setting:
    return Setting(parse(Patent, PATENT), parse(Dates, DATES), "CNY")


def weighted(name: str, weight: float, **changes: Any) -> Data:
    """What every line of a grid states."""
    return {
        "name": name,
        "adjustments": {"地域": {"factor": figure(1.1)}},
        "weight_share": weight,
        "weight_reason": "similarity to the subject",
        "related_parties": False,
    } | changes


def licence(name: str = "甲", weight: float = 1.0, **changes: Any) -> Data:
    """Level sales of one million for five years at 5 %, nothing else."""
    years = len(changes["sales"]["values"]) if "sales" in changes else 5
    data = weighted(name, weight) | {
        "signed_on": "2018-06-30",
        "sales": amounts(*[1_000_000] * years),
        "entry_fee": amount("0.00"),
        "running_rate_share": figure(0.05),
        "minimum_royalty": amounts(*[0] * years),
        "milestones": [],
        "discount_rate_share": figure(0.12),
        "adjustments": {},
    }
    return data | changes


def milestone(year: int, paid: str, chance: float) -> Data:
    return {"year": year, "amount": amount(paid), "probability_share": figure(chance)}


def licence_normalisation() -> Data:
    grid = {"adjustments": {"地域": {"factor": figure(0.9)}}}
    spread = {"kind": "uniform", "low": 0.8, "high": 1.2}
    return {
        "licences": [
            licence("甲", 0.5, entry_fee=amount("200000.00"), milestones=[milestone(2, "100000.00", 0.5)], **grid),
            licence(
                "乙",
                0.3,
                sales=amounts(500_000, 800_000, 900_000) | {"factor": spread},
                running_rate_share={"values": [0.04, 0.03, 0.02]} | {"grade": "assumed", "reason": "for the test"},
                minimum_royalty=amounts(30_000, 20_000, 20_000),
                **grid,
            ),
            licence("丙", 0.2, milestones=[milestone(1, "5000.00", 1.0), milestone(5, "80000.00", 0.2)], **grid),
        ],
        "timing": "mid_year",
        "average": "geometric",
    }


def quality_score_ratio() -> Data:
    rows = [
        ("甲", "90000.00", 60.0, 70.0, 0.5),
        ("乙", "130000.00", 80.0, 75.0, 0.3),
        ("丙", "110000.00", 70.0, 90.0, 0.2),
    ]
    return {
        "groups": {
            "法律": {"weight_share": 0.4, "weight_reason": "profile of the scene", "subject_score": figure(75.0)},
            "技术": {"weight_share": 0.6, "weight_reason": "profile of the scene", "subject_score": figure(80.0)},
        },
        "comparables": [
            weighted(name, weight)
            | {"traded_on": "2019-06-30", "price": amount(price), "scores": {"法律": figure(law), "技术": figure(tech)}}
            for name, price, law, tech, weight in rows
        ],
        "combination": "mean_of_ratios",
        "maximum_ratio": 2.0,
        "average": "arithmetic",
    }


def company(name: str, *numbers: float, **changes: Any) -> Data:
    fields = ("equity_value", "debt", "cash", "sales", "ebitda", "capital")
    stated = {field: amount(f"{number:.2f}") for field, number in zip(fields, numbers, strict=False)}
    return {"name": name} | stated | changes


def enterprise_multiples() -> Data:
    return {
        "branded": company("品牌公司", 900, 200, 100, 500, 120, 600),
        "generics": [
            company("甲", 300, 100, 50, 400, 60, 300, weight_share=0.75, weight_reason="nearest trade"),
            company("乙", 500, 0, 20, 450, 80, 350, weight_share=0.25, weight_reason="other region"),
        ],
        "multiples": {
            "sales": {"weight_share": 0.5, "reason": "steadiest"},
            "ebitda": {"weight_share": 0.5, "reason": "holds the margin"},
        },
    }


def firm(margin: float, **changes: Any) -> Data:
    return {
        "after_tax_margin_share": figure(margin),
        "sales_to_capital_ratio": figure(1.34),
        "reinvestment_share": figure(0.5),
        "stable_return_share": figure(0.0765),
        "discount_rate_share": figure(0.0765),
    } | changes


def fundamental_value_to_sales() -> Data:
    return {
        "sales": amount("21962.00"),
        "branded": firm(0.1557),
        "generic": firm(0.0528),
        "high_growth_years": 10,
        "stable_growth_share": figure(0.04),
    }


def priced_rows(count: int = 60, *, seed: int = 5, noise: float = 0.2) -> list[Data]:
    """Rows whose log price is 10 + 0.05 claims + 0.8 ln(life) plus noise."""
    generator = np.random.default_rng(seed)
    claims, life = generator.integers(1, 30, count), generator.uniform(1, 20, count)
    logs = 10 + 0.05 * claims + 0.8 * np.log(life) + noise * generator.standard_normal(count)
    return [
        {
            "name": f"row {index}",
            "traded_on": "2019-03-31",
            "unit_price": amount(f"{np.exp(logs[index]):.2f}"),
            "features": {"claims": float(claims[index]), "life": float(life[index])},
            "related_parties": False,
        }
        for index in range(count)
    ]


def price_regression() -> Data:
    return {
        "rows": priced_rows(),
        "features": {
            "claims": {"transform": "identity", "subject": figure(12.0)},
            "life": {"transform": "logarithm", "subject": figure(9.0)},
        },
        "related_party_rows": "leave_out",
        "subject_quantity": figure(2.0),
        "answer_as": "mean",
    }


def nearest_neighbours() -> Data:
    return {
        "rows": priced_rows(),
        "features": {
            "claims": {"transform": "identity", "subject": figure(12.0), "scale": figure(5.0)},
            "life": {"transform": "logarithm", "subject": figure(9.0)},
        },
        "related_party_rows": "leave_out",
        "subject_quantity": figure(2.0),
        "neighbours": 5,
    }


SAMPLES = {
    build.__name__: build
    for build in (
        licence_normalisation,
        quality_score_ratio,
        enterprise_multiples,
        fundamental_value_to_sales,
        price_regression,
        nearest_neighbours,
    )
}


def sample(method: str, **changes: Any) -> Data:
    """The sample of a method, with some fields replaced."""
    return copy.deepcopy(SAMPLES[method]()) | changes


def valued(method: str, data: Data) -> Conclusion:
    """What the method concludes, asked alone."""
    found = methods()[method]
    return found.value(parse(found.inputs_model, data), setting(), sources={}, uncertainty=None)


def concluded(method: str, **changes: Any) -> Conclusion:
    return valued(method, sample(method, **changes))


def appraised(method: str, data: Data) -> Any:
    """The method beside one that indicates an amount: a rate alone concludes nothing."""
    weights = {
        method: {"share": 0, "reason": "may be a rate"},
        "replacement_cost": {"share": 1, "reason": "the amount"},
    }
    stated = {method: data, "replacement_cost": cost()}
    return answered(stated, reconciliation={"weights": weights, "maximum_ratio": 1000.0})


def codes(found: Conclusion) -> set[str]:
    return {warning.code for warning in found.warnings}
