"""The routes of evidence: what is held is found with its provenance, templates are downloaded, tables say who has them.

Checked against: the store filled directly, and wrong questions.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.evidence.store import EvidenceStore
from tests.api.conftest import NOW, MakeClient
from tests.valuation.asking import DATES, asked, figure
from tests.valuation.evidence.rows import placed
from valuation.evidence.columns import COLUMNS


@pytest.fixture
def client(make_client: MakeClient, tmp_path: Path) -> Any:
    folder = tmp_path / "evidence"
    rows = placed(
        {"right_number": "1", "retrieved_on": "2021-01-05", "feature:claims": 3},
        {"right_number": "2", "retrieved_on": "2021-01-05", "traded_on": "2018-01-31", "related_parties": "是"},
    )
    EvidenceStore(folder).add(rows, imported_at=NOW)
    return make_client(evidence_dir=folder)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("", ["1", "2"]),
        ("?feature=claims", ["1"]),
        ("?traded_to=2018-12-31", ["2"]),
        ("?traded_from=2018-12-31&right_kind=patent&currency=CNY", ["1"]),
        ("?related_parties=true", ["2"]),
        ("?jurisdiction=US", []),
    ],
)
def test_transactions_are_found_with_their_provenance(client: Any, question: str, numbers: list[str]) -> None:
    answer = client.get(f"/v1/comparables{question}")
    assert answer.status_code == 200
    found = answer.json()
    assert [each["right_number"] for each in found["items"]] == numbers
    assert found["total"] == len(numbers)
    for each in found["items"]:
        assert each["price"] == "800000.00"
        assert (each["source_title"], each["source_status"], each["retrieved_on"]) == ("交易公告", "read", "2021-01-05")


def test_a_page_says_how_many_there_are(client: Any) -> None:
    found = client.get("/v1/comparables?limit=1").json()
    assert (len(found["items"]), found["total"]) == (1, 2)


@pytest.mark.parametrize("question", ["limit=0", "limit=1001", "traded_from=lately", "related_parties=perhaps"])
def test_a_wrong_question_is_named(client: Any, question: str) -> None:
    answer = client.get(f"/v1/comparables?{question}")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == question.split("=")[0]


def test_what_is_found_becomes_the_inputs_of_a_method(client: Any) -> None:
    """The sources and rows are put into a request as they are, and the answer names them."""
    rows = client.get("/v1/comparables/inputs?kind=priced_rows&currency=CNY&feature=claims").json()
    assert [row["features"] for row in rows["rows"]] == [{"claims": 3.0}]
    assert [each["reason"] for each in rows["left_aside"]] == ["not known: claims"]
    names = [each["id"] for each in client.get("/v1/comparables").json()["items"]]
    lines = client.get(f"/v1/comparables/inputs?kind=comparable_lines&currency=CNY&id={names[1]}").json()
    (line,) = lines["rows"]
    assert line["name"] == names[1]
    judged = {"adjustments": {}, "weight_share": 1, "weight_reason": "the only one"}
    comparables = {"comparables": [line | judged], "subject_quantity": figure(1.0), "average": "arithmetic"}
    dates = dict.fromkeys(DATES, "2021-01-08")
    request = asked({"comparable_transactions": comparables}, sources=lines["sources"], dates=dates)
    answer = client.ask("/v1/valuations", request)
    assert answer.status_code == 201, answer.text
    found = answer.json()["answer"]
    (indication,) = found["indications"]
    assert indication["value"] == "400000.00"
    assert indication["inputs"]["comparables"][0]["name"] == names[1]
    assert [each["id"] for each in found["sources"]] == list(lines["sources"])


@pytest.mark.parametrize("question", ["currency=CNY", "kind=all&currency=CNY", "kind=priced_rows"])
def test_a_wrong_selection_is_refused(client: Any, question: str) -> None:
    assert client.get(f"/v1/comparables/inputs?{question}").status_code == 422


def test_a_part_never_looks_like_all(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/v1/comparables/inputs?kind=priced_rows&currency=CNY&id=cmp_unknown")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["found"] == "cmp_unknown"
    monkeypatch.setattr("api.evidence.router.MAXIMUM_ITEMS", 1)
    answer = client.get("/v1/comparables/inputs?kind=priced_rows&currency=CNY")
    assert answer.json()["problems"][0]["found"] == "2 transactions"


def test_templates_are_downloaded(client: Any) -> None:
    workbook = client.get("/v1/comparables/template.xlsx")
    assert "comparables.xlsx" in workbook.headers["content-disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [column.heading for column in COLUMNS]
    plain = client.get("/v1/comparables/template.csv")
    assert plain.headers["content-type"].startswith("text/csv")
    assert plain.content.decode("utf-8-sig").startswith("名称 name,")


def test_an_empty_table_names_its_publisher(client: Any) -> None:
    (table,) = client.get("/v1/tables").json()["items"]
    assert table == client.get(f"/v1/tables/{table['id']}").json()
    assert (table["is_empty"], table["rows"]) == (True, [])
    assert table["publisher"]["zh"] == "国家知识产权局"
    assert client.get("/v1/tables/none").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/v1/comparables", "/v1/comparables/template.xlsx", "/v1/comparables/template.csv", "/v1/tables", "/v1/tables/x"],
)
def test_evidence_is_for_known_callers(make_client: MakeClient, address: str) -> None:
    assert make_client(api_keys={"bank": "0" * 64}).get(address).status_code == 401
