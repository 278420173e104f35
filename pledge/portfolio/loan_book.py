"""What does a bank's book of pledge loans consist of? Columns, one row for each loan, checked before anything runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.value_table import ValueTable
from valuation.errors import FieldProblem, InputError

__all__ = ["COLUMNS", "MAXIMUM_LOANS", "Column", "LoanBook", "wrong_way_correlations"]

Array = NDArray[np.float64]

MAXIMUM_LOANS = 10**6
#: Errors told at once; a file with a wrong column would otherwise fill the screen.
_TOLD = 20


@dataclass(frozen=True)
class Column:
    """A column of numbers: its admissible range, and what holds where nobody states it (None: it must be stated)."""

    low: float
    high: float
    default: float | None = None
    is_whole: bool = False


#: Every column of numbers of a book.
#:
#: ``principal_cny`` is what is owed at default, ``interest_cny`` the interest owed beside it. ``pd_share_per_year`` is
#: the probability of default within a year, the same in every year until ``maturity_years``. ``factor_correlation`` is
#: the correlation of the borrower's own state with its sector's factor: its square is the asset correlation.
#: ``collateral_value_cny`` is the expected value today; it moves as a lognormal with this volatility and drift, or
#: ``value_table`` (a number from 0) takes its place. ``collateral_factor_correlation`` and
#: ``collateral_owner_correlation`` tie its score to the sector's factor and to what is the borrower's own.
#: ``ip_part_share`` is the part of the loan that intellectual property secures; ``grade`` puts loans of one sector
#: together, so that their random numbers stay in place when a PD changes (−1: by the PD itself).
COLUMNS: Mapping[str, Column] = {
    "principal_cny": Column(0.01, 1e13),
    "interest_cny": Column(0.0, 1e13, 0.0),
    "pd_share_per_year": Column(0.0, 1.0),
    "maturity_years": Column(1e-9, 100.0, 100.0),
    "factor_correlation": Column(0.0, 0.999),
    "ip_part_share": Column(0.0, 1.0, 1.0),
    "collateral_value_cny": Column(0.0, 1e13, 0.0),
    "collateral_volatility": Column(0.0, 5.0, 0.0),
    "collateral_drift_per_year": Column(-5.0, 1.0, 0.0),
    "value_table": Column(-1, 10**6, -1, is_whole=True),
    "collateral_factor_correlation": Column(-1.0, 1.0, 0.0),
    "collateral_owner_correlation": Column(-1.0, 1.0, 0.0),
    "owner_failure_damage_share": Column(0.0, 1.0, 0.0),
    "sale_cost_share": Column(0.0, 1.0, 0.0),
    "time_to_sale_years": Column(0.0, 10.0, 0.0),
    "discount_rate_share_per_year": Column(0.0, 2.0, 0.0),
    "grade": Column(-1, 10**6, -1, is_whole=True),
}
_TEXTS = ("loan_id", "sector")


def wrong_way_correlations(correlation: float, *, factor_correlation: float) -> dict[str, float]:
    """How is an asset tied that has this correlation with its owner's own state?

    The state is ``X = r Y + √(1 − r²) ε``; a score with weights ``ρ r`` on Y and ``ρ √(1 − r²)`` on ε has correlation ρ
    with X.

    Returns
    -------
    The two columns ``collateral_factor_correlation`` and ``collateral_owner_correlation``.

    Raises
    ------
    InputError : a correlation outside −1 to 1.

    Examples
    --------
    >>> wrong_way_correlations(0.6, factor_correlation=0.0)["collateral_owner_correlation"]
    0.6
    """
    if not -1 <= correlation <= 1 or not 0 <= factor_correlation < 1:
        found = f"{correlation} and factor_correlation {factor_correlation}"
        raise InputError.of("correlation", found=found, expected="correlations from −1 to 1")
    return {
        "collateral_factor_correlation": correlation * factor_correlation,
        "collateral_owner_correlation": correlation * math.sqrt(1 - factor_correlation**2),
    }


@dataclass(frozen=True)
class LoanBook:
    """A book of loans by columns.

    ``loan_ids`` are unique; ``sector`` is the number of each loan's sector in ``sectors``; ``columns`` holds an array
    of ``(loans,)`` for each of :data:`COLUMNS`.

    Tested by: planted errors of every column by row, ``tests/pledge/portfolio/test_bad_inputs.py``.
    """

    loan_ids: tuple[str, ...]
    sectors: SectorFactors
    sector: NDArray[np.int64]
    columns: Mapping[str, Array]
    value_tables: tuple[ValueTable, ...] = ()

    def __post_init__(self) -> None:
        """Refuse the book, naming row and column of up to twenty faults."""
        _refuse(list(_problems(self)))
        for array in (self.sector, *self.columns.values()):
            array.flags.writeable = False

    @classmethod
    def of_columns(
        cls,
        sectors: SectorFactors,
        *,
        sector: Sequence[str],
        loan_ids: Sequence[str] | None = None,
        value_tables: Sequence[ValueTable] = (),
        **columns: Any,
    ) -> LoanBook:
        """A book from named columns; one number stands for every loan, what is not stated takes its default.

        Raises
        ------
        InputError : an unknown or missing column, a column of another length, or a number that is not admissible.
        """
        count = len(sector)
        _refuse_size(count)
        unknown = sorted(set(columns) - set(COLUMNS))
        missing = sorted(name for name, each in COLUMNS.items() if each.default is None and name not in columns)
        if unknown or missing:
            found = f"unknown {unknown}, missing {missing}"
            raise InputError.of("columns", found=found, expected=f"columns among {', '.join(COLUMNS)}")
        filled = {name: _filled(name, columns.get(name, each.default), count) for name, each in COLUMNS.items()}
        ids = tuple(loan_ids) if loan_ids is not None else tuple(str(number) for number in range(1, count + 1))
        return cls(ids, sectors, _sector_numbers(sector, sectors), filled, tuple(value_tables))

    @classmethod
    def from_rows(
        cls, rows: Sequence[Mapping[str, Any]], *, sectors: SectorFactors, value_tables: Sequence[ValueTable] = ()
    ) -> LoanBook:
        """A book from rows, each a mapping with ``loan_id``, ``sector`` and columns; errors name row and column.

        Examples
        --------
        >>> sectors = SectorFactors(("software",), np.eye(1))
        >>> row = {"loan_id": "L-1", "sector": "software", "principal_cny": 1e6, "pd_share_per_year": 0.02}
        >>> book = LoanBook.from_rows([row | {"factor_correlation": 0.3}], sectors=sectors)
        >>> book.size, float(book.columns["sale_cost_share"][0])
        (1, 0.0)
        """
        _refuse_size(len(rows))
        _refuse([problem for number, row in enumerate(rows) for problem in _row_problems(number, row)])
        columns = {
            name: np.array([float(row.get(name, each.default)) for row in rows]) for name, each in COLUMNS.items()
        }
        ids = tuple(str(row["loan_id"]) for row in rows)
        numbers = _sector_numbers([str(row["sector"]) for row in rows], sectors)
        return cls(ids, sectors, numbers, columns, tuple(value_tables))

    @property
    def size(self) -> int:
        """How many loans?"""
        return len(self.loan_ids)

    @property
    def claim_cny(self) -> Array:
        """What each borrower owes at default: principal and interest."""
        found: Array = self.columns["principal_cny"] + self.columns["interest_cny"]
        return found


def _refuse_size(count: int) -> None:
    if not 0 < count <= MAXIMUM_LOANS:
        raise InputError.of("loans", found=f"{count} loans", expected=f"1 to {MAXIMUM_LOANS} loans")


def _filled(name: str, stated: Any, count: int) -> Array:
    try:
        array = np.array(stated, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError.of(name, found=repr(stated)[:80], expected="numbers") from None
    if array.ndim == 0:
        return np.full(count, float(array))
    if array.shape != (count,):
        raise InputError.of(name, found=f"shape {array.shape}", expected=f"one number for each of {count} loans")
    return array


def _sector_numbers(named: Sequence[str], sectors: SectorFactors) -> NDArray[np.int64]:
    places = {name: number for number, name in enumerate(sectors.names)}
    _refuse(
        [
            FieldProblem(f"rows[{row}].sector", repr(name), f"one of {', '.join(sectors.names)}")
            for row, name in enumerate(named)
            if name not in places
        ]
    )
    return np.array([places[name] for name in named], dtype=np.int64)


def _refuse(problems: Sequence[FieldProblem]) -> None:
    """Tell the first faults; of more of them, that there are more."""
    told = list(problems[:_TOLD])
    if len(problems) > _TOLD:
        told.append(FieldProblem("rows", f"{len(problems)} faults or more", f"none; the first {_TOLD} are told"))
    if told:
        raise InputError.from_problems(told)


def _row_problems(number: int, row: Mapping[str, Any]) -> Iterator[FieldProblem]:
    """What is wrong with the shape of one row; ranges are checked by column."""
    where = f"rows[{number}]"
    for name in row:
        if name not in COLUMNS and name not in _TEXTS:
            yield FieldProblem(f"{where}.{name}", repr(row[name]), f"a column among {', '.join((*_TEXTS, *COLUMNS))}")
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name]:
            yield FieldProblem(f"{where}.{name}", repr(row.get(name)), "a text")
    for name, column in COLUMNS.items():
        stated = row.get(name, column.default)
        if isinstance(stated, bool) or not isinstance(stated, int | float):
            yield FieldProblem(f"{where}.{name}", repr(stated), "a number")


def _problems(book: LoanBook) -> Iterator[FieldProblem]:
    """Everything wrong with a book, column by column."""
    _refuse_size(book.size)
    yield from _identity_problems(book)
    for name, column in COLUMNS.items():
        values = book.columns[name]
        is_good = (values >= column.low) & (values <= column.high)
        if column.is_whole:
            is_good &= np.floor(values) == values
        kind = "a whole number" if column.is_whole else "a number"
        for row in np.flatnonzero(~is_good)[:_TOLD]:
            expected = f"{kind} from {column.low:g} to {column.high:g}"
            yield FieldProblem(f"rows[{row}].{name}", f"{values[row]:g}", expected)
    yield from _collateral_problems(book)


def _identity_problems(book: LoanBook) -> Iterator[FieldProblem]:
    seen: dict[str, int] = {}
    for row, name in enumerate(book.loan_ids):
        if name in seen:
            yield FieldProblem(f"rows[{row}].loan_id", repr(name), f"another than that of rows[{seen[name]}]")
        seen.setdefault(name, row)
    lengths = {name: column.shape for name, column in book.columns.items()} | {"sector": book.sector.shape}
    for name, shape in lengths.items():
        if shape != (book.size,):
            raise InputError.of(name, found=f"shape {shape}", expected=f"one entry for each of {book.size} loans")


def _collateral_problems(book: LoanBook) -> Iterator[FieldProblem]:
    """Faults of two columns together."""
    columns = book.columns
    squares = columns["collateral_factor_correlation"] ** 2 + columns["collateral_owner_correlation"] ** 2
    for row in np.flatnonzero(squares > 1 + 1e-12)[:_TOLD]:
        expected = "squares of collateral_factor_correlation and collateral_owner_correlation of at most 1 together"
        yield FieldProblem(f"rows[{row}].collateral_owner_correlation", f"a sum of {squares[row]:g}", expected)
    table = columns["value_table"]
    for row in np.flatnonzero(table >= len(book.value_tables))[:_TOLD]:
        expected = f"the number of one of {len(book.value_tables)} value tables, or −1"
        yield FieldProblem(f"rows[{row}].value_table", f"{table[row]:g}", expected)
    is_both = (table >= 0) & ((columns["collateral_volatility"] > 0) | (columns["collateral_value_cny"] > 0))
    for row in np.flatnonzero(is_both)[:_TOLD]:
        expected = "no collateral_value_cny and no collateral_volatility beside a table"
        yield FieldProblem(f"rows[{row}].value_table", f"{table[row]:g}", expected)
