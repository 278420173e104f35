"""On which days do banks in China work, and where does a date that falls on a closed day move to?

The data is our own (``valuation/tables/cn_holidays.toml``): the State Council's yearly notices, each with its
number. A notice appears a few weeks before its year, so a loan of three years always reaches past what is
known. Such a date is answered from the weekend alone, and the answer carries a warning.
"""

from __future__ import annotations

import datetime
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from typing import Any, Literal, get_args

from valuation.errors import ReferenceDataError, SourceMissingError, UnknownNameError
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.sources import Source, SourceStatus

__all__ = ["AdjustedDate", "ChinaCalendar", "Convention", "Holiday", "load_china_calendar"]

#: What happens to a date on a closed day. ``none``: it stays. ``following``: to the next business day.
#: ``preceding``: to the last one. ``modified_following``: to the next, or to the last when the next is in
#: another month.
Convention = Literal["none", "following", "modified_following", "preceding"]

_ONE_DAY = datetime.timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class AdjustedDate:
    """A date after adjustment, with the doubt that belongs to it when the calendar did not cover it."""

    day: datetime.date
    warning: NamedWarning | None = None


@dataclass(frozen=True)
class Holiday:
    """One holiday of one notice: the closed span and the weekend days worked in exchange (调休)."""

    name: str
    first_day: datetime.date
    last_day: datetime.date
    working: tuple[datetime.date, ...]
    source: Source

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """Every day of the closed span, weekends included."""
        length = (self.last_day - self.first_day).days + 1
        return tuple(self.first_day + _ONE_DAY * offset for offset in range(length))


