"""Reading a table somebody sends: CSV, XLSX or Parquet, as cells and nothing more."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from valuation.errors import InputError, UnknownNameError

__all__ = ["FORMATS", "read_cells"]

Cells = list[list[Any]]

#: Everything has a limit: bytes of a file, bytes it unpacks to, columns of a table, rows before any check.
MAXIMUM_BYTES = 20 * 2**20
MAXIMUM_UNPACKED_BYTES = 200 * 2**20
MAXIMUM_COLUMNS = 200
MAXIMUM_LINES = 100_001
#: Encodings of CSV files as Chinese spreadsheets write them, the strict one first.
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_cells(content: bytes, *, format: str) -> Cells:
    """Which cells does a file hold, the heading first?

    Parameters
    ----------
    format : ``csv``, ``xlsx`` or ``parquet``. A CSV file may be UTF-8 or GB 18030; of a workbook the first sheet is
        read, values as last computed, never formulas.

    Raises
    ------
    InputError : too long, damaged, or not of this format.

    Tested by: ``tests/api/evidence/test_table_files.py``.
    """
    if format not in FORMATS:
        raise UnknownNameError.among("format", found=format, known=FORMATS)
    if len(content) > MAXIMUM_BYTES:
        raise InputError.of("file", found=f"{len(content)} bytes", expected=f"at most {MAXIMUM_BYTES}")
    cells = FORMATS[format](content)
    widest = max((len(row) for row in cells), default=0)
    if widest > MAXIMUM_COLUMNS:
        raise InputError.of("file", found=f"{widest} columns", expected=f"at most {MAXIMUM_COLUMNS}")
    return cells


def _read_csv(content: bytes) -> Cells:
    try:
        # A NUL makes some readers stop early; no table holds one.
        text = _decoded(content)
        if "\0" in text:
            raise csv.Error("a NUL character")
        return _limited(list(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError.of("file", found=f"no CSV ({error})", expected="a CSV file with commas") from error


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError.of("file", found="bytes in no known encoding", expected="UTF-8 or GB 18030")


def _limited(rows: Any) -> Cells:
    """All rows, or an error before memory is full."""
    kept: Cells = []
    for row in rows:
        if len(kept) == MAXIMUM_LINES:
            raise InputError.of("file", found=f"more than {MAXIMUM_LINES} lines", expected="fewer; divide the file")
        kept.append(row)
    return kept


def _read_xlsx(content: bytes) -> Cells:
    expected = "an XLSX workbook (not XLS, not encrypted)"
    try:
        _refuse_bomb(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return _limited(list(row) for row in book.worksheets[0].iter_rows(values_only=True))
        finally:
            book.close()
    # The reader lets through whatever its XML parser and its own checks raise on a damaged file.
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        SyntaxError,
        TypeError,
    ) as error:
        raise InputError.of("file", found=f"no workbook ({type(error).__name__})", expected=expected) from error


def _refuse_bomb(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(each.file_size for each in packed.infolist())
    if unpacked > MAXIMUM_UNPACKED_BYTES:
        raise InputError.of("file", found=f"{unpacked} bytes unpacked", expected=f"at most {MAXIMUM_UNPACKED_BYTES}")


def _read_parquet(content: bytes) -> Cells:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config=QUIET) as connection:
        path = Path(folder) / "table.parquet"
        path.write_bytes(content)
        try:
            asked = connection.execute(f"SELECT * FROM read_parquet(?) LIMIT {MAXIMUM_LINES + 1}", [str(path)])
            heading = [column[0] for column in asked.description or ()]
            return _limited([heading, *(list(row) for row in asked.fetchall())])
        except duckdb.Error as error:
            raise InputError.of("file", found="no readable Parquet", expected="a Parquet file") from error


#: DuckDB with what is built in and nothing else: it neither looks for extensions nor fetches them.
QUIET: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
FORMATS: dict[str, Callable[[bytes], Cells]] = {"csv": _read_csv, "xlsx": _read_xlsx, "parquet": _read_parquet}
