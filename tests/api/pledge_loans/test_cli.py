"""The pledge commands of the terminal: a scripted life, the check of the chains, the end of a day.

Checked against: the arithmetic by hand that stands in the example itself; the same loan over HTTP (second way); the end
of day of the domain; tampered tables.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.catalogues import load_catalogues
from api.cli import main
from api.pledge_loans.closing import close_day
from tests.api.conftest import MakeClient
from tests.api.pledge_loans.desk import NOW, Desk, keyed_client
from tests.api.pledge_loans.test_concurrency import tampered
from tests.api.requests import EXAMPLES

LIFE = EXAMPLES / "pledge_loan_life.toml"


def ran(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_scripted_life_ends_as_calculated_by_hand() -> None:
    found = ran("pledge", str(LIFE), "--json")
    assert found.exit_code == 0
    document = json.loads(found.stdout)
    principal = document["state"]["principal"]
    # 2,400,000.00 − 1,369,168.00 = 1,030,832.00, 60 : 40 between the bank and the pool.
    assert principal == {
        "drawn": "2400000.00",
        "repaid": "1369168.00",
        "outstanding": "618499.20",
        "written_off": "0.00",
        "transferred": "412332.80",
    }
    # 31 August to 30 September: 30 days × 618,499.20 × 5.4 % / 360.
    assert document["state"]["due"]["late_interest"] == "2783.25"
    # 92 + 92 + 90 days × 240.00.
    assert document["state"]["interest_paid"] == "65760.00"
    (claim,) = document["claims"]["items"]
    assert (claim["compensated"], claim["returned"], claim["still_subrogated"]) == (
        "960000.00",
        "547667.20",
        "412332.80",
    )
    assert (document["ledger"]["unbalanced"], document["ledger"]["differences"]) == ({}, {})
    assert any(entry["is_reversal"] for entry in document["ledger"]["journal"]), "the late payment is backdated"


def test_the_life_is_printed_with_state_plan_and_books() -> None:
    found = ran("pledge", "run", str(LIFE))
    assert found.exit_code == 0
    for word in ("质押贷款 Pledge loan", "事项 Events", "还款计划 Schedule", "代偿 Claims", "各方账簿", "618,499.20"):
        assert word in found.stdout
    assert "every party's books balance and mirror each other" in found.stdout
    assert ran("pledge", str(LIFE), "--lang", "en").exit_code == 0


def changed(tmp_path: Path, old: str, new: str) -> str:
    told = LIFE.read_text(encoding="utf-8")
    assert old in told
    path = tmp_path / "life.toml"
    path.write_text(told.replace(old, new, 1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('amount = "2400000.00"', 'amount = "2400000.01"', "steps.9.payload.amount"),
        ('kind = "drawdown"', 'kind = "gift"', "steps.9.kind"),
        ('approved_by = "second_officer"', 'approved_by = "officer"', "steps.3.approved_by"),
        ('made_by = "firm"', 'made_by = "nobody"', "steps.0.made_by"),
        ("as_of = 2026-09-30", 'as_of = "soon"', "as_of"),
        ('firm = "borrower"', 'firm = "king"', "steps.0.made_by.role"),
        ('loan = "DEMO-2025-001"', 'colour = "red"', "colour"),
        ("[[steps]]", "[[steps", "life.toml"),
    ],
)
def test_a_wrong_script_names_the_step(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = ran("pledge", changed(tmp_path, old, new))
    assert found.exit_code == 2
    assert said in found.stderr


def test_the_chains_of_a_database_are_checked(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client = keyed_client(make_client)
    monkeypatch.setenv("IPFIN_DATABASE_URL", client.settings.database_url.get_secret_value())
    assert "loans: 0" in ran("pledge", "verify").stdout
    desk = Desk(client).drawn()
    other = Desk(client)
    other.open()
    found = ran("pledge", "verify")
    assert (found.exit_code, "loans: 2" in found.stdout, "broken: 0" in found.stdout) == (0, True, True)
    tampered(client, "update pledge_events set payload = replace(payload, '1000000.00', '9.00') where sequence = 4")
    found = ran("pledge", "verify", "--json")
    assert found.exit_code == 1
    broken = {each["loan"] for each in json.loads(found.stdout)["items"] if not each["is_intact"]}
    assert broken == {desk.address.rpartition("/")[2]}
    assert ran("pledge", "verify", other.address.rpartition("/")[2]).exit_code == 0
    assert ran("pledge", "verify", "pln_0").exit_code == 2


def rows(client: Any, statement: str) -> list[Any]:
    with client.app.state.engine.connect() as connection:
        return list(connection.execute(text(statement)).all())


def test_the_end_of_day_catches_up_and_changes_nothing_twice(make_client: MakeClient) -> None:
    """100.00 a day from 15 January; the books are closed on the last days of months, 31 January to 30 November."""
    client = keyed_client(make_client)
    desk = Desk(client).drawn()
    sessions = client.app.state.sessions
    report = close_day(sessions, load_catalogues(()), business_date=None, now=NOW)
    # 1 January to 30 November: 334 days of 2026.
    assert report == {"business_date": "2026-11-30", "loans": 1, "days": 334, "failed": []}
    assert rows(client, "select count(*) from pledge_days") == [(334,)]
    assert desk.get("/events").json()["total"] == 4 + 11
    assert desk.get("/verify").json()["is_intact"]
    ((facts,),) = rows(client, "select facts from pledge_days where business_date = '2026-02-16'")
    # 15 January to 15 February: 31 days; overdue from the 16th on.
    assert (json.loads(facts)["due"], json.loads(facts)["overdue_days"]) == ("3100.00", 1)
    again = close_day(sessions, load_catalogues(()), business_date="2026-11-30", now=NOW)
    assert (again["days"], again["failed"]) == (0, [])
    assert desk.get("/events").json()["total"] == 4 + 11


def test_a_broken_loan_is_reported_and_the_others_are_closed(make_client: MakeClient) -> None:
    client = keyed_client(make_client)
    broken, sound = Desk(client), Desk(client)
    broken.open()
    tampered(client, "update pledge_events set payload = '{}'")
    sound.open()
    report = close_day(client.app.state.sessions, load_catalogues(()), business_date="2026-01-31", now=NOW)
    assert [each["loan"] for each in report["failed"]] == [broken.address.rpartition("/")[2]]
    assert "BrokenChainError" in report["failed"][0]["error"]
    assert report["days"] == 31
    assert rows(client, "select count(*) from pledge_days") == [(31,)]


def test_the_command_closes_a_day(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client = keyed_client(make_client)
    monkeypatch.setenv("IPFIN_DATABASE_URL", client.settings.database_url.get_secret_value())
    Desk(client).open()
    found = ran("end-of-day", "2026-01-31")
    assert found.exit_code == 0
    assert "days run: 31" in found.stdout
    for wrong in ("2026-02-30", "yesterday", "2999-01-01"):
        assert ran("end-of-day", wrong).exit_code == 2
    tampered(client, "update pledge_events set payload = '{}'")
    assert ran("end-of-day", "2026-02-28").exit_code == 1


def test_an_empty_database_is_brought_to_this_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    assert ran("pledge", "verify").exit_code == 0
    assert (tmp_path / "new.db").is_file()
