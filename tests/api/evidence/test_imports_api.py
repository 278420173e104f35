"""Comparables come in over HTTP: all rows of a file or none, every fault by its cell, each caller for itself.

Checked against: the command line's import of the same file (second way), the Parquet files the store leaves behind,
and files that no caller should send.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from api.evidence.schemas import ComparablesImport
from api.evidence.service import import_file
from api.evidence.store import EvidenceStore, Wanted
from api.responses import XLSX
from api.settings import read_settings
from tests.api.conftest import NOW, Client, MakeClient
from tests.api.evidence.test_table_files import csv_bytes
from tests.valuation.evidence.rows import ROW, record, table
from valuation.evidence.columns import COLUMNS

PATH = "/v1/comparables/imports"
PARQUET = "application/vnd.apache.parquet"
#: The clock of these servers is 2021-01-08; nothing may have been looked up later.
SEEN = {"retrieved_on": "2021-01-05"}
KEYS = {"north": hashlib.sha256(b"n").hexdigest(), "south": hashlib.sha256(b"s").hexdigest()}


def cells(*rows: dict[str, Any]) -> list[list[Any]]:
    return table(*(SEEN | row for row in rows))


def xlsx_bytes(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet_bytes(rows: list[list[Any]], folder: Path) -> bytes:
    source, target = folder / "rows.csv", folder / "rows.parquet"
    source.write_bytes(csv_bytes(rows))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{target}'")
    return target.read_bytes()


def send(client: Client, content: bytes, *, kind: str = "text/csv", key: str | None = "k-1", **headers: str) -> Any:
    stated = {"Content-Type": kind} if kind else {}
    if key is not None:
        stated["Idempotency-Key"] = key
    return client.post(PATH, content=content, headers=stated | headers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def client(make_client: MakeClient, folder: Path) -> Client:
    return make_client(evidence_dir=folder)


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_a_file_is_taken_in_as_the_command_line_does(client: Client, tmp_path: Path, format: str) -> None:
    rows = cells({}, {"right_number": "2", "name": "专利转让二"})
    content, kind = {
        "csv": (csv_bytes(rows), "text/csv; charset=utf-8"),
        "xlsx": (xlsx_bytes(rows), XLSX),
        "parquet": (parquet_bytes(rows, tmp_path), PARQUET),
    }[format]
    response = send(client, content, kind=kind)
    assert response.status_code == 201, response.text
    document = response.json()
    ComparablesImport.model_validate(document)
    answer = document["answer"]
    assert (answer["format"], answer["bytes"]) == (format, len(content))
    assert answer["file_sha256"] == hashlib.sha256(content).hexdigest()
    assert answer["counts"] == {"added": 2, "replaced": 0, "repeated": 0}
    assert [(each["row"], each["outcome"]) for each in answer["rows"]] == [(2, "added"), (3, "added")]
    assert client.get(document["links"]["self"]).content == response.content
    assert response.headers["location"] == document["links"]["self"]

    other = EvidenceStore(tmp_path / "other")
    by_hand = import_file(other, content, format=format, imported_at=NOW)
    assert [each["id"] for each in answer["rows"]] == list(by_hand.added)
    expected = [each.as_document() for each in other.find(Wanted()).records]
    assert client.get("/v1/comparables").json()["items"] == expected


def test_the_downloaded_template_filled_in_is_taken_in(client: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client.get("/v1/comparables/template.xlsx").content))
    for place, column in enumerate(COLUMNS, start=1):
        book.worksheets[0].cell(2, place, (ROW | SEEN).get(column.key))
    stream = io.BytesIO()
    book.save(stream)
    assert send(client, stream.getvalue(), kind=XLSX).json()["answer"]["counts"]["added"] == 1


def test_every_row_keeps_where_it_came_from(client: Client, folder: Path) -> None:
    content = csv_bytes(cells({"source_status": "凭记忆"}))
    answer = send(client, content).json()["answer"]
    (source,) = answer["sources"]
    assert (answer["rows"][0]["source"], source["status"]) == (source["id"], "recalled")
    assert [each["code"] for each in answer["warnings"]] == ["recalled_source"]
    with duckdb.connect() as connection:
        asked = "SELECT file_row, file_sha256, imported_by, imported_at, source_title FROM read_parquet(?)"
        (kept,) = connection.execute(asked, [str(folder / "import-*.parquet")]).fetchall()
    assert kept == (2, answer["file_sha256"], None, NOW.isoformat(), ROW["source_title"])


def test_a_deal_is_not_held_twice(client: Client) -> None:
    one = csv_bytes(cells({"source_status": "凭记忆"}))
    assert send(client, one).json()["answer"]["counts"]["added"] == 1
    again = send(client, one, key="k-2").json()["answer"]
    assert (again["counts"], again["import_number"]) == ({"added": 0, "replaced": 0, "repeated": 1}, None)
    better = send(client, csv_bytes(cells({}, {}, {"right_number": "2"})), key="k-3").json()["answer"]
    assert [each["outcome"] for each in better["rows"]] == ["replaced", "repeated", "added"]
    assert client.get("/v1/comparables").json()["total"] == 2


def test_a_repeated_deal_with_another_feature_names_the_cell(client: Client) -> None:
    """By hand: row 2 is held; row 3 repeats it with other claims, which are not kept."""
    rows = cells({"feature:claims": "10"}, {"feature:claims": "12", "related_parties": "是"})
    answer = send(client, csv_bytes(rows)).json()["answer"]
    assert [each["outcome"] for each in answer["rows"]] == ["added", "repeated"]
    deal = answer["rows"][0]["id"]
    places = {"row": 3, "deal": deal, "kept_in": "row 2", "set_aside_in": "row 3"}
    assert answer["differences"] == [
        places | {"column": "related_parties", "kept": "no", "set_aside": "yes"},
        places | {"column": "feature:claims", "kept": "10", "set_aside": "12"},
    ]
    assert answer["difference_count"] == 2
    assert "repeated_rows_differ" in {each["code"] for each in answer["warnings"]}
    (held,) = client.get("/v1/comparables").json()["items"]
    assert held["features"] == {"claims": 10.0}


def test_the_same_key_gives_the_stored_answer_and_another_file_is_refused(client: Client) -> None:
    first = send(client, csv_bytes(cells({})))
    again = send(client, csv_bytes(cells({})))
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    other = send(client, csv_bytes(cells({"right_number": "2"})))
    assert (other.status_code, other.json()["type"]) == (422, "urn:ipfin:problem:idempotency-key-reused")
    assert send(client, csv_bytes(cells({})), kind=PARQUET).json()["type"].endswith("idempotency-key-reused")
    assert client.get("/v1/comparables").json()["total"] == 1


def test_a_corrected_file_may_come_under_the_same_key(client: Client) -> None:
    assert send(client, csv_bytes(cells({"price": "x"}))).status_code == 422
    assert send(client, csv_bytes(cells({}))).status_code == 201


def keyed(make_client: MakeClient, folder: Path) -> Client:
    return make_client(evidence_dir=folder, api_keys=KEYS)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_caller_sees_the_operators_deals_and_its_own(make_client: MakeClient, folder: Path) -> None:
    import_file(EvidenceStore(folder), csv_bytes(cells({})), format="csv", imported_at=NOW)
    client = keyed(make_client, folder)
    own = csv_bytes(cells({"right_number": "2", "party_to": "秘密公司"}))
    made = send(client, own, **bearer("n")).json()
    seen = {key: client.get("/v1/comparables", headers=bearer(key)).json()["total"] for key in "ns"}
    assert seen == {"n": 2, "s": 1}
    assert client.get(made["links"]["self"], headers=bearer("n")).status_code == 200
    assert client.get(made["links"]["self"], headers=bearer("s")).status_code == 404
    name = made["answer"]["rows"][0]["id"]
    asked = f"/v1/comparables/inputs?kind=priced_rows&currency=CNY&id={name}"
    assert client.get(asked, headers=bearer("s")).status_code == 422
    assert EvidenceStore(folder).find(Wanted()).total == 1, "the operator's store is what all see"


def test_a_callers_deal_is_no_fault_in_anothers_file(make_client: MakeClient, folder: Path) -> None:
    client = keyed(make_client, folder)
    assert send(client, csv_bytes(cells({})), **bearer("n")).status_code == 201
    other = send(client, csv_bytes(cells({"price": "1.00"})), **bearer("s"))
    assert other.json()["answer"]["counts"]["added"] == 1
    prices = [client.get("/v1/comparables", headers=bearer(key)).json()["items"][0]["price"] for key in "ns"]
    assert prices == ["800000.00", "1.00"]


def test_what_a_caller_stated_itself_is_never_overruled(make_client: MakeClient, folder: Path) -> None:
    """The operator cannot see a caller's deal, so a later one at other terms must not replace it silently."""
    client = keyed(make_client, folder)
    send(client, csv_bytes(cells({"source_status": "凭记忆"})), **bearer("n"))
    content = csv_bytes(cells({"price": "1.00"}))
    import_file(EvidenceStore(folder), content, format="csv", imported_at=NOW)
    (item,) = client.get("/v1/comparables", headers=bearer("n")).json()["items"]
    assert item["price"] == "800000.00"
    again = send(client, content, key="k-2", **bearer("n"))
    assert again.status_code == 422
    assert "800000.00 CNY" in again.json()["problems"][0]["expected"]


