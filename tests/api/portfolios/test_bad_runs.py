"""Bad runs: every one is refused with the field named, before anything is simulated or stored.

Checked against: limits of the simulation and of one request, correlation matrices that are none, shares that do not
add up, policies that do not give their terms on a day (policy files). Every case is asked of one server whose only row
is the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.portfolios import run
from api.portfolios.work import Work
from pledge.portfolio import importance
from tests.api.conftest import Client
from tests.api.portfolios.books import BOOKS, SHARES, ask, loans, question, stored_book

INVALID, UNKNOWN = "invalid-input", "unknown-name"
POLICY = {"shares": None, "policy": "zhongshan_risk_pool_2021", "policy_date": "2021-12-31"}


def sectors(*rows: list[Any], names: tuple[str, ...] = ("biotech", "software")) -> dict[str, Any]:
    return question(sectors={"names": list(names), "correlation": list(rows)})


def shares(**changed: str) -> dict[str, Any]:
    return question(rule={"shares": SHARES | changed})


def stress(**stated: Any) -> dict[str, Any]:
    return question(stresses=[{"name": "worse"} | stated])


ONE, HALF = [1, 0.5], [0.5, 1]
#: The question, the field named, part of what is expected or found, and the kind of problem.
CASES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "10^9 scenarios": (question(plan={"scenarios": 10**9}), "plan.scenarios", "16777216", INVALID),
    "more work than a request may": (question(plan={"scenarios": 10**6}), "plan.scenarios", "50000000", INVALID),
    "one scenario": (question(plan={"scenarios": 1}), "plan.scenarios", "2 to", INVALID),
    "half a scenario": (question(plan={"scenarios": 1000.5}), "plan.scenarios", "", INVALID),
    "scenarios as text": (question(plan={"scenarios": "2000"}), "plan.scenarios", "", INVALID),
    "no seed": (question(plan={"seed": None}), "plan.seed", "nothing", INVALID),
    "negative seed": (question(plan={"seed": -1}), "plan.seed", "0 to", INVALID),
    "no periods": (question(plan={"periods": 0}), "plan.periods", "1 to 40", INVALID),
    "41 periods": (question(plan={"periods": 41}), "plan.periods", "1 to 40", INVALID),
    "a period of nothing": (question(plan={"period_years": 0}), "plan.period_years", "above 0", INVALID),
    "a period of an hour": (question(plan={"period_years": 1e-4}), "plan.period_years", "at most 200 periods", INVALID),
    "a period of six years": (question(plan={"period_years": 6}), "plan.period_years", "5", INVALID),
    "confidence in per cent": (question(plan={"confidence": 99}), "plan.confidence", "between 0 and 1", INVALID),
    "confidence of one": (question(plan={"confidence": 1}), "plan.confidence", "between 0 and 1", INVALID),
    "confidence of nothing": (question(plan={"confidence": 0}), "plan.confidence", "between 0 and 1", INVALID),
    "no top loan": (question(plan={"top_loans": 0}), "plan.top_loans", "1", INVALID),
    "another party's tail": (question(plan={"tail_party": "guarantor"}), "plan.tail_party", "insurer", UNKNOWN),
    "one bound": (question(plan={"tranche_bounds_cny": ["1.00"]}), "plan.tranche_bounds_cny", "two or more", INVALID),
    "bounds that fall": (
        question(plan={"tranche_bounds_cny": ["2.00", "1.00"]}),
        "plan.tranche_bounds_cny",
        "rising",
        INVALID,
    ),
    "a bound below zero": (
        question(plan={"tranche_bounds_cny": ["-1.00", "1.00"]}),
        "plan.tranche_bounds_cny.0",
        "zero or more",
        INVALID,
    ),
    "unknown part of the plan": (question(plan={"paths": 5}), "plan.paths", "documented", INVALID),
    "shares above one": (shares(bank="0.27"), "rule.shares", "exactly 1", INVALID),
    "shares below one": (shares(bank="0.2599999999"), "rule.shares", "exactly 1", INVALID),
    "negative share": (shares(bank="-0.26", pool="1.06"), "rule.shares.pool", "from 0 to 1", INVALID),
    "a share as a number": (
        question(rule={"shares": SHARES | {"bank": 0.26}}),
        "rule.shares.bank",
        "decimal written as text",
        INVALID,
    ),
    "an unknown party": (question(rule={"shares": SHARES | {"broker": "0"}}), "rule.shares", "bank", UNKNOWN),
    "no bank": (question(rule={"shares": {"pool": "1"}}), "rule.shares", "also bank", INVALID),
    "no pool": (question(rule={"shares": {"bank": "1"}}), "rule.shares", "also pool", INVALID),
    "neither shares nor policy": (question(rule={"shares": None}), "rule", "either policy", INVALID),
    "shares beside a policy": (question(rule=POLICY | {"shares": SHARES}), "rule", "either policy", INVALID),
    "a date without a policy": (
        question(rule={"policy_date": "2021-12-31"}),
        "rule.policy_date",
        "without a policy",
        INVALID,
    ),
    "a cap beside a policy": (
        question(rule=POLICY | {"cap_per_loan_cny": "5.00"}),
        "rule.cap_per_loan_cny",
        "beside a policy",
        INVALID,
    ),
    "interest beside a policy": (
        question(rule=POLICY | {"is_principal_only": False}),
        "rule.is_principal_only",
        "beside a policy",
        INVALID,
    ),
    "a policy without its date": (question(rule=POLICY | {"policy_date": None}), "rule.policy_date", "day", INVALID),
    "an unknown policy": (question(rule=POLICY | {"policy": "nowhere"}), "rule.policy", "zhongshan", UNKNOWN),
    "a subsidy as rule": (
        question(rule=POLICY | {"policy": "hainan_interest_subsidy_2026"}),
        "rule.policy",
        "zhongshan",
        UNKNOWN,
    ),
    "a day before the policy": (
        question(rule=POLICY | {"policy_date": "2020-01-01"}),
        "zhongshan_risk_pool_2021: loss_share.pool",
        "2021-09-10",
        "before-first-step",
    ),
    "a gap in the policy": (question(rule=POLICY | {"policy": "haikou_risk_pool"}), "haikou", "gap", "gap"),
    "a cap that is not simulated": (
        question(rule=POLICY | {"policy": "weihai_risk_pool_2020", "bank_business_year": 1}),
        "weihai_risk_pool_2020: part_payment_cap_cny",
        "one purse of several",
        "not-built",
    ),
    "a what-if without a reason": (
        question(rule=POLICY | {"what_if": {"loss_share.pool": {"value": "0.5", "reason": ""}}}),
        "rule.what_if.loss_share.pool.reason",
        "",
        INVALID,
    ),
    "no pool balance": (question(rule={"pool_balance_cny": None}), "rule.pool_balance_cny", "nothing", INVALID),
    "a pool below zero": (question(rule={"pool_balance_cny": "-1.00"}), "rule.pool_balance_cny", "zero", INVALID),
    "a pool too large": (
        question(rule={"pool_balance_cny": "900000000000000.00"}),
        "rule.pool_balance_cny",
        "1e+14",
        INVALID,
    ),
    "a balance as a number": (question(rule={"pool_balance_cny": 3e6}), "rule.pool_balance_cny", "text", INVALID),
    "a cap below zero": (question(rule={"cap_per_loan_cny": "-0.01"}), "rule.cap_per_loan_cny", "zero", INVALID),
    "a top-up below zero": (
        question(rule={"top_up_cny_per_period": "-1.00"}),
        "rule.top_up_cny_per_period",
        "zero",
        INVALID,
    ),
    "paid by another time": (question(rule={"payment": "never"}), "rule.payment", "after_disposal", INVALID),
    "a loading of one": (question(global_loading=1), "global_loading", "below 1", INVALID),
    "a negative loading": (question(global_loading=-0.1), "global_loading", "0 to", INVALID),
    "a loading beside a matrix": (
        sectors(ONE, HALF) | {"global_loading": 0.3},
        "global_loading",
        "nothing beside",
        INVALID,
    ),
    "not positive definite": (
        sectors([1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1], names=("biotech", "software", "machines")),
        "sectors.correlation",
        "positive definite",
        INVALID,
    ),
    "correlation of one": (sectors([1, 1], [1, 1]), "sectors.correlation", "positive definite", INVALID),
    "not symmetric": (sectors([1, 0.5], [0.4, 1]), "sectors.correlation", "symmetric", INVALID),
    "no ones on the diagonal": (sectors([1, 0.5], [0.5, 0.9]), "sectors.correlation", "ones", INVALID),
    "a row too long": (sectors([1, 0.5, 0], HALF), "sectors.correlation.0", "2, one for each", INVALID),
    "a row too few": (sectors([1, 0.5]), "sectors.correlation", "shape (2, 2)", INVALID),
    "a name twice": (sectors(ONE, HALF, names=("biotech", "biotech")), "sectors.names", "different", INVALID),
    "a sector of the book missing": (
        sectors(ONE, HALF, names=("biotech", "wine")),
        "sectors.names",
        "also software",
        INVALID,
    ),
    "a number that is none": (sectors(ONE, [0.5, "1"]), "sectors.correlation.1.1", "number", INVALID),
    "a stress without a name": (stress(name=""), "stresses.0.name", "", INVALID),
    "a stress named base": (stress(name="base"), "stresses.0.name", "of its own", INVALID),
    "two stresses of one name": (
        question(stresses=[{"name": "worse"}, {"name": "worse"}]),
        "stresses.1.name",
        "of its own",
        INVALID,
    ),
    "a negative PD factor": (stress(pd_factor=-1), "stresses.0.pd_factor", "0 to 1000", INVALID),
    "a value factor too large": (stress(value_factor=1001), "stresses.0.value_factor", "0 to 1000", INVALID),
    "a shift too far": (
        stress(factor_shift={"software": -11}),
        "stresses.0.factor_shift.software",
        "-10 to 10".replace("-", "−"),  # as the domain writes it
        INVALID,
    ),
    "a shift of another sector": (stress(factor_shift={"wine": -1}), "stresses.0.factor_shift", "software", UNKNOWN),
    "21 stresses": (question(stresses=[{"name": f"s{each}"} for each in range(21)]), "stresses", "20", INVALID),
    "unknown field": (question(colour="red"), "colour", "documented", INVALID),
}


@pytest.fixture(scope="module")
def book(shared_client: Client) -> Iterator[str]:
    yield stored_book(shared_client)


@pytest.fixture(autouse=True)
def _nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal after minutes of simulation would be no refusal."""

    def never(*arguments: Any, **named: Any) -> None:
        raise AssertionError("a bad run must be refused before it is simulated")

    monkeypatch.setattr(run, "simulate_book", never)
    monkeypatch.setattr(run, "find_shift", never)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_run_is_refused_by_name(shared_client: Client, book: str, name: str) -> None:
    asked, field, told, code = CASES[name]
    before = shared_client.rows()
    response = ask(shared_client, f"{BOOKS}/{book}/runs", asked)
    document = response.json()
    assert document["type"] == f"urn:ipfin:problem:{code}", response.text
    problem = document["problems"][0]
    assert problem["field"].startswith(field)
    assert told in f"{problem['found']} {problem['expected']}"
    assert shared_client.rows() == before


