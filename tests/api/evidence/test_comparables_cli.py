"""The commands ``ipfin comparables``: a template out, a filled table in, what is held on screen.

Checked against: files filled by openpyxl and csv, exit codes, and the store that the commands leave behind.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from api.cli import main
from api.evidence.store import EvidenceStore, Wanted
from tests.api.evidence.test_table_files import csv_bytes
from tests.valuation.evidence.rows import ROW, record, table
from valuation.evidence.columns import COLUMNS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPFIN_EVIDENCE_DIR", str(tmp_path / "evidence"))
    return tmp_path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["comparables", *(str(each) for each in arguments)])


def test_a_template_filled_in_is_taken_in_and_listed(folder: Path) -> None:
    path = folder / "filled.xlsx"
    assert run("template", path).exit_code == 0
    book = openpyxl.load_workbook(path)
    for place, column in enumerate(COLUMNS, start=1):
        book.worksheets[0].cell(2, place, ROW.get(column.key))
    book.save(path)
    taken = run("import", path)
    assert taken.exit_code == 0, taken.output
    assert "新增 added 1 · 更新 replaced 0 · 重复 repeated 0" in taken.stdout
    again = run("import", path, "--json")
    assert json.loads(again.stdout)["repeated"] == [{"row": 2, "id": record().id}]
    assert "重复的行 Repeated rows" in run("import", path).stdout
    assert "Where repeated records disagree" not in run("import", path).stdout
    book.worksheets[0].cell(2, [each.key for each in COLUMNS].index("industry") + 1, "化工")
    book.save(path)
    differing = run("import", path).stdout
    assert "Where repeated records disagree (1)" in differing
    assert "化工 (row 2)" in differing
    listed = run("list")
    for text in (record().id, "专利转让一", "转让", "2019-06-30", "800000.00 CNY", "已核对"):
        assert text in listed.stdout
    assert "(read)" in run("list", "--lang", "en").stdout
    (item,) = json.loads(run("list", "--json").stdout)["items"]
    assert (item["id"], item["source_publisher"]) == (record().id, "某交易所")


def test_rates_and_an_empty_store_are_shown(folder: Path) -> None:
    assert "共 0 宗" in run("list").stdout
    assert not (folder / "evidence").exists(), "asking makes no folder"
    path = folder / "rates.csv"
    path.write_bytes(csv_bytes(table({"price": "", "rate_share": "0.05"})))
    assert run("import", path).exit_code == 0
    assert "5.0000%" in run("list").stdout


def test_faults_are_listed_by_cell_and_nothing_is_taken_in(folder: Path) -> None:
    path = folder / "wrong.csv"
    path.write_bytes(csv_bytes(table({"price": "x"}, {"right_number": "2", "currency": "?"})))
    found = run("import", path)
    assert found.exit_code == 2
    assert "row 2, column price" in found.stderr
    assert "row 3, column currency" in found.stderr
    assert EvidenceStore(folder / "evidence").find(Wanted()).total == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("template", "a.txt"), "'.txt'"),
        (("import", "a.ods"), "'.ods'"),
        (("import", "missing.csv"), "No such file"),
    ],
)
def test_a_file_that_cannot_be_is_named(folder: Path, arguments: tuple[str, str], expected: str) -> None:
    command, name = arguments
    found = run(command, folder / name)
    assert found.exit_code == 2
    assert expected in " ".join(found.stderr.split())


def test_the_csv_template_is_the_heading(folder: Path) -> None:
    path = folder / "empty.csv"
    assert run("template", path).exit_code == 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [[column.heading for column in COLUMNS]]


@pytest.mark.parametrize("command", ["template", "import", "list"])
def test_every_command_has_help_in_both_languages(command: str) -> None:
    found = run(command, "--help")
    assert found.exit_code == 0
    assert any("一" <= letter <= "鿿" for letter in found.stdout)
