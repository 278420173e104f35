"""Can the template be filled in and taken in, and does it check what is typed?

Checked against: openpyxl, which fills the template and reads its rules (another program than the writer).
"""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest

from api.evidence.table_files import read_cells
from api.evidence.template import csv_template, xlsx_template
from tests.valuation.evidence.rows import RECEIVED, ROW
from valuation.evidence.checking import checked_table
from valuation.evidence.columns import COLUMNS


@pytest.mark.parametrize(("content", "format"), [(csv_template(), "csv"), (xlsx_template(), "xlsx")])
def test_an_empty_template_is_an_empty_table_without_faults(content: bytes, format: str) -> None:
    cells = read_cells(content, format=format)
    assert cells == [[column.heading for column in COLUMNS]]
    assert checked_table(cells, received_on=RECEIVED) == ((), ())


def test_a_filled_workbook_is_taken_in() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_template()))
    sheet = book.worksheets[0]
    for place, column in enumerate(COLUMNS, start=1):
        sheet.cell(2, place, ROW.get(column.key))
    sheet.cell(2, 5, datetime.date(2019, 6, 30))
    sheet.cell(1, len(COLUMNS) + 1, "feature:claims")
    sheet.cell(2, len(COLUMNS) + 1, 12)
    stream = io.BytesIO()
    book.save(stream)
    records, problems = checked_table(read_cells(stream.getvalue(), format="xlsx"), received_on=RECEIVED)
    assert problems == ()
    (record,) = [each.record for each in records]
    assert (record.traded_on, record.features) == (datetime.date(2019, 6, 30), {"claims": 12.0})


def test_what_is_typed_is_checked_by_the_spreadsheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_template()))
    rules = {
        str(rule.sqref).rstrip("0123456789").split(":")[0][:-1]: rule
        for rule in book.worksheets[0].data_validations.dataValidation
    }
    letters = {column.key: openpyxl.utils.get_column_letter(place) for place, column in enumerate(COLUMNS, start=1)}
    for column in COLUMNS:
        rule = rules.get(letters[column.key])
        kind = None if rule is None else rule.type
        expected = {"choice": "list", "yes_no": "list", "date": "date", "text": None}.get(column.kind, "decimal")
        assert kind == expected, column.key
    assert rules[letters["related_parties"]].formula1 == '"是,否"'
    assert "转让,独占许可" in rules[letters["transaction_kind"]].formula1


def test_the_help_names_every_column() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_template())).worksheets[1]
    named = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    assert named[:-1] == [column.heading for column in COLUMNS]
    assert named[-1] == "feature:…"


def test_the_same_template_has_the_same_bytes() -> None:
    assert xlsx_template() == xlsx_template()
    assert csv_template().startswith("﻿名称 name".encode())
