"""A loan book as a file: which columns, what each cell may hold, and the empty table to fill in."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import openpyxl

from api.evidence.table_files import read_cells
from pledge.portfolio.loan_book import COLUMNS, LoanBook
from pledge.portfolio.sector_factors import SectorFactors
from valuation.errors import FieldProblem, InputError

__all__ = ["FILE_COLUMNS", "MAXIMUM_FILE_LOANS", "book_template", "loan_book_of", "read_loans"]

Loan = dict[str, Any]

TEXT_COLUMNS = ("loan_id", "sector")
#: Tables of values come from valuations, not from a file of loans.
FILE_COLUMNS = (*TEXT_COLUMNS, *(name for name in COLUMNS if name != "value_table"))
REQUIRED = (*TEXT_COLUMNS, *(name for name, column in COLUMNS.items() if column.default is None))
MAXIMUM_FILE_LOANS = 10_000
_TOLD = 100
_LONGEST_NAME = 100
_ROW = re.compile(r"rows\[(\d+)\]\.")


def read_loans(content: bytes, *, format: str) -> list[Loan]:
    """Which loans does a file hold? Blank cells take the column's default.

    Raises
    ------
    InputError : every fault by row (the heading is row 1) and column, at most a hundred.

    Tested by: ``tests/api/portfolios/test_bad_books.py``.
    """
    cells = read_cells(content, format=format)
    heading = _heading(cells)
    lines = [(number, row) for number, row in enumerate(cells[1:], start=2) if not _is_blank(row)]
    if not 0 < len(lines) <= MAXIMUM_FILE_LOANS:
        raise InputError.of("file", found=f"{len(lines)} loans", expected=f"1 to {MAXIMUM_FILE_LOANS} loans")
    problems: list[FieldProblem] = []
    loans = [
        _loan(number, dict(zip(heading, row, strict=False)), len(row) - len(heading), problems) for number, row in lines
    ]
    if problems:
        raise InputError.from_problems(problems[:_TOLD])
    with_rows = [number for number, _ in lines]
    try:
        loan_book_of(loans)
    except InputError as error:
        raise InputError.from_problems([_by_row(each, with_rows) for each in error.problems]) from error
    return loans


def loan_book_of(loans: Sequence[Mapping[str, Any]], *, sectors: SectorFactors | None = None) -> LoanBook:
    """The book of these loans; without stated factors its sectors are independent."""
    names = sorted({str(loan["sector"]) for loan in loans})
    return LoanBook.from_rows(loans, sectors=sectors or SectorFactors.with_global(names, global_loading=0.0))


def book_template(ending: str) -> bytes:
    """The empty table: the heading, and in a workbook a second sheet that says what each column may hold.

    Raises
    ------
    InputError : an ending other than ``.csv`` and ``.xlsx``.
    """
    if ending == ".csv":
        stream = io.StringIO(newline="")
        csv.writer(stream).writerow(FILE_COLUMNS)
        return stream.getvalue().encode("utf-8-sig")
    if ending != ".xlsx":
        raise InputError.of("template", found=f"the ending {ending!r}", expected=".csv or .xlsx")
    return _workbook_template()


def _workbook_template() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = "贷款簿"
    book.worksheets[0].append(list(FILE_COLUMNS))
    told = book.create_sheet("填写说明")
    told.append(["列 Column", "最小 Least", "最大 Most", "留空时 If blank"])
    for name in FILE_COLUMNS:
        told.append([name, *_range_of(name)])
    book.save(stream)
    return stream.getvalue()


def _range_of(name: str) -> tuple[Any, Any, Any]:
    if name in TEXT_COLUMNS:
        return ("文字 text", f"{_LONGEST_NAME}", "必填 required")
    column = COLUMNS[name]
    return (column.low, column.high, "必填 required" if column.default is None else column.default)


def _heading(cells: list[list[Any]]) -> list[str]:
    heading = [str(cell or "").strip() for cell in cells[0]] if cells else []
    unknown = [name for name in heading if name not in FILE_COLUMNS]
    missing = [name for name in REQUIRED if name not in heading]
    double = sorted({name for name in heading if heading.count(name) > 1})
    if unknown or missing or double:
        found = f"unknown {unknown[:20]}, missing {missing}, twice {double}"
        raise InputError.of("row 1", found=found[:500], expected=f"columns among {', '.join(FILE_COLUMNS)}")
    return heading


def _loan(number: int, row: Mapping[str, Any], surplus: int, problems: list[FieldProblem]) -> Loan:
    if surplus > 0:
        problems.append(FieldProblem(f"row {number}", f"{surplus} cells beyond the heading", "none"))
    problems.extend(_text_problems(number, row))
    loan: Loan = {name: str(row.get(name) or "").strip() for name in TEXT_COLUMNS}
    for name in FILE_COLUMNS[len(TEXT_COLUMNS) :]:
        value = _number(row.get(name), COLUMNS[name].default)
        if value is None:
            expected = f"a number from {COLUMNS[name].low:g} to {COLUMNS[name].high:g}"
            problems.append(FieldProblem(f"row {number}, column {name}", repr(row.get(name))[:80], expected))
        else:
            loan[name] = value
    return loan


def _text_problems(number: int, row: Mapping[str, Any]) -> Iterator[FieldProblem]:
    for name in TEXT_COLUMNS:
        text = str(row.get(name) or "").strip()
        if not 0 < len(text) <= _LONGEST_NAME or not text.isprintable():
            expected = f"a text of 1 to {_LONGEST_NAME} printable characters"
            yield FieldProblem(f"row {number}, column {name}", repr(text[:80]), expected)


def _number(cell: Any, default: float | None) -> float | None:
    """The number of a cell, its default when blank, None when it holds none."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return default
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_blank(row: Sequence[Any]) -> bool:
    return all(cell is None or not str(cell).strip() for cell in row)


def _by_row(problem: FieldProblem, rows: Sequence[int]) -> FieldProblem:
    """Rows of a file begin after its heading, those of a book with 0."""

    def moved(text: str, mark: str) -> str:
        return _ROW.sub(lambda found: f"row {rows[int(found[1])]}{mark}", text)

    return replace(problem, field=moved(problem.field, ", column "))
