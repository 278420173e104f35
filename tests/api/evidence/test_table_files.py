"""Are the cells of a file read as they are, and is a file that is none refused?

Checked against: files written by csv, openpyxl and PyArrow (other programs than the readers), and damaged ones.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from api.evidence import table_files
from api.evidence.table_files import read_cells
from valuation.errors import InputError

DAY = datetime.date(2019, 6, 30)


def csv_bytes(rows: list[list[Any]], encoding: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode(encoding)


def xlsx_bytes(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet_bytes(columns: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_in_any_usual_encoding(encoding: str) -> None:
    rows = [["名称", "价格"], ["含,逗号", "1.50"], ["多\n行", ""]]
    assert read_cells(csv_bytes(rows, encoding), format="csv") == rows


def test_a_workbook_gives_values_of_its_first_sheet_and_no_formulas() -> None:
    content = xlsx_bytes([["名称", "价格", "日期"], ["甲", 1.5, DAY], ["乙", "=1+1", None]])
    heading, first, second = read_cells(content, format="xlsx")
    assert heading == ["名称", "价格", "日期"]
    assert first == ["甲", 1.5, datetime.datetime.combine(DAY, datetime.time())]
    assert second == ["乙", None, None], "a formula nobody computed has no value"


def test_a_parquet_file_keeps_its_types() -> None:
    columns = {"名称": ["甲"], "price": pyarrow.array([Decimal("1.50")]), "day": [DAY], "none": pyarrow.array([None])}
    assert read_cells(parquet_bytes(columns), format="parquet") == [
        ["名称", "price", "day", "none"],
        ["甲", Decimal("1.50"), DAY, None],
    ]


# --- files that are none --------------------------------------------------------------------------


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "format", "message"),
    [
        (b"a,b\n1,\x00\n", "csv", "no CSV"),
        (b'a,"b\n1', "csv", "no CSV"),
        (b"\xff\xff\xff", "csv", "no known encoding"),
        (b"not a zip", "xlsx", "no workbook"),
        (zipped("other.txt", b"x"), "xlsx", "no workbook"),
        (xlsx_bytes([["a"]])[:-300], "xlsx", "no workbook"),
        (zipped("[Content_Types].xml", b"<not xml"), "xlsx", "no workbook"),
        (b"PAR1 not really", "parquet", "no readable Parquet"),
        (b"", "parquet", "no readable Parquet"),
        (b"a", "ods", "'ods'"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, format: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_cells(content, format=format)


def test_every_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [["a", "b"], ["1", "2"], ["3", "4"]]
    monkeypatch.setattr(table_files, "MAXIMUM_COLUMNS", 1)
    with pytest.raises(InputError, match="2 columns"):
        read_cells(csv_bytes(table), format="csv")
    monkeypatch.setattr(table_files, "MAXIMUM_LINES", 2)
    columns = {"a": [1, 3], "b": [2, 4]}
    for content, format in (
        (csv_bytes(table), "csv"),
        (xlsx_bytes(table), "xlsx"),
        (parquet_bytes(columns), "parquet"),
    ):
        with pytest.raises(InputError, match="more than 2 lines"):
            read_cells(content, format=format)
    monkeypatch.setattr(table_files, "MAXIMUM_UNPACKED_BYTES", 1000)
    with pytest.raises(InputError, match="bytes unpacked"):
        read_cells(xlsx_bytes(table), format="xlsx")
    monkeypatch.setattr(table_files, "MAXIMUM_BYTES", 5)
    with pytest.raises(InputError, match="at most 5"):
        read_cells(csv_bytes(table), format="csv")


def test_an_empty_file_is_an_empty_table() -> None:
    assert read_cells(b"", format="csv") == []