def test_all_work_is_counted() -> None:
    """Hand: 1000 loans × (2000 × (base + tail again + 3 stresses) + three pilots of 16384) = 59,152,000."""
    assert Work(1000, 2000, 3, is_shifted=True).loan_scenarios == 1000 * (2000 * 5 + 3 * 16384) == 59_152_000
    assert Work(1000, 2000, 3, is_shifted=False).loan_scenarios == 10_000_000
    assert Work(3, 2000, 0, is_shifted=False).loan_scenarios == 50 * 4000
    assert Work(1000, 2000, 0, is_shifted=True).pilots == importance.PILOTS * importance.PILOT_SCENARIOS == 3 * 16384


def test_the_pilots_of_importance_sampling_count(make_client: Any) -> None:
    """6 loans count as 50: 200,000 without pilots, 2,657,600 with them; the operator's limit lies between."""
    client = make_client(max_loan_scenarios=1_000_000)
    book = stored_book(client)
    asked = question(plan={"importance_sampling": True})
    (problem,) = ask(client, f"{BOOKS}/{book}/runs", asked).json()["problems"]
    assert "49152 pilot scenarios) = 2657600" in problem["found"]
    assert "1000000" in problem["expected"]
    assert "IPFIN_MAX_LOAN_SCENARIOS" in problem["expected"]


@pytest.mark.parametrize("identifier", ["pbk_000000000000000000000000", "nothing", "prn_0"])
def test_a_book_that_is_not_there(shared_client: Client, identifier: str) -> None:
    assert shared_client.ask(f"{BOOKS}/{identifier}/runs", question()).status_code == 404
    assert shared_client.get(f"{BOOKS}/{identifier}").status_code == 404
    assert shared_client.get(f"/v1/portfolio-runs/{identifier}").status_code == 404


def test_the_books_have_two_sectors() -> None:
    """The cases name both; a change of the sample would make some of them pass for another reason."""
    assert {each["sector"] for each in loans()} == {"biotech", "software"}
