"""How did a fund do for the one who paid in? Multiples and rates of return of dated or periodic money.

Contributions and distributions are stated apart, because a multiple needs to know which is which; a rate of
return needs only their difference. A net asset value at the end counts as if it were paid out on the last day: it
is an opinion, so every answer that used one also stands without it (``dpi``).

    DPI = Σ D / Σ C      RVPI = NAV / Σ C      TVPI = DPI + RVPI

A rate of return is a number only when exactly one exists
(:class:`valuation.discounting.internal_rate.InternalRate`).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from valuation.discounting.internal_rate import InternalRate, dated_internal_rate, periodic_internal_rate
from valuation.errors import InputError

__all__ = [
    "DAY_BASES",
    "DayBasis",
    "FundFlows",
    "FundMultiples",
    "fund_internal_rate",
    "fund_multiples",
    "internal_rate_of",
    "modified_internal_rate",
]

DayBasis = Literal["actual/365", "actual/360", "actual/365.25", "periods"]
#: Days of a year by name. Spreadsheets' XIRR is actual/365; 365.25 is another measure and is named as such.
DAY_BASES: dict[str, float] = {"actual/365": 365.0, "actual/360": 360.0, "actual/365.25": 365.25}


@dataclass(frozen=True, kw_only=True)
class FundFlows:
    """What was paid into a fund and out of it, in order of time, and what is left at the end.

    Parameters
    ----------
    contributions, distributions : amounts ≥ 0, one of each a date, in any one unit of money.
    final_nav : what the fund is said to be worth on the last date, ≥ 0, after the distribution of that day.
    dates : rising, one an amount; None when the amounts are one period apart.

    Raises
    ------
    InputError : lengths that differ, an amount that is negative or not finite, dates that do not rise.
    """

    contributions: tuple[float, ...]
    distributions: tuple[float, ...]
    final_nav: float = 0.0
    dates: tuple[datetime.date, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse amounts that cannot be read as paid in or paid out."""
        count = len(self.contributions)
        if count == 0 or len(self.distributions) != count:
            raise InputError.of(
                "distributions", found=f"{len(self.distributions)} amounts", expected=f"{max(count, 1)}, as paid in"
            )
        for name in ("contributions", "distributions"):
            for place, amount in enumerate(getattr(self, name)):
                _check_amount(f"{name}.{place}", amount)
        _check_amount("final_nav", self.final_nav)
        self._check_dates()

    def _check_dates(self) -> None:
        if self.dates is None:
            return
        if len(self.dates) != len(self.contributions):
            raise InputError.of("dates", found=f"{len(self.dates)} dates", expected=f"{len(self.contributions)}")
        for place, (before, after) in enumerate(zip(self.dates, self.dates[1:], strict=False), start=1):
            if after <= before:
                raise InputError.of(f"dates.{place}", found=after, expected=f"a day after {before}")

    @classmethod
    def of_net(
        cls, amounts: Sequence[float], *, final_nav: float = 0.0, dates: Sequence[datetime.date] | None = None
    ) -> FundFlows:
        """Read net amounts: what is negative was paid in, what is positive was paid out."""
        return cls(
            contributions=tuple(max(0.0, -float(amount)) for amount in amounts),
            distributions=tuple(max(0.0, float(amount)) for amount in amounts),
            final_nav=final_nav,
            dates=None if dates is None else tuple(dates),
        )

    @property
    def net(self) -> tuple[float, ...]:
        """Paid out less paid in, the last with the remaining value."""
        flows = [out - paid for paid, out in zip(self.contributions, self.distributions, strict=True)]
        flows[-1] += self.final_nav
        return tuple(flows)


@dataclass(frozen=True)
class FundMultiples:
    """Multiples of what was paid in; ``tvpi`` = ``dpi`` + ``rvpi``."""

    paid_in: float
    dpi: float
    rvpi: float
    tvpi: float

    def as_document(self) -> dict[str, Any]:
        """The multiples for JSON, as text with six decimals."""
        return {"paid_in": f"{self.paid_in:.2f}", **{k: f"{getattr(self, k):.6f}" for k in ("dpi", "rvpi", "tvpi")}}


