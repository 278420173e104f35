"""A loan book over HTTP: stored whole, read again as it was, each caller for itself; the template, filled in, is read.

Checked against: the same loans as CSV, XLSX, Parquet and JSON (second ways), the template itself, idempotency.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from api.portfolios.columns import FILE_COLUMNS
from api.portfolios.schemas import LoanBookStored
from api.portfolios.template import book_template
from pledge.portfolio.loan_book import COLUMNS
from tests.api.conftest import Client, MakeClient
from tests.api.portfolios.books import (
    BOOKS,
    CSV_BOOK,
    LOAN,
    XLSX,
    ask,
    csv_bytes,
    loans,
    question,
    send,
    table,
    xlsx_bytes,
)
from valuation.errors import InputError

PARQUET = "application/vnd.apache.parquet"
KEYS = {"north": hashlib.sha256(b"n").hexdigest(), "south": hashlib.sha256(b"s").hexdigest()}


@pytest.fixture
def client(shared_client: Client) -> Client:
    """One server for this module; every request has a key of its own."""
    return shared_client


def parquet_bytes(cells: list[list[Any]], folder: Path) -> bytes:
    source, target = folder / "book.csv", folder / "book.parquet"
    source.write_bytes(csv_bytes(cells))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{source}')) TO '{target}'")
    return target.read_bytes()


def test_four_formats_of_one_book_are_one_book(client: Client, tmp_path: Path) -> None:
    """The digest covers the loans, not the file they came in."""
    cells = table(loans())
    answers = [
        send(client, csv_bytes(cells)),
        send(client, xlsx_bytes(cells), kind=XLSX),
        send(client, parquet_bytes(cells, tmp_path), kind=PARQUET),
        ask(client, BOOKS, {"loans": loans()}),
    ]
    assert [each.status_code for each in answers] == [201] * 4, [each.text for each in answers]
    documents = [LoanBookStored.model_validate(each.json()) for each in answers]
    assert [each.answer.format for each in documents] == ["csv", "xlsx", "parquet", "json"]
    assert len({each.digest for each in documents}) == 1
    assert documents[0].answer.loans == documents[3].answer.loans == loans()
    # Hand: 6 × 1,000,000 + 15 × 250,000 of principal and 6 × 20,000 of interest.
    assert documents[0].answer.claim_cny == "9870000.00"


def test_a_book_is_read_again_as_it_was_answered(client: Client) -> None:
    response = send(client, CSV_BOOK.read_bytes())
    again = client.get(response.headers["location"])
    assert again.json() == response.json()
    assert again.headers["etag"] == response.headers["etag"]
    assert client.get(response.headers["location"], headers={"If-None-Match": again.headers["etag"]}).status_code == 304


def test_one_other_number_is_another_book(client: Client) -> None:
    first = ask(client, BOOKS, {"loans": loans()}).json()
    second = ask(client, BOOKS, {"loans": [*loans()[:-1], loans()[-1] | {"pd_share_per_year": 0.051}]}).json()
    assert first["digest"] != second["digest"]


def test_a_key_stands_for_one_file(client: Client) -> None:
    content = csv_bytes(table(loans()))
    first, before = send(client, content, key="one"), client.rows()
    again = send(client, content, key="one")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    refused = send(client, csv_bytes(table(loans(2))), key="one")
    assert client.rows() == before
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:ipfin:problem:idempotency-key-reused")


def test_blank_cells_take_the_default_of_their_column(client: Client) -> None:
    required = [name for name, column in FILE_COLUMNS.items() if column.is_required]
    stored = send(client, csv_bytes(table(loans(1), heading=required))).json()["answer"]["loans"][0]
    assert stored == LOAN | {
        name: f"{column.range.default:.2f}"
        if name in ("interest_cny", "collateral_value_cny")
        else column.range.default
        for name, column in FILE_COLUMNS.items()
        if column.range is not None and name not in required
    }


def test_callers_do_not_see_each_other(make_client: MakeClient) -> None:
    client = make_client(api_keys=KEYS)
    north, south = ({"Authorization": f"Bearer {key}"} for key in ("n", "s"))
    sent = send(client, csv_bytes(table(loans())), **north)
    assert client.get(sent.headers["location"], headers=north).status_code == 200
    assert client.get(sent.headers["location"], headers=south).status_code == 404
    asked = ask(client, f"{sent.headers['location']}/runs", question(), **south)
    assert asked.status_code == 404
    assert client.get(f"{BOOKS}/template.csv").status_code == 401


@pytest.mark.parametrize("is_gb18030", [False, True])
def test_a_chinese_spreadsheet_is_read(client: Client, is_gb18030: bool) -> None:
    """Chinese headings alone, and the encoding that Chinese spreadsheets write."""
    heading = [column.label.zh for column in FILE_COLUMNS.values()]
    rows = [[row[name] for name in FILE_COLUMNS] for row in [each | {"sector": "软件"} for each in loans(2)]]
    content = csv_bytes([heading, *rows])
    stored = send(client, content.decode().encode("gb18030") if is_gb18030 else content).json()["answer"]
    assert stored["sectors"] == ["软件"]
    assert stored["loan_count"] == 2


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_filled_in_is_a_book(client: Client, ending: str) -> None:
    template = client.get(f"{BOOKS}/template.{ending}")
    assert template.headers["content-disposition"] == f'attachment; filename="loan_book.{ending}"'
    assert template.content == book_template(f".{ending}")
    row = [LOAN[name] for name in FILE_COLUMNS]
    if ending == "csv":
        heading = next(csv.reader(io.StringIO(template.content.decode("utf-8-sig"))))
        content, kind = csv_bytes([heading, row]), "text/csv"
    else:
        book, stream = openpyxl.load_workbook(io.BytesIO(template.content)), io.BytesIO()
        book.worksheets[0].append(row)
        book.save(stream)
        content, kind = stream.getvalue(), XLSX
    stored = send(client, content, kind=kind)
    assert stored.status_code == 201, stored.text
    assert stored.json()["answer"]["loans"] == [LOAN]


def test_the_workbook_explains_and_checks_every_column() -> None:
    book = openpyxl.load_workbook(io.BytesIO(book_template(".xlsx")))
    sheet, told = book.worksheets
    headings = [column.heading for column in FILE_COLUMNS.values()]
    assert [cell.value for cell in sheet[1]] == headings
    assert [row[0].value for row in told.iter_rows(min_row=2)] == headings
    assert all(row[2].value for row in told.iter_rows(min_row=2))
    assert len(sheet.data_validations.dataValidation) == len(headings) - 2


def test_every_column_of_a_book_but_tables_can_be_stated() -> None:
    assert set(FILE_COLUMNS) - {"loan_id", "sector"} == set(COLUMNS) - {"value_table"}


@pytest.mark.parametrize("ending", ["pdf", "xls", ""])
def test_another_template_is_not_offered(client: Client, ending: str) -> None:
    assert client.get(f"{BOOKS}/template.{ending}").status_code in (404, 422)
    with pytest.raises(InputError, match="template"):
        book_template(f".{ending}")


def test_a_long_book_is_taken_in(make_client: MakeClient) -> None:
    """Longer than other bodies may be, as a file of transactions."""
    client = make_client(max_body_bytes=2048)
    assert send(client, csv_bytes(table(loans(200)))).status_code == 201
    refused = ask(client, "/v1/valuations", {"x": "y" * 3000})
    assert refused.status_code == 413


def test_no_cell_of_a_book_is_a_formula_in_the_workbook_of_a_run(client: Client) -> None:
    rows = [loans()[0] | {"loan_id": "=1+1"}, *loans()[1:]]
    book = ask(client, BOOKS, {"loans": rows}).json()["id"]
    run = ask(client, f"{BOOKS}/{book}/runs", question()).json()
    content = client.get(run["links"]["worksheet"]).content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content))["逐笔贡献"].iter_rows() for cell in row]
    (named,) = [cell for cell in cells if cell.value == "=1+1"]
    assert named.data_type != "f" or named.quotePrefix
