"""Small requests and rows that several tests of this folder start from; every number is the test's own."""

import copy
from decimal import Decimal
from typing import Any

from leverage.answer import LeverageAnswer
from leverage.contribution import Contribution
from leverage.policy import load_policies
from leverage.programme import load_programmes
from leverage.scenario import request_model, run_scenario
from valuation.kernel.fields import parse


def figure(value: str) -> dict[str, str]:
    return {"value": value, "grade": "assumed", "reason": "a number of the test"}


def into(source: str, vehicle: str, amount_fen: int, **changes: Any) -> Contribution:
    given: dict[str, Any] = {
        "amount_fen": amount_fen,
        "stage": "disbursed",
        "layer": "vehicle",
        "form": "equity",
        "instrument": "test",
        "allocation": "a",
        "source_class": source,
        "payee": vehicle,
    }
    return Contribution(**{**given, **changes})


def passed_on(payer: str, payee: str | None, amount_fen: int, **changes: Any) -> Contribution:
    layer = "firm" if payee is None else "vehicle"
    return into("central", "x", amount_fen, source_class=None, payer=payer, payee=payee, layer=layer, **changes)


def lent(amount_fen: int, *, months: str | None = "12", **changes: Any) -> Contribution:
    term = None if months is None else Decimal(months)
    return into("bank", "x", amount_fen, payee=None, layer="firm", form="loan", term_months=term, **changes)


POOL_TERMS = {"lending_multiple": figure("10"), "used_share": figure("0.6"), "loan_term_months": figure("18")}
FUND_TERMS = {
    "programme_share": figure("0.25"),
    "partner_mix": [
        {"source_class": "state_company", "share_of_rest": figure("0.4")},
        {"source_class": "private", "share_of_rest": figure("0.6")},
    ],
    "lifetime_fee_share": figure("0.2"),
    "partners_paid_in_share": figure("0.5"),
    "deployed_share": figure("0.75"),
}
LENDER_TERMS = {
    "into": {
        "recipient": "lender",
        "multiple": figure("6"),
        "used_share": figure("1"),
        "loan_term_months": figure("60"),
        "funding_class": "private",
        "average_lender_share_of_project": figure("0.5"),
    }
}
GUARANTOR_TERMS = {
    "into": {
        "recipient": "guarantor",
        "serves": "general",
        "multiple": figure("8"),
        "used_share": figure("0.5"),
        "guaranteed_share": figure("0.8"),
        "loan_term_months": figure("12"),
    }
}
TERMS = {
    "loss_compensation_pool": POOL_TERMS,
    "fund": FUND_TERMS,
    "capital_injection": LENDER_TERMS,
    "direct_equity": {
        "co_investors": [{"source_class": "private", "amount": figure("50000000.00")}],
        "deployed_share": figure("0.8"),
    },
    "interest_subsidy": {
        "subsidy_rate_share": figure("0.02"),
        "loan_term_months": figure("24"),
        "used_share": figure("0.5"),
    },
    "portfolio_guarantee": {
        "guaranteed_share": figure("0.5"),
        "cap_of_guaranteed_share": figure("0.2"),
        "used_share": figure("0.6"),
        "loan_term_months": figure("36"),
    },
    "convertible": {
        "way": "convertible",
        "rate_share": figure("0.06"),
        "term_months": figure("36"),
        "deployed_share": figure("1"),
        "converted_share": figure("0.5"),
    },
}
COMPANY_TERMS = {"into": {"recipient": "operating_company"}}
#: Drawn in two quarters; a tenth of all is lost; the rest comes back with a fifth on top.
COURSE = {
    "first_day": "2026-03-31",
    "grade": "assumed",
    "reason": "a course of the test",
    "quarters": [
        {"drawn_share": "0.5"},
        {"drawn_share": "0.5", "lost_share": "0.1"},
        {},
        {},
        {"repaid_share": "0.9", "gain_share": "0.2"},
    ],
}

HIGH_TECH = (("high_tech_central", "50000000.00"), ("high_tech_city", "50000000.00"))


def allocation(instrument: str, money: Any = HIGH_TECH, **changes: Any) -> dict[str, Any]:
    given = {
        "id": instrument,
        "instrument": instrument,
        "money": [{"line": line, "amount": amount} for line, amount in money],
        "terms": copy.deepcopy(TERMS[instrument]),
    }
    return {**given, **changes}


def request(*allocations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {
        "dates": {"valuation_date": "2025-12-31", "policy_date": "2025-12-31", "report_date": "2026-03-31"},
        "programme": "haikou_2021",
        "alternatives": [{"id": "only", "allocations": list(allocations)}],
    }
    return {**given, **changes}


def run(data: dict[str, Any]) -> LeverageAnswer:
    return run_scenario(parse(request_model(), data), programmes=load_programmes(), policies=load_policies())


def multiples(answer: LeverageAnswer, stage: Any = "disbursed", *, basis: str = "gross") -> dict[str, Any]:
    ladder = answer.alternatives[0].ladder(stage, basis=basis)
    assert ladder is not None
    return {rung.id: rung.multiple for rung in ladder.rungs}
