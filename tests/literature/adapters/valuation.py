"""Published cases of valuation, computed through the methods from their inputs alone.

A published case states no evidence, so every figure is graded ``assumed`` with a reason that names the case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from valuation.appraisal import Appraisal, appraise, request_model
from valuation.kernel.fields import parse

Case = dict[str, Any]

CASE = {"grade": "assumed", "reason": "stated by the published case"}
NOT_IN_CASE = {"kind": "none", "reason": "not part of the published case"}
#: The cases name no day; textbook years begin at a year's end, so that they are 1, 2, 3 exactly.
DATES = {"valuation_date": "2020-12-31", "policy_date": "2020-12-31", "report_date": "2020-12-31"}
SUBJECT = {
    "kind": "patent",
    "name": "right of the published case",
    "patent_kind": "invention",
    "number": "published case",
    "jurisdiction": "CN",
    "expiry_date": "2100-12-31",
}


def figure(value: float) -> Case:
    return {"value": value} | CASE


def money(values: Sequence[float]) -> Case:
    return {"values": [f"{value:.2f}" for value in values]} | CASE


def appraised(method: str, inputs: Case, *, currency: str = "USD") -> Appraisal:
    """Ask one method through the whole appraisal."""
    request = {
        "dates": DATES,
        "currency": currency,
        "subject": SUBJECT,
        "methods": {method: inputs},
        "reconciliation": {
            "weights": {method: {"share": 1, "reason": "the only method of the published case"}},
            "maximum_ratio": 2,
        },
    }
    return appraise(parse(request_model(), request))


def relief(revenue: Sequence[float], **stated: Any) -> Appraisal:
    inputs = {
        "revenue": money(revenue),
        "first_year_end": "2021-12-31",
        "owner_cost": money([0.0] * len(revenue)),
        "timing": "year_end",
        "survival": NOT_IN_CASE,
        "tax_amortisation": NOT_IN_CASE,
    }
    return appraised("relief_from_royalty", inputs | stated)


def tab_factor(inputs: Case) -> Case:
    """The factor does not depend on the flows: any revenue gives it."""
    answer = relief(
        [1_000_000.0],
        royalty_rate_share=figure(0.05),
        tax_rate_share=figure(inputs["tax_rate"]),
        discount_rate_share=figure(inputs["discount_rate"]),
        tax_amortisation={"kind": "straight_line", "years": figure(inputs["amortisation_years"])},
    )
    return {"tab_factor": answer.papers()["relief_from_royalty"].value("tab_factor")}


def relief_from_royalty_with_tab(inputs: Case) -> Case:
    answer = relief(
        inputs["revenue_by_year_usd"],
        royalty_rate_share=figure(inputs["royalty_rate"]),
        tax_rate_share=figure(inputs["tax_rate"]),
        discount_rate_share=figure(inputs["discount_rate"]),
        tax_amortisation={"kind": "straight_line", "years": figure(inputs["tax_amortisation_years"])},
    )
    return {"value_with_tab_usd": answer.reconciled.value}


def patent_dcf_scenarios(inputs: Case) -> Case:
    """The discounting part of relief from royalty: the flows are given, so rate and tax leave them as they are."""
    outputs = {}
    for scenario in ("base", "conservative"):
        answer = relief(
            inputs[f"cash_flow_{scenario}_by_year_usd"],
            royalty_rate_share=figure(1.0),
            tax_rate_share=figure(0.0),
            discount_rate_share=figure(inputs["discount_rate"]),
        )
        outputs[f"npv_{scenario}_usd"] = answer.reconciled.value
        outputs[f"undiscounted_{scenario}_usd"] = sum(answer.papers()["relief_from_royalty"].row("after_tax"))
    return outputs


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "tab-factor-25pct-15y-12pct": tab_factor,
    "relief-from-royalty-with-tab-194164": relief_from_royalty_with_tab,
    "patent-dcf-scenarios-16y": patent_dcf_scenarios,
}
