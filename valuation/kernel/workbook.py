"""The working paper as a spreadsheet that answers when an input cell is changed.

Each worksheet becomes one sheet, named by its Chinese title: inputs as numbers in blue, lines as live formulas in
black, numerical searches as values on grey with their explanation. Every scalar is also a defined name. An input that
comes from another paper is a link to its cell. The last sheet, 说明, holds conventions, warnings, sources and digest.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from valuation.kernel.expression import Locator, formula
from valuation.kernel.figures import GRADE_LABELS
from valuation.kernel.money import CURRENCIES
from valuation.kernel.worksheet import Entry, Input, Line, Worksheet

__all__ = ["Link", "cell_of", "sheet_name", "workbook_bytes"]

NOTES_SHEET = "说明"
_FIRST_ROW = 4  # zero-based: title, subtitle, legend, header
_SCALAR_COLUMN = 3
_FIRST_COLUMN = 4
_LABEL_WIDTH, _TEXT_WIDTH, _NUMBER_WIDTH = 26, 42, 14.5
_LINE_POINTS = 14
_HEADER = {"bg_color": "#DDE6EE", "bottom": 1, "align": "center"}
#: What a spreadsheet allows: points of a row's height, characters of a cell.
_TALLEST_ROW, _LONGEST_TEXT = 409, 32_767
_CUT = "…（单元格容量所限，全文见评估答复 cut to the size of a cell, the answer holds the whole text）"
#: A spreadsheet file carries its making time; ours is the day of the report, at noon, so that it repeats.
_NOON = datetime.time(12, 0)

#: (paper, input, column) → (paper, scalar): this input cell is that other paper's result.
Link = Mapping[tuple[str, str, int], tuple[str, str]]


def sheet_name(worksheet: Worksheet) -> str:
    """On which sheet does a paper stand? Its Chinese title, cut to what a spreadsheet allows."""
    return worksheet.title.zh[:31]


def cell_of(worksheet: Worksheet, name: str, column: int = 0) -> str:
    """In which cell of its sheet does a number stand? For example ``D7`` or ``E12``."""
    row = _FIRST_ROW + worksheet.names.index(name)
    at = _FIRST_COLUMN + column if worksheet.entry(name).is_row else _SCALAR_COLUMN
    return f"{xl_col_to_name(at)}{row + 1}"


def workbook_bytes(
    papers: Mapping[str, Worksheet],
    *,
    links: Link,
    notes: Sequence[tuple[str, str]],
    report_date: datetime.date,
) -> bytes:
    """What does the appraiser open? An XLSX file whose lines are formulas over its input cells.

    Parameters
    ----------
    papers : id → computed worksheet, in the order of the sheets; their numbers are stored as cached results.
    links : input cells that repeat the result of another paper.
    notes : (heading, text) pairs for the last sheet.
    report_date : the day the file bears.

    Returns
    -------
    bytes of the file; the same inputs give the same bytes.

    Tested by: ``tests/valuation/kernel/test_workbook.py``, where LibreOffice recalculates the file and every total
    equals the engine's, also after an input cell was changed.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    created = datetime.datetime.combine(report_date, _NOON)
    book.set_properties({"title": "ipfin", "created": created})
    book.set_calc_mode("auto")
    formats = _formats(book)
    for identifier, worksheet in papers.items():
        targets = {key[1:]: goal for key, goal in links.items() if key[0] == identifier}
        _Paper(identifier, worksheet, _linked(papers, targets), formats).write(book)
    _write_notes(book, notes, formats)
    book.close()
    return stream.getvalue()


def _linked(
    papers: Mapping[str, Worksheet], targets: Mapping[tuple[str, int], tuple[str, str]]
) -> dict[tuple[str, int], str]:
    """Turn links into references such as ``'许可费节省法'!$D$25``."""
    references = {}
    for key, (paper, name) in targets.items():
        cell = cell_of(papers[paper], name)
        references[key] = f"='{sheet_name(papers[paper])}'!${cell[0]}${cell[1:]}"
    return references