def test_files_of_earlier_versions_are_the_operators(make_client: MakeClient, folder: Path) -> None:
    import_file(EvidenceStore(folder), csv_bytes(cells({})), format="csv", imported_at=NOW)
    (path,) = folder.glob("import-*.parquet")
    older = folder / "older.parquet"
    with duckdb.connect() as connection:
        kept = f"SELECT * EXCLUDE (imported_by, file_sha256, file_row) FROM read_parquet('{path}')"
        connection.execute(f"COPY ({kept}) TO '{older}' (FORMAT parquet)")
    older.replace(path)
    client = keyed(make_client, folder)
    assert client.get("/v1/comparables", headers=bearer("s")).json()["total"] == 1
    assert send(client, csv_bytes(cells({"right_number": "2"})), **bearer("s")).status_code == 201
    assert client.get("/v1/comparables", headers=bearer("s")).json()["total"] == 2


GOOD = csv_bytes(cells({}))


@pytest.fixture(scope="module")
def empty_client(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Client]:
    """One server for all that must be refused; it holds nothing before and after."""
    place = tmp_path_factory.mktemp("refused")
    database = place / "test.db"
    shutil.copy(migrated_database, database)
    stated = read_settings(database_url=f"sqlite:///{database}", evidence_dir=place / "evidence")
    with Client(stated) as made:
        yield made


