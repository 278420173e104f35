"""Waterfalls, self-evaluations and programmes over HTTP.

Checked against: the domain asked directly (second way), the layout in ``schemas.py``, refusals with their text.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from api.leverage.schemas import LeverageWaterfall, PerformanceEvaluation
from leverage.concession_workbook import SHEET as CONCESSIONS
from leverage.programme import load_programmes
from leverage.waterfall_request import answer_waterfall, waterfall_request_model
from leverage.waterfall_workbook import SHEET
from tests.api.conftest import Client
from tests.api.requests import DELETED, changed, example
from tests.leverage.test_waterfall_request import BUY_OUT
from valuation.kernel.fields import parse

WATERFALLS, EVALUATIONS = "/v1/leverage/waterfalls", "/v1/leverage/performance-evaluations"
FUND = example("leverage_waterfall")
YEAR = example("leverage_performance")
#: The public part of the example is bought out; the example's partners are others than the test's.
BOUGHT = {**BUY_OUT, "public": "park", "on": "2027-12-31", "interest_from": "2022-03-31"}


def test_a_waterfall_is_that_of_the_domain(client: Client) -> None:
    stored = client.ask(WATERFALLS, FUND).json()
    LeverageWaterfall.model_validate(stored)
    direct = answer_waterfall(parse(waterfall_request_model(), FUND)).as_document()
    assert stored["answer"]["payments"] == direct["payments"]
    assert client.get(f"{WATERFALLS}/{stored['id']}").json()["answer"] == stored["answer"]


def test_the_workbook_has_formulas(client: Client) -> None:
    stored = client.ask(WATERFALLS, FUND).json()
    response = client.get(f"{WATERFALLS}/{stored['id']}/worksheet.xlsx")
    assert response.status_code == 200
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(response.content))[SHEET].iter_rows() for cell in row]
    assert sum(cell.data_type == "f" for cell in cells) > 80


def test_a_concession_has_its_cost_and_a_workbook(client: Client) -> None:
    stored = client.ask(WATERFALLS, {**FUND, "settlements": [BOUGHT]}).json()
    (cost,) = stored["answer"]["concessions"]
    assert Decimal(cost["cost_to_public"]) > 0
    content = client.get(f"{WATERFALLS}/{stored['id']}/worksheet.xlsx").content
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == [CONCESSIONS]


def test_what_no_sheet_holds_says_so(client: Client) -> None:
    made_good = {"kind": "loss_made_good", "public": "park", "loss_share": "0.5", "cap_of_public_capital_share": "1"}
    stored = client.ask(WATERFALLS, {**FUND, "settlements": [made_good]}).json()
    assert "no_live_workbook" in [row["code"] for row in stored["answer"]["warnings"]]
    assert client.get(f"{WATERFALLS}/{stored['id']}/worksheet.xlsx").status_code == 404


def test_an_evaluation_reads_the_scenarios_ledger(client: Client) -> None:
    """6亿 of loans of 7亿 asked for: 30 · 6/7 = 25.71."""
    stored = client.ask(EVALUATIONS, YEAR).json()
    PerformanceEvaluation.model_validate(stored)
    rows = {row["id"]: row for row in stored["answer"]["rows"]}
    assert (rows["loans"]["score"], rows["loans"]["from_ledger"]) == ("25.71", True)
    assert stored["answer"]["total"] == "91.35"
    assert "hypothetical_terms" in [row["code"] for row in stored["answer"]["warnings"]]


def test_an_evaluation_has_its_form(client: Client) -> None:
    stored = client.ask(EVALUATIONS, YEAR).json()
    response = client.get(stored["links"]["worksheet"])
    assert response.status_code == 200
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows() for cell in row]
    assert sum(cell.data_type == "f" for cell in cells) == 5 + 2 + 8 + 1


def test_a_work_evaluation_without_points_is_refused(client: Client) -> None:
    year = example("leverage_work_evaluation")
    assert client.ask(EVALUATIONS, year).json()["answer"]["total"] == "80.5"
    refused = client.ask(EVALUATIONS, changed(year, "evaluation.what_if", DELETED), key="gap")
    assert refused.status_code == 422
    assert "points_execution" in refused.text


def test_programmes_are_listed_and_read(client: Client) -> None:
    listed = client.get("/v1/leverage/programmes").json()["items"]
    assert [row["id"] for row in listed] == list(load_programmes())
    assert client.get("/v1/leverage/programmes/haikou_2021").json() == listed[0]
    assert client.get("/v1/leverage/programmes/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("policy", "haikou_guide_fund_2023", "policy"),
        ("alternative", "fund", "alternative"),
        ("alternative", DELETED, "alternative"),
        ("scenario", DELETED, "alternative"),
        ("evaluation.budget_cny", "0.00", "budget_cny"),
        ("evaluation.spent_cny", "-1.00", "spent_cny"),
        ("evaluation.indicators.0.fact", "profit_cny", "indicators.0.fact"),
        ("evaluation.indicators.0.points", "31", "indicators of output"),
        ("evaluation.indicators.1.reached", "-1", "reached"),
        ("evaluation.indicators.1.target", "0", "target"),
    ],
)
def test_what_cannot_be_evaluated_names_the_field(client: Client, path: str, value: Any, expected: str) -> None:
    response = client.ask(EVALUATIONS, changed(YEAR, path, value))
    assert response.status_code == 422
    assert expected in response.text
