"""The empty loan book people fill in: a workbook that checks what is typed, or a plain CSV heading."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

import xlsxwriter

from api.portfolios.book_file import MAXIMUM_FILE_LOANS
from api.portfolios.columns import FILE_COLUMNS, FileColumn
from valuation.errors import InputError

__all__ = ["book_template"]

#: A template belongs to no day; a fixed one keeps its bytes the same.
_NO_DAY = datetime.datetime(2000, 1, 1, 12, tzinfo=datetime.UTC)
_HEADS = ("列 Column", "必填 Required", "说明 Meaning", "最小 Least", "最大 Most", "留空为 If blank", "示例 Example")


def book_template(ending: str) -> bytes:
    """The empty table: the heading, and in a workbook a second sheet that says what each column may hold.

    Raises
    ------
    InputError : an ending other than ``.csv`` and ``.xlsx``.

    Tested by: ``tests/api/portfolios/test_book_file.py`` (filled in and read again; every column is explained).
    """
    if ending == ".csv":
        stream = io.StringIO(newline="")
        csv.writer(stream).writerow([column.heading for column in FILE_COLUMNS.values()])
        # The mark at the start tells spreadsheets that this is UTF-8.
        return stream.getvalue().encode("utf-8-sig")
    if ending != ".xlsx":
        raise InputError.of("template", found=f"the ending {ending!r}", expected=".csv or .xlsx")
    return _workbook()


def _workbook() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "ipfin loan book", "created": _NO_DAY.replace(tzinfo=None)})
    required = book.add_format({"bold": True, "bg_color": "#DDE6EE", "bottom": 1})
    optional = book.add_format({"bg_color": "#F2F2F2", "bottom": 1})
    sheet = book.add_worksheet("贷款簿")
    for place, column in enumerate(FILE_COLUMNS.values()):
        sheet.write_string(0, place, column.heading, required if column.is_required else optional)
        text = book.add_format({"num_format": "@"}) if column.range is None else None
        sheet.set_column(place, place, max(14, len(column.heading) + len(column.label.zh)), text)
        if (rule := _rule(column)) is not None:
            sheet.data_validation(1, place, MAXIMUM_FILE_LOANS, place, rule)
    sheet.freeze_panes(1, 1)
    _write_help(book.add_worksheet("填写说明"), required, book.add_format({"text_wrap": True, "valign": "top"}))
    book.close()
    return stream.getvalue()


def _rule(column: FileColumn) -> dict[str, Any] | None:
    """What a spreadsheet lets through while typing; the import checks again."""
    if column.range is None:
        return None
    told = {"error_title": column.label.zh, "error_message": f"{column.help.zh} {column.expected}"[:255]}
    kind = "integer" if column.range.is_whole else "decimal"
    return told | {"validate": kind, "criteria": "between", "minimum": column.range.low, "maximum": column.range.high}


def _write_help(sheet: Any, heading: Any, wrapped: Any) -> None:
    for place, text in enumerate(_HEADS):
        sheet.write_string(0, place, text, heading)
    for row, column in enumerate(FILE_COLUMNS.values(), start=1):
        for place, cell in enumerate(_help(column)):
            sheet.write(row, place, cell, wrapped)
    sheet.set_column(0, len(_HEADS) - 1, 24)


def _help(column: FileColumn) -> tuple[str | float, ...]:
    limits: tuple[str | float, ...] = ("文字 text", "", "")
    if column.range is not None:
        default = column.range.default
        limits = (column.range.low, column.range.high, "" if default is None else default)
    required = "是 yes" if column.is_required else "否 no"
    return (column.heading, required, f"{column.help.zh}。{column.help.en}.", *limits, column.example)
