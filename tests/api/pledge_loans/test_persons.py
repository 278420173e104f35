"""Who may do what on a loan: the caller is its key, its roles are configured, and two persons are two callers.

Checked against: the tables of steps (who may take and approve each), by hand for the cases below.
"""

from __future__ import annotations

import pytest

from tests.api.conftest import Client, MakeClient
from tests.api.pledge_loans.desk import Desk, counts


@pytest.fixture
def desk(office: Client) -> Desk:
    opened = Desk(office)
    opened.open()
    return opened


def code(response: object) -> tuple[int, str]:
    document = response.json()  # type: ignore[attr-defined]
    return document["status"], document["type"].removeprefix("urn:ipfin:problem:")


def test_money_waits_for_another_caller(desk: Desk) -> None:
    proposed = desk.propose("application-approved", "2026-01-02", approved="900000.00")
    assert (proposed.status_code, proposed.json()["state"]) == (202, "waiting")
    assert desk.get("/events").json()["total"] == 1
    done = desk.post(f"{proposed.headers['location']}/approve", "second", {})
    event = done.json()["event"]
    assert event["made_by"] == {"id": "officer", "role": "loan_officer"}
    assert event["approved_by"] == {"id": "second", "role": "approver"}
    assert desk.get("/proposals?state=waiting").json()["total"] == 0
    (decided,) = desk.get("/proposals?state=approved").json()["items"]
    assert (decided["event"], decided["decided_by"]["id"]) == (2, "second")


def test_the_same_caller_cannot_be_both_persons(desk: Desk) -> None:
    body = {"effective_date": "2026-01-02", "role": "loan_officer", "payload": {"approved": "1.00"}}
    proposed = desk.post(f"{desk.address}/application-approved", "both", body)
    response = desk.post(f"{proposed.headers['location']}/approve", "both", {})
    assert code(response) == (403, "second-person-required")
    assert desk.get("/proposals?state=waiting").json()["total"] == 1
    assert desk.get("/events").json()["total"] == 1


def test_a_caller_on_a_server_without_keys_is_one_person(make_client: MakeClient) -> None:
    client = make_client()
    body = {"title": "x", "application": {"effective_date": "2021-01-04", "role": "borrower"}}
    body["application"]["payload"] = {"requested": "10.00"}  # type: ignore[index]
    opened = client.ask("/v1/pledges", body)
    assert opened.status_code == 201
    tag = opened.headers["etag"]
    approval = {"effective_date": "2021-01-05", "role": "loan_officer", "payload": {"approved": "10.00"}}
    where = f"{opened.headers['location']}/application-approved"
    proposed = client.ask(where, approval, key="k-2", **{"If-Match": tag})
    response = client.ask(f"{proposed.headers['location']}/approve", {}, key="k-3", **{"If-Match": tag})
    assert code(response) == (403, "second-person-required")


def test_a_role_must_be_stated_where_several_fit(desk: Desk) -> None:
    body = {"effective_date": "2026-01-02", "payload": {"approved": "1.00"}}
    response = desk.post(f"{desk.address}/application-approved", "both", body)
    assert code(response) == (422, "invalid-input")
    assert response.json()["problems"][0]["expected"].startswith("one of approver, loan_officer")


@pytest.mark.parametrize(("who", "role"), [("officer", "approver"), ("second", "loan_officer"), ("both", "valuer")])
def test_a_role_that_is_not_held_is_refused(desk: Desk, who: str, role: str) -> None:
    body = {"effective_date": "2026-01-02", "role": role, "payload": {"approved": "1.00"}}
    assert code(desk.post(f"{desk.address}/application-approved", who, body)) == (403, "role-not-permitted")


def test_a_proposal_is_declined_by_another_or_withdrawn_by_its_maker(desk: Desk) -> None:
    first = desk.propose("application-approved", "2026-01-02", approved="1.00").headers["location"]
    second = desk.propose("application-approved", "2026-01-02", approved="2.00").headers["location"]
    declined = desk.post(f"{first}/decline", "second", {"reason": "too little"})
    withdrawn = desk.post(f"{second}/decline", "officer", {"reason": "a mistake"})
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    for proposal in (first, second):
        assert code(desk.post(f"{proposal}/approve", "second", {})) == (409, "proposal-decided")
        assert code(desk.post(f"{proposal}/decline", "second", {"reason": "again"})) == (409, "proposal-decided")
    assert desk.get("/events").json()["total"] == 1


def test_whoever_may_not_approve_may_not_decline(desk: Desk) -> None:
    proposal = desk.propose("application-approved", "2026-01-02", approved="1.00").headers["location"]
    assert code(desk.post(f"{proposal}/decline", "batch", {"reason": "because"})) == (403, "role-not-permitted")


def test_what_has_become_illegal_cannot_be_approved(desk: Desk) -> None:
    """Two approvals wait; after one of them the application is no longer open."""
    waiting = [
        desk.propose("application-approved", "2026-01-02", approved=amount).headers["location"]
        for amount in ("1.00", "2.00")
    ]
    desk.tag = desk.post(f"{waiting[0]}/approve", "second", {}).headers["etag"]
    assert code(desk.post(f"{waiting[1]}/approve", "second", {})) == (409, "illegal-step")
    assert desk.get("/proposals?state=waiting").json()["total"] == 1


def test_what_could_not_be_recorded_is_not_even_proposed(desk: Desk) -> None:
    before = counts(desk.client)
    assert code(desk.propose("drawdown", "2026-01-02", amount="1.00")) == (409, "illegal-step")
    assert counts(desk.client) == before


def test_outside_the_bank_one_sees_the_loans_that_name_one(office: Client) -> None:
    desk = Desk(office)
    desk.open("firm")
    for who, status in (("firm", 200), ("officer", 200), ("second", 200), ("batch", 200)):
        assert desk.get(who=who).status_code == status
    for who in ("other-firm", "pool", "stranger"):
        for part in ("", "/events", "/ledger", "/schedule", "/cover", "/claims", "/proposals", "/verify"):
            assert desk.get(part, who=who).status_code == 404
        listed = office.get("/v1/pledges?limit=500", headers={"Authorization": f"Bearer {who}"}).json()
        assert desk.address.rpartition("/")[2] not in {each["id"] for each in listed["items"]}
    named = desk.post(f"{desk.address}/members", "officer", {"members": ["pool", "firm"]})
    assert named.json()["members"] == ["firm", "pool"]
    assert desk.get(who="pool").status_code == 200
    assert code(desk.post(f"{desk.address}/members", "pool", {"members": ["stranger"]})) == (403, "role-not-permitted")


def test_a_caller_without_a_role_opens_nothing(office: Client) -> None:
    application = {"effective_date": "2026-01-01", "payload": {"requested": "1.00"}}
    before = counts(office)
    response = Desk(office).post("/v1/pledges", "stranger", {"title": "x", "application": application})
    assert code(response) == (403, "role-not-permitted")
    assert counts(office) == before


def test_without_a_key_nothing_is_shown(desk: Desk) -> None:
    for part in ("", "/events", "/ledger", "/proposals", "/verify"):
        assert desk.client.get(f"{desk.address}{part}").status_code == 401
    assert desk.client.get("/v1/pledge-actions").status_code == 401
    assert desk.client.ask(f"{desk.address}/repayment", {}).status_code == 401
