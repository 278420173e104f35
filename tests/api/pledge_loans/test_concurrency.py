"""One step has one effect, and none is taken on a state that has passed.

Checked against: RFC 9110 (If-Match), RFC 6585 (428), the IETF draft on the Idempotency-Key header; threads that act at
once; a table that was written into behind the server's back.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.api.conftest import Client, MakeClient
from tests.api.pledge_loans.desk import Desk, counts, keyed_client


def code(response: Any) -> tuple[int, str]:
    document = response.json()
    return document["status"], document["type"].removeprefix("urn:ipfin:problem:")


def fee(what: str = "a fee") -> dict[str, Any]:
    return {"effective_date": "2026-02-01", "payload": {"what": what, "amount": "5.00"}}


# --- the state a step was decided on --------------------------------------------------------------


@pytest.mark.parametrize("tag", [" ", "*"])
def test_a_step_must_say_what_it_was_decided_on(desk: Desk, tag: str) -> None:
    desk.drawn()
    response = desk.post(f"{desk.address}/fee-charged", "officer", fee(), tag=tag)
    assert code(response) == (428, "precondition-missing")
    assert desk.tag.strip('"') in response.json()["problems"][0]["expected"]


def test_a_step_on_a_state_that_passed_is_refused_and_can_be_decided_anew(desk: Desk) -> None:
    old = desk.drawn().tag
    desk.does("end-of-day", "2026-02-01", "batch")
    refused = desk.post(f"{desk.address}/fee-charged", "officer", fee(), tag=old, key="anew")
    assert code(refused) == (412, "precondition-failed")
    again = desk.post(f"{desk.address}/fee-charged", "officer", fee(), key="anew", tag=desk.get().headers["etag"])
    assert again.status_code in (201, 202)


def test_an_approval_on_a_state_that_passed_is_refused(desk: Desk) -> None:
    desk.open()
    old = desk.tag
    proposal = desk.propose("application-approved", "2026-01-02", approved="1.00").headers["location"]
    desk.does("asset-proposed", "2026-01-02", asset="a", asset_kind="trademark", title="一个商标")
    assert code(desk.post(f"{proposal}/approve", "second", {}, tag=old)) == (412, "precondition-failed")
    assert desk.post(f"{proposal}/approve", "second", {}).status_code == 201


def test_the_tag_of_any_form_of_the_state_serves(desk: Desk) -> None:
    desk.open()
    for part in ("", "/schedule", "/ledger", "/events", "?as_of=2026-01-01"):
        tag = desk.get(part).headers["etag"]
        response = desk.post(
            f"{desk.address}/application-approved",
            "officer",
            {"effective_date": "2026-01-02", "payload": {"approved": "1.00"}},
            tag=tag,
        )
        assert response.status_code == 202


# --- one effect -----------------------------------------------------------------------------------


def test_the_same_step_again_is_answered_by_the_stored_response(desk: Desk) -> None:
    desk.open()
    body = {"effective_date": "2026-01-02", "payload": {"asset": "a", "asset_kind": "trademark", "title": "商标"}}
    first = desk.post(f"{desk.address}/asset-proposed", "officer", body, key="once")
    again = desk.post(f"{desk.address}/asset-proposed", "officer", body, key="once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert desk.get("/events").json()["total"] == 2


def test_an_approval_again_is_answered_by_the_stored_response(desk: Desk) -> None:
    desk.open()
    proposal = desk.propose("application-approved", "2026-01-02", approved="1.00").headers["location"]
    first = desk.post(f"{proposal}/approve", "second", {}, key="approval")
    again = desk.post(f"{proposal}/approve", "second", {}, key="approval")
    assert (first.status_code, again.content) == (201, first.content)
    assert desk.get("/events").json()["total"] == 2


def test_a_key_stands_for_one_address_and_one_body_of_one_caller(desk: Desk) -> None:
    desk.open()
    body = {"effective_date": "2026-01-02", "payload": {"asset": "a", "asset_kind": "trademark", "title": "商标"}}
    assert desk.post(f"{desk.address}/asset-proposed", "officer", body, key="scope").status_code == 201
    other = {**body, "payload": {**body["payload"], "asset": "b"}}  # type: ignore[dict-item]
    assert code(desk.post(f"{desk.address}/asset-proposed", "officer", other, key="scope"))[0] == 422
    elsewhere = desk.post(f"{desk.address}/asset-withdrawn", "officer", body, key="scope")
    assert code(elsewhere) == (422, "idempotency-key-reused")
    tag = desk.get().headers["etag"]
    by_another = desk.post(
        f"{desk.address}/asset-proposed", "both", {**other, "role": "loan_officer"}, key="scope", tag=tag
    )
    assert by_another.status_code == 201


@pytest.mark.parametrize("wrong", ["not json", '{"effective_date": "soon"}', '{"effective_date": 1, "payload": {}}'])
def test_a_retry_after_a_refusal_works_under_the_same_key(desk: Desk, wrong: str) -> None:
    desk.open()
    headers = {
        "Authorization": "Bearer officer",
        "Idempotency-Key": f"retry-{len(wrong)}",
        "If-Match": desk.tag,
        "Content-Type": "application/json",
    }
    refused = desk.client.post(f"{desk.address}/asset-proposed", content=wrong, headers=headers)
    assert refused.status_code in (400, 422)
    body = {"effective_date": "2026-01-02", "payload": {"asset": "a", "asset_kind": "trademark", "title": "商标"}}
    assert (
        desk.post(f"{desk.address}/asset-proposed", "officer", body, key=headers["Idempotency-Key"]).status_code == 201
    )


def forget_keys(client: Client) -> None:
    engine = client.app.state.engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.execute(text("delete from idempotency_keys"))


def test_a_retry_has_no_second_effect_even_when_the_key_was_forgotten(make_client: MakeClient) -> None:
    desk = Desk(keyed_client(make_client))
    desk.open()
    body = {"effective_date": "2026-01-02", "payload": {"asset": "a", "asset_kind": "trademark", "title": "商标"}}
    first = desk.post(f"{desk.address}/asset-proposed", "officer", body, key="late")
    approval = {"effective_date": "2026-01-02", "payload": {"approved": "1.00"}}
    tag = first.headers["etag"]
    proposed = desk.post(f"{desk.address}/application-approved", "officer", approval, key="later", tag=tag)
    forget_keys(desk.client)
    again = desk.post(f"{desk.address}/asset-proposed", "officer", body, key="late")
    assert again.json()["event"] == first.json()["event"]
    waiting = desk.post(f"{desk.address}/application-approved", "officer", approval, key="later", tag=tag)
    assert waiting.headers["location"] == proposed.headers["location"]
    changed = {**body, "effective_date": "2026-01-03"}
    forget_keys(desk.client)
    assert code(desk.post(f"{desk.address}/asset-proposed", "officer", changed, key="late"))[0] == 422
    assert counts(desk.client)["pledge_events"] == 2
    assert counts(desk.client)["pledge_proposals"] == 1


def test_of_many_steps_at_once_on_one_state_one_is_taken(desk: Desk) -> None:
    desk.open()
    start = threading.Barrier(6)

    def act(number: int) -> Any:
        payload = {"asset": f"a{number}", "asset_kind": "trademark", "title": "商标"}
        start.wait(20)
        return desk.client.ask(
            f"{desk.address}/asset-proposed",
            {"effective_date": "2026-01-02", "payload": payload},
            key=f"race-{desk.tag[1:9]}-{number}",
            **{"Authorization": "Bearer officer", "If-Match": desk.tag},
        )

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(response.status_code for response in pool.map(act, range(6)))
    assert statuses == [201, 412, 412, 412, 412, 412]
    assert desk.get("/events").json()["total"] == 2
    assert desk.get("/verify").json()["is_intact"]


def test_of_many_approvals_at_once_one_counts(desk: Desk) -> None:
    desk.open()
    proposal = desk.propose("application-approved", "2026-01-02", approved="1.00").headers["location"]
    start = threading.Barrier(4)

    def approve(number: int) -> Any:
        start.wait(20)
        return desk.client.ask(
            f"{proposal}/approve",
            {"role": "approver"},
            key=f"{proposal}-{number}",
            **{"Authorization": f"Bearer {'both' if number % 2 else 'second'}", "If-Match": desk.tag},
        )

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(response.status_code for response in pool.map(approve, range(4)))
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {409, 412}
    assert desk.get("/events").json()["total"] == 2


# --- what was recorded cannot be changed ----------------------------------------------------------


def tampered(client: Client, statement: str) -> None:
    """Change the tables as somebody with the file in hand could: the trigger is dropped first and set again."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        triggers = connection.execute(text("select name, sql from sqlite_master where type = 'trigger'")).all()
        for name, _ in triggers:
            connection.execute(text(f"drop trigger {name}"))
        connection.execute(text(statement))
        for _, sql in triggers:
            connection.execute(text(sql))


