"""Do periods, due dates and refusals of loan terms hold at their edges?

Hand: calendar dates counted on the calendar. Authority: State Council holidays in the kernel's calendar.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from pledge.instalments import LoanTerms, Period, build_schedule, loan_periods, months_after
from valuation.errors import InputError
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.money import Rounding

DAY = datetime.date


def terms(**changes: Any) -> LoanTerms:
    agreed: dict[str, Any] = {
        "principal_fen": 1_000_000,
        "annual_rate_share": Decimal("0.06"),
        "drawdown_date": DAY(2024, 1, 31),
        "period_count": 3,
    }
    return LoanTerms(**{**agreed, **changes})


def ends(agreed: LoanTerms) -> list[datetime.date]:
    return [period.end for period in loan_periods(agreed)]


def test_due_day_is_kept_and_shortened_only_where_needed() -> None:
    assert ends(terms()) == [DAY(2024, 2, 29), DAY(2024, 3, 31), DAY(2024, 4, 30)]
    assert ends(terms(drawdown_date=DAY(2024, 2, 29))) == [DAY(2024, 3, 29), DAY(2024, 4, 29), DAY(2024, 5, 29)]


def test_end_of_month_loans_fall_due_on_last_days() -> None:
    agreed = terms(drawdown_date=DAY(2024, 2, 29), end_of_month=True)
    assert ends(agreed) == [DAY(2024, 3, 31), DAY(2024, 4, 30), DAY(2024, 5, 31)]


def test_months_after_the_end_of_the_calendar() -> None:
    assert months_after(DAY(2024, 12, 31), 2) == DAY(2025, 2, 28)
    with pytest.raises(InputError, match="9999"):
        months_after(DAY(9999, 12, 1), 1)


def test_a_holiday_moves_the_payment_and_only_if_agreed_the_interest() -> None:
    # Authority: Spring Festival 2024 was 10 to 17 February (18 February, a Sunday, was worked).
    moved = {
        "drawdown_date": DAY(2024, 1, 10),
        "due_date_convention": "following",
        "day_count": "actual/365",
        "calendar": load_china_calendar(),
    }
    plain = loan_periods(terms(**moved))[0]
    assert (plain.end, plain.due_date, plain.days) == (DAY(2024, 2, 10), DAY(2024, 2, 18), 31)
    adjusted = loan_periods(terms(**moved, interest_dates="adjusted"))
    assert (adjusted[0].end, adjusted[0].due_date, adjusted[0].days) == (DAY(2024, 2, 18), DAY(2024, 2, 18), 39)
    assert adjusted[1].start == DAY(2024, 2, 18)
    # Hand: the days of the whole loan do not change in number when the last day is a working day.
    assert sum(period.days for period in adjusted) == (DAY(2024, 4, 10) - DAY(2024, 1, 10)).days


def test_modified_following_stays_in_the_month() -> None:
    # Hand: 31 August 2024 is a Saturday; the next working day is in September, the last before it 30 August.
    agreed = terms(
        drawdown_date=DAY(2024, 7, 31),
        due_date_convention="modified_following",
        calendar=load_china_calendar(),
    )
    assert loan_periods(agreed)[0].due_date == DAY(2024, 8, 30)


def test_dates_past_the_holiday_data_are_named_once_with_their_number() -> None:
    calendar = load_china_calendar()
    agreed = terms(
        drawdown_date=calendar.horizon - datetime.timedelta(days=40),
        period_count=12,
        due_date_convention="following",
        calendar=calendar,
    )
    beyond = sum(period.warning is not None for period in loan_periods(agreed))
    warnings = build_schedule("interest_only", agreed).warnings
    assert [warning.code for warning in warnings] == ["calendar_past_horizon"]
    assert beyond == 11
    assert f"{beyond})" in warnings[0].label.en


def test_interest_above_the_instalment_is_named_and_the_balance_does_not_grow() -> None:
    # Instalments rounded down to nothing: interest alone is paid until the last period.
    agreed = terms(instalment_rounding=Rounding(unit_fen=100_000_000, mode="down"))
    schedule = build_schedule("equal_instalment", agreed)
    assert [row.balance_fen for row in schedule.rows] == [1_000_000, 1_000_000, 0]
    assert [warning.code for warning in schedule.warnings] == ["interest_exceeds_instalment"] * 2


def test_principal_gone_before_the_end_is_named() -> None:
    agreed = terms(instalment_rounding=Rounding(unit_fen=500_000, mode="ceiling"))
    schedule = build_schedule("equal_principal", agreed)
    assert [row.principal_fen for row in schedule.rows] == [500_000, 500_000, 0]
    assert [warning.code for warning in schedule.warnings] == ["paid_off_early"]


def test_schedule_as_document_has_money_as_text() -> None:
    document = build_schedule("equal_principal", terms(principal_fen=1000, period_count=7)).as_document()
    assert document["total_principal"] == "10.00"
    assert document["rows"][0] == {
        "number": 1,
        "period_start": "2024-01-31",
        "period_end": "2024-02-29",
        "due_date": "2024-02-29",
        "days": 29,
        "interest": "0.05",
        "principal": "1.43",
        "payment": "1.48",
        "balance": "8.57",
    }
    # Hand: 10.00 × 0.005 × 8/2 = 0.20.
    assert document["unrounded_total_interest"] == "0.200000"
    assert document["instalment"] is None
    assert build_schedule("equal_instalment", terms()).as_document()["instalment"] == "3366.72"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"principal_fen": 0}, "principal_fen"),
        ({"principal_fen": 1.5}, "principal_fen"),
        ({"annual_rate_share": Decimal("-0.01")}, "annual_rate_share"),
        ({"annual_rate_share": Decimal("NaN")}, "annual_rate_share"),
        ({"period_count": 0}, "period_count"),
        ({"period_count": 1201}, "period_count"),
        ({"drawdown_date": DAY(4000, 1, 1)}, "drawdown_date"),
        ({"day_count": "actual/actual"}, "day_count"),
        ({"period": Period(days=7)}, "day_count"),
        ({"interest_dates": "adjusted"}, "interest_dates"),
        ({"interest_dates": "adjusted", "day_count": "actual/365"}, "interest_dates"),
        ({"due_date_convention": "following"}, "calendar"),
        ({"end_of_month": True, "drawdown_date": DAY(2024, 1, 30)}, "end_of_month"),
    ],
)
def test_terms_out_of_range_name_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        terms(**changes)
    assert caught.value.problems[0].field == field


@pytest.mark.parametrize(("months", "days"), [(0, 0), (1, 7), (-1, 0), (61, 0)])
def test_a_period_is_months_or_days(months: int, days: int) -> None:
    with pytest.raises(InputError, match="period"):
        Period(months=months, days=days)
