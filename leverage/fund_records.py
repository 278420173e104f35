"""What will funds pay out next year, seen from one day's records of many funds?

A record says how old a fund is and what was called, paid out and left of its commitment. From records of one day:

* :func:`age_table` makes the age buckets: mean cumulative shares by age, made to rise, and their yearly differences;
* :func:`payout_rate` is the part of the remaining value that a year pays out when all ages are taken together,
  Σ yearly distributions by age / Σ mean value by age;
* :func:`next_year_distribution` of a fund is the harmonic mean of two views of it: its own pace so far (distributed /
  age), and payout rate × remaining value. Either alone misleads: a young fund has value and no record, an old one a
  record and no value. The harmonic mean follows the smaller, as most funds pay little in most years.

The rule was chosen on the records of one investor in one year, in which payouts were low; treat it as such.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from leverage.cashflow.age_buckets import AgeBuckets
from valuation.errors import InputError

__all__ = ["FundRecord", "age_table", "next_year_distribution", "payout_rate"]

Array = NDArray[np.float64]
_OLDEST = 60


@dataclass(frozen=True)
class FundRecord:
    """A fund on a day: age in whole years, commitment above 0, what was called and paid out so far, what is left."""

    age_years: int
    commitment: float
    called: float
    distributed: float
    nav: float

    def __post_init__(self) -> None:
        """Refuse what no record can say."""
        if type(self.age_years) is not int or not 0 <= self.age_years <= _OLDEST:
            raise InputError.of("age_years", found=self.age_years, expected=f"whole years from 0 to {_OLDEST}")
        if not (math.isfinite(self.commitment) and self.commitment > 0):
            raise InputError.of("commitment", found=self.commitment, expected="an amount above 0")
        for name in ("called", "distributed", "nav"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise InputError.of(name, found=getattr(self, name), expected="an amount of 0 or more")


def age_table(records: Sequence[FundRecord]) -> AgeBuckets:
    """Which shares of the commitment are called, paid out and left by year of age?

    Cumulative means by age, ages without funds filled in between, then made to rise (isotonic regression); calls above
    the commitment (fees outside it, recycling) are scaled to it.

    Raises
    ------
    InputError : no record, or none older than a year.

    Tested by: by hand, ``tests/leverage/cashflow/test_age_buckets.py``; examined on reported funds.
    """
    ages = _ages(records)
    called = isotonic_regression(_means(records, ages, "called")).x
    paid = isotonic_regression(_means(records, ages, "distributed")).x
    called = called / max(1.0, called[-1])
    return AgeBuckets(
        called_share=tuple(np.diff(called, prepend=0.0).clip(0).tolist()),
        distributed_share=tuple(np.diff(paid, prepend=0.0).clip(0).tolist()),
        nav_share=tuple(_means(records, ages, "nav").tolist()),
    )


def payout_rate(records: Sequence[FundRecord]) -> float:
    """Which part of the remaining value does a year pay out, all ages taken together?

    Raises
    ------
    InputError : no record, none older than a year, nothing left in any fund.

    Tested by: by hand, ``tests/leverage/cashflow/test_age_buckets.py``.
    """
    table = age_table(records)
    held = math.fsum(table.nav_share[:-1])
    if held == 0:
        raise InputError.of("nav", found="nothing left in any fund", expected="a remaining value")
    return math.fsum(table.distributed_share[1:]) / held


def next_year_distribution(record: FundRecord, *, payout_rate_share: float) -> float:
    """What will a fund pay out in the coming year, in its own unit of money?

    2ab / (a + b), a = distributed / age, b = payout rate × value left; 0 where either is 0.

    Examples
    --------
    >>> record = FundRecord(age_years=5, commitment=100, called=90, distributed=50, nav=100)
    >>> next_year_distribution(record, payout_rate_share=0.15)
    12.0

    Tested by: by hand; between the two views, ``tests/leverage/cashflow/test_age_buckets.py``.
    """
    if not (math.isfinite(payout_rate_share) and payout_rate_share >= 0):
        raise InputError.of("payout_rate_share", found=payout_rate_share, expected="a share of 0 or more")
    pace, supported = record.distributed / max(record.age_years, 1), payout_rate_share * record.nav
    if pace == 0 or supported == 0:
        return 0.0
    return 2 * pace * (supported / (pace + supported))


def _ages(records: Sequence[FundRecord]) -> Array:
    oldest = max((record.age_years for record in records), default=0)
    if oldest < 1:
        raise InputError.of("records", found=f"{len(records)}, none older than a year", expected="funds of many ages")
    return np.arange(1, oldest + 1, dtype=float)


def _means(records: Sequence[FundRecord], ages: Array, name: str) -> Array:
    """Mean share of the commitment by age; between known ages on a straight line."""
    shares: dict[int, list[float]] = {}
    for record in records:
        shares.setdefault(max(record.age_years, 1), []).append(getattr(record, name) / record.commitment)
    known = sorted(shares)
    return np.interp(ages, known, [math.fsum(shares[age]) / len(shares[age]) for age in known])
