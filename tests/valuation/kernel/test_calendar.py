"""Chinese business days and the movement of dates.

Checked against: the State Council's notices (authority, by hand), the package chinese-calendar and QuantLib's
China interbank calendar on every covered day (second and third method), properties that hold for every date.
"""

import datetime
import tomllib
from collections.abc import Callable
from importlib import resources

import chinese_calendar
import pytest
import QuantLib as ql
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import ReferenceDataError, SourceMissingError, UnknownNameError
from valuation.kernel.calendar import ChinaCalendar, Convention, load_china_calendar

CALENDAR = load_china_calendar()
ONE_DAY = datetime.timedelta(days=1)
COVERED = [CALENDAR.first_day + ONE_DAY * offset for offset in range((CALENDAR.horizon - CALENDAR.first_day).days + 1)]
ANY_DAY = st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))
MOVING: tuple[Convention, ...] = ("following", "modified_following", "preceding")

#: Our words for a convention, and QuantLib's.
QUANTLIB_CONVENTIONS = {
    "none": ql.Unadjusted,
    "following": ql.Following,
    "modified_following": ql.ModifiedFollowing,
    "preceding": ql.Preceding,
}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


# --- the data -------------------------------------------------------------------------------------


def test_every_covered_day_agrees_with_chinese_calendar() -> None:
    """Second method: an independent transcription of the same notices (MIT, on PyPI)."""
    assert len(COVERED) == 2922  # eight years, two of them leap years
    differing = [each for each in COVERED if CALENDAR.is_business_day(each) != chinese_calendar.is_workday(each)]
    assert differing == []


def test_every_covered_day_agrees_with_quantlib_interbank() -> None:
    """Third method: China's interbank market works on the make-up weekend days too."""
    interbank = ql.China(ql.China.IB)
    differing = [
        each
        for each in COVERED
        if CALENDAR.is_business_day(each) != interbank.isBusinessDay(ql.Date(each.day, each.month, each.year))
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("text", "works"),
    [
        # Authority: 国办发明电〔2018〕15号, 〔2019〕3号, 〔2020〕1号, 〔2023〕7号, 〔2025〕7号.
        ("2019-05-01", False),
        ("2019-05-02", False),  # closed by the later notice only
        ("2019-05-05", True),  # Sunday, worked in exchange
        ("2020-01-31", False),  # the extension of Spring Festival 2020
        ("2020-02-01", False),  # Saturday, first announced as a working day
        ("2020-02-03", True),
        ("2024-02-09", True),  # New Year's Eve: leave encouraged, not closed
        ("2026-01-02", False),
        ("2026-01-04", True),  # Sunday
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-09-20", True),  # Sunday
        ("2026-12-31", True),
    ],
)
def test_days_read_in_the_notices(text: str, works: bool) -> None:
    assert CALENDAR.is_business_day(day(text)) is works


def test_every_notice_states_number_date_and_status() -> None:
    assert [source.status for source in CALENDAR.sources] == ["read"] * 10
    for source in CALENDAR.sources:
        assert source.number is not None and source.number.startswith("国办发明电〔")
        assert source.date is not None


def test_each_notice_is_older_than_its_holidays_end() -> None:
    """A notice that bears a later date than the days it closes would be a slip in the table."""
    for holiday in CALENDAR.holidays:
        assert holiday.source.date is not None and holiday.source.date < holiday.last_day


def test_the_calendar_is_read_once() -> None:
    assert load_china_calendar() is CALENDAR


# --- moving a date --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "convention", "expected"),
    [
        # By hand from 国办发明电〔2025〕7号: closed 2026-10-01 to 10-07; 2026-10-10 Saturday worked.
        ("2026-10-03", "none", "2026-10-03"),
        ("2026-10-03", "following", "2026-10-08"),
        ("2026-10-03", "preceding", "2026-09-30"),
        ("2026-10-03", "modified_following", "2026-10-08"),
        ("2026-10-10", "following", "2026-10-10"),
        # By hand: Saturday 2026-01-31 has no working day left in its month.
        ("2026-01-31", "following", "2026-02-02"),
        ("2026-01-31", "modified_following", "2026-01-30"),
    ],
)
def test_dates_moved_by_hand(text: str, convention: Convention, expected: str) -> None:
    adjusted = CALENDAR.adjust(day(text), convention)
    assert (adjusted.day, adjusted.warning) == (day(expected), None)


@pytest.mark.parametrize("convention", QUANTLIB_CONVENTIONS)
def test_every_covered_date_moves_as_in_quantlib(convention: Convention) -> None:
    interbank = ql.China(ql.China.IB)
    for each in COVERED[31:-31]:
        moved = interbank.adjust(ql.Date(each.day, each.month, each.year), QUANTLIB_CONVENTIONS[convention])
        expected = datetime.date(moved.year(), moved.month(), moved.dayOfMonth())
        assert CALENDAR.adjust(each, convention).day == expected, each


@given(ANY_DAY)
def test_following_is_the_first_business_day_from_there(each: datetime.date) -> None:
    adjusted = CALENDAR.adjust(each, "following").day
    assert adjusted >= each
    assert CALENDAR.is_business_day(adjusted)
    between = [each + ONE_DAY * offset for offset in range((adjusted - each).days)]
    assert not any(CALENDAR.is_business_day(skipped) for skipped in between)