def fund_multiples(flows: FundFlows) -> FundMultiples:
    """How many times did the paid-in money come back, and how many times is it still there?

    Raises
    ------
    InputError : nothing was paid in.

    Examples
    --------
    >>> fund_multiples(FundFlows.of_net([-10, -20, 15, 30], final_nav=15))
    FundMultiples(paid_in=30.0, dpi=1.5, rvpi=0.5, tvpi=2.0)

    References
    ----------
    CFA Institute, GIPS: paid-in multiples.

    Tested by: published case ``fund-multiples-basic``, pyxirr and hypothesis in ``tests/leverage/test_measures.py``.
    """
    paid_in = math.fsum(flows.contributions)
    if paid_in == 0:
        raise InputError.of("contributions", found="nothing paid in", expected="an amount above 0")
    distributed, left = math.fsum(flows.distributions) / paid_in, flows.final_nav / paid_in
    return FundMultiples(paid_in, distributed, left, distributed + left)


def fund_internal_rate(flows: FundFlows, *, day_basis: DayBasis = "actual/365") -> InternalRate:
    """At which rate a year (a period, without dates) does what was paid in balance with what came out and is left?

    Raises
    ------
    InputError : ``periods`` asked of dated money, or a basis of days of money without dates; see
        :func:`valuation.discounting.internal_rate.dated_internal_rate`.

    Tested by: published xirr cases, pyxirr, ``tests/leverage/test_measures.py``.
    """
    return internal_rate_of(flows.net, dates=flows.dates, day_basis=day_basis)


def internal_rate_of(
    amounts: Sequence[float], *, dates: Sequence[datetime.date] | None, day_basis: DayBasis = "actual/365"
) -> InternalRate:
    """Give the rates at which net amounts balance, by dates on a named basis, or by periods when there are no dates.

    Money of a single day earns no rate: no root.
    """
    if len(amounts) == 1:
        return InternalRate(None, (), "no_root")
    if dates is None:
        return periodic_internal_rate(amounts)
    if day_basis not in DAY_BASES:
        raise InputError.of("day_basis", found=day_basis, expected=f"one of {', '.join(DAY_BASES)} for dated money")
    return dated_internal_rate(dates, amounts, day_basis=DAY_BASES[day_basis])


def modified_internal_rate(
    amounts: Sequence[float], *, finance_rate_share: float, reinvestment_rate_share: float
) -> float:
    """What is earned a period when money paid in is financed and money received is reinvested at stated rates?

    MIRR = (Σ⁺ aₖ (1 + i)^(n−k) / −Σ⁻ aₖ (1 + f)^(−k))^(1/n) − 1, k = 0 … n; f finance rate, i reinvestment rate.

    Raises
    ------
    InputError : fewer than two amounts, no amount paid or none received, a rate of -100 % or below.

    Examples
    --------
    >>> round(modified_internal_rate([-100, 0, 121], finance_rate_share=0.05, reinvestment_rate_share=0.05), 12)
    0.1

    References
    ----------
    INSEAD GPEI, Measuring Private Equity Fund Performance, 2019.

    Tested by: published case ``insead-irr-mirr``, pyxirr, ``tests/leverage/test_measures.py``.
    """
    for name, rate in (
        ("finance_rate_share", finance_rate_share),
        ("reinvestment_rate_share", reinvestment_rate_share),
    ):
        if not (math.isfinite(rate) and rate > -1):
            raise InputError.of(name, found=rate, expected="a share above -1")
    for place, amount in enumerate(amounts):
        if not math.isfinite(amount):
            raise InputError.of(f"amounts.{place}", found=amount, expected="a number")
    last = len(amounts) - 1
    received = math.fsum(a * (1 + reinvestment_rate_share) ** (last - k) for k, a in enumerate(amounts) if a > 0)
    paid = -math.fsum(a * (1 + finance_rate_share) ** -k for k, a in enumerate(amounts) if a < 0)
    if last < 1 or received <= 0 or paid <= 0:
        raise InputError.of("amounts", found=list(amounts)[:10], expected="at least one paid and one received")
    return float((received / paid) ** (1 / last) - 1)


def _check_amount(field: str, amount: float) -> None:
    if not (math.isfinite(amount) and amount >= 0):
        raise InputError.of(field, found=amount, expected="an amount of 0 or more")
