"""Tables as sheets of a workbook: blue cells are inputs, black ones formulas that answer when an input is changed."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

__all__ = ["FIRST_ROW", "Cell", "Formula", "Given", "TableSheet", "row_of", "tables_workbook", "written_book"]

#: Row of the first line of a table, as the sheet counts: title, legend, blank, heads stand above.
FIRST_ROW = 5
_LEGEND = "蓝色为输入，可以修改；黑色为公式 · blue cells are inputs, black ones are formulas"
_NOON = datetime.time(12, 0)
_NARROW, _WIDE, _WIDEST, _LONGEST_TEXT = 18, 34, 70, 32_767


@dataclass(frozen=True)
class Given:
    """A number that the reader may change."""

    value: float


@dataclass(frozen=True)
class Formula:
    """A formula without its equals sign, and what the engine has for it: shown until the sheet is recalculated."""

    text: str
    value: float


Cell = str | Given | Formula


@dataclass(frozen=True)
class TableSheet:
    """One table: the name of its sheet, its title, heads and cells; ``shape`` is the format of its numbers."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shape: str = "#,##0.00;[Red]-#,##0.00"


def row_of(place: int) -> int:
    """In which row of its sheet does the n-th line of a table stand (0 is the first)?"""
    return FIRST_ROW + place


def tables_workbook(sheets: Sequence[TableSheet], *, report_date: datetime.date) -> bytes:
    """What does the reader open? An XLSX file of these sheets; the same tables give the same bytes.

    Tested by: ``tests/leverage/test_scenario_workbook.py``, recalculated by LibreOffice.
    """

    def write(book: Any) -> None:
        for sheet in sheets:
            _write(book, sheet)

    return written_book(write, report_date=report_date)


def written_book(write: Callable[[Any], None], *, report_date: datetime.date) -> bytes:
    """Which bytes has the file that ``write`` fills? It bears the day of the report, so that it repeats."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "ipfin", "created": datetime.datetime.combine(report_date, _NOON)})
    write(book)
    book.close()
    return stream.getvalue()


def _write(book: Any, table: TableSheet) -> None:
    sheet = book.add_worksheet(table.name)
    head = book.add_format({"bold": True, "bg_color": "#DDE6EE", "text_wrap": True})
    shapes = {
        "given": book.add_format({"font_color": "#0B3FA8", "num_format": table.shape}),
        "formula": book.add_format({"num_format": table.shape}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    sheet.write_string(0, 0, table.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, _LEGEND)
    for column, text in enumerate(table.heads):
        sheet.write_string(FIRST_ROW - 2, column, text, head)
        sheet.set_column(column, column, _width(table, column))
    for place, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            _write_cell(sheet, (FIRST_ROW - 1 + place, column), cell, shapes)
    sheet.freeze_panes(FIRST_ROW - 1, 1)


def _width(table: TableSheet, column: int) -> int:
    texts = [row[column] for row in table.rows if column < len(row) and isinstance(row[column], str)]
    longest = max((len(str(text)) for text in texts), default=0)
    return _NARROW if longest < _NARROW else _WIDE if longest < 2 * _WIDE else _WIDEST


def _write_cell(sheet: Any, at: tuple[int, int], cell: Cell, shapes: dict[str, Any]) -> None:
    if isinstance(cell, Given):
        sheet.write_number(*at, cell.value, shapes["given"])
    elif isinstance(cell, Formula):
        sheet.write_formula(*at, f"={cell.text}", shapes["formula"], cell.value)
    else:
        # As a string: a text that begins with "=" or "http:" must not become live.
        sheet.write_string(*at, cell[:_LONGEST_TEXT], shapes["text"])
