"""A loan book as a file: every cell checked, every fault named by row and column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from api.evidence.table_files import read_cells
from api.portfolios.columns import AMOUNTS, FILE_COLUMNS, LONGEST_TEXT, FileColumn
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sector_factors import SectorFactors
from valuation.errors import FieldProblem, InputError

__all__ = ["MAXIMUM_FILE_LOANS", "Loan", "as_rows", "read_loans", "refuse_faults", "two_column_problems"]

#: A loan as it is stored: texts, amounts as text with two decimals, other numbers as they are.
Loan = dict[str, Any]

MAXIMUM_FILE_LOANS = 10_000
MAXIMUM_PROBLEMS = 100
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?")
_ROW = re.compile(r"rows\[(\d+)\]")


@dataclass(frozen=True)
class _Line:
    """One line of the file below the heading; ``number`` as a spreadsheet counts, the heading is row 1."""

    number: int
    cells: Mapping[str, Any]
    surplus: int


def read_loans(content: bytes, *, format: str) -> list[Loan]:
    """Which loans does a file hold? Blank cells take the column's default.

    Parameters
    ----------
    format : ``csv``, ``xlsx`` or ``parquet``; headings are the keys of the columns, their Chinese labels, or both as
        the template writes them.

    Raises
    ------
    InputError : every fault by row (the heading is row 1) and column; beyond a hundred their number.

    Tested by: ``tests/api/portfolios/test_book_file.py``, ``tests/api/portfolios/test_bad_books.py``.
    """
    cells = read_cells(content, format=format)
    keys = _heading(cells)
    lines = [
        _Line(number, dict(zip(keys, row, strict=False)), _surplus(row, len(keys)))
        for number, row in enumerate(cells[1:], start=2)
        if not _is_blank(row)
    ]
    if not 0 < len(lines) <= MAXIMUM_FILE_LOANS:
        raise InputError.of("file", found=f"{len(lines)} loans", expected=f"1 to {MAXIMUM_FILE_LOANS} loans")
    problems = [problem for line in lines for problem in _line_problems(line)]
    faulty = {problem.field.partition(",")[0] for problem in problems}
    sound = [line for line in lines if f"row {line.number}" not in faulty]
    loans = [_loan(line) for line in sound]
    numbers = [line.number for line in sound]
    problems += [_by_row(each, numbers) for each in two_column_problems(loans)]
    refuse_faults(problems, whole="file")
    return loans


def as_rows(loans: Sequence[Loan]) -> list[dict[str, Any]]:
    """The loans as the rows of a book, amounts as numbers."""
    return [{**loan, **{name: float(loan[name]) for name in AMOUNTS}} for loan in loans]


def two_column_problems(loans: Sequence[Loan]) -> tuple[FieldProblem, ...]:
    """What is wrong with loans whose every cell is sound: an id twice, correlations that cannot be together.

    Fields are ``rows[0].loan_id`` and so on.
    """
    if not loans:
        return ()
    names = sorted({loan["sector"] for loan in loans})
    try:
        LoanBook.from_rows(as_rows(loans), sectors=SectorFactors.with_global(names, global_loading=0.0))
    except InputError as error:
        return error.problems
    return ()


def refuse_faults(problems: Sequence[FieldProblem], *, whole: str) -> None:
    """Stop an import that has faults: all of them up to a limit, and then how many more.

    Raises
    ------
    InputError : with one problem for each cell.
    """
    if not problems:
        return
    told = list(problems[:MAXIMUM_PROBLEMS])
    if more := len(problems) - len(told):
        told.append(FieldProblem(whole, f"{more} further faults", "none"))
    raise InputError.from_problems(told)


def _heading(cells: Sequence[Sequence[Any]]) -> list[str]:
    """The key of each column.

    Raises
    ------
    InputError : unknown headings, headings twice, or a column that is missing and must be there; each by its name.
    """
    known = {name: key for key, column in FILE_COLUMNS.items() for name in column.names}
    stated = [str(cell if cell is not None else "").strip() for cell in cells[0]] if cells else []
    while stated and not stated[-1]:
        stated.pop()
    keys = [known.get(name, "") for name in stated]
    problems = [
        FieldProblem(f"row 1, column {place}", repr(name[:80]), f"one of {', '.join(FILE_COLUMNS)}")
        for place, (name, key) in enumerate(zip(stated, keys, strict=True), start=1)
        if not key
    ]
    problems += [
        FieldProblem(f"row 1, column {key}", f"{keys.count(key)} of it", "one")
        for key in FILE_COLUMNS
        if keys.count(key) > 1
    ]
    problems += [
        FieldProblem(f"row 1, column {key}", "nothing", f"the heading {column.heading!r}: every loan must state it")
        for key, column in FILE_COLUMNS.items()
        if column.is_required and key not in keys
    ]
    refuse_faults(problems, whole="file")
    return keys


def _surplus(row: Sequence[Any], width: int) -> int:
    return sum(not _is_empty(cell) for cell in row[width:])


def _line_problems(line: _Line) -> Iterator[FieldProblem]:
    if line.surplus:
        yield FieldProblem(f"row {line.number}", f"{line.surplus} cells beyond the heading", "none")
    for key, column in FILE_COLUMNS.items():
        if not _is_sound(line.cells.get(key), column):
            found = "nothing" if _is_empty(line.cells.get(key)) else repr(line.cells[key])[:80]
            yield FieldProblem(f"row {line.number}, column {key}", found, column.expected)


def _is_sound(cell: Any, column: FileColumn) -> bool:
    if column.range is None:
        text = _text(cell)
        return 0 < len(text) <= LONGEST_TEXT and text.isprintable()
    if _is_empty(cell):
        return not column.is_required
    number = _number(cell)
    if number is None or not column.range.low <= number <= column.range.high:
        return False
    if column.key in AMOUNTS:
        return number == round(number, 2)
    return not column.range.is_whole or number == int(number)


def _loan(line: _Line) -> Loan:
    return {key: _stored(line.cells.get(key), column) for key, column in FILE_COLUMNS.items()}


def _stored(cell: Any, column: FileColumn) -> str | float:
    """What is kept of a sound cell."""
    if column.range is None:
        return _text(cell)
    number = column.range.default if _is_empty(cell) else _number(cell)
    assert number is not None, "a sound cell of a required column holds a number"
    return f"{number:.2f}" if column.key in AMOUNTS else float(number)


def _text(cell: Any) -> str:
    """A text; a spreadsheet keeps the number 12 as 12.0, which nobody wrote."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or isinstance(cell, bool) else str(cell).strip()


def _number(cell: Any) -> float | None:
    """The number of a cell, None when it holds none: no percent sign, no grouped thousands, no NaN."""
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        return float(cell.strip())
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return None
    value = float(cell)
    return value if math.isfinite(value) else None


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_blank(row: Sequence[Any]) -> bool:
    return all(_is_empty(cell) for cell in row)


def _by_row(problem: FieldProblem, numbers: Sequence[int]) -> FieldProblem:
    """Rows of a file begin after its heading, those of a book with 0."""

    def row(found: re.Match[str]) -> str:
        return f"row {numbers[int(found[1])]}"

    place, _, column = problem.field.partition(".")
    return replace(problem, field=f"{_ROW.sub(row, place)}, column {column}", expected=_ROW.sub(row, problem.expected))
