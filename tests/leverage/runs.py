"""Requests of simulated runs that several tests start from; every number is the test's own."""

import copy
from typing import Any

from leverage.policy import load_policies
from leverage.programme import load_programmes
from leverage.run_answer import RunAnswer
from leverage.run_request import RunRequest
from leverage.scenario_run import run_paths, run_request_model
from tests.leverage.builders import COURSE, TERMS, allocation, figure, request
from valuation.kernel.fields import parse

MODEL = run_request_model()

LOANS = {
    "kind": "loan_losses",
    "default_share": figure("0.1"),
    "loss_given_default_share": figure("0.6"),
    "correlation_share": figure("0.15"),
}
COMPANIES = {
    "kind": "company_outcomes",
    "law": {
        "id": "lognormal",
        "terms": {"log_mean_share": 0.05, "log_volatility_share": 0.6, "holding_years": 1.0},
        "grade": "assumed",
        "reason": "a law of the test",
    },
    "companies": figure("12"),
    "correlation_share": figure("0.2"),
    "years_held": figure("1"),
}


def pool(**changes: Any) -> dict[str, Any]:
    terms = copy.deepcopy(TERMS["loss_compensation_pool"]) | {"pool_loss_share": figure("0.5")}
    return allocation("loss_compensation_pool", terms=terms) | {"course": COURSE, "risk": LOANS} | changes


def equity(**changes: Any) -> dict[str, Any]:
    return allocation("direct_equity") | {"course": COURSE, "risk": COMPANIES} | changes


def asked(*alternatives: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A run of alternatives of one allocation each."""
    given = {"first_day": "2026-03-31", "quarters": 8, "paths": 400, "seed": 11}
    rows = [{"id": f"way_{place}", "allocations": [row]} for place, row in enumerate(alternatives, start=1)]
    return request() | {"alternatives": rows} | given | changes


def parsed(data: dict[str, Any]) -> RunRequest:
    return parse(MODEL, data)


def simulated(data: dict[str, Any], **options: Any) -> RunAnswer:
    return run_paths(parsed(data), programmes=load_programmes(), policies=load_policies(), **options)


def fund(starts: str = "2026-03-31", **changes: Any) -> dict[str, Any]:
    """A fund of which all is called at once, that doubles in a year and pays all out after two, without chance."""
    stated = {"grade": "assumed", "reason": "a number of the test"}
    risk = {
        "kind": "fund_growth",
        "first_day": starts,
        "pattern": {"contribution_rate_by_year_share": [1.0], "life_years": 2, "bow": 100.0, **stated},
        "growth_share": {"value": 1.0, **stated},
        "deviation_share": {"value": 0.0, **stated},
        "correlation_share": {"value": 0.0, **stated},
        "fees": {"steps": [{"from_year": 1, "rate_share": 0.02, "base": "committed"}], "term_years": 1, **stated},
        "waterfall": {"preferred_rate_share": 0.08, "carry_share": 0.2, "catch_up_share": 1.0, **stated},
    }
    return allocation("fund") | {"risk": risk} | changes
