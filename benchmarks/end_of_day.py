"""End of day on SQLite: how many loans a second are closed, stored and committed, each in its own transaction?

There is no peer: the rate is what an operator plans the night with. The loans are those of the example's life, recorded
under ids of their own up to the last step before the days that are run.
"""

from __future__ import annotations

import datetime
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import sessionmaker

from api.catalogues import load_catalogues
from api.pledge_loans.closing import close_day
from api.pledge_loans.script import scripted_loan
from api.store.database import Sessions, open_database
from api.store.migrate import migrate
from api.store.pledge_loans import NewLoan, open_loan
from pledge.history import Command, History, record

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "pledge_loan_life.toml"
FIRST_DAY = datetime.date(2025, 8, 31)
CATCH_UP_DAYS, DAILY_DAYS = 30, 5
NOW = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)


def histories(count: int) -> list[History]:
    """The example's loan before the first day, under ``count`` ids."""
    told = [event for event in scripted_loan(EXAMPLE).history.events if event.effective_date < FIRST_DAY]
    made = []
    for number in range(count):
        history = History(f"pl_{number:08d}")
        for event in told:
            command = Command(
                kind=event.kind,
                key=event.key,
                effective_date=event.effective_date,
                made_by=event.made_by,
                approved_by=event.approved_by,
                payload=event.payload,
            )
            history = record(history, command, recorded_at=event.recorded_at)
        made.append(history)
    return made


def stored(folder: str, made: list[History]) -> Sessions:
    engine = open_database(f"sqlite:///{folder}/loans.sqlite")
    migrate(engine)
    sessions = sessionmaker(engine, expire_on_commit=False)
    new = NewLoan(created_at="2025-01-01T00:00:00Z", created_by="benchmark", title="benchmark", members=())
    with sessions.begin() as session:
        for history in made:
            open_loan(session, replace(new, title=history.loan_id), history)
    return sessions


def main(*, count: int = 300) -> None:
    catalogues = load_catalogues([])
    with tempfile.TemporaryDirectory() as folder:
        sessions = stored(folder, histories(count))
        print(f"\n(e) End of day of {count} loans on SQLite, each loan a transaction, one process")
        day = FIRST_DAY
        for label, steps in (
            ("one day, loans never closed before", (0,)),
            ("catching up", (CATCH_UP_DAYS,)),
            ("one day", (1,) * DAILY_DAYS),
        ):
            begun, closed = time.perf_counter(), 0
            for step in steps:
                day += datetime.timedelta(days=step)
                report = close_day(sessions, catalogues, business_date=day.isoformat(), now=NOW)
                assert report["failed"] == [], "no loan of the benchmark fails"
                closed += report["days"]
            spent = time.perf_counter() - begun
            print(f"  {label:<36} {closed / spent:10.0f} loan-days/s  ({closed} in {spent:.2f} s)")
        begun = time.perf_counter()
        again = close_day(sessions, catalogues, business_date=day.isoformat(), now=NOW)
        print(f"  {'the same day again':<36} {again['days']} loan-days, {time.perf_counter() - begun:.2f} s")
