"""Reports over HTTP: the 14 sections of a stored valuation, and of no other.

Checked against: the domain called directly on the same request (second way), the stored valuation's own amounts and
digest (identity), and the layout in ``schemas.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from api.bodies import read_model
from api.reports.schemas import Report
from tests.api.conftest import Client, MakeClient
from tests.api.requests import example, valuation_request
from tests.api.test_auth import DIGESTS, bearer
from valuation.appraisal import appraise, request_model
from valuation.report import Particulars, appraisal_report, report_items

PATH = "/v1/reports"
TOLD = {"client": "示例委托人", "purpose": "质押贷款参考", "procedures": ["查阅登记簿"]}


def valued(client: Client, document: dict[str, Any] | None = None) -> dict[str, Any]:
    stored: dict[str, Any] = client.ask("/v1/valuations", document or valuation_request(), key="v-1").json()
    return stored


def test_the_sections_are_those_of_the_domain(client: Client) -> None:
    valuation = valued(client)
    response = client.ask(PATH, {"valuation_id": valuation["id"], **TOLD})
    assert response.status_code == 201, response.text
    stored = response.json()
    Report.model_validate(stored)
    expected = appraisal_report(
        appraise(read_model(request_model(), valuation_request())), particulars=Particulars.model_validate(TOLD)
    ).as_document()
    answer = stored["answer"]
    assert answer["sections"] == orjson.loads(orjson.dumps(expected["sections"]))
    assert [each["id"] for each in answer["sections"]] == [name for name, _ in report_items()]
    assert answer["valuation_digest"] == valuation["digest"]
    assert "预评估" in answer["marking"]["zh"]
    assert client.get(stored["links"]["self"]).content == response.content


def test_the_amounts_are_those_of_the_stored_valuation(client: Client) -> None:
    valuation = valued(client, example("drug_patent"))
    answer = client.ask(PATH, {"valuation_id": valuation["id"]}).json()["answer"]
    amounts = [each["yuan"] for section in answer["sections"] for each in section["amounts"]]
    for stated in (valuation["answer"]["value"], valuation["answer"]["pledgee_value"]):
        assert f"{Decimal(stated):,} 元" in amounts
    missing = {each["code"] for section in answer["sections"] for each in section["missing"]}
    assert {"missing_client", "missing_purpose"} <= missing


def test_other_particulars_make_another_report(client: Client) -> None:
    valuation = valued(client)
    one = client.ask(PATH, {"valuation_id": valuation["id"], **TOLD}).json()
    other = client.ask(PATH, {"valuation_id": valuation["id"], "client": "另一委托人"}, key="k-2").json()
    assert one["digest"] != other["digest"]
    assert one["answer"]["valuation_digest"] == other["answer"]["valuation_digest"]


@pytest.mark.parametrize("identifier", ["val_000000000000000000000000", "plq_000000000000000000000000", "x"])
def test_a_valuation_that_is_not_there(shared_client: Client, identifier: str) -> None:
    response = shared_client.ask(PATH, {"valuation_id": identifier})
    assert response.status_code == 422
    (problem,) = response.json()["problems"]
    assert (problem["field"], problem["found"]) == ("valuation_id", repr(identifier))
    assert "val_" in problem["expected"]
    assert shared_client.rows() == (0, 0)


def test_the_valuation_of_another_caller_is_not_there(make_client: MakeClient) -> None:
    client = make_client(api_keys=DIGESTS)
    valuation = client.ask("/v1/valuations", valuation_request(), key="v-1", **bearer("bank")).json()
    asked = {"valuation_id": valuation["id"]}
    assert client.ask(PATH, asked, **bearer("park")).status_code == 422
    assert client.ask(PATH, asked, **bearer("bank")).status_code == 201


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update answers set engine_version = '0.0.1'", "engine 0.0.1"),
        ("update answers set digest = 'another'", "the digest another"),
    ],
)
def test_a_valuation_that_is_not_repeated_is_refused(client: Client, statement: str, found: str) -> None:
    valuation = valued(client)
    with client.app.state.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text(statement))
    response = client.ask(PATH, {"valuation_id": valuation["id"]})
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:refused")
    assert found in response.json()["problems"][0]["found"]
    assert client.rows() == (1, 1)


@pytest.mark.parametrize(
    ("document", "field", "expected"),
    [
        ({"client": "甲"}, "valuation_id", "a value"),
        ({"valuation_id": "val_1", "client": ""}, "client", "at least 1 character"),
        ({"valuation_id": "val_1", "procedures": "查阅"}, "procedures", "tuple"),
        ({"valuation_id": "val_1", "value": "1.00"}, "value", "only the documented fields"),
    ],
)
def test_bad_input_names_the_field_and_nothing_is_stored(
    shared_client: Client, document: dict[str, Any], field: str, expected: str
) -> None:
    response = shared_client.ask(PATH, document)
    assert response.status_code == 422
    named = [each for each in response.json()["problems"] if each["field"] == field]
    assert named, response.json()["problems"]
    assert expected in named[0]["expected"]
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("identifier", ["rep_000000000000000000000000", "val_000000000000000000000000", "x"])
def test_an_unknown_id_is_not_found(shared_client: Client, identifier: str) -> None:
    assert shared_client.get(f"{PATH}/{identifier}").status_code == 404
