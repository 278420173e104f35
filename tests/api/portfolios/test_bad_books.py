"""Bad books: every fault by row and column, and nothing is stored.

Checked against: what a person mistypes in a spreadsheet (NaN, per cent signs, grouped thousands, a column missing),
limits of every column, and what no caller should send. Every case is asked of one server whose tables stay empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.portfolios import book_file
from tests.api.conftest import Client
from tests.api.portfolios.books import BOOKS, LOAN, XLSX, csv_bytes, loans, send, table, xlsx_bytes

LONG = "x" * 101
#: A column and a cell that may not stand in it; the fault is named by row 3 and this column.
CELLS: dict[str, tuple[str, Any]] = {
    "NaN as PD": ("pd_share_per_year", "NaN"),
    "infinite PD": ("pd_share_per_year", "inf"),
    "PD in per cent": ("pd_share_per_year", "2%"),
    "PD of 200 %": ("pd_share_per_year", "2"),
    "negative PD": ("pd_share_per_year", "-0.01"),
    "PD as a word": ("pd_share_per_year", "high"),
    "PD with a comma": ("pd_share_per_year", "0,02"),
    "PD with underscores": ("pd_share_per_year", "0_1"),
    "PD in other digits": ("pd_share_per_year", "０.１"),  # the point of the case
    "no PD": ("pd_share_per_year", ""),
    "no principal": ("principal_cny", ""),
    "principal of nothing": ("principal_cny", "0"),
    "negative principal": ("principal_cny", "-1"),
    "grouped thousands": ("principal_cny", "1,000,000.00"),
    "a currency sign": ("principal_cny", "¥1000000"),
    "a third decimal": ("principal_cny", "1000000.005"),
    "a slip of the unit": ("principal_cny", "1e14"),
    "negative interest": ("interest_cny", "-0.01"),
    "maturity over": ("maturity_years", "0"),
    "maturity in months": ("maturity_years", "120"),
    "correlation of one": ("factor_correlation", "1"),
    "negative correlation": ("factor_correlation", "-0.2"),
    "no correlation": ("factor_correlation", " "),
    "part above one": ("ip_part_share", "1.01"),
    "negative collateral": ("collateral_value_cny", "-1"),
    "negative volatility": ("collateral_volatility", "-0.6"),
    "volatility in per cent": ("collateral_volatility", "60"),
    "growth beyond its range": ("collateral_drift_per_year", "2"),
    "collateral correlation": ("collateral_factor_correlation", "1.1"),
    "owner correlation": ("collateral_owner_correlation", "-1.1"),
    "damage above one": ("owner_failure_damage_share", "1.5"),
    "cost above one": ("sale_cost_share", "30"),
    "time of sale": ("time_to_sale_years", "11"),
    "discount rate": ("discount_rate_share_per_year", "5"),
    "half a grade": ("grade", "1.5"),
    "no id": ("loan_id", ""),
    "an id too long": ("loan_id", LONG),
    "an id of two lines": ("loan_id", "L\n2"),
    "no sector": ("sector", ""),
    "a sector too long": ("sector", LONG),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_named_by_row_and_column(shared_client: Client, name: str) -> None:
    column, cell = CELLS[name]
    rows = loans(3)
    rows[1][column] = cell
    response = send(shared_client, csv_bytes(table(rows)))
    assert response.status_code == 422, response.text
    (problem,) = response.json()["problems"]
    assert problem["field"] == f"row 3, column {column}"
    assert problem["expected"]
    assert shared_client.rows() == (0, 0)


#: What is done to a book of three loans, the fields that are named, and a part of what was found.
TABLES: dict[str, tuple[Callable[[list[list[Any]]], Any], str, str]] = {
    "empty file": (lambda cells: cells.clear(), "row 1, column loan_id", "nothing"),
    "heading alone": (lambda cells: cells.__delitem__(slice(1, None)), "file", "0 loans"),
    "blank lines alone": (lambda cells: cells.__setitem__(slice(1, None), [[""], [" "]]), "file", "0 loans"),
    "unknown column": (lambda cells: cells[0].__setitem__(3, "colour"), "row 1, column 4", "colour"),
    "column twice": (lambda cells: cells[0].__setitem__(3, "本金"), "row 1, column principal_cny", "2 of it"),
    "column without a name": (lambda cells: cells[0].__setitem__(3, ""), "row 1, column 4", "''"),
    "column missing": (
        lambda cells: [row.pop(4) for row in cells],
        "row 1, column pd_share_per_year",
        "nothing",
    ),
    "cells beyond the heading": (lambda cells: cells[2].append("?"), "row 3", "1 cells beyond"),
    "an id twice": (lambda cells: cells[3].__setitem__(0, "L1"), "row 4, column loan_id", "L1"),
    "correlations that cannot be together": (
        lambda cells: cells[2].__setitem__(slice(11, 13), [0.9, 0.9]),
        "row 3, column collateral_owner_correlation",
        "1.62",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_refused_as_a_whole(shared_client: Client, name: str) -> None:
    change, field, found = TABLES[name]
    cells = [list(row) for row in table(loans(3))]
    change(cells)
    response = send(shared_client, csv_bytes(cells))
    assert response.status_code == 422, response.text
    problem = response.json()["problems"][0]
    assert problem["field"] == field
    assert found in problem["found"]
    assert shared_client.rows() == (0, 0)


def test_every_fault_is_told_at_once(shared_client: Client) -> None:
    """Cells of several rows, and what is wrong between sound rows, in one answer."""
    rows = loans(5)
    rows[0]["pd_share_per_year"], rows[0]["sector"] = "nan", ""
    rows[1]["sale_cost_share"] = "2"
    rows[4]["loan_id"] = "L4"
    problems = send(shared_client, csv_bytes(table(rows))).json()["problems"]
    assert [each["field"] for each in problems] == [
        "row 2, column sector",
        "row 2, column pd_share_per_year",
        "row 3, column sale_cost_share",
        "row 6, column loan_id",
    ]
    assert "row 5" in problems[-1]["expected"]


def test_rows_are_counted_as_a_spreadsheet_does(shared_client: Client) -> None:
    """Blank lines count."""
    cells = table(loans(2))
    cells.insert(2, [None] * len(LOAN))
    cells[3][4] = "x"
    (problem,) = send(shared_client, xlsx_bytes(cells), kind=XLSX).json()["problems"]
    assert problem["field"] == "row 4, column pd_share_per_year"


def test_a_wrong_column_does_not_fill_the_answer(shared_client: Client) -> None:
    rows = [row | {"pd_share_per_year": "?"} for row in loans(150)]
    problems = send(shared_client, csv_bytes(table(rows))).json()["problems"]
    assert len(problems) == book_file.MAXIMUM_PROBLEMS + 1
    assert problems[-1]["found"] == "50 further faults"


def test_a_book_too_long_names_the_limit(shared_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_file, "MAXIMUM_FILE_LOANS", 5)
    (problem,) = send(shared_client, csv_bytes(table(loans(6)))).json()["problems"]
    assert (problem["found"], problem["expected"]) == ("6 loans", "1 to 5 loans")


#: A value in the second loan of a JSON body, the field named, part of what is expected.
JSON_CASES: dict[str, tuple[str, Any, str]] = {
    "money as a number": ("principal_cny", 1000000.0, "decimal written as text"),
    "money with three decimals": ("principal_cny", "1.005", "at most two decimals"),
    "principal of nothing": ("principal_cny", "0.00", "0.01"),
    "negative interest": ("interest_cny", "-1.00", "zero or more"),
    "PD as text": ("pd_share_per_year", "0.02", "number"),
    "PD above one": ("pd_share_per_year", 1.2, "1"),
    "PD of nothing": ("pd_share_per_year", None, "number"),
    "true as PD": ("pd_share_per_year", True, "number"),
    "half a grade": ("grade", 0.5, ""),
    "no id": ("loan_id", "", ""),
    "a number as id": ("loan_id", 7, ""),
    "unknown column": ("value_table", 1, "documented"),
    "an id twice": ("loan_id", "L1", "loans.0"),
}


@pytest.mark.parametrize("name", JSON_CASES)
def test_a_loan_of_a_json_body_is_named_by_its_path(shared_client: Client, name: str) -> None:
    column, value, expected = JSON_CASES[name]
    rows = loans(3)
    rows[1][column] = value
    response = shared_client.ask(BOOKS, {"loans": rows})
    assert response.status_code == 422, response.text
    (problem,) = response.json()["problems"]
    assert problem["field"] == f"loans.1.{column}"
    assert expected in problem["expected"]
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"loans": []}, 422, "loans"),
        ({"loans": {}}, 422, "loans"),
        ({}, 422, "loans"),
        ({"loans": [7]}, 422, "loans.0"),
        ({"loans": loans(1), "colour": "red"}, 422, "colour"),
    ],
)
def test_a_body_without_loans_is_refused(shared_client: Client, body: Any, status: int, field: str) -> None:
    response = shared_client.ask(BOOKS, body)
    assert response.status_code == status
    assert response.json()["problems"][0]["field"] == field
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("content", [b'{"loans": [{"pd_share_per_year": NaN}]}', b"{", b'"\xff"'])
def test_no_json_is_refused(shared_client: Client, content: bytes) -> None:
    response = send(shared_client, content, kind="application/json")
    assert response.status_code in (400, 422)
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("kind", ["text/plain", "application/vnd.ms-excel", "", "text/csv; charset=utf-16"])
def test_another_content_type_is_refused(shared_client: Client, kind: str) -> None:
    response = send(shared_client, csv_bytes(table(loans(1))), kind=kind)
    assert response.status_code == 415
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"", b"loan_id,sector\n"])
def test_no_workbook_is_refused(shared_client: Client, content: bytes) -> None:
    response = send(shared_client, content, kind=XLSX)
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == "file"


def test_a_book_without_a_key_is_refused(shared_client: Client) -> None:
    response = shared_client.post(BOOKS, content=csv_bytes(table(loans(1))), headers={"Content-Type": "text/csv"})
    assert response.status_code == 400
    assert shared_client.rows() == (0, 0)
