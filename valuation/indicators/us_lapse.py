"""Which share of US patents survives each maintenance fee, as far as published counts can tell?

Two margins are known: of each filing year how many patents have lapsed in all, and of all years together how many
lapsed at each fee. The share that survives all three fees follows from the filing years that have met all three. The
lapses at the third fee all belong to filings up to 2008, so that the rest of those filings' lapses came at the first or
second fee. How the first and the second divide is not known for any filing year: it is bounded, not guessed. To split
the total by the shares of the three fees among all lapses would be wrong: young filings add first lapses only.
"""

from __future__ import annotations

import functools
import math
import statistics
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from valuation.errors import InputError, ReferenceDataError
from valuation.kernel.labels import NamedWarning
from valuation.kernel.sources import Source, unverified

__all__ = ["LapseBand", "UsLapse", "us_lapse"]

_TABLE = "us_lapse_counts"


@dataclass(frozen=True)
class LapseBand:
    """The share in force from an age on: between ``low_share`` and ``high_share``, equal where it is identified.

    ``error`` is the standard error of counting.
    """

    age_years: float
    low_share: float
    high_share: float
    error: float


@dataclass(frozen=True)
class UsLapse:
    """Survival of US patents by age from grant, with its sources and doubts.

    ``third_hazard_share`` is the share lapsing at the third fee of those that had paid two.
    ``scatter_between_years`` is the standard deviation, between filing years, of the share in force after all fees:
    many times the error of counting, and the honest measure of how well the next year is known.
    """

    bands: tuple[LapseBand, ...]
    third_hazard_share: float
    third_hazard_error: float
    scatter_between_years: float
    complete_filing_years: tuple[int, ...]
    sources: tuple[Source, ...]

    @property
    def warnings(self) -> tuple[NamedWarning, ...]:
        """What nobody has verified about the table."""
        return unverified(self.sources)

    def in_force_share(self, age_years: float) -> tuple[float, float]:
        """Between which shares of patents are in force at this age from grant? The whole before the first lapse.

        Raises
        ------
        InputError : a negative or infinite age.
        """
        if not (math.isfinite(age_years) and age_years >= 0):
            raise InputError.of("age_years", found=age_years, expected="a finite age from grant, zero or more")
        low, high = 1.0, 1.0
        for band in self.bands:
            if age_years >= band.age_years:
                low, high = band.low_share, band.high_share
        return low, high


@functools.cache
def us_lapse() -> UsLapse:
    """What do the packaged counts say of survival past the fees at 3.5, 7.5 and 11.5 years?

    With L lapses of N patents filed up to 2008, of which T at the third fee: the share in force after the second fee is
    ``1 − (L − T) / N``. After the third it is the share in force of the filing years that met all three.
    After the first it lies between what follows if every lapse of a later filing came at the second fee, and if none
    did.

    Raises
    ------
    ReferenceDataError : a row names no listed source.

    Tested by: hand on the counts, the counts against the data, left-out filing years;
    ``tests/valuation/indicators/test_us_lapse.py``, ``tests/examinations/test_lapse.py``.
    """
    data = _counts()
    sources = {key: Source(id=key, **row) for key, row in data["sources"].items()}
    for row in (data["complete"], data["lapses_by_fee"], *data["cohorts"]):
        if row["source"] not in sources:
            raise ReferenceDataError(f"{_TABLE}: found source {row['source']!r}, expected a listed one")
    complete = _through(data, data["complete"]["last_filing_year_three_fees"])
    shares = [row["in_force"] / (row["in_force"] + row["lapsed"]) for row in complete]
    lapse_ages = [due + data["grace_years"] for due in data["fee_due_years"]]
    second, third = _second(data), _pooled(complete)
    hazard = 1 - third[0] / second[0]
    # First order: the errors of a ratio of two shares add in squares, relative to each share.
    hazard_error = (1 - hazard) * math.hypot(second[1] / second[0], third[1] / third[0])
    return UsLapse(
        bands=(
            LapseBand(lapse_ages[0], *_first_bounds(data)),
            LapseBand(lapse_ages[1], second[0], second[0], second[1]),
            LapseBand(lapse_ages[2], third[0], third[0], third[1]),
        ),
        third_hazard_share=hazard,
        third_hazard_error=hazard_error,
        scatter_between_years=statistics.stdev(shares),
        complete_filing_years=tuple(row["filing_year"] for row in complete),
        sources=tuple(sources.values()),
    )


def _counts() -> Mapping[str, Any]:
    text = (resources.files("valuation.indicators") / f"{_TABLE}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _through(data: Mapping[str, Any], last_filing_year: int) -> list[Mapping[str, Any]]:
    return [row for row in data["cohorts"] if row["filing_year"] <= last_filing_year]


def _binomial(share: float, count: int) -> tuple[float, float]:
    return share, math.sqrt(share * (1 - share) / count)


def _pooled(rows: list[Mapping[str, Any]]) -> tuple[float, float]:
    """The share in force of some filing years together, with its error."""
    in_force, lapsed = (sum(row[key] for row in rows) for key in ("in_force", "lapsed"))
    return _binomial(in_force / (in_force + lapsed), in_force + lapsed)


def _second(data: Mapping[str, Any]) -> tuple[float, float]:
    """After the second fee: all lapses of the filings that hold every third lapse, less the third lapses."""
    rows = _through(data, data["complete"]["last_filing_year_with_third_lapses"])
    count = sum(row["in_force"] + row["lapsed"] for row in rows)
    early = sum(row["lapsed"] for row in rows) - data["lapses_by_fee"]["counts"][2]
    return _binomial(1 - early / count, count)


def _first_bounds(data: Mapping[str, Any]) -> tuple[float, float, float]:
    """After the first fee: low and high share, and the larger error of the two."""
    rows, by_fee = data["cohorts"], data["lapses_by_fee"]["counts"]
    count = sum(row["in_force"] + row["lapsed"] for row in rows)
    lapsed = sum(row["lapsed"] for row in rows)
    of_later_filings = sum(by_fee) - lapsed
    early = lapsed - by_fee[2]
    most_first = min(early - max(0, by_fee[1] - of_later_filings), by_fee[0])
    least_first = max(early - by_fee[1], by_fee[0] - of_later_filings, 0)
    low, high = _binomial(1 - most_first / count, count), _binomial(1 - least_first / count, count)
    return low[0], high[0], max(low[1], high[1])
