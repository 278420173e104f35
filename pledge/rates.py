"""At which yearly rate does a loan's interest run on which days?

A fixed rate is one step. A floating one is the loan prime rate of its tenor plus a spread, read again on each reset
day: the table of fixings is an argument, and a day on which the fixing is not known raises instead of being guessed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from pledge.loan_terms import months_after
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import DecimalText, FrozenModel, WholeNumber

__all__ = [
    "FixedRate",
    "FloatingRate",
    "RateInterval",
    "RateStep",
    "ResetAnniversary",
    "ResetEachFixing",
    "ResetEachJanuary",
    "rate_intervals",
    "rate_steps",
]

_ONE_DAY = datetime.timedelta(days=1)
_BASIS_POINT = Decimal("0.0001")
_TENORS = {"one_year": "one_year_rate_share", "five_year": "five_year_rate_share"}


@dataclass(frozen=True)
class RateStep:
    """From one day on, interest runs at this yearly rate (a share of one)."""

    from_date: datetime.date
    annual_rate_share: Decimal


@dataclass(frozen=True)
class RateInterval:
    """From ``start`` to before ``end``, interest runs at this yearly rate (a share of one)."""

    start: datetime.date
    end: datetime.date
    annual_rate_share: Decimal


class FixedRate(FrozenModel):
    """One rate for the whole loan, a share of one a year."""

    kind: Literal["fixed"] = "fixed"
    annual_rate_share: DecimalText

    @field_validator("annual_rate_share")
    @classmethod
    def _share(cls, found: Decimal) -> Decimal:
        if not 0 <= found < 1:
            raise PydanticCustomError("rate", 'a share of one from 0 to below 1, such as "0.0435" for 4.35 %')
        return found


class ResetEachJanuary(FrozenModel):
    """每年1月1日重定价: read again on every 1 January."""

    kind: Literal["each_january"] = "each_january"


class ResetAnniversary(FrozenModel):
    """按对月对日重定价: read again every so many months after drawdown.

    Attributes
    ----------
    months : from one reset to the next.
    """

    kind: Literal["anniversary"] = "anniversary"
    months: Annotated[WholeNumber, Field(ge=1, le=60)]


class ResetEachFixing(FrozenModel):
    """随LPR公布重定价: every published change applies from its day."""

    kind: Literal["each_fixing"] = "each_fixing"


class FloatingRate(FrozenModel):
    """The loan prime rate of a tenor plus a spread.

    Attributes
    ----------
    tenor : the one-year or the five-year rate.
    spread_bp : basis points added; negative below the loan prime rate.
    reset : when the rate is read again.
    lookback_days : the fixing is that of so many days before the reset day ("the day before" is 1).
    """

    kind: Literal["floating"] = "floating"
    tenor: Literal["one_year", "five_year"]
    spread_bp: DecimalText
    reset: Annotated[ResetEachJanuary | ResetAnniversary | ResetEachFixing, Field(discriminator="kind")]
    lookback_days: Annotated[WholeNumber, Field(ge=0, le=60)] = 0

    @field_validator("spread_bp")
    @classmethod
    def _within_a_whole(cls, found: Decimal) -> Decimal:
        if abs(found) > 10_000:
            raise PydanticCustomError("spread", "a spread in basis points from -10000 to 10000")
        return found


def rate_steps(
    rate: FixedRate | FloatingRate, *, drawdown_date: datetime.date, until: datetime.date, fixings: DatedTable
) -> tuple[RateStep, ...]:
    """At which rate does the loan run from which day, as far as ``until``?

    rate(d) = LPR(d − lookback) + spread, read on the day of drawdown and on every reset day up to ``until``.

    Parameters
    ----------
    until : the last day on which a reset counts; a fixing that is not known up to it raises.
    fixings : the table of the loan prime rate, ``pledge/policies/lpr.toml``.

    Returns
    -------
    The first step on the day of drawdown, then one for every change; a reset that changes nothing makes no step.

    Raises
    ------
    BeforeFirstStepError, GapError : a reset day outside the series of fixings.
    InputError : a spread that makes a rate negative, an end before drawdown.

    Tested by: ``tests/pledge/test_rates.py`` (fixings of 2023 and 2024 by hand, every rule of reset).
    """
    if until < drawdown_date:
        raise InputError.of("until", found=until, expected=f"{drawdown_date} or later, the day of drawdown")
    if isinstance(rate, FixedRate):
        return (RateStep(drawdown_date, rate.annual_rate_share),)
    steps: list[RateStep] = []
    for day in (drawdown_date, *_reset_days(rate, drawdown_date, until, fixings)):
        found = _rate_on(rate, day, fixings)
        if not steps or steps[-1].annual_rate_share != found:
            steps.append(RateStep(day, found))
    return tuple(steps)


def rate_intervals(steps: Sequence[RateStep], *, start: datetime.date, end: datetime.date) -> tuple[RateInterval, ...]:
    """Which rate holds in which part of the days from ``start`` to before ``end``?

    Raises
    ------
    InputError : steps that begin after ``start`` or do not rise, an end before the start.

    Tested by: ``tests/pledge/test_rates.py``.
    """
    days = [step.from_date for step in steps]
    if not days or days[0] > start or days != sorted(set(days)):
        raise InputError.of("steps", found=", ".join(map(str, days)) or "none", expected=f"rising, from {start}")
    if end < start:
        raise InputError.of("end", found=end, expected=f"{start} or later")
    ends = [*days[1:], datetime.date.max]
    return tuple(
        RateInterval(max(step.from_date, start), min(until, end), step.annual_rate_share)
        for step, until in zip(steps, ends, strict=True)
        if until > start and step.from_date < end
    )


def _reset_days(
    rate: FloatingRate, drawdown: datetime.date, until: datetime.date, fixings: DatedTable
) -> Iterator[datetime.date]:
    """The days after drawdown on which the rate is read again."""
    if isinstance(rate.reset, ResetEachJanuary):
        yield from (datetime.date(year, 1, 1) for year in range(drawdown.year + 1, until.year + 1))
    elif isinstance(rate.reset, ResetAnniversary):
        number = 1
        while (day := months_after(drawdown, number * rate.reset.months)) <= until:
            yield day
            number += 1
    else:
        lag = datetime.timedelta(days=rate.lookback_days)
        published = (step.from_date + lag for step in fixings.parameters[_TENORS[rate.tenor]].steps)
        yield from (day for day in published if drawdown < day <= until)


def _rate_on(rate: FloatingRate, day: datetime.date, fixings: DatedTable) -> Decimal:
    fixing = fixings.value(_TENORS[rate.tenor], on=day - rate.lookback_days * _ONE_DAY)
    found = Decimal(str(fixing.value)) + rate.spread_bp * _BASIS_POINT
    if found < 0:
        raise InputError.of("spread_bp", found=rate.spread_bp, expected=f"no negative rate: {found} on {day}")
    return found
