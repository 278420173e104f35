"""What an operator does to all pledge loans at once: close a day, and check that no record was changed."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy.orm import sessionmaker

from api.catalogues import Catalogues
from api.pledge_loans.reading import verified
from api.pledge_loans.service import business_day
from api.settings import Settings
from api.store.database import Sessions, open_database
from api.store.migrate import migrate
from api.store.pledge_days import PledgeDayStore
from api.store.pledge_loans import Sight, find_loan
from api.store.tables import moment_text
from pledge.end_of_day import run_end_of_day
from valuation.errors import InputError
from valuation.kernel.fields import Day, FrozenModel, parse

__all__ = ["close_day", "sessions_of", "verify_loans"]

#: The rules by which the end of a day classifies.
_CLASSIFICATION = "cn_asset_classification_2023"
_EVERYTHING = Sight("operator", sees_all=True)


def sessions_of(settings: Settings) -> Sessions:
    """Sessions on the database of this installation, brought to this version."""
    engine = open_database(settings.database_url.get_secret_value())
    migrate(engine)
    return sessionmaker(engine, expire_on_commit=False)


class _Asked(FrozenModel):
    """The day to close."""

    business_date: Day


def close_day(
    sessions: Sessions, catalogues: Catalogues, *, business_date: str | None, now: datetime.datetime
) -> dict[str, Any]:
    """Run every loan to the end of a day, by default yesterday in China; days that were missed are caught up with.

    Raises
    ------
    InputError : no day, or one that has not ended.
    """
    recorded_at = moment_text(now)
    today = business_day(recorded_at)
    on = today - datetime.timedelta(days=1)
    if business_date is not None:
        on = parse(_Asked, {"business_date": business_date}).business_date
    if on >= today:
        raise InputError.of("business_date", found=on, expected=f"before {today}: the day must have ended")
    report = run_end_of_day(
        PledgeDayStore(sessions),
        business_date=on,
        recorded_at=recorded_at,
        rules=catalogues.pledge_policies[_CLASSIFICATION],
    )
    return {
        "business_date": report.business_date.isoformat(),
        "loans": report.loans,
        "days": report.days,
        "failed": [{"loan": each.loan_id, "error": each.error} for each in report.failed],
    }


def verify_loans(sessions: Sessions, loan_id: str | None) -> list[dict[str, Any]]:
    """Is every event of every loan, or of one, what was recorded?

    Raises
    ------
    NotFoundError : there is no such loan.
    """
    with sessions() as session:
        ids = [loan_id] if loan_id is not None else PledgeDayStore(sessions).loan_ids(after=None)
        return [verified(session, find_loan(session, each, sight=_EVERYTHING)) for each in ids]
