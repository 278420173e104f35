"""Which part of a year lies between two days, by convention?

Checked against: the ISDA memorandum of 1998 (literature, also in tests/literature), QuantLib's day counters over
random periods (second way), hand counts for 30/360, and additivity over a day between (identity).
"""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.discounting.day_count import CouponGrid, DayCount, day_fraction
from valuation.discounting.quantlib_adapter import quantlib_day_fraction
from valuation.errors import InputError, UnknownNameError

DAY = datetime.date
DAYS = st.dates(DAY(1990, 1, 1), DAY(2080, 12, 31))
SIMPLE: tuple[DayCount, ...] = ("ACT/ACT ISDA", "ACT/365F", "ACT/360", "30/360")


@pytest.mark.parametrize(
    ("start", "end", "coupons", "isda", "icma"),
    [
        (DAY(2003, 11, 1), DAY(2004, 5, 1), CouponGrid(DAY(2003, 11, 1), 6), 0.497724380567, 0.5),
        (DAY(1999, 7, 1), DAY(2000, 7, 1), CouponGrid(DAY(1999, 7, 1), 12), 1.001377348600, 1.0),
        (DAY(2002, 8, 15), DAY(2003, 7, 15), CouponGrid(DAY(2003, 7, 15), 6), 0.915068493151, 0.915760869565),
        (DAY(2003, 7, 15), DAY(2004, 1, 15), CouponGrid(DAY(2003, 7, 15), 6), 0.504004790778, 0.5),
        (DAY(1999, 7, 30), DAY(2000, 1, 30), CouponGrid(DAY(1999, 7, 30), 6), 0.503892506924, 0.5),
        (DAY(2000, 1, 30), DAY(2000, 6, 30), CouponGrid(DAY(2000, 7, 30), 6), 0.415300546448, 0.417582417582),
    ],
)
def test_the_examples_of_the_isda_memorandum(
    start: DAY, end: DAY, coupons: CouponGrid, isda: float, icma: float
) -> None:
    assert day_fraction("ACT/ACT ISDA", start=start, end=end) == pytest.approx(isda, abs=1e-10)
    assert day_fraction("ACT/ACT ICMA", start=start, end=end, coupons=coupons) == pytest.approx(icma, abs=1e-10)


@given(start=DAYS, end=DAYS, convention=st.sampled_from(SIMPLE))
def test_quantlib_counts_the_same(start: DAY, end: DAY, convention: DayCount) -> None:
    if convention == "30/360" and end < start:
        start, end = end, start  # QuantLib counts backwards by the rule for the other end
    found = day_fraction(convention, start=start, end=end)
    assert found == pytest.approx(quantlib_day_fraction(convention, start=start, end=end), abs=1e-12)


@given(anchor=st.dates(DAY(2000, 1, 1), DAY(2030, 12, 28)), months=st.sampled_from([3, 6, 12]), data=st.data())
def test_quantlib_counts_the_same_within_a_coupon_period(anchor: DAY, months: int, data: st.DataObject) -> None:
    if anchor.day > 28:
        anchor = anchor.replace(day=28)
    grid = CouponGrid(anchor, months)
    period = grid.day(0), grid.day(1)
    start, end = sorted(data.draw(st.dates(*period)) for _ in range(2))
    found = day_fraction("ACT/ACT ICMA", start=start, end=end, coupons=grid)
    other = quantlib_day_fraction("ACT/ACT ICMA", start=start, end=end, reference=period)
    assert found == pytest.approx(other, abs=1e-12)


@given(days=st.lists(DAYS, min_size=3, max_size=3), convention=st.sampled_from(SIMPLE[:3]))
def test_two_parts_make_the_whole(days: list[DAY], convention: DayCount) -> None:
    start, middle, end = sorted(days)
    parts = [day_fraction(convention, start=a, end=b) for a, b in ((start, middle), (middle, end))]
    assert sum(parts) == pytest.approx(day_fraction(convention, start=start, end=end), abs=1e-12)
    assert day_fraction(convention, start=end, end=start) == -day_fraction(convention, start=start, end=end)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (DAY(2007, 1, 15), DAY(2007, 1, 30), 15),
        (DAY(2007, 9, 30), DAY(2008, 3, 31), 180),
        (DAY(2007, 9, 30), DAY(2007, 10, 31), 30),
        (DAY(2007, 8, 31), DAY(2008, 2, 28), 178),
        (DAY(2008, 2, 28), DAY(2008, 8, 31), 183),
        (DAY(2006, 8, 20), DAY(2007, 2, 20), 180),
    ],
)
def test_30_360_by_hand(start: DAY, end: DAY, days: int) -> None:
    assert day_fraction("30/360", start=start, end=end) == days / 360


def test_a_coupon_grid_keeps_its_day_through_short_months() -> None:
    grid = CouponGrid(DAY(2020, 1, 31), 1)
    assert [grid.day(k) for k in (-2, 0, 1, 2, 13)] == [
        DAY(2019, 11, 30),
        DAY(2020, 1, 31),
        DAY(2020, 2, 29),
        DAY(2020, 3, 31),
        DAY(2021, 2, 28),
    ]
    assert CouponGrid(DAY(2020, 2, 29), 6, at_month_end=True).day(1) == DAY(2020, 8, 31)
    assert CouponGrid(DAY(2020, 2, 29), 6).day(1) == DAY(2020, 8, 29)
    assert grid.number_at(DAY(2020, 2, 28)) == 0
    assert grid.number_at(DAY(2020, 2, 29)) == 1


def test_what_does_not_fit_is_refused() -> None:
    day = DAY(2020, 1, 1)
    with pytest.raises(UnknownNameError, match="day_count: found 'ACT/ACT'"):
        day_fraction("ACT/ACT", start=day, end=day)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="coupons: found none, expected a coupon grid with ACT/ACT ICMA"):
        day_fraction("ACT/ACT ICMA", start=day, end=day)
    with pytest.raises(InputError, match="coupons: found a coupon grid"):
        day_fraction("ACT/360", start=day, end=day, coupons=CouponGrid(day, 6))
    with pytest.raises(InputError, match=r"coupon_grid\.months: found 5"):
        CouponGrid(day, 5)