@given(ANY_DAY)
def test_preceding_is_the_last_business_day_up_to_there(each: datetime.date) -> None:
    adjusted = CALENDAR.adjust(each, "preceding").day
    assert adjusted <= each
    assert CALENDAR.is_business_day(adjusted)
    between = [each - ONE_DAY * offset for offset in range((each - adjusted).days)]
    assert not any(CALENDAR.is_business_day(skipped) for skipped in between)


@given(ANY_DAY)
def test_modified_following_stays_in_the_month(each: datetime.date) -> None:
    adjusted = CALENDAR.adjust(each, "modified_following").day
    assert CALENDAR.is_business_day(adjusted)
    assert (adjusted.year, adjusted.month) == (each.year, each.month)


@given(ANY_DAY, st.sampled_from(MOVING))
def test_a_second_adjustment_changes_nothing(each: datetime.date, convention: Convention) -> None:
    once = CALENDAR.adjust(each, convention).day
    assert CALENDAR.adjust(once, convention).day == once


# --- past the horizon -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2027-01-01", "2027-02-08", "2018-12-31", "2049-10-01"])
@pytest.mark.parametrize("convention", MOVING)
def test_a_date_outside_the_data_is_named(text: str, convention: Convention) -> None:
    warning = CALENDAR.adjust(day(text), convention).warning
    assert warning is not None
    assert warning.code == "calendar_past_horizon"
    for sentence in (warning.label.zh, warning.label.en):
        assert text in sentence
        assert "2026-12-31" in sentence
        assert "2019-01-01" in sentence


def test_spring_festival_of_an_unknown_year_counts_as_working_and_says_so() -> None:
    """By hand: Monday 2027-02-08 falls in Spring Festival, which no notice in the data closes."""
    adjusted = CALENDAR.adjust(day("2027-02-08"), "following")
    assert adjusted.day == day("2027-02-08")
    assert adjusted.warning is not None


def test_a_covered_date_that_moves_out_of_the_data_is_named() -> None:
    """Saturday 2022-12-31 with data that ends there: the next business day is beyond what is known."""
    short = ChinaCalendar(day("2022-01-01"), day("2022-12-31"), CALENDAR.holidays[:0])
    assert short.adjust(day("2022-12-30"), "following").warning is None
    warning = short.adjust(day("2022-12-31"), "following").warning
    assert warning is not None and "2023-01-02" in warning.label.en
    assert short.adjust(day("2022-12-31"), "modified_following").warning is None


@given(ANY_DAY)
def test_no_warning_exactly_inside_the_data(each: datetime.date) -> None:
    inside = CALENDAR.first_day <= each <= CALENDAR.horizon
    assert CALENDAR.covers(each) is inside
    assert (CALENDAR.warning_for(each) is None) is inside


def test_without_adjustment_nothing_is_in_doubt() -> None:
    assert CALENDAR.adjust(day("2040-01-01"), "none").warning is None


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"convention: found 'nearest', expected one of following"):
        CALENDAR.adjust(day("2026-01-01"), "nearest")  # type: ignore[arg-type]


# --- a wrong table does not load ------------------------------------------------------------------

TABLE = """
first_day = 2026-01-01
horizon = 2026-12-31
[sources.notice]
title = "通知"
number = "〔2025〕7号"
date = 2025-11-04
status = "read"
[holidays]
notice = [{ name = "元旦", closed = [2026-01-01, 2026-01-03], working = [2026-01-04] }]
"""


def test_the_small_table_of_these_tests_loads() -> None:
    calendar = ChinaCalendar.from_toml(TABLE, where="small")
    assert [holiday.name for holiday in calendar.holidays] == ["元旦"]
    assert calendar.is_business_day(day("2026-01-04"))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda text: text.replace("2026-01-01,", "2026-01-99,"), ReferenceDataError, "not readable as TOML"),
        (lambda text: text.replace("horizon", "end"), ReferenceDataError, "found no 'horizon'"),
        (lambda text: text.replace("notice = [", "other = ["), SourceMissingError, r"\['other'\]"),
        (lambda text: text.replace('"read"', '"heard"'), ReferenceDataError, "found status 'heard'"),
        (
            lambda text: text.replace("-01-03]", "-01-03T00:00:00]"),
            ReferenceDataError,
            "expected a date such as",
        ),
        (
            lambda text: text.replace("2026-01-03]", "2025-12-31]"),
            ReferenceDataError,
            "a span of 1 to 15 days",
        ),
        (
            lambda text: text.replace("2026-01-03]", "2026-02-03]"),
            ReferenceDataError,
            "a span of 1 to 15 days",
        ),
        (
            lambda text: text.replace("2026-01-04]", "2026-01-05]"),
            ReferenceDataError,
            "working day 2026-01-05",
        ),
        (
            lambda text: text.replace("2026-01-04]", "2026-01-03]"),
            ReferenceDataError,
            "working day 2026-01-03",
        ),
        (
            lambda text: text.replace("2026-12-31", "2027-12-31"),
            ReferenceDataError,
            "year 2027 has no holiday",
        ),
    ],
)
def test_a_wrong_table_is_refused(change: Callable[[str], str], error: type[ReferenceDataError], message: str) -> None:
    with pytest.raises(error, match=message):
        ChinaCalendar.from_toml(change(TABLE), where="small")


def test_the_packaged_table_states_when_it_was_checked() -> None:
    text = (resources.files("valuation.tables") / "cn_holidays.toml").read_text(encoding="utf-8")
    checked_on = tomllib.loads(text)["checked_on"]
    assert all(source.date is not None and source.date <= checked_on for source in CALENDAR.sources)
