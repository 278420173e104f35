"""What does it cost to keep a Chinese patent in force, year by year? 专利年费."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import NamedWarning
from valuation.reference import reference_table, reference_warnings

__all__ = ["AnnualFee", "Applicants", "PatentKind", "annual_fee", "annual_fees", "fee_warnings", "late_fee_cny"]

PatentKind = Literal["invention", "utility_model", "design"]
#: Whose fees are reduced: ``full`` pays all, ``single`` one applicant entitled to it, ``joint`` several.
Applicants = Literal["full", "single", "joint"]
_TABLE = "cn_patent_annuities"


@dataclass(frozen=True)
class AnnualFee:
    """The fee of one year of a patent; ``year`` counts from filing, the first is 1."""

    year: int
    full_cny: Decimal
    reduction_share: Decimal
    used: tuple[DatedValue, ...]

    @property
    def payable_cny(self) -> Decimal:
        """What is paid: the full fee less the reduction."""
        return self.full_cny * (1 - self.reduction_share)


def annual_fee(kind: PatentKind, *, year: int, applicants: Applicants, on: datetime.date) -> AnnualFee:
    """What is the fee of one year, as the table says on a day?

    Parameters
    ----------
    year : year of the patent counted from filing, from 1.
    applicants : whose reduction applies; whether the year is still reduced is asked in :func:`annual_fees`.

    Raises
    ------
    UnknownNameError : a kind or a group of applicants that does not exist.
    InputError : a year in which a patent of this kind is no longer in force.
    BeforeFirstStepError : a day before the table begins.

    Examples
    --------
    >>> import datetime
    >>> str(annual_fee("invention", year=10, applicants="single", on=datetime.date(2024, 1, 1)).payable_cny)
    '600.00'

    Tested by: the published table of both reductions, whole-life totals, ``tests/valuation/indicators``.
    """
    if applicants not in get_args(Applicants):
        raise UnknownNameError.among("applicants", found=applicants, known=get_args(Applicants))
    table = reference_table(_TABLE)
    full = table.value(_bracket(table, kind, year), on=on)
    if applicants == "full":
        return AnnualFee(year, _decimal(full), Decimal(0), (full,))
    reduction = table.value(f"reduction_share.{applicants}", on=on)
    return AnnualFee(year, _decimal(full), _decimal(reduction), (full, reduction))


def annual_fees(
    kind: PatentKind,
    *,
    first_year: int,
    last_year: int,
    grant_year: int,
    applicants: Applicants,
    on: datetime.date,
) -> tuple[AnnualFee, ...]:
    """Which fees are due from one year of the patent to another?

    Fees are due from the year of grant on; a reduction lasts for the number of years in the table, then the full fee
    is due.

    Parameters
    ----------
    first_year, last_year : years of the patent counted from filing, both included.
    grant_year : the year of the patent in which it was granted.

    Raises
    ------
    InputError : years in the wrong order, or before the grant.
    """
    if not grant_year <= first_year <= last_year:
        found = f"grant {grant_year}, first {first_year}, last {last_year}"
        raise InputError.of("first_year", found=found, expected="grant ≤ first ≤ last")
    if applicants == "full":
        return tuple(annual_fee(kind, year=year, applicants="full", on=on) for year in range(first_year, last_year + 1))
    period = reference_table(_TABLE).value("reduction_years", on=on)
    end = grant_year + int(_decimal(period))
    found_fees = []
    for year in range(first_year, last_year + 1):
        fee = annual_fee(kind, year=year, applicants=applicants if year < end else "full", on=on)
        found_fees.append(AnnualFee(fee.year, fee.full_cny, fee.reduction_share, (*fee.used, period)))
    return tuple(found_fees)


def late_fee_cny(fee: AnnualFee, *, months_begun: int, on: datetime.date) -> Decimal:
    """What is added for paying late? A share of the full fee, reduced or not, for each month begun.

    The first month adds nothing (0); after the months that the table allows the right has lapsed.

    Raises
    ------
    InputError : negative months, or more than the table allows.
    """
    most = int(_decimal(reference_table(_TABLE).value("late_fee_months", on=on)))
    if not 0 <= months_begun <= most:
        raise InputError.of("months_begun", found=months_begun, expected=f"0 to {most}")
    share = reference_table(_TABLE).value("late_fee_share_per_month", on=on)
    return fee.full_cny * _decimal(share) * months_begun


def fee_warnings(fees: tuple[AnnualFee, ...]) -> tuple[NamedWarning, ...]:
    """The doubts of the table's values that were used, each once."""
    used = dict.fromkeys(name for fee in fees for name in (value.name for value in fee.used))
    by_name = {value.name: value for fee in fees for value in fee.used}
    return reference_warnings(by_name[name] for name in used)


def _bracket(table: DatedTable, kind: str, year: int) -> str:
    """The parameter of the bracket of years that a year falls into."""
    prefix = f"annual_fee_cny.{kind}.years_"
    brackets = {name: name.removeprefix(prefix).split("_") for name in table.parameters if name.startswith(prefix)}
    if not brackets:
        raise UnknownNameError.among("kind", found=kind, known=get_args(PatentKind))
    for name, (first, last) in brackets.items():
        if int(first) <= year <= int(last):
            return name
    longest = max(int(last) for _, last in brackets.values())
    raise InputError.of("year", found=year, expected=f"1 to {longest} for {kind}")


def _decimal(dated: DatedValue) -> Decimal:
    return Decimal(str(dated.value))
