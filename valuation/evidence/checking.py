"""What is wrong with a table of transactions? Every fault of every cell at once, or the records."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from valuation.errors import FieldProblem, InputError
from valuation.evidence.columns import COLUMNS, FEATURE_PREFIX, Column, choice_words
from valuation.evidence.record import TransactionRecord

__all__ = ["MAXIMUM_ROWS", "CellProblem", "PlacedRecord", "checked_table", "refuse_problems"]

#: Everything has a limit: rows of one file, faults of one answer, letters of one cell, columns of features.
MAXIMUM_ROWS = 100_000
MAXIMUM_PROBLEMS = 1000
MAXIMUM_LETTERS = 2000
MAXIMUM_FEATURES = 50

_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_LARGEST_MONEY = Decimal(10) ** 15
#: Digits a number may have before the point, as everywhere in the product.
_DIGITS = 18
_TRUE, _FALSE = ("yes", "是", "true", "1"), ("no", "否", "false", "0")

Cells = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class CellProblem:
    """What is wrong with one cell; rows count as in the file, the heading is row 1."""

    row: int
    column: str
    found: str
    expected: str

    def as_field_problem(self) -> FieldProblem:
        """The same fault as every other error of the product states it."""
        return FieldProblem(f"row {self.row}, column {self.column}", self.found, self.expected)

    def as_document(self) -> dict[str, Any]:
        """The fault as JSON-safe data."""
        return {"row": self.row, "column": self.column, "found": self.found, "expected": self.expected}


@dataclass(frozen=True)
class PlacedRecord:
    """A record and the row of the file it stood in."""

    row: int
    record: TransactionRecord


class _WrongCellError(Exception):
    """A cell does not hold what its column expects; the message says what was expected."""


def checked_table(
    cells: Cells, *, received_on: datetime.date
) -> tuple[tuple[PlacedRecord, ...], tuple[CellProblem, ...]]:
    """Which records does a table hold, and what is wrong with the rest?

    Parameters
    ----------
    cells : the heading and the rows, as text (CSV) or as the types of a spreadsheet or a Parquet file. Rows
        without any content are passed by.
    received_on : the day of the import; no deal is later.

    Returns
    -------
    The records of rows without fault, and every fault in order of rows; a row with a fault gives no record.

    Tested by: ``tests/valuation/evidence/test_checking.py``.
    """
    if not cells:
        return (), (CellProblem(1, "-", "an empty table", "a heading and rows"),)
    heading, problems = _read_heading(cells[0])
    if problems:
        return (), tuple(problems)
    filled = [
        (number, row) for number, row in enumerate(cells[1:], start=2) if any(not _is_blank(cell) for cell in row)
    ]
    if len(filled) > MAXIMUM_ROWS:
        return (), (CellProblem(1, "-", f"{len(filled)} rows", f"at most {MAXIMUM_ROWS}; divide the file"),)
    records = []
    for number, row in filled:
        record, found = _read_row(number, row, heading, received_on)
        problems += found
        if record is not None:
            records.append(PlacedRecord(number, record))
    return tuple(records), tuple(problems)


def refuse_problems(problems: Sequence[CellProblem]) -> None:
    """Stop an import that has faults, telling all of them (up to a limit, and then how many more).

    Raises
    ------
    InputError : with one problem for each cell.
    """
    if not problems:
        return
    told = [each.as_field_problem() for each in problems[:MAXIMUM_PROBLEMS]]
    more = len(problems) - len(told)
    if more:
        told.append(FieldProblem("table", f"{more} further faults", "none"))
    raise InputError.from_problems(told)


def _read_heading(row: Sequence[Any]) -> tuple[list[Column | str | None], list[CellProblem]]:
    """What each column of the file is: a known column, the name of a feature, or nothing (blank)."""
    known = {_folded(name): column for column in COLUMNS for name in column.names}
    meaning: list[Column | str | None] = []
    problems = []
    for cell in row:
        text = "" if _is_blank(cell) else str(cell).strip()
        if not text:
            meaning.append(None)
        elif text.startswith(FEATURE_PREFIX) and len(text) > len(FEATURE_PREFIX):
            meaning.append(text.removeprefix(FEATURE_PREFIX))
        elif _folded(text) in known:
            meaning.append(known[_folded(text)])
        else:
            expected = f"a column of the template, or {FEATURE_PREFIX}NAME for a measured feature"
            problems.append(CellProblem(1, text[:100], "an unknown column", expected))
            meaning.append(None)
    return meaning, problems + _heading_gaps(meaning)


def _heading_gaps(meaning: Sequence[Column | str | None]) -> list[CellProblem]:
    """Columns that stand twice, columns that must be there, more features than a table may have."""
    names = [
        each.key if isinstance(each, Column) else f"{FEATURE_PREFIX}{each}" for each in meaning if each is not None
    ]
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    problems = [CellProblem(1, name, "the column twice", "each column once") for name in twice]
    missing = [column for column in COLUMNS if column.required and column.key not in names]
    problems += [CellProblem(1, each.key, "no such column", f"a column {each.heading}") for each in missing]
    features = sum(isinstance(each, str) for each in meaning)
    if features > MAXIMUM_FEATURES:
        problems.append(CellProblem(1, FEATURE_PREFIX, f"{features} features", f"at most {MAXIMUM_FEATURES}"))
    return problems


def _read_row(
    number: int, row: Sequence[Any], heading: Sequence[Column | str | None], received_on: datetime.date
) -> tuple[TransactionRecord | None, list[CellProblem]]:
    values: dict[str, Any] = {}
    features: dict[str, float] = {}
    problems = []
    for place, meaning in enumerate(heading):
        cell = row[place] if place < len(row) else None
        try:
            if isinstance(meaning, str):
                if not _is_blank(cell):
                    features[meaning] = float(_number(cell))
            elif meaning is not None:
                values[meaning.key] = _read_cell(cell, meaning)
        except _WrongCellError as wrong:
            name = meaning.key if isinstance(meaning, Column) else f"{FEATURE_PREFIX}{meaning}"
            problems.append(CellProblem(number, name, _shown(cell), str(wrong)))
    extra = [cell for cell in row[len(heading) :] if not _is_blank(cell)]
    if extra:
        problems.append(CellProblem(number, "-", f"{_shown(extra[0])} beyond the last column", "nothing there"))
    refused = {each.column for each in problems}
    problems += _contradictions(number, values, refused, received_on)
    return (None if problems else TransactionRecord(**values, features=features)), problems


def _read_cell(cell: Any, column: Column) -> Any:
    if _is_blank(cell):
        if column.required:
            raise _WrongCellError(_expected(column))
        return None
    try:
        return _READERS[column.kind](cell, column)
    except _WrongCellError as wrong:
        raise _WrongCellError(str(wrong) or _expected(column)) from None


def _expected(column: Column) -> str:
    return f"one of {choice_words(column)}" if column.choices else _EXPECTED[column.kind]


def _contradictions(
    number: int, values: Mapping[str, Any], refused: Set[str], received_on: datetime.date
) -> list[CellProblem]:
    """What no cell alone shows; a cell that was refused is not blamed twice."""
    problems = []
    price, rate = values.get("price"), values.get("rate_share")
    if (price is None) == (rate is None) and not {"price", "rate_share"} & refused:
        found = "neither price nor rate_share" if price is None else "both price and rate_share"
        problems.append(CellProblem(number, "price", found, "exactly one of price and rate_share"))
    order = (("traded_on", "retrieved_on"), ("source_date", "retrieved_on"))
    for early, late in order:
        first, last = values.get(early), values.get(late)
        if first is not None and last is not None and first > last:
            problems.append(CellProblem(number, early, str(first), f"no later than {late} {last}"))
    retrieved = values.get("retrieved_on")
    if retrieved is not None and retrieved > received_on:
        problems.append(CellProblem(number, "retrieved_on", str(retrieved), f"no later than the import {received_on}"))
    return problems


# --- cells ----------------------------------------------------------------------------------------


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _shown(cell: Any) -> str:
    if _is_blank(cell):
        return "nothing"
    text = repr(cell) if isinstance(cell, str) else str(cell)
    return text if len(text) <= 120 else text[:117] + "..."


def _text(cell: Any, column: Column) -> str:
    """A spreadsheet keeps a number of digits alone as a number; its text is meant."""
    del column
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        raise _WrongCellError
    text = str(cell).strip()
    if len(text) > MAXIMUM_LETTERS:
        raise _WrongCellError(f"at most {MAXIMUM_LETTERS} letters")
    return text


def _choice(cell: Any, column: Column) -> str:
    word = _folded(cell) if isinstance(cell, str) else ""
    for key, zh in column.choices:
        if word in (key.casefold(), zh.casefold()):
            return key
    raise _WrongCellError


def _yes_no(cell: Any, column: Column) -> bool:
    del column
    word = _folded(str(cell)) if isinstance(cell, str | bool | int) else ""
    if word not in _TRUE + _FALSE:
        raise _WrongCellError
    return word in _TRUE


def _date(cell: Any, column: Column) -> datetime.date:
    del column
    if isinstance(cell, datetime.datetime):
        if cell.time() != datetime.time():
            raise _WrongCellError("a day without a time")
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    found = _DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if found is None:
        raise _WrongCellError
    try:
        return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise _WrongCellError("a day that exists, such as 2020-12-31") from None


def _number(cell: Any) -> Decimal:
    """A number as it stands in the cell; the decimal of a float is its shortest text."""
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        return Decimal(cell.strip())
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
        if number.is_finite() and number.adjusted() < _DIGITS:
            return number
    raise _WrongCellError(_EXPECTED_NUMBER)


def _money(cell: Any, column: Column) -> Decimal:
    del column
    amount = _number(cell)
    if not 0 < amount < _LARGEST_MONEY or amount % Decimal("0.01"):
        raise _WrongCellError
    return amount.quantize(Decimal("0.01"))


def _share(cell: Any, column: Column) -> float:
    del column
    share = float(_number(cell))
    if not 0 < share <= 1:
        raise _WrongCellError
    return share


def _positive(cell: Any, column: Column) -> float:
    del column
    number = float(_number(cell))
    if not number > 0:
        raise _WrongCellError
    return number


_READERS = {
    "text": _text,
    "choice": _choice,
    "yes_no": _yes_no,
    "date": _date,
    "money": _money,
    "share": _share,
    "positive": _positive,
}
_EXPECTED_NUMBER = "a number without separators or units, such as 800000.00"
_EXPECTED = {
    "text": "a text",
    "date": "a date such as 2020-12-31",
    "money": "an amount above zero with at most two decimals, such as 800000.00",
    "share": "a share of one above zero, such as 0.05 for 5 %",
    "positive": "a number above zero",
}
