"""When do flows fall, and how much of each year counts?

Checked against: calendars counted by hand, days counted by Python's date arithmetic (second way), and properties over
all dates (hypothesis), leap days among them.
"""

from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.discounting.timing import add_years, counted_years, flow_times, year_fraction
from valuation.errors import InputError

DAY = datetime.date
DAYS = st.dates(DAY(1990, 1, 1), DAY(2080, 12, 31))


# --- years and fractions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (DAY(2020, 12, 31), 1, DAY(2021, 12, 31)),
        (DAY(2020, 2, 29), 1, DAY(2021, 2, 28)),
        (DAY(2020, 2, 29), 4, DAY(2024, 2, 29)),
        (DAY(2021, 2, 28), 3, DAY(2024, 2, 29)),
        (DAY(2024, 2, 28), 1, DAY(2025, 2, 28)),
        (DAY(2024, 2, 28), -1, DAY(2023, 2, 28)),
        (DAY(2021, 6, 30), -2, DAY(2019, 6, 30)),
    ],
)
def test_the_same_day_in_another_year(day: DAY, years: int, later: DAY) -> None:
    assert add_years(day, years) == later


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (DAY(2020, 12, 31), DAY(2021, 12, 31), 1),
        (DAY(2020, 12, 31), DAY(2040, 12, 31), 20),
        (DAY(2020, 2, 29), DAY(2023, 2, 28), 3),
        (DAY(2020, 12, 31), DAY(2021, 6, 30), 181 / 365),
        (DAY(2019, 12, 31), DAY(2020, 6, 30), 182 / 366),
        (DAY(2020, 3, 15), DAY(2022, 3, 16), 2 + 1 / 365),
        (DAY(2021, 6, 30), DAY(2020, 12, 31), -181 / 365),
        (DAY(2021, 1, 1), DAY(2021, 1, 1), 0),
    ],
)
def test_years_between_two_days_by_hand(start: DAY, end: DAY, years: float) -> None:
    assert year_fraction(start, end) == years


@given(start=DAYS, days=st.integers(0, 20_000))
def test_a_day_more_is_never_less_time_and_a_year_is_about_365_days(start: DAY, days: int) -> None:
    end = start + datetime.timedelta(days=days)
    between, longer = year_fraction(start, end), year_fraction(start, end + datetime.timedelta(days=1))
    assert 1 / 367 < longer - between < 1 / 364
    assert between == pytest.approx(days / 365.25, abs=0.01)


# --- counted years --------------------------------------------------------------------------------


def test_textbook_years_are_whole() -> None:
    counted = counted_years(first_year_end=DAY(2021, 12, 31), years=3, valuation_date=DAY(2020, 12, 31), last_day=None)
    assert counted.labels == ("2021-12-31", "2022-12-31", "2023-12-31")
    assert counted.shares == (1, 1, 1)
    assert counted.start_times == (0, 1, 2)
    assert counted.end_times == (1, 2, 3)
    assert counted.mid_times == (0.5, 1.5, 2.5)


def test_a_stub_year_at_each_end_by_hand() -> None:
    """Valued on 2021-03-31, ends on 2023-06-30: 275 of 365 days, all of 2022, 181 of 365 days."""
    counted = counted_years(
        first_year_end=DAY(2021, 12, 31), years=4, valuation_date=DAY(2021, 3, 31), last_day=DAY(2023, 6, 30)
    )
    assert counted.shares == (275 / 365, 1, 181 / 365, 0)
    # From the anniversary 2022-03-31: 275 days to the end of 2022; from 2023-03-31 91 days, its year has 366.
    assert counted.start_times == (0, 275 / 365, 1 + 275 / 365, 2 + 91 / 366)
    assert counted.end_times == (275 / 365, 1 + 275 / 365, 2 + 91 / 366, 2 + 91 / 366)


