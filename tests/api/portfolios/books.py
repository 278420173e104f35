"""Books and questions that the tests of loan books share: invented loans, every column in use."""

from __future__ import annotations

import copy
import csv
import io
import itertools
from pathlib import Path
from typing import Any

import openpyxl

from api.responses import XLSX
from tests.api.conftest import Client

BOOKS = "/v1/portfolios"
_NUMBERS = itertools.count()
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
CSV_BOOK = EXAMPLES / "portfolio_book.csv"

LOAN: dict[str, Any] = {
    "loan_id": "L1",
    "sector": "software",
    "principal_cny": "1000000.00",
    "interest_cny": "20000.00",
    "pd_share_per_year": 0.05,
    "maturity_years": 2.0,
    "factor_correlation": 0.4,
    "ip_part_share": 1.0,
    "collateral_value_cny": "1500000.00",
    "collateral_volatility": 0.6,
    "collateral_drift_per_year": 0.0,
    "collateral_factor_correlation": 0.2,
    "collateral_owner_correlation": 0.3,
    "owner_failure_damage_share": 0.3,
    "sale_cost_share": 0.3,
    "time_to_sale_years": 0.5,
    "discount_rate_share_per_year": 0.05,
    "grade": -1,
}
SHARES = {"pool": "0.54", "bank": "0.26", "insurer": "0.16", "appraiser": "0.04"}
RUN: dict[str, Any] = {
    "rule": {"shares": SHARES, "pool_balance_cny": "3000000.00"},
    "plan": {"seed": 7, "scenarios": 2000, "confidence": 0.95},
}


def loans(count: int = 6) -> list[dict[str, Any]]:
    """Loans in two sectors, growing."""
    return [
        LOAN
        | {
            "loan_id": f"L{number + 1}",
            "sector": ("software", "biotech")[number % 2],
            "principal_cny": f"{1_000_000 + 250_000 * number}.00",
        }
        for number in range(count)
    ]


def table(rows: list[dict[str, Any]], *, heading: list[str] | None = None) -> list[list[Any]]:
    """Loans as the cells of a file."""
    names = heading or list(LOAN)
    return [names, *([row.get(name) for name in names] for row in rows)]


def csv_bytes(cells: list[list[Any]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(cells)
    return stream.getvalue().encode()


def xlsx_bytes(cells: list[list[Any]]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in cells:
        book.worksheets[0].append(row)
    book.save(stream)
    return stream.getvalue()


def new_key() -> str:
    """A key that no request of this test run had."""
    return f"k-{next(_NUMBERS)}"


def send(client: Client, content: bytes, *, kind: str = "text/csv", key: str | None = None, **headers: str) -> Any:
    """POST a file of loans."""
    stated = {"Content-Type": kind, "Idempotency-Key": key or new_key(), **headers}
    return client.post(BOOKS, content=content, headers=stated)


def ask(client: Client, path: str, document: Any, **headers: str) -> Any:
    """POST a question under a key of its own."""
    return client.ask(path, document, key=new_key(), **headers)


def stored_book(client: Client, rows: list[dict[str, Any]] | None = None) -> str:
    """The id of a stored book."""
    response = ask(client, BOOKS, {"loans": rows or loans()})
    assert response.status_code == 201, response.text
    identifier: str = response.json()["id"]
    return identifier


def question(**changes: Any) -> dict[str, Any]:
    """The run, with parts of rule and plan changed; what is None is left out."""
    asked = copy.deepcopy(RUN)
    for name, value in changes.items():
        if name in ("rule", "plan"):
            asked[name] = {key: each for key, each in (asked[name] | value).items() if each is not None}
        else:
            asked[name] = value
    return asked


__all__ = ["BOOKS", "CSV_BOOK", "EXAMPLES", "LOAN", "RUN", "SHARES", "XLSX"]