def check_refused(client: Client, response: Any, *, code: str, field: str, found: str, expected: str) -> None:
    """A problem of this kind that names the place, and nothing stored."""
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert (document["type"], document["status"]) == (f"urn:ipfin:problem:{code}", response.status_code)
    named = [each for each in document["problems"] if each["field"] == field]
    assert named, document["problems"]
    assert found in named[0]["found"]
    assert expected in named[0]["expected"]
    assert client.rows() == (0, 0)
    assert client.get("/v1/comparables").json()["total"] == 0


# the last row of a table, the cell that is named, part of found, part of expected
CELLS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a letter for a price": ({"price": "x"}, "price", "'x'", "800000.00"),
    "an amount of three decimals": ({"price": "1.005"}, "price", "1.005", "two decimals"),
    "a negative price": ({"price": "-5"}, "price", "-5", "above zero"),
    "thousands parted": ({"price": "800,000"}, "price", "800,000", "without separators"),
    "price and rate": ({"rate_share": "0.05"}, "price", "both", "exactly one"),
    "a rate in per cent": ({"price": "", "rate_share": "5"}, "rate_share", "'5'", "0.05 for 5 %"),
    "a day that is none": ({"traded_on": "2019-02-30"}, "traded_on", "2019-02-30", "exists"),
    "a deal after it was looked up": ({"traded_on": "2021-01-06"}, "traded_on", "2021-01-06", "retrieved_on"),
    "looked up after the import": ({"retrieved_on": "2999-01-01"}, "retrieved_on", "2999-01-01", "the import"),
    "no source": ({"source_title": ""}, "source_title", "nothing", "a text"),
    "an unknown status of a source": ({"source_status": "rumour"}, "source_status", "rumour", "read"),
    "a feature in words": ({"feature:claims": "many"}, "feature:claims", "many", "a number"),
    "one deal at two prices": ({"right_number": ROW["right_number"], "price": "1.00"}, "price", "1.00 CNY", "row 2"),
}


@pytest.mark.parametrize("case", CELLS.values(), ids=CELLS)
def test_a_wrong_cell_is_named_and_nothing_is_stored(empty_client: Client, case: tuple[Any, ...]) -> None:
    changes, column, found, expected = case
    response = send(empty_client, csv_bytes(cells({}, {"right_number": "2"} | changes)))
    field = f"row 3, column {column}"
    check_refused(empty_client, response, code="invalid-input", field=field, found=found, expected=expected)