@pytest.mark.parametrize("statement", ["update pledge_events set payload = '{}'", "delete from pledge_events"])
def test_the_table_of_events_refuses_changes(desk: Desk, statement: str) -> None:
    desk.open()
    engine = desk.client.app.state.engine  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("update pledge_events set payload = replace(payload, '1000000.00', '9000000.00') where sequence = 1", "1"),
        ("update pledge_events set effective_date = '2026-01-04' where sequence = 3", "3"),
        ("update pledge_events set effective_date = 'soon' where sequence = 3", "3"),
        ("update pledge_events set payload = '{' where sequence = 2", "2"),
        ("update pledge_events set approved_by = 'officer' where sequence = 2", "2"),
        ("update pledge_events set made_by = 'firm' where sequence = 4", "4"),
        ("update pledge_events set recorded_at = '2020-01-01T00:00:00+00:00' where sequence = 4", "4"),
        ("delete from pledge_events where sequence = 2", "2"),
    ],
)
def test_a_changed_record_is_named_and_nothing_is_built_on_it(make_client: MakeClient, change: str, where: str) -> None:
    desk = Desk(keyed_client(make_client)).drawn()
    assert desk.get("/verify").json()["is_intact"]
    tampered(desk.client, change)
    found = desk.get("/verify").json()
    assert found["is_intact"] is False
    assert found["problems"][0]["field"].startswith(f"events.{where}")
    assert code(desk.get()) == (409, "broken-chain")
    assert code(desk.propose("fee-charged", "2026-02-01", what="x", amount="1.00")) == (409, "broken-chain")


def test_events_cut_off_the_end_are_noticed(make_client: MakeClient) -> None:
    desk = Desk(keyed_client(make_client)).drawn()
    tampered(desk.client, "delete from pledge_events where sequence = 4")
    found = desk.get("/verify").json()
    assert found["is_intact"] is False
    assert found["problems"][0]["found"].startswith("3 events up to ")
    assert code(desk.get()) == (409, "broken-chain")
