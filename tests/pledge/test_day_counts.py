"""Does a loan count its days as its contract says, to the exact fraction?

Second way: QuantLib's day counters on thousands of periods. Authority: the examples of the ISDA memorandum of 1998.
Hand: a year boundary splits on 1 January. Identities: a span cut anywhere adds up, and never runs backwards.
"""

from __future__ import annotations

import datetime
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.day_counts import DAY_COUNTS, PERIODIC_DAY_COUNTS, AccrualSpan, DayCount, day_share
from pledge.loan_terms import months_after
from valuation.discounting.quantlib_adapter import evaluation_date
from valuation.errors import InputError

DAY = datetime.date
FREE = [each for each in DAY_COUNTS if each not in PERIODIC_DAY_COUNTS]


def counters(ql: Any) -> dict[str, Any]:
    return {
        "actual/360": ql.Actual360(),
        "actual/364": ql.Actual364(),
        "actual/365": ql.Actual365Fixed(),
        "actual/actual ISDA": ql.ActualActual(ql.ActualActual.ISDA),
        "30/360": ql.Thirty360(ql.Thirty360.BondBasis),
        "30E/360": ql.Thirty360(ql.Thirty360.EurobondBasis),
    }


@pytest.mark.parametrize("day_count", FREE)
def test_the_same_part_of_a_year_as_quantlib(day_count: DayCount) -> None:
    chance, first = random.Random(5), DAY(1999, 12, 20)
    with evaluation_date(first) as ql:
        counter = counters(ql)[day_count]
        for _ in range(3000):
            start = first + datetime.timedelta(days=chance.randrange(12_000))
            end = start + datetime.timedelta(days=chance.randrange(800))
            days = [ql.Date(day.day, day.month, day.year) for day in (start, end)]
            expected = counter.yearFraction(*days)
            assert float(day_share(day_count, start=start, end=end)) == pytest.approx(expected, abs=1e-12), (start, end)


def test_regular_periods_by_isma_as_quantlib() -> None:
    chance, first = random.Random(7), DAY(2020, 1, 15)
    with evaluation_date(first) as ql:
        counter = ql.ActualActual(ql.ActualActual.ISMA)
        for months in (1, 3, 6, 12):
            for number in range(60):
                start, end = months_after(first, number * months), months_after(first, (number + 1) * months)
                upto = start + datetime.timedelta(days=chance.randrange(1, (end - start).days + 1))
                days = [ql.Date(day.day, day.month, day.year) for day in (start, upto, start, end)]
                found = AccrualSpan("actual/actual ISMA", (start, end), months).years_to(upto)
                assert float(found) == pytest.approx(counter.yearFraction(*days), abs=1e-12), (start, upto)


def test_a_year_boundary_splits_on_the_first_of_january() -> None:
    # Hand: 1 December 2023 to 1 February 2024 is 31 days of a year of 365 and 31 of a year of 366.
    found = day_share("actual/actual ISDA", start=DAY(2023, 12, 1), end=DAY(2024, 2, 1))
    assert found == Fraction(31, 365) + Fraction(31, 366)
    # 31 December still belongs to the old year: one day of 365, one of 366.
    found = day_share("actual/actual ISDA", start=DAY(2023, 12, 31), end=DAY(2024, 1, 2))
    assert found == Fraction(1, 365) + Fraction(1, 366)


@pytest.mark.parametrize(
    ("start", "end", "isda"),
    [
        # Authority: ISDA memorandum on EMU and market conventions, 17 November 1998.
        (DAY(2003, 11, 1), DAY(2004, 5, 1), Fraction(61, 365) + Fraction(121, 366)),
        (DAY(1999, 7, 1), DAY(2000, 7, 1), Fraction(184, 365) + Fraction(182, 366)),
        (DAY(2002, 8, 15), DAY(2003, 7, 15), Fraction(334, 365)),
        (DAY(2000, 1, 30), DAY(2000, 6, 30), Fraction(152, 366)),
    ],
)
def test_the_examples_of_the_isda_memorandum(start: datetime.date, end: datetime.date, isda: Fraction) -> None:
    assert day_share("actual/actual ISDA", start=start, end=end) == isda


@given(
    day_count=st.sampled_from(DAY_COUNTS),
    start=st.dates(DAY(2000, 1, 1), DAY(2040, 1, 1)),
    lengths=st.lists(st.integers(0, 93), min_size=1, max_size=5),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_span_never_runs_backwards(
    day_count: DayCount, start: datetime.date, lengths: list[int], cuts: tuple[float, float]
) -> None:
    marks = [start]
    for length in lengths:
        marks.append(marks[-1] + datetime.timedelta(days=length))
    span, days = AccrualSpan(day_count, tuple(marks), 1), sum(lengths)
    first, second = sorted(start + datetime.timedelta(days=int(cut * days)) for cut in cuts)
    assert 0 == span.years_to(start) <= span.years_to(first) <= span.years_to(second) <= span.years
    if day_count.startswith("actual/3"):
        assert span.years == Fraction(days, int(day_count.removeprefix("actual/")))


def test_a_quarter_by_months_is_split_in_the_month_that_is_cut() -> None:
    # Hand: 31 January to 30 April is three months; to 15 March it is one month and 15 of the 31 days of the second.
    quarter = AccrualSpan("monthly", (DAY(2023, 1, 31), DAY(2023, 2, 28), DAY(2023, 3, 31), DAY(2023, 4, 30)), 1)
    assert quarter.years == Fraction(1, 4)
    assert quarter.years_to(DAY(2023, 3, 15)) == Fraction(1, 12) + Fraction(15, 12 * 31)


@pytest.mark.parametrize("day_count", PERIODIC_DAY_COUNTS)
def test_a_day_count_by_period_needs_its_period(day_count: DayCount) -> None:
    with pytest.raises(InputError, match="needs no regular period"):
        day_share(day_count, start=DAY(2024, 1, 1), end=DAY(2024, 2, 1))


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InputError, match="2024-02-01 or later"):
        day_share("actual/360", start=DAY(2024, 2, 1), end=DAY(2024, 1, 1))
    with pytest.raises(InputError, match="2024-02-01 to 2024-03-01"):
        AccrualSpan("monthly", (DAY(2024, 2, 1), DAY(2024, 3, 1)), 1).years_to(DAY(2024, 3, 2))