def test_a_leap_day_belongs_to_the_year_that_holds_it() -> None:
    """Years that end on 28 February: the year to February 2025 begins after the 28th and has 366 days."""
    counted = counted_years(first_year_end=DAY(2024, 2, 28), years=2, valuation_date=DAY(2024, 2, 20), last_day=None)
    assert counted.labels == ("2024-02-28", "2025-02-28")
    assert counted.shares == (8 / 365, 1)
    assert counted.end_times[0] == counted.start_times[1], "no day falls between two years"


@given(
    first=DAYS,
    years=st.integers(1, 30),
    before=st.integers(1, 365),
    cut=st.none() | st.integers(1, 12_000),
)
def test_every_counted_day_is_counted_once(first: DAY, years: int, before: int, cut: int | None) -> None:
    """Second way: the shares times the length of their years are the days from valuation to the end."""
    valued = first - datetime.timedelta(days=before)
    last = None if cut is None else valued + datetime.timedelta(days=cut)
    counted = counted_years(first_year_end=first, years=years, valuation_date=valued, last_day=last)
    ends = [DAY.fromisoformat(label) for label in counted.labels]
    starts = [add_years(first, -1), *ends[:-1]]
    lengths = [(end - start).days for start, end in zip(starts, ends, strict=True)]
    days = sum(share * length for share, length in zip(counted.shares, lengths, strict=True))
    expected = (min(last or ends[-1], ends[-1]) - max(valued, starts[0])).days
    assert days == pytest.approx(max(expected, 0), abs=1e-6)
    for (_, until), (since, _) in itertools.pairwise(zip(counted.start_times, counted.end_times, strict=True)):
        assert since == until or counted.shares[-1] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_year_end": DAY(2022, 1, 1)}, "first_year_end"),
        ({"first_year_end": DAY(2020, 12, 31)}, "first_year_end"),
        ({"last_day": DAY(2020, 12, 31)}, "end_of_life"),
        ({"last_day": DAY(2019, 1, 1)}, "end_of_life"),
        ({"years": 0}, "years"),
        ({"years": 201}, "years"),
    ],
)
def test_nothing_left_to_count_is_refused(changes: dict[str, object], field: str) -> None:
    arguments = {
        "first_year_end": DAY(2021, 12, 31),
        "years": 3,
        "valuation_date": DAY(2020, 12, 31),
        "last_day": None,
    }
    with pytest.raises(InputError) as raised:
        counted_years(**arguments | changes)  # type: ignore[arg-type]
    assert raised.value.problems[0].field == field


# --- when a flow falls ----------------------------------------------------------------------------

COUNTED = counted_years(first_year_end=DAY(2021, 12, 31), years=2, valuation_date=DAY(2020, 12, 31), last_day=None)


def times(timing: str, *payments: DAY) -> tuple[float, ...]:
    return flow_times(
        COUNTED,
        timing=timing,  # type: ignore[arg-type]
        payment_dates=payments or None,
        valuation_date=DAY(2020, 12, 31),
    )


def test_the_three_timings_by_hand() -> None:
    assert times("year_end") == (1, 2)
    assert times("mid_year") == (0.5, 1.5)
    assert times("exact", DAY(2021, 3, 31), DAY(2024, 3, 1)) == (90 / 365, 1156 / 365)


@pytest.mark.parametrize(
    ("timing", "payments", "says"),
    [
        ("year_end", [DAY(2021, 3, 31)], "none with timing year_end"),
        ("mid_year", [DAY(2021, 3, 31)], "none with timing mid_year"),
        ("exact", [], "2 dates, one for each year"),
        ("exact", [DAY(2021, 3, 31)], "found 1 dates, expected 2 dates"),
        (
            "exact",
            [DAY(2021, 3, 31), DAY(2999, 12, 31)],
            "payment_dates.1: found 2999-12-31, expected a day within two",
        ),
        ("exact", [DAY(2021, 3, 31), DAY(2020, 12, 31)], "found 2020-12-31, expected days after 2020-12-31"),
    ],
)
def test_payment_days_go_with_exact_timing_only(timing: str, payments: list[DAY], says: str) -> None:
    with pytest.raises(InputError, match=says):
        times(timing, *payments)
