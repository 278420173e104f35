"""What does an overdue amount cost a day, and may the contract ask for it?

Overdue principal bears late interest 罚息 at the contract rate times one plus the surcharge. Overdue interest may bear
compound interest 复利 at the same rate, when the terms say so; compound interest itself bears none. Everything is an
exact fraction, cumulative from the first day on which an amount was overdue, so that any number of steps adds up.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pledge.day_counts import PERIODIC_DAY_COUNTS, DayCount, day_share
from pledge.rates import RateStep, rate_intervals
from valuation.errors import InputError, RefusalError
from valuation.kernel.dated import DatedTable, DatedValue

__all__ = ["LateTerms", "OverdueSegment", "accrued_late_interest", "check_surcharge"]

Cause = Literal["overdue", "misused"]


@dataclass(frozen=True, kw_only=True)
class LateTerms:
    """What the contract asks for an amount that is overdue.

    ``surcharge_share`` is added to one: 0.5 makes one and a half times the contract rate. ``day_count`` counts actual
    days, since an overdue amount has no period. ``compounds``: overdue interest bears compound interest.
    """

    surcharge_share: Decimal
    day_count: DayCount = "actual/360"
    compounds: bool = True

    def __post_init__(self) -> None:
        if not (self.surcharge_share.is_finite() and 0 <= self.surcharge_share <= 1):
            raise InputError.of("surcharge_share", found=self.surcharge_share, expected="a share of one from 0 to 1")
        if self.day_count in PERIODIC_DAY_COUNTS:
            raise InputError.of("day_count", found=self.day_count, expected="a day count without regular periods")


@dataclass(frozen=True, kw_only=True)
class OverdueSegment:
    """From one day on, so much principal and so much ordinary interest is overdue, in fen."""

    from_date: datetime.date
    principal_fen: int
    interest_fen: int = 0

    def __post_init__(self) -> None:
        if min(self.principal_fen, self.interest_fen) < 0:
            raise InputError.of("overdue", found=self, expected="amounts of 0 or more")


def accrued_late_interest(
    segments: Sequence[OverdueSegment], *, upto: datetime.date, rates: Sequence[RateStep], terms: LateTerms
) -> tuple[Fraction, Fraction]:
    """How much late interest and how much compound interest has accrued to ``upto``, exact, in fen?

    Σ amount · rate · (1 + surcharge) · years over the stretches in which nothing changes; the first of the two on
    overdue principal, the second on overdue ordinary interest (zero when the terms do not compound).

    Parameters
    ----------
    segments : what was overdue from which day on; days rise. An amount due on the 20th and not paid on it is overdue
        from the 20th: the night that follows counts.
    upto : accrual ends before this day.
    rates : the contract rate by day; the first step on or before the first segment.

    Raises
    ------
    InputError : days that do not rise, an end before the first segment, rates that begin too late.

    Examples
    --------
    >>> day = datetime.date(2024, 3, 20)
    >>> late, compound = accrued_late_interest(
    ...     [OverdueSegment(from_date=day, principal_fen=1_000_000_00, interest_fen=3_600_00)],
    ...     upto=datetime.date(2024, 3, 30), rates=[RateStep(day, Decimal("0.0435"))],
    ...     terms=LateTerms(surcharge_share=Decimal("0.5")))
    >>> late, compound
    (Fraction(181250, 1), Fraction(1305, 2))

    Tested by: ``tests/pledge/test_late_interest.py`` (hand, additivity over any cut by hypothesis).
    """
    days = [each.from_date for each in segments]
    if not days:
        return Fraction(0), Fraction(0)
    if days != sorted(set(days)) or upto < days[0]:
        raise InputError.of("segments", found=", ".join(map(str, days)), expected=f"rising days up to {upto}")
    late, compound = Fraction(0), Fraction(0)
    ends = [*days[1:], upto]
    for segment, until in zip(segments, ends, strict=True):
        end = min(until, upto)
        if segment.from_date < end:
            factor = _factor(rates, days[0], start=segment.from_date, end=end, terms=terms)
            late += segment.principal_fen * factor
            compound += segment.interest_fen * factor if terms.compounds else 0
    return late, compound


def check_surcharge(
    terms: LateTerms, *, rules: DatedTable, signed_on: datetime.date, cause: Cause = "overdue"
) -> tuple[DatedValue, DatedValue]:
    """May a contract signed on this day ask for this surcharge?

    Parameters
    ----------
    rules : ``pledge/policies/loan_contract_rules.toml``.
    cause : a loan that is ``overdue``, or one ``misused`` against its stated purpose.

    Returns
    -------
    The lower and the upper end that were read, with their source and status.

    Raises
    ------
    RefusalError : a surcharge outside the two.
    BeforeFirstStepError, RepealedError, GapError : the rules give no value on the day.

    References
    ----------
    银发〔2003〕251号, article 3 (recalled).

    Tested by: ``tests/pledge/test_late_interest.py``.
    """
    lower, upper = (rules.value(f"late_surcharge_share.{cause}_{end}", on=signed_on) for end in ("lower", "upper"))
    if not Decimal(str(lower.value)) <= terms.surcharge_share <= Decimal(str(upper.value)):
        raise RefusalError.of(
            "surcharge_share",
            found=terms.surcharge_share,
            expected=f"{lower.value} to {upper.value} ({lower.source.citation})",
            advice="Agree on a surcharge within the range",
        )
    return lower, upper


def _factor(
    rates: Sequence[RateStep], anchor: datetime.date, *, start: datetime.date, end: datetime.date, terms: LateTerms
) -> Fraction:
    """The late interest on one fen from one day to another."""
    total = Fraction(0)
    for interval in rate_intervals(rates, start=start, end=end):
        # Differences of one count from the first overdue day, so that days cut anywhere add up under 30/360 too.
        years = day_share(terms.day_count, start=anchor, end=interval.end)
        years -= day_share(terms.day_count, start=anchor, end=interval.start)
        total += Fraction(interval.annual_rate_share) * years
    return total * (1 + Fraction(terms.surcharge_share))
