"""Any change to a good book or run is answered or refused: never a defect of the server, never a row for a refusal.

Properties (hypothesis): one place of a request is removed or replaced by any JSON value, one cell of a file
by any text.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Client
from tests.api.portfolios.books import BOOKS, csv_bytes, loans, new_key, question, send, stored_book, table
from tests.api.requests import changed
from tests.api.test_fuzz import VALUES, paths

BOOK = {"loans": loans(2)}
RUN = question(
    rule={"shares": None, "policy": "zhongshan_risk_pool_2021", "policy_date": "2021-12-31"},
    plan={"scenarios": 300, "confidence": 0.9, "tranche_bounds_cny": ["0.00", "5.00"]},
    sectors={"names": ["biotech", "software"], "correlation": [[1, 0.5], [0.5, 1]]},
    stresses=[{"name": "worse", "pd_factor": 2, "factor_shift": {"software": -1}}],
)


def answered_or_refused(client: Client, path: str, document: Any, before: tuple[int, int]) -> int:
    headers = {"Idempotency-Key": new_key(), "Content-Type": "application/json"}
    response = client.post(path, content=json.dumps(document), headers=headers)
    assert response.status_code in (201, 400, 422, 501), response.text
    stored = int(response.status_code == 201)
    assert client.rows() == (before[0] + stored, before[1] + stored)
    if not stored:
        assert response.json()["problems"], "a refusal names what is wrong"
    return stored


@pytest.fixture(scope="module")
def address(shared_client: Client) -> str:
    return f"{BOOKS}/{stored_book(shared_client)}/runs"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(paths(BOOK)), value=VALUES)
def test_a_changed_book(shared_client: Client, path: str, value: Any) -> None:
    answered_or_refused(shared_client, BOOKS, changed(BOOK, path, value), shared_client.rows())


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(paths(RUN)), value=VALUES)
def test_a_changed_run(shared_client: Client, address: str, path: str, value: Any) -> None:
    answered_or_refused(shared_client, address, changed(RUN, path, value), shared_client.rows())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(0, 2), column=st.integers(0, 17), text=st.text(max_size=12))
def test_a_changed_cell(shared_client: Client, row: int, column: int, text: str) -> None:
    cells = [list(line) for line in table(loans(2))]
    cells[row][column] = text
    try:
        content = csv_bytes(cells)
    except UnicodeEncodeError:
        return
    before = shared_client.rows()
    response = send(shared_client, content)
    assert response.status_code in (201, 422), response.text
    stored = int(response.status_code == 201)
    assert shared_client.rows() == (before[0] + stored, before[1] + stored)
