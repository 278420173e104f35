"""The empty table people fill in: a workbook that checks what is typed, or a plain CSV heading."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

import xlsxwriter

from valuation.evidence.checking import MAXIMUM_ROWS
from valuation.evidence.columns import COLUMNS, FEATURE_PREFIX, Column

__all__ = ["csv_template", "xlsx_template"]

#: A template belongs to no day; a fixed one keeps its bytes the same.
_NO_DAY = datetime.datetime.combine(datetime.date(2000, 1, 1), datetime.time(12))
_FIRST_DAY, _LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2999, 12, 31)
_LARGEST = 1e15


def csv_template() -> bytes:
    """The heading as CSV in UTF-8; the mark at the start tells spreadsheets so."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow([column.heading for column in COLUMNS])
    return stream.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """The heading as a workbook: choices as lists, days and numbers checked as they are typed, a page of help.

    Tested by: ``tests/api/evidence/test_template.py`` (filled in and imported again; every rule is there).
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "ipfin comparables", "created": _NO_DAY})
    formats = {
        "required": book.add_format({"bold": True, "bg_color": "#DDE6EE", "bottom": 1}),
        "optional": book.add_format({"bg_color": "#F2F2F2", "bottom": 1}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
        "plain": book.add_format({}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    sheet = book.add_worksheet("可比交易")
    for place, column in enumerate(COLUMNS):
        sheet.write_string(0, place, column.heading, formats["required" if column.required else "optional"])
        look = formats[column.kind if column.kind in ("date", "text") else "plain"]
        sheet.set_column(place, place, max(12, 2 * len(column.label.zh) + len(column.key)), look)
        rule = _rule(column)
        if rule is not None:
            sheet.data_validation(1, place, MAXIMUM_ROWS, place, rule)
    sheet.freeze_panes(1, 1)
    _write_help(book.add_worksheet("填写说明"), formats)
    book.close()
    return stream.getvalue()


def _rule(column: Column) -> dict[str, Any] | None:
    """What a spreadsheet lets through while typing; the import checks again."""
    told = {"error_title": column.label.zh, "error_message": f"{column.help.zh} {column.help.en}"[:255]}
    told |= {"input_title": column.heading[:32], "input_message": f"{column.help.zh}。{column.help.en}."[:255]}
    if column.choices:
        return told | {"validate": "list", "source": [zh for _, zh in column.choices]}
    if column.kind == "date":
        return told | {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
    if column.kind == "share":
        return told | {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    if column.kind in ("money", "positive"):
        return told | {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": _LARGEST}
    return None


def _write_help(sheet: Any, formats: dict[str, Any]) -> None:
    headings = ("列 Column", "Name", "必填 Required", "说明 Meaning", "可填 Allowed", "示例 Example")
    for place, text in enumerate(headings):
        sheet.write_string(0, place, text, formats["required"])
    for row, column in enumerate(COLUMNS, start=1):
        allowed = "、".join(zh for _, zh in column.choices) or _ALLOWED[column.kind]
        required = "是 yes" if column.required else "否 no"
        meaning = f"{column.help.zh} {column.help.en}"
        for place, text in enumerate((column.heading, column.label.en, required, meaning, allowed, column.example)):
            sheet.write_string(row, place, text, formats["wrapped"])
    sheet.write_string(len(COLUMNS) + 2, 0, f"{FEATURE_PREFIX}…", formats["wrapped"])
    meaning = "可计量特征，每项一列，未知则留空 measured features, one column each, blank where not known"
    sheet.write_string(len(COLUMNS) + 2, 3, meaning, formats["wrapped"])
    sheet.set_column(0, 5, 32)


_ALLOWED = {
    "text": "文字 text",
    "date": "2020-12-31",
    "money": "大于零，至多两位小数 above zero, at most two decimals",
    "share": "大于 0 至 1 above 0 up to 1",
    "positive": "大于零 above zero",
}