HEADING, *BELOW = cells({})
# content, content type, field, part of found, part of expected
FILES: dict[str, tuple[bytes, str, str, str, str]] = {
    "an unknown column": (
        csv_bytes(cells({"colour": "red"})),
        "text/csv",
        "row 1, column colour",
        "unknown",
        "template",
    ),
    "a column twice": (csv_bytes([[*HEADING, "price"]]), "text/csv", "row 1, column price", "twice", "once"),
    "a missing column": (csv_bytes([HEADING[1:]]), "text/csv", "row 1, column name", "no such column", "name"),
    "nothing at all": (b"", "text/csv", "row 1, column -", "an empty table", "a heading"),
    "an encoding nobody knows": (b"\xff\xfe\x81", "text/csv", "file", "no known encoding", "GB 18030"),
    "a NUL in CSV": (b"a,b\n\x00,1\n", "text/csv", "file", "NUL", "CSV"),
    "CSV called a workbook": (GOOD, XLSX, "file", "BadZipFile", "XLSX"),
    "CSV called Parquet": (GOOD, PARQUET, "file", "no readable Parquet", "Parquet"),
    "a workbook cut short": (xlsx_bytes(cells({}))[:500], XLSX, "file", "BadZipFile", "XLSX"),
}


@pytest.mark.parametrize("case", FILES.values(), ids=FILES)
def test_a_wrong_file_is_told_and_nothing_is_stored(empty_client: Client, case: tuple[Any, ...]) -> None:
    content, kind, field, found, expected = case
    response = send(empty_client, content, kind=kind)
    check_refused(empty_client, response, code="invalid-input", field=field, found=found, expected=expected)


@pytest.mark.parametrize(
    ("kind", "found", "expected"),
    [
        ("application/json", "application/json", "text/csv"),
        ("multipart/form-data; boundary=x", "multipart", XLSX),
        ("", "nothing", PARQUET),
        ("text/csv; charset=latin-1", "latin-1", "gb18030"),
    ],
)
def test_another_content_type_is_refused(empty_client: Client, kind: str, found: str, expected: str) -> None:
    response = send(empty_client, GOOD, kind=kind)
    assert response.status_code == 415
    field = "header Content-Type"
    check_refused(empty_client, response, code="unsupported-media-type", field=field, found=found, expected=expected)


def test_every_fault_is_told_at_once(empty_client: Client) -> None:
    content = csv_bytes(cells({"price": "x"}, {"right_number": "2", "currency": "?", "quantity": "0"}))
    fields = [each["field"] for each in send(empty_client, content).json()["problems"]]
    assert fields == ["row 2, column price", "row 3, column currency", "row 3, column quantity"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"key": None}, 400, "idempotency-key-missing"),
        ({"key": "two words"}, 400, "idempotency-key-missing"),
        ({"Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
    ],
)
def test_a_wrong_header_is_named(empty_client: Client, headers: dict[str, Any], status: int, code: str) -> None:
    response = send(empty_client, GOOD, **headers)
    assert (response.status_code, response.json()["type"]) == (status, f"urn:ipfin:problem:{code}")
    assert empty_client.rows() == (0, 0)


def test_a_file_too_long_is_told_the_limit(make_client: MakeClient, folder: Path) -> None:
    """Files have a limit of their own: longer than a question, and still one."""
    client = make_client(evidence_dir=folder, max_table_bytes=2048, max_body_bytes=1024)
    assert 1024 > len(GOOD)
    longer = csv_bytes(cells({"note": "x" * 1000}))
    assert send(client, longer).status_code == 201
    response = send(
        client, csv_bytes(cells({"note": "x" * 1000, "right_number": "2"}, {"note": "y" * 1000})), key="k-2"
    )
    assert (response.status_code, response.json()["type"]) == (413, "urn:ipfin:problem:body-too-large")
    assert response.json()["problems"][0]["expected"] == "at most 2048 bytes"


@pytest.mark.parametrize("address", [PATH, f"{PATH}/imp_000000000000000000000000"])
def test_an_import_is_for_known_callers(make_client: MakeClient, folder: Path, address: str) -> None:
    client = keyed(make_client, folder)
    answer = send(client, GOOD) if address == PATH else client.get(address)
    assert answer.status_code == 401
    assert not folder.exists()


@pytest.mark.parametrize("identifier", ["imp_000000000000000000000000", "sco_000000000000000000000000", "x"])
def test_an_unknown_import_is_not_found(empty_client: Client, identifier: str) -> None:
    assert empty_client.get(f"{PATH}/{identifier}").status_code == 404


def test_one_deal_has_one_name_everywhere(client: Client) -> None:
    (row,) = send(client, GOOD).json()["answer"]["rows"]
    assert row["id"] == record(**SEEN).id
