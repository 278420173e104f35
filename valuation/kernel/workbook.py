"""The working paper as a spreadsheet that answers when an input cell is changed.

Sheet 工作底稿 holds the worksheet: inputs as numbers in blue, lines as live formulas in black, numerical searches as
values on grey with their explanation. Every scalar is also a defined name. Sheet 说明 holds conventions, warnings,
sources and the digest.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from valuation.kernel.expression import Locator, formula
from valuation.kernel.figures import GRADE_LABELS
from valuation.kernel.money import CURRENCIES
from valuation.kernel.worksheet import Entry, Input, Line, Worksheet

__all__ = ["PAPER_SHEET", "cell_of", "workbook_bytes"]

PAPER_SHEET = "工作底稿"
NOTES_SHEET = "说明"
_FIRST_ROW = 4  # zero-based: title, subtitle, blank, header
_SCALAR_COLUMN = 3
_FIRST_COLUMN = 4
#: A spreadsheet file carries its making time; ours is the day of the report, at noon, so that it repeats.
_NOON = datetime.time(12, 0)


def cell_of(worksheet: Worksheet, name: str, column: int = 0) -> str:
    """In which cell of sheet 工作底稿 does a number stand? For example ``D7`` or ``E12``."""
    row = _FIRST_ROW + worksheet.names.index(name)
    at = _FIRST_COLUMN + column if worksheet.entry(name).is_row else _SCALAR_COLUMN
    return f"{xl_col_to_name(at)}{row + 1}"


def workbook_bytes(
    worksheet: Worksheet, *, notes: Sequence[tuple[str, str]], report_date: datetime.date
) -> bytes:
    """What does the appraiser open? An XLSX file whose lines are formulas over its input cells.

    Parameters
    ----------
    worksheet : the computed paper; its numbers are stored as cached results.
    notes : (heading, text) pairs for the second sheet.
    report_date : the day the file bears.

    Returns
    -------
    bytes of the file; the same inputs give the same bytes.

    Tested by: ``tests/valuation/kernel/test_workbook.py``, where LibreOffice recalculates the file and every total
    equals the engine's, also after an input cell was changed.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(
        {"title": worksheet.title.zh, "subject": worksheet.title.en, "created": _at_noon(report_date)}
    )
    book.set_calc_mode("auto")
    _write_paper(book, worksheet)
    _write_notes(book, notes)
    book.close()
    return stream.getvalue()


def _at_noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, _NOON)


def _write_paper(book: Any, worksheet: Worksheet) -> None:
    sheet = book.add_worksheet(PAPER_SHEET)
    formats = _formats(book)
    last = _FIRST_COLUMN + len(worksheet.axis.columns)
    _write_head(sheet, worksheet, formats, last)
    for index, entry in enumerate(worksheet.entries):
        _write_entry(sheet, worksheet, entry, _FIRST_ROW + index, formats)
        _write_explanation(sheet, worksheet, entry, _FIRST_ROW + index, last, formats)
        if not entry.is_row:
            where = f"${xl_col_to_name(_SCALAR_COLUMN)}${_FIRST_ROW + index + 1}"
            book.define_name(f"ip_{entry.name}", f"='{PAPER_SHEET}'!{where}")
    _set_page(sheet, last)


def _write_head(sheet: Any, worksheet: Worksheet, formats: Mapping[str, Any], last: int) -> None:
    sheet.write(0, 0, worksheet.title.zh, formats["title"])
    sheet.write(1, 0, worksheet.title.en, formats["subtitle"])
    sheet.write(
        2, 0, "蓝色为输入，可以修改；黑色为公式；灰底为数值搜索结果，不随输入变化。", formats["subtitle"]
    )
    header = ["项目", "Item", "单位 Unit", "数值 Value", *worksheet.axis.columns]
    header += ["等级 Grade", "来源／依据 Basis", "公式／说明 Formula", "名称 Name"]
    for column, text in enumerate(header):
        sheet.write(_FIRST_ROW - 1, column, text, formats["header"])
    sheet.freeze_panes(_FIRST_ROW, _FIRST_COLUMN)
    assert last == _FIRST_COLUMN + len(worksheet.axis.columns), "explanations follow the columns"


