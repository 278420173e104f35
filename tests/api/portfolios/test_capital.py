"""What a supervisor would ask against a book, beside the simulated losses.

Checked against: the domain's functions loan by loan (second way), the standardised weight by hand, the policy files'
statuses, bad questions.
"""

from __future__ import annotations

from typing import Any

import pytest

from pledge.credit.irb_capital import irb_capital
from pledge.policy_catalogue import load_policies
from tests.api.conftest import Client
from tests.api.portfolios.books import BOOKS, ask, loans, question, stored_book
from valuation.kernel.fields import LAST_DAY

STATED = {"policy_date": "2024-01-01", "scaling_factor": 1.06, "obligor": "small_or_medium_firm"}


@pytest.fixture(scope="module")
def address(shared_client: Client) -> str:
    return f"{BOOKS}/{stored_book(shared_client, book())}/runs"


def book() -> list[dict[str, Any]]:
    """Loans of several PDs and maturities, one below the floor, one beyond five years."""
    pds, years = (0.0, 0.0001, 0.02, 0.05, 0.2, 0.9), (0.25, 1.0, 2.5, 5.0, 30.0, 2.0)
    changes = zip(loans(), pds, years, strict=True)
    return [row | {"pd_share_per_year": pd, "maturity_years": each} for row, pd, each in changes]


@pytest.mark.parametrize("turnover", [None, 5.0])
def test_the_book_is_the_sum_of_its_loans(shared_client: Client, address: str, turnover: float | None) -> None:
    """LGD 40 % from 2023 on; a PD of nothing is raised to the floor of 0.05 %."""
    stated = STATED if turnover is None else STATED | {"turnover_million_eur": turnover}
    found = ask(shared_client, address, question(capital=stated)).json()["answer"]["capital"]["irb"]
    rules, whole = (
        load_policies()["basel_irb"],
        {"capital_cny": 0.0, "risk_weighted_cny": 0.0, "expected_loss_cny": 0.0},
    )
    for row in book():
        claim = float(row["principal_cny"]) + float(row["interest_cny"])
        each = irb_capital(
            max(row["pd_share_per_year"], 0.0005),
            exposure_class="corporate",
            lgd_share=0.4,
            scaling_factor=1.06,
            rules=rules,
            on=LAST_DAY,
            maturity_years=row["maturity_years"],
            turnover_million_eur=turnover,
        )
        whole["capital_cny"] += claim * float(each.capital_share)
        whole["risk_weighted_cny"] += claim * float(each.risk_weight)
        whole["expected_loss_cny"] += claim * float(each.expected_loss_share)
    assert found["lgd_share"] == 0.4
    assert {name: float(found[name]) for name in whole} == pytest.approx(whole, abs=0.01)


def test_the_standardised_amount_by_hand(shared_client: Client, address: str) -> None:
    """85 % of 9,870,000.00 is 8,389,500.00; the weight was never checked against its text, and the answer says so."""
    answer = ask(shared_client, address, question(capital=STATED)).json()["answer"]
    assert answer["claim_cny"] == "9870000.00"
    assert answer["capital"]["standardised"] == {"risk_weight": 0.85, "risk_weighted_cny": "8389500.00"}
    assert "risk_weight.small_or_medium_firm" in [each["name"] for each in answer["rules_used"]]
    assert "capital_rules" in [each["id"] for each in answer["sources"]]
    codes = [each["code"] for each in answer["warnings"]]
    assert {"recalled_value", "ip_not_eligible_collateral"} <= set(codes)


def test_it_is_not_told_unless_asked_for(shared_client: Client, address: str) -> None:
    answer = ask(shared_client, address, question()).json()["answer"]
    assert answer["capital"] is None
    assert answer["rules_used"] == []


def test_the_day_of_the_rules_enters_the_digest(shared_client: Client, address: str) -> None:
    """Before 2023 the supervisory LGD was 45 %; the standardised weights begin in 2024, so a day before is refused."""
    later = ask(shared_client, address, question(capital=STATED | {"policy_date": "2025-01-01"})).json()
    assert later["digest"] != ask(shared_client, address, question(capital=STATED)).json()["digest"]
    early = ask(shared_client, address, question(capital=STATED | {"policy_date": "2022-01-01"}))
    assert early.json()["type"] == "urn:ipfin:problem:before-first-step"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a scaling below one": ({"scaling_factor": 0.9}, "capital.scaling_factor"),
    "a negative turnover": ({"turnover_million_eur": -1}, "capital.turnover_million_eur"),
    "turnover of a household": (
        {"exposure_class": "other_retail", "turnover_million_eur": 5},
        "capital.turnover_million_eur",
    ),
    "an unknown class": ({"exposure_class": "state"}, "capital.exposure_class"),
    "an unknown borrower": ({"obligor": "state"}, "capital.obligor"),
    "a pool as rules": ({"irb_policy": "zhongshan_risk_pool_2021"}, "capital.irb_policy"),
    "unknown weights": ({"standardised_policy": "nowhere"}, "capital.standardised_policy"),
    "no day": ({"policy_date": None}, "capital.policy_date"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_question_is_refused_by_name(shared_client: Client, address: str, name: str) -> None:
    changes, field = BAD[name]
    before = shared_client.rows()
    response = ask(shared_client, address, question(capital=STATED | changes))
    assert response.status_code == 422, response.text
    assert response.json()["problems"][0]["field"] == field
    assert shared_client.rows() == before


def test_a_failed_loan_has_no_such_capital(shared_client: Client) -> None:
    failed = stored_book(shared_client, [*loans(2), loans(3)[2] | {"pd_share_per_year": 1.0}])
    response = ask(shared_client, f"{BOOKS}/{failed}/runs", question(capital=STATED))
    assert response.status_code == 422
    assert "L3" in response.json()["problems"][0]["found"]
