"""A pledge loan over HTTP, from application to a claim on the pool.

Checked against: the domain called directly with the same commands (second way): every form of the answer must be what
it says; figures by hand beside them; the layout that is published.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import pledge.events
from api.pledge_loans.documents import (
    claims_document,
    cover_document,
    ledger_document,
    loan_document,
    schedule_document,
)
from api.pledge_loans.schemas import ProposalOut, RecordedOut
from pledge.event_kind import event_kinds
from pledge.history import Event, History, journal, loan_at
from tests.api.conftest import MakeClient
from tests.api.pledge_loans.desk import NOW, Desk, keyed_client


def history_of(desk: Desk) -> History:
    """The history as a reader of the events rebuilds it."""
    loan_id = desk.address.rpartition("/")[2]
    items = desk.get("/events?limit=500").json()["items"]
    return History(loan_id, tuple(Event.from_document(each) for each in items))


def test_a_default_with_a_claim_on_the_pool(desk: Desk) -> None:
    desk.secured().does("loan-called", "2026-03-25", reason="two instalments unpaid")
    # 15 January to 25 March: 69 days of 100.00.
    due = desk.get("?as_of=2026-03-25").json()["state"]["due"]
    assert due == {
        "costs": "0.00",
        "late_interest": "0.00",
        "compound_interest": "0.00",
        "interest": "6900.00",
        "principal": "1000000.00",
        "total": "1006900.00",
    }
    desk.post(f"{desk.address}/members", "officer", {"members": ["pool", "pool-second"]})
    desk.does("claim-filed", "2026-04-01", party="pool", claimed="400000.00")
    desk.does("claim-accepted", "2026-04-05", "pool", "pool-second", party="pool", reason="article 9")
    desk.does("claim-prepaid", "2026-04-10", "pool", "pool-second", party="pool", amount="250000.00")
    desk.does("claim-settled", "2026-04-20", "pool", "pool-second", party="pool", compensation="400000.00")
    (claim,) = desk.get("/claims").json()["items"]
    assert (claim["state"], claim["compensated"], claim["still_subrogated"]) == ("settled", "400000.00", "400000.00")
    books = desk.get("/ledger").json()
    assert (books["unbalanced"], books["differences"]) == ({}, {})
    (cash,) = [
        account
        for party in books["balances"]
        for account in party["accounts"]
        if (party["party"], account["account"]) == ("pool", "cash")
    ]
    assert cash["credit"] == "400000.00"


def test_every_form_is_that_of_the_domain(desk: Desk) -> None:
    desk.secured().does("repayment", "2026-02-15", amount="3100.00")
    history = history_of(desk)
    for day in ("2025-12-31", "2026-01-20", "2026-02-15", "2026-12-01"):
        on = datetime.date.fromisoformat(day)
        loan = loan_at(history, on=on)
        assert desk.get(f"?as_of={day}").json()["state"] == loan_document(loan)
        for part, form in (("schedule", schedule_document), ("cover", cover_document), ("claims", claims_document)):
            found = desk.get(f"/{part}?as_of={day}").json()
            assert found.pop("loan") == history.loan_id
            assert found == form(loan)
        past = [entry for entry in journal(history, closed_to=on) if entry.posting.day <= on]
        assert desk.get(f"/ledger?as_of={day}").json() == ledger_document(history.loan_id, past, as_of=on)


def test_a_day_of_the_past_shows_what_was_known_then(make_client: MakeClient) -> None:
    """A repayment of 15 February is recorded on 1 March: on 20 February it was not known, later it always was."""
    moment = [datetime.datetime(2026, 1, 16, 2, 0, tzinfo=datetime.UTC)]
    desk = Desk(keyed_client(make_client, clock=lambda: moment[0]))
    desk.drawn()
    moment[0] = datetime.datetime(2026, 3, 1, 2, 0, tzinfo=datetime.UTC)
    desk.does("repayment", "2026-02-15", amount="3100.00")
    assert desk.get("?as_of=2026-02-20").json()["state"]["due"]["interest"] == "0.00"
    for known_at in ("2026-02-20", "2026-02-20T12:00:00Z"):
        then = desk.get(f"?as_of=2026-02-20&known_at={known_at}").json()
        assert then["state"]["due"]["interest"] == "3100.00"
        assert then["known_events"] == 4
    assert desk.get("?known_at=2026-02-20").json()["state"]["as_of"] == "2026-02-20"
    assert desk.get("/events?known_at=2026-02-20").json()["total"] == 4
    assert desk.get("/events").json()["total"] == 5


def test_a_backdated_event_and_a_reversal_never_edit_the_journal(desk: Desk) -> None:
    desk.drawn().does("repayment", "2026-02-20", amount="3100.00")
    before = desk.get("/ledger").json()["journal"]
    recorded = [entry for entry in before if entry["recorded_with"] is not None]
    desk.does("reversal", "2026-02-20", sequence=5, reason="wrong account")
    after = desk.get("/ledger").json()["journal"]
    assert after[: len(recorded)] == recorded
    assert any(entry["is_reversal"] for entry in after[len(recorded) :])
    assert desk.get().json()["state"]["interest_paid"] == "0.00"


def test_the_answers_have_the_published_layout(desk: Desk) -> None:
    RecordedOut.model_validate(desk.open().json())
    proposed = desk.propose("application-approved", "2026-01-02", approved="1000000.00")
    assert proposed.status_code == 202
    ProposalOut.model_validate(proposed.json())
    ProposalOut.model_validate(desk.get(proposed.headers["location"].removeprefix(desk.address)).json())


def test_a_tag_names_the_state_and_spares_the_body(desk: Desk) -> None:
    desk.drawn()
    read = desk.get("?as_of=2026-02-01")
    assert read.headers["etag"] != desk.get("?as_of=2026-02-02").headers["etag"]
    headers = {"Authorization": "Bearer officer", "If-None-Match": read.headers["etag"]}
    again = desk.client.get(f"{desk.address}?as_of=2026-02-01", headers=headers)
    assert (again.status_code, again.content) == (304, b"")


def test_the_list_is_turned_page_by_page(desk: Desk) -> None:
    made = []
    for _ in range(5):
        made.append(desk.open("firm").json()["id"])
    found, after = [], ""
    for _ in range(40):
        page = desk.client.get(f"/v1/pledges?limit=2{after}", headers={"Authorization": "Bearer firm"}).json()
        assert page["total"] >= 5
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert set(made) <= set(found)
    assert len(found) == page["total"]
    assert len(found) == len(set(found))


def test_events_are_turned_page_by_page(desk: Desk) -> None:
    desk.secured()
    first = desk.get("/events?limit=4").json()
    rest = desk.get(f"/events?after={first['next']}&limit=100").json()
    assert [each["sequence"] for each in first["items"] + rest["items"]] == list(range(1, first["total"] + 1))
    assert rest["next"] is None
    assert desk.get("/events/3").json() == first["items"][2]
    assert desk.get("/events/99").status_code == 404


def test_every_kind_of_event_has_its_action(desk: Desk) -> None:
    catalogue = desk.client.get("/v1/pledge-actions", headers={"Authorization": "Bearer pool"}).json()["items"]
    assert [each["id"] for each in catalogue] == sorted(event_kinds())
    schema = desk.client.get("/openapi.json").json()
    for each in catalogue:
        operation = schema["paths"][f"/v1/pledges/{{id}}/{each['action']}"]["post"]
        assert {"201", "202", "400", "403", "404", "409", "412", "422", "428"} <= set(operation["responses"])
        assert {"Idempotency-Key", "If-Match"} <= {parameter["name"] for parameter in operation["parameters"]}
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        model = schema["components"]["schemas"][reference.rpartition("/")[2]]
        assert set(model["required"]) == {"effective_date", "payload"}
        one = desk.client.get(f"/v1/pledge-actions/{each['action']}", headers={"Authorization": "Bearer pool"})
        assert one.json() == each


def test_a_new_kind_of_event_is_a_new_address(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (Path(pledge.events.__path__[0]) / "fee_charged.py").read_text(encoding="utf-8")
    folder = tmp_path / "events"
    folder.mkdir()
    (folder / "a_toy.py").write_text(source.replace('id="fee_charged"', 'id="a_toy"'), encoding="utf-8")
    monkeypatch.setattr(pledge.events, "__path__", [*pledge.events.__path__, str(folder)])
    desk = Desk(keyed_client(make_client)).drawn()
    desk.does("a-toy", "2026-02-01", what="a toy", amount="5.00")
    assert desk.get("/events").json()["items"][-1]["kind"] == "a_toy"
    assert desk.get().json()["state"]["due"]["costs"] == "5.00"


def test_the_machines_are_shown(desk: Desk) -> None:
    items = desk.client.get("/v1/pledge-machines", headers={"Authorization": "Bearer pool"}).json()["items"]
    assert {"application", "pledged_asset", "facility", "cover", "instalment", "claim"} <= {
        each["id"] for each in items
    }


def test_the_moment_of_recording_is_that_of_the_server(desk: Desk) -> None:
    event = desk.open().json()["event"]
    assert datetime.datetime.fromisoformat(event["recorded_at"]) == NOW
    assert event["made_by"] == {"id": "officer", "role": "loan_officer"}