def _write_entry(
    sheet: Any, worksheet: Worksheet, entry: Entry, row: int, formats: Mapping[str, Any]
) -> None:
    label_format = formats["bold"] if not isinstance(entry, Input) and entry.is_total else formats["text"]
    sheet.write(row, 0, entry.label.zh, label_format)
    sheet.write(row, 1, entry.label.en, label_format)
    sheet.write(row, 2, entry.unit, formats["text"])
    cell_format = formats[_format_key(entry)]
    numbers = worksheet.row(entry.name) if entry.is_row else (worksheet.value(entry.name),)
    start = _FIRST_COLUMN if entry.is_row else _SCALAR_COLUMN
    for column, number in enumerate(numbers):
        if isinstance(entry, Line):
            text = "=" + formula(entry.expression, _locator(worksheet), column)
            sheet.write_formula(row, start + column, text, cell_format, number)
        else:
            sheet.write_number(row, start + column, number, cell_format)


def _write_explanation(
    sheet: Any, worksheet: Worksheet, entry: Entry, row: int, at: int, formats: Mapping[str, Any]
) -> None:
    grade = GRADE_LABELS[entry.grade].zh if isinstance(entry, Input) and entry.grade in GRADE_LABELS else ""
    basis = entry.basis if isinstance(entry, Input) else ""
    words = "" if isinstance(entry, Input) else worksheet.formula_in_words(entry.name, "zh")
    for offset, text in enumerate((grade, basis, words, entry.name)):
        sheet.write_string(row, at + offset, text, formats["small"])


def _locator(worksheet: Worksheet) -> Locator:
    def cell(name: str, column: int) -> str:
        text = cell_of(worksheet, name, column)
        return text if worksheet.entry(name).is_row else f"${text[0]}${text[1:]}"

    def span(name: str, first: int, last: int) -> str:
        start, end = cell_of(worksheet, name, first), cell_of(worksheet, name, last)
        # The first cell is anchored so that a running product or sum can be copied to the right.
        letters = start.rstrip("0123456789")
        return f"${letters}{start[len(letters) :]}:{end}"

    return Locator(cell=cell, span=span, columns=len(worksheet.axis.columns))


def _format_key(entry: Entry) -> str:
    kind = "input" if isinstance(entry, Input) else "line" if isinstance(entry, Line) else "search"
    if kind == "line" and isinstance(entry, Line) and entry.is_total:
        kind = "total"
    shape = "money" if entry.unit.split("/")[0] in CURRENCIES else "number"
    return f"{kind}_{'share' if entry.unit == 'share' else shape}"


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "Noto Sans CJK SC", "font_size": 10, "valign": "top"}
    made = {
        "title": book.add_format(base | {"bold": True, "font_size": 14}),
        "subtitle": book.add_format(base | {"font_color": "#555555"}),
        "header": book.add_format(base | {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "align": "center"}),
        "text": book.add_format(base),
        "bold": book.add_format(base | {"bold": True}),
        "small": book.add_format(base | {"font_size": 9, "font_color": "#555555"}),
        "wrapped": book.add_format(base | {"text_wrap": True}),
    }
    kinds: dict[str, dict[str, Any]] = {
        "input": {"font_color": "#0B3FA8"},
        "line": {},
        "total": {"bold": True, "top": 1},
        "search": {"bg_color": "#E6E6E6"},
    }
    shapes = {"money": "#,##0.00;[Red]-#,##0.00", "number": "0.000000", "share": "0.0000%"}
    for kind, look in kinds.items():
        for shape, number_format in shapes.items():
            made[f"{kind}_{shape}"] = book.add_format(base | look | {"num_format": number_format})
    return made


def _set_page(sheet: Any, last: int) -> None:
    sheet.set_column(0, 1, 30)
    sheet.set_column(2, 2, 12)
    sheet.set_column(_SCALAR_COLUMN, last - 1, 17)
    sheet.set_column(last, last, 10)
    sheet.set_column(last + 1, last + 2, 55)
    sheet.set_column(last + 3, last + 3, 26)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)


def _write_notes(book: Any, notes: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    formats = _formats(book)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 110)
    for row, (heading, text) in enumerate(notes):
        sheet.write_string(row, 0, heading, formats["bold"])
        sheet.write_string(row, 1, text, formats["wrapped"])
