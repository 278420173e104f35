"""Bad input on a pledge loan: each has its own error, and nothing is stored after any of them.

Checked against: the law and the contract as the tables of steps hold them, by hand for each case; every table is
counted after each. The server is one; the loan of a case is opened before it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.pledge_loans.desk import Desk, counts
from tests.pledge.loan_life import COVER, FACILITY

DAY = "2026-02-01"
INVALID = "invalid-input"
_FILE = Path(__file__).with_name("bad_steps.toml")
CASES: dict[str, dict[str, Any]] = {
    each["name"]: each for each in tomllib.loads(_FILE.read_text(encoding="utf-8"))["case"]
}


@pytest.fixture(scope="module")
def fresh(office: Client) -> Desk:
    """Just applied for."""
    desk = Desk(office)
    desk.open()
    return desk


@pytest.fixture(scope="module")
def agreed(office: Client) -> Desk:
    return Desk(office).agreed()


@pytest.fixture(scope="module")
def secured(office: Client) -> Desk:
    """1,000,000.00 drawn on 15 January against a patent that allows 1,200,000.00."""
    return Desk(office).secured()


@pytest.fixture(scope="module")
def called(office: Client) -> Desk:
    desk = Desk(office).secured()
    desk.does("loan-called", "2026-03-25", reason="unpaid")
    return desk


@pytest.fixture(scope="module")
def approved(office: Client) -> Desk:
    desk = Desk(office)
    desk.open()
    desk.does("application-approved", "2026-01-02", approved="1000000.00")
    return desk


@pytest.fixture(scope="module")
def unsecured(office: Client) -> Desk:
    """A contract that allows nothing before registration."""
    return Desk(office).agreed(cover={**COVER, "unsecured_limit": "0.00"})


def prepared(office: Client, name: str, action: str, request: pytest.FixtureRequest) -> tuple[Desk, str]:
    """The desk of a case; actions before the last one are taken first, on a loan of its own."""
    before, _, last = action.rpartition("+")
    if not before:
        return request.getfixturevalue(name), last
    desk = Desk(office).agreed()
    for each in before.split("+"):
        payload = {"asset": "patent-1", "asset_kind": "trademark", "title": "x"}
        desk.does(each, DAY, **(payload if each == "asset-proposed" else {"asset": "patent-1", "reason": "extract"}))
    return desk, last


@pytest.mark.parametrize("name", CASES)
def test_a_bad_step_is_refused_by_name_and_stores_nothing(
    office: Client, name: str, request: pytest.FixtureRequest
) -> None:
    case = CASES[name]
    payload = {**FACILITY, **case["contract"]} if "contract" in case else case["payload"]
    desk, last = prepared(office, case["desk"], case["action"], request)
    if case["who"] == "pool":
        desk.post(f"{desk.address}/members", "officer", {"members": ["pool"]})
    before = counts(office)
    response = desk.post(f"{desk.address}/{last}", case["who"], {"effective_date": case["on"], "payload": payload})
    document = response.json()
    assert 400 <= response.status_code < 500, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert document["type"].endswith(case["code"]), document["detail"]
    named = [each for each in document["problems"] if case["field"] in ("", each["field"])]
    assert any(case["found"] in each["found"] and case["expected"] in each["expected"] for each in named), document
    assert counts(office) == before


NO_AMOUNT = {"effective_date": DAY, "payload": {}}
FUTURE = {"effective_date": "2027-01-01", "payload": {"requested": "1.00"}}
OPENINGS: dict[str, tuple[Any, str, str]] = {
    "no title": ({"title": ""}, "title", ""),
    "no application": ({"application": None}, "application", ""),
    "an application without an amount": ({"application": NO_AMOUNT}, "application.payload.requested", "nothing"),
    "an application of the future": ({"application": FUTURE}, "application.effective_date", "2027-01-01"),
    "members that are no callers": ({"members": ["A Firm"]}, "members.0", "A Firm"),
    "a field nobody reads": ({"colour": "red"}, "colour", "unknown field"),
    "an endless title": ({"title": "x" * 201}, "title", "xxx"),
}


@pytest.mark.parametrize("name", OPENINGS)
def test_a_bad_opening_is_refused_and_stores_nothing(office: Client, name: str) -> None:
    changed, field, found = OPENINGS[name]
    application = {"effective_date": DAY, "payload": {"requested": "1000000.00"}}
    before = counts(office)
    response = Desk(office).post("/v1/pledges", "officer", {"title": "x", "application": application, **changed})
    assert (response.status_code, response.json()["type"]) == (422, f"urn:ipfin:problem:{INVALID}")
    assert any(each["field"] == field and found in each["found"] for each in response.json()["problems"])
    assert counts(office) == before


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/pledges/pln_0", 404),
        ("/v1/pledges/../pledges/x/ledger", 404),
        ("{loan}/nothing", 404),
        ("{loan}/proposals/prp_0", 404),
        ("{loan}/events/0", 404),
        ("{loan}/events/x", 422),
        ("{loan}?as_of=soon", 422),
        ("{loan}?as_of=2026-02-30", 422),
        ("{loan}?known_at=2026-02-30", 422),
        ("{loan}?known_at=2026-02-01T00:00:00", 422),
        ("{loan}/events?limit=0", 422),
        ("{loan}/events?after=-1", 422),
        ("{loan}/proposals?state=lost", 422),
        ("/v1/pledges?limit=501", 422),
        ("/v1/pledges?after=pln_0", 404),
        ("/v1/pledge-actions/fly", 404),
    ],
)
def test_a_bad_address_is_a_problem(fresh: Desk, address: str, status: int) -> None:
    where = address.replace("{loan}", fresh.address)
    response = fresh.client.get(where, headers={"Authorization": "Bearer officer"})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_there_are_more_than_sixty_cases() -> None:
    assert len(CASES) + len(OPENINGS) >= 60
