"""Nothing is half stored: the database fails before, after and between the writes of every step, and at the commit.

Checked against: the rows of every table before the step, counted after each fault; the same request under the same key
afterwards must have its effect once. A fault is injected at the first statement, at the second, and so on until the
step has fewer statements than that, so that no write is forgotten.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.api.conftest import Client
from tests.api.pledge_loans.desk import Desk, counts


class DiskError(Exception):
    """What the database does not expect either."""


@contextmanager
def failing(client: Client, moment: str, number: int) -> Iterator[list[int]]:
    """Let the database fail once: at the statement of this number, or at the commit of this number."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    seen = [0]

    def fail(*arguments: Any, **options: Any) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise DiskError(f"{moment} {number}")

    event.listen(engine, moment, fail)
    try:
        yield seen
    finally:
        event.remove(engine, moment, fail)


Step = Callable[[Desk, str], Any]


def opening(desk: Desk, key: str) -> Any:
    application = {"effective_date": "2026-01-01", "payload": {"requested": "1000000.00"}}
    body = {"title": "一笔贷款", "members": ["pool", "firm"], "application": application}
    return desk.post("/v1/pledges", "officer", body, key=key)


def single(desk: Desk, key: str) -> Any:
    payload = {"asset": "a", "asset_kind": "trademark", "title": "一个商标"}
    return desk.post(
        f"{desk.address}/asset-proposed", "officer", {"effective_date": "2026-01-02", "payload": payload}, key=key
    )


def proposing(desk: Desk, key: str) -> Any:
    body = {"effective_date": "2026-01-02", "payload": {"approved": "1000000.00"}}
    return desk.post(f"{desk.address}/application-approved", "officer", body, key=key)


def approving(desk: Desk, key: str) -> Any:
    return desk.post(f"{desk.waiting}/approve", "second", {}, key=key)


def declining(desk: Desk, key: str) -> Any:
    return desk.post(f"{desk.waiting}/decline", "second", {"reason": "too much"}, key=key)


def naming(desk: Desk, key: str) -> Any:
    return desk.post(f"{desk.address}/members", "officer", {"members": ["pool", "firm"]}, key=key)


STEPS: dict[str, tuple[Step, dict[str, int]]] = {
    "opening": (opening, {"pledge_loans": 1, "pledge_events": 1, "pledge_members": 2}),
    "single": (single, {"pledge_events": 1}),
    "proposing": (proposing, {"pledge_proposals": 1}),
    "approving": (approving, {"pledge_events": 1}),
    "declining": (declining, {}),
    "naming": (naming, {"pledge_members": 2}),
}
MOMENTS = ("before_cursor_execute", "after_cursor_execute", "commit")


def begun(office: Client, name: str) -> Desk:
    desk = Desk(office)
    desk.open()
    if name in ("approving", "declining"):
        desk.waiting = proposing(desk, f"{desk.address}-first").headers["location"]
    return desk


def state_of(desk: Desk) -> Any:
    return desk.get("/proposals").json(), desk.get("/events").json(), desk.get("/verify").json()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", STEPS)
def test_a_fault_at_any_write_leaves_nothing_and_the_retry_works(office: Client, name: str, moment: str) -> None:
    step, added = STEPS[name]
    for number in itertools.count(1):
        desk = begun(office, name)
        before, state = counts(office), state_of(desk)
        key = f"{desk.address}-{moment}-{number}"
        with failing(office, moment, number) as seen:
            response = step(desk, key)
        if seen[0] < number:
            assert response.status_code in (200, 201, 202), "the step has fewer statements than that"
            break
        if response.status_code < 300:
            # The commit that fails last is that of a session that had only read.
            assert moment == "commit"
            continue
        assert response.status_code == 500, response.text
        assert counts(office) == before, f"{moment} {number}"
        assert state_of(desk) == state
        retried = step(desk, key)
        assert retried.status_code in (200, 201, 202), retried.text
        assert "idempotent-replayed" not in retried.headers
        expected = {**before, **{table: before[table] + more for table, more in added.items()}}
        expected["idempotency_keys"] += 1
        assert counts(office) == expected
        assert desk.get("/verify").json()["is_intact"] or name == "opening"
    assert number > 2, "a step has several statements"
