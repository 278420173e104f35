"""Valuations over HTTP: the answer is the domain's, stored once and read again unchanged.

Checked against: the domain called directly on the same request (second way), and the published layout in
``schemas.py``, against which real answers are validated.
"""

import io

import openpyxl
import orjson
import pytest

from api.bodies import read_model
from api.valuations.schemas import Explanation, Valuation
from tests.api.conftest import Client
from tests.api.requests import example, valuation_request
from valuation.appraisal import appraise, request_model

PATH = "/v1/valuations"


def test_a_valuation_is_created_with_its_address(client: Client) -> None:
    response = client.ask(PATH, valuation_request())
    assert response.status_code == 201
    document = response.json()
    assert document["id"].startswith("val_")
    assert response.headers["location"] == f"{PATH}/{document['id']}" == document["links"]["self"]
    assert document["created_at"] == "2021-01-08T09:30:00.000000+00:00"
    assert client.rows() == (1, 1)


def test_the_answer_is_that_of_the_domain(client: Client) -> None:
    request = valuation_request()
    expected = appraise(read_model(request_model(), request)).as_document()
    answer = client.ask(PATH, request).json()["answer"]
    assert answer == orjson.loads(orjson.dumps(expected))
    assert answer["value"] == "194163.76"  # regression: the working input of the method's own tests


@pytest.mark.parametrize("name", ["drug_patent", "plant_variety"])
def test_an_example_is_answered_as_described(client: Client, name: str) -> None:
    document = client.ask(PATH, example(name)).json()
    Valuation.model_validate(document)
    interval = document["answer"]["interval"]
    assert float(interval["low"]) < float(document["answer"]["value"]) < float(interval["high"])
    Explanation.model_validate(client.get(document["links"]["explain"]).json())


def test_amounts_are_texts(client: Client) -> None:
    answer = client.ask(PATH, example("drug_patent")).json()["answer"]
    amounts = [answer["value"], *(answer["range"].values()), answer["interval"]["low"], answer["pledgee_value"]]
    assert all(isinstance(amount, str) for amount in amounts)


def test_it_is_read_again_to_the_character(client: Client) -> None:
    created = client.ask(PATH, valuation_request())
    read = client.get(created.headers["location"])
    assert read.status_code == 200
    assert read.content == created.content
    assert read.headers["etag"] == f'"{created.json()["digest"]}"'


def test_a_known_tag_gives_no_body(client: Client) -> None:
    created = client.ask(PATH, valuation_request())
    for address in created.json()["links"].values():
        tag = client.get(address).headers["etag"]
        again = client.get(address, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")


def test_the_explanation_holds_every_line_in_order(client: Client) -> None:
    request = valuation_request()
    created = client.ask(PATH, request)
    papers = client.get(created.json()["links"]["explain"]).json()["papers"]
    expected = appraise(read_model(request_model(), request)).papers()
    assert list(papers) == list(expected)
    for name, paper in expected.items():
        assert [step["name"] for step in papers[name]["steps"]] == list(paper.names)


def test_the_workbook_opens_and_has_live_formulas(client: Client) -> None:
    created = client.ask(PATH, valuation_request())
    response = client.get(created.json()["links"]["worksheet"])
    assert response.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert created.json()["id"] in response.headers["content-disposition"]
    workbook = openpyxl.load_workbook(io.BytesIO(response.content))
    cells = [cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert any(isinstance(cell, str) and cell.startswith("=") for cell in cells)


@pytest.mark.parametrize("suffix", ["", "/explain", "/worksheet.xlsx"])
@pytest.mark.parametrize("identifier", ["val_000000000000000000000000", "val_x", "plq_000000000000000000000000", "%00"])
def test_an_unknown_id_is_not_found(shared_client: Client, identifier: str, suffix: str) -> None:
    response = shared_client.get(f"{PATH}/{identifier}{suffix}")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:ipfin:problem:not-found"


def test_the_request_is_stored_as_it_was_sent(client: Client) -> None:
    from sqlalchemy import text

    body = orjson.dumps(valuation_request(), option=orjson.OPT_INDENT_2)
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json; charset=utf-8"}
    assert client.post(PATH, content=body, headers=headers).status_code == 201
    with client.app.state.engine.connect() as connection:  # type: ignore[attr-defined]
        row = connection.execute(text("select request, caller, engine_version from answers")).one()
    assert row.request == body.decode()
    assert (row.caller, row.engine_version) == ("local", client.get("/health/live").json()["engine_version"])