@dataclass(frozen=True)
class _Paper:
    """One worksheet on its way to one sheet."""

    identifier: str
    worksheet: Worksheet
    references: Mapping[tuple[str, int], str]
    formats: Mapping[str, Any]

    def write(self, book: Any) -> None:
        sheet = book.add_worksheet(sheet_name(self.worksheet))
        self._write_head(sheet)
        for index, entry in enumerate(self.worksheet.entries):
            self._write_entry(sheet, entry, _FIRST_ROW + index)
            self._write_explanation(sheet, entry, _FIRST_ROW + index)
            sheet.set_row(_FIRST_ROW + index, min(_LINE_POINTS * self._lines(entry), _TALLEST_ROW))
            if not entry.is_row:
                where = f"${xl_col_to_name(_SCALAR_COLUMN)}${_FIRST_ROW + index + 1}"
                goal = f"='{sheet_name(self.worksheet)}'!{where}"
                book.define_name(f"{self.identifier}__{entry.name}", goal)
        _set_page(sheet, self._last)

    def _lines(self, entry: Entry) -> int:
        """How many lines the longest text of the row needs: a reader's spreadsheet does not measure them itself."""
        words = entry.basis if isinstance(entry, Input) else self.worksheet.formula_in_words(entry.name, "zh")
        texts = ((entry.label.zh, _LABEL_WIDTH), (entry.label.en, _LABEL_WIDTH), (words, _TEXT_WIDTH * 1.15))
        return max(math.ceil(_columns(text) / width) for text, width in texts)

    @property
    def _last(self) -> int:
        """The column after the last column of numbers."""
        return _FIRST_COLUMN + len(self.worksheet.axis.columns)

    def _write_head(self, sheet: Any) -> None:
        sheet.write(0, 0, self.worksheet.title.zh, self.formats["title"])
        sheet.write(1, 0, self.worksheet.title.en, self.formats["subtitle"])
        legend = "蓝色为输入，可以修改；黑色为公式；灰底为数值搜索结果，不随输入变化；绿色取自其他工作表。"
        sheet.write(2, 0, legend, self.formats["subtitle"])
        header = ["项目", "Item", "单位 Unit", "数值 Value", *self.worksheet.axis.columns]
        header += ["等级 Grade", "来源／依据 Basis", "公式／说明 Formula", "名称 Name"]
        for column, text in enumerate(header):
            # As a string: the name of a comparable that begins with "=" or "http:" must not become live.
            sheet.write_string(_FIRST_ROW - 1, column, text, self.formats["header"])
        tallest = max(math.ceil(_columns(text) / _NUMBER_WIDTH) for text in ["", *self.worksheet.axis.columns])
        sheet.set_row(_FIRST_ROW - 1, min(_LINE_POINTS * tallest, _TALLEST_ROW))
        sheet.freeze_panes(_FIRST_ROW, _FIRST_COLUMN)

    def _write_entry(self, sheet: Any, entry: Entry, row: int) -> None:
        is_total = not isinstance(entry, Input) and entry.is_total
        label_format = self.formats["bold" if is_total else "text"]
        for column, text in enumerate((entry.label.zh, entry.label.en, entry.unit)):
            sheet.write_string(row, column, text, label_format)
        paper = self.worksheet
        numbers = paper.row(entry.name) if entry.is_row else (paper.value(entry.name),)
        start = _FIRST_COLUMN if entry.is_row else _SCALAR_COLUMN
        for column, number in enumerate(numbers):
            self._write_number(sheet, entry, (row, start + column), column, number)

    def _write_number(self, sheet: Any, entry: Entry, cell: tuple[int, int], column: int, number: float) -> None:
        reference = self.references.get((entry.name, column))
        if reference is not None:
            sheet.write_formula(*cell, reference, self.formats[_format_key(entry, "link")], number)
        elif isinstance(entry, Line):
            text = "=" + formula(entry.expression, _locator(self.worksheet), column)
            sheet.write_formula(*cell, text, self.formats[_format_key(entry)], number)
        else:
            sheet.write_number(*cell, number, self.formats[_format_key(entry)])

    def _write_explanation(self, sheet: Any, entry: Entry, row: int) -> None:
        grade, basis, words = "", "", self.worksheet.formula_in_words(entry.name, "zh")
        if isinstance(entry, Input):
            grade, basis, words = _grade_zh(entry.grade), entry.basis, ""
        for offset, text in enumerate((grade, basis, words, entry.name)):
            sheet.write_string(row, self._last + offset, _fitting(text), self.formats["small"])


def _fitting(text: str) -> str:
    """A text as a cell can hold it; what was cut says so."""
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - len(_CUT)] + _CUT


def _columns(text: str) -> int:
    """The width of a text in columns of a digit; a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text) or 1


def _grade_zh(grades: str) -> str:
    """The Chinese names of one or several grades."""
    return " / ".join(GRADE_LABELS[grade].zh for grade in grades.split(" / "))


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


def _format_key(entry: Entry, kind: str | None = None) -> str:
    kind = kind or ("input" if isinstance(entry, Input) else "line" if isinstance(entry, Line) else "search")
    if isinstance(entry, Line) and entry.is_total:
        kind = "total"
    shape = "money" if entry.unit.split("/")[0] in CURRENCIES else "number"
    return f"{kind}_{'share' if entry.unit == 'share' else shape}"


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "Noto Sans CJK SC", "font_size": 10, "valign": "top"}
    made = {
        "title": book.add_format(base | {"bold": True, "font_size": 14}),
        "subtitle": book.add_format(base | {"font_color": "#555555"}),
        "header": book.add_format(
            base | {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "align": "center", "text_wrap": True}
        ),
        "text": book.add_format(base | {"text_wrap": True}),
        "bold": book.add_format(base | {"bold": True, "text_wrap": True}),
        "small": book.add_format(base | {"font_size": 8, "font_color": "#555555", "text_wrap": True}),
        "wrapped": book.add_format(base | {"text_wrap": True}),
    }
    kinds: dict[str, dict[str, Any]] = {
        "input": {"font_color": "#0B3FA8"},
        "link": {"font_color": "#0A7A3B"},
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
    sheet.set_column(0, 1, _LABEL_WIDTH)
    sheet.set_column(2, 2, 8)
    sheet.set_column(_SCALAR_COLUMN, last - 1, _NUMBER_WIDTH)
    sheet.set_column(last, last, 10)
    sheet.set_column(last + 1, last + 2, _TEXT_WIDTH)
    sheet.set_column(last + 3, last + 3, 24)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)


def _write_notes(book: Any, notes: Sequence[tuple[str, str]], formats: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 110)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for row, (heading, text) in enumerate(notes):
        sheet.write_string(row, 0, heading, formats["bold"])
        sheet.write_string(row, 1, _fitting(text), formats["wrapped"])