@dataclass(frozen=True)
class ChinaCalendar:
    """The business days of mainland China from ``first_day`` to ``horizon``, both included."""

    first_day: datetime.date
    horizon: datetime.date
    holidays: tuple[Holiday, ...]
    _closed: frozenset[datetime.date] = field(init=False, repr=False, compare=False)
    _working: frozenset[datetime.date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed = frozenset(day for holiday in self.holidays for day in holiday.days)
        working = frozenset(day for holiday in self.holidays for day in holiday.working)
        object.__setattr__(self, "_closed", closed)
        object.__setattr__(self, "_working", working)

    @classmethod
    def from_toml(cls, text: str, *, where: str) -> ChinaCalendar:
        """Read a holiday table; anything incomplete or contradictory stops here, naming file and key.

        Raises
        ------
        ReferenceDataError : not TOML, a key missing, a span that ends before it begins, a make-up working day
            that is no weekend or is closed as well, a year covered without a holiday.
        SourceMissingError : holidays under a source that is not listed.
        """
        try:
            data = tomllib.loads(text, parse_float=Decimal)
            sources = {key: _source(key, row) for key, row in data["sources"].items()}
            listed = data["holidays"].items()
            if unknown := [key for key, _ in listed if key not in sources]:
                raise SourceMissingError(f"{where}: holidays of {unknown}, expected listed sources")
            holidays = tuple(_holiday(row, sources[key]) for key, rows in listed for row in rows)
            calendar = cls(_date(data["first_day"]), _date(data["horizon"]), holidays)
        except tomllib.TOMLDecodeError as error:
            raise ReferenceDataError(f"{where}: not readable as TOML: {error}") from error
        except KeyError as error:
            raise ReferenceDataError(f"{where}: found no {error}, expected it to be stated") from error
        except ValueError as error:
            raise ReferenceDataError(f"{where}: {error}") from error
        calendar._check(where)
        return calendar

    @property
    def sources(self) -> tuple[Source, ...]:
        """The notices this calendar rests on, in order of their date."""
        unique = {holiday.source.id: holiday.source for holiday in self.holidays}
        return tuple(sorted(unique.values(), key=lambda source: source.date or datetime.date.min))

    def covers(self, day: datetime.date) -> bool:
        """Is the notice that decides on this day part of the data?"""
        return self.first_day <= day <= self.horizon

    def is_business_day(self, day: datetime.date) -> bool:
        """Do banks work on this day?

        Inside the covered days: a weekday that no notice closes, or a weekend day that a notice makes a
        working day. Outside: every weekday. Since a bool cannot carry a doubt, ask :meth:`warning_for` as
        well, or use :meth:`adjust`, which does.

        Examples
        --------
        >>> import datetime
        >>> calendar = load_china_calendar()
        >>> calendar.is_business_day(datetime.date(2026, 2, 16))  # Monday, Spring Festival
        False
        >>> calendar.is_business_day(datetime.date(2026, 2, 28))  # Saturday, worked in exchange
        True

        Tested by: ``tests/valuation/kernel/test_calendar.py`` (the package chinese-calendar on every covered
        day, QuantLib's interbank calendar, the notices by hand).
        """
        if day.weekday() >= _SATURDAY:
            return day in self._working
        return day not in self._closed

    def warning_for(self, day: datetime.date) -> NamedWarning | None:
        """Which doubt belongs to an answer about this day: none where a notice decides, else a warning."""
        if self.covers(day):
            return None
        zh = (
            f"日期 {day} 不在节假日数据覆盖范围内（{self.first_day} 至 {self.horizon}）："
            "仅按周六、周日休息处理，待国务院办公厅公布当年安排后须重新核定"
        )
        en = (
            f"the date {day} lies outside the holiday data ({self.first_day} to {self.horizon}):"
            " only Saturday and Sunday were taken as closed; settle it again when that year's notice is out"
        )
        return NamedWarning("calendar_past_horizon", Label(zh, en))

    def adjust(self, day: datetime.date, convention: Convention) -> AdjustedDate:
        """Where does a payment date move when it falls on a closed day?

        Parameters
        ----------
        day : the date by contract.
        convention : see :data:`Convention`. With ``none`` the calendar is not asked, and nothing is in doubt.

        Returns
        -------
        The date to pay on, and a warning when it, or the date it came from, lies outside the covered days.

        Raises
        ------
        UnknownNameError : a convention that does not exist.

        References
        ----------
        ISDA (2006), 2006 ISDA Definitions, section 4.12, business day conventions.

        Examples
        --------
        >>> import datetime
        >>> calendar = load_china_calendar()
        >>> calendar.adjust(datetime.date(2026, 10, 3), "following").day
        datetime.date(2026, 10, 8)
        >>> calendar.adjust(datetime.date(2027, 10, 3), "following").warning.code
        'calendar_past_horizon'

        Tested by: ``tests/valuation/kernel/test_calendar.py`` (QuantLib, properties, limits of the data).
        """
        if convention not in get_args(Convention):
            raise UnknownNameError.among("convention", found=convention, known=get_args(Convention))
        if convention == "none":
            return AdjustedDate(day)
        adjusted = self._move(day, -_ONE_DAY if convention == "preceding" else _ONE_DAY)
        if convention == "modified_following" and adjusted.month != day.month:
            adjusted = self._move(day, -_ONE_DAY)
        return AdjustedDate(adjusted, self.warning_for(day) or self.warning_for(adjusted))

    def _move(self, day: datetime.date, step: datetime.timedelta) -> datetime.date:
        """The first business day from ``day`` on; no closed span is long (checked when the data loads)."""
        while not self.is_business_day(day):
            day += step
        return day

    def _check(self, where: str) -> None:
        """Refuse a table that contradicts itself."""
        for holiday in self.holidays:
            if holiday.last_day < holiday.first_day or len(holiday.days) > _LONGEST_SPAN_DAYS:
                raise ReferenceDataError(
                    f"{where}: {holiday.name} from {holiday.first_day} to {holiday.last_day},"
                    f" expected a span of 1 to {_LONGEST_SPAN_DAYS} days"
                )
        for day in sorted(self._working):
            if day.weekday() < _SATURDAY or day in self._closed:
                raise ReferenceDataError(f"{where}: working day {day}, expected an open Saturday or Sunday")
        covered = {day.year for day in self._closed}
        for year in range(self.first_day.year, self.horizon.year + 1):
            if year not in covered:
                raise ReferenceDataError(f"{where}: the year {year} has no holiday, yet the horizon covers it")


#: A bound on data entry, not a rule of law: a longer span is a slip of the pen (the longest so far: 10 days).
_LONGEST_SPAN_DAYS = 15


@functools.cache
def load_china_calendar() -> ChinaCalendar:
    """Which calendar does this version of the product ship?

    Reads the packaged table once; later calls return the same object.
    """
    file = resources.files("valuation.tables") / "cn_holidays.toml"
    return ChinaCalendar.from_toml(file.read_text(encoding="utf-8"), where="cn_holidays.toml")


def _source(key: str, row: Mapping[str, Any]) -> Source:
    if row["status"] not in get_args(SourceStatus):
        raise ValueError(f"sources.{key}: found status {row['status']!r}, expected {get_args(SourceStatus)}")
    return Source(key, row["title"], row["status"], number=row.get("number"), date=_date(row["date"]))


def _holiday(row: Mapping[str, Any], source: Source) -> Holiday:
    first_day, last_day = row["closed"]
    working = tuple(_date(day) for day in row["working"])
    return Holiday(row["name"], _date(first_day), _date(last_day), working, source)


def _date(found: object) -> datetime.date:
    if type(found) is not datetime.date:
        raise ValueError(f"found {found!r}, expected a date such as 2026-10-01")
    return found
