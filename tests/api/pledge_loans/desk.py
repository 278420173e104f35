"""The people around a loan, each with a key of its own, and a loan that grows by short calls."""

from __future__ import annotations

import datetime
import hashlib
import itertools
from typing import Any

from sqlalchemy import text

from tests.api.conftest import Client, MakeClient
from tests.pledge.loan_life import COVER, FACILITY

NAMES = {
    "officer": ("loan_officer",),
    "second": ("approver",),
    "both": ("loan_officer", "approver"),
    "firm": ("borrower",),
    "other-firm": ("borrower",),
    "pool": ("pool_manager",),
    "pool-second": ("pool_manager",),
    "stranger": (),
    "batch": ("system",),
}
#: Everything of the lives below lies before this moment.
NOW = datetime.datetime(2026, 12, 1, 2, 0, tzinfo=datetime.UTC)
TABLES = ("pledge_loans", "pledge_members", "pledge_events", "pledge_proposals", "idempotency_keys", "answers")

#: Several desks may ask one server; their keys must differ.
_DESKS = itertools.count(1)


def office_settings() -> dict[str, Any]:
    """Everybody with a key, which is the own name, and the roles."""
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in NAMES}
    return {"api_keys": digests, "caller_roles": NAMES}


def keyed_client(make_client: MakeClient, **options: Any) -> Client:
    return make_client(**office_settings(), **{"clock": lambda: NOW, **options})


class Desk:
    """One loan at one server; every call takes the newest ETag unless told otherwise."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.address = ""
        self.tag = ""
        #: The address of a proposal that waits, where a test makes one.
        self.waiting = ""
        self._prefix = f"desk-{next(_DESKS)}"
        self._number = 0

    def post(self, path: str, who: str, body: Any, *, tag: str | None = None, key: str | None = None) -> Any:
        """POST as somebody; a new key each time."""
        self._number += 1
        headers = {"Authorization": f"Bearer {who}"}
        stated = self.tag if tag is None else tag
        if stated:
            headers["If-Match"] = stated
        return self.client.ask(path, body, key=key or f"{self._prefix}-{self._number}", **headers)

    def get(self, part: str = "", who: str = "officer") -> Any:
        return self.client.get(f"{self.address}{part}", headers={"Authorization": f"Bearer {who}"})

    def open(self, who: str = "officer", on: str = "2026-01-01", **body: Any) -> Any:
        application = {"effective_date": on, "payload": {"requested": "1000000.00"}}
        response = self.post("/v1/pledges", who, {"title": "一笔贷款", "application": application, **body})
        assert response.status_code == 201, response.text
        self.address, self.tag = response.headers["location"], response.headers["etag"]
        return response

    def propose(self, action: str, on: str, who: str = "officer", **payload: Any) -> Any:
        body = {"effective_date": on, "payload": payload}
        return self.post(f"{self.address}/{action}", who, body)

    def does(self, action: str, on: str, who: str = "officer", by: str = "second", **payload: Any) -> Any:
        """Take an action, approved by a second person where one is needed."""
        response = self.propose(action, on, who, **payload)
        if response.status_code == 202:
            response = self.post(f"{response.headers['location']}/approve", by, {})
        assert response.status_code == 201, response.text
        self.tag = response.headers["etag"]
        return response

    def agreed(self, **changed: Any) -> Desk:
        self.open()
        self.does("application-approved", "2026-01-02", approved="1000000.00")
        self.does("facility-agreed", "2026-01-03", **{**FACILITY, **changed})
        return self

    def drawn(self) -> Desk:
        """1,000,000.00 at 3.6 %, actual/360, interest each month: 100.00 a day."""
        self.agreed().does("drawdown", "2026-01-15", amount="1000000.00")
        return self

    def secured(self) -> Desk:
        """The same against a registered patent of 3,000,000.00 at a pledge rate of 40 %, without unsecured limit."""
        asset = "patent-1"
        self.agreed(cover={**COVER, "unsecured_limit": "0.00"})
        self.does("asset-proposed", "2026-01-04", asset=asset, asset_kind="invention_patent", title="一种装置")
        self.does("asset-verified", "2026-01-05", asset=asset, reason="register extract")
        self.does(
            "asset-valued",
            "2026-01-06",
            asset=asset,
            appraised_value="3000000.00",
            value_basis="appraised",
            value_date="2025-12-31",
            pledge_rate_share="0.4",
        )
        self.does("asset-contract-signed", "2026-01-07", asset=asset, reason="contract 1")
        self.does("asset-filed", "2026-01-08", asset=asset, reason="filing 77")
        self.does("asset-registered", "2026-01-12", asset=asset, registration_number="Y2026")
        self.does("drawdown", "2026-01-15", amount="1000000.00")
        return self


def counts(client: Client) -> dict[str, int]:
    """The rows of every table."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        return {
            table: connection.execute(text(f"select count(*) from {table}")).scalar_one()  # the names are ours
            for table in TABLES
        }
