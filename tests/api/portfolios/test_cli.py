"""The portfolio commands of the terminal: a book simulated, its template written.

Checked against: the same question over HTTP (second way), one and two workers, the packaged template, exit codes, the
width of a screen.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from api.cli import main
from api.files import request_json
from api.portfolios.template import book_template
from tests.api.conftest import Client
from tests.api.portfolios.books import BOOKS, CSV_BOOK, EXAMPLES, ask, csv_bytes, loans, send, table, xlsx_bytes

RULE = EXAMPLES / "portfolio_rule.toml"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["portfolio", *(str(each) for each in arguments)])


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(CSV_BOOK, "--rule", RULE, "--json").stdout)
    return found


def test_the_example_is_printed_within_a_screen(tmp_path: Path) -> None:
    out = tmp_path / "run.xlsx"
    found = run(CSV_BOOK, "--rule", RULE, "--xlsx", out)
    assert found.exit_code == 0, found.output
    assert max(cell_len(line.rstrip()) for line in found.stdout.splitlines()) <= 120
    assert re.search(r"摘要 digest [0-9a-f]{64}", found.stdout)
    for said in ("资金池 pool", "银行 bank", "压力 stress pd_doubled", "假设（hypothesis）", "notice_2021", "L036"):
        assert said in found.stdout
    assert openpyxl.load_workbook(out)["逐笔贡献"].max_row == 42, "a heading, forty loans, a sum"


def test_the_bar_stands_on_standard_error(printed: dict[str, Any]) -> None:
    """Standard output is the answer and nothing else; every run has a bar of its own."""
    found = run("run", CSV_BOOK, "--rule", RULE, "--json")
    assert json.loads(found.stdout) == printed
    for name in ("基准 base", "pd_doubled", "values_down_30"):
        assert name in found.stderr
    assert found.stderr.count("20000/20000") == 3


def test_workers_do_not_change_a_digit(printed: dict[str, Any]) -> None:
    assert json.loads(run(CSV_BOOK, "--rule", RULE, "--workers", 2, "--json").stdout) == printed


def test_the_command_answers_as_the_api_does(client: Client, printed: dict[str, Any]) -> None:
    """The id of the stored book is all that differs."""
    book = send(client, CSV_BOOK.read_bytes()).json()["id"]
    found = ask(client, f"{BOOKS}/{book}/runs", json.loads(request_json(RULE))).json()["answer"]
    assert found.pop("portfolio") == book
    assert found == {name: each for name, each in printed.items() if name != "portfolio"}


def test_the_example_says_that_it_is_supposed(printed: dict[str, Any]) -> None:
    assert "hypothesis" in RULE.read_text("utf-8")
    assert "stated_by_caller" in [each["code"] for each in printed["warnings"]]
    assert printed["loan_count"] == 40
    assert printed["check"]["expected_loss"]["agrees"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_is_written(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"book.{ending}"
    assert run("template", out).exit_code == 0
    assert out.read_bytes() == book_template(f".{ending}")


def test_a_workbook_is_a_book(tmp_path: Path) -> None:
    book, rule = tmp_path / "book.xlsx", tmp_path / "rule.toml"
    book.write_bytes(xlsx_bytes(table(loans())))
    rule.write_text(RULE.read_text("utf-8").replace("20_000", "1_000"), "utf-8")
    found = run(book, "--rule", rule, "--json")
    assert json.loads(found.stdout)["loan_count"] == 6


BAD = {
    "a cell": (csv_bytes(table([loans()[0] | {"pd_share_per_year": "nan"}])), "book.csv", {}, "row 2"),
    "no such file": (None, "book.csv", {}, "book.csv"),
    "another ending": (b"", "book.doc", {}, ".csv, .xlsx"),
    "a sum of shares": (
        csv_bytes(table(loans())),
        "book.csv",
        {'policy = "zhongshan_risk_pool_2021"\npolicy_date = 2021-12-31': 'shares = { pool = "0.5", bank = "0.4" }'},
        "rule.shares",
    ),
    "10^9 scenarios": (csv_bytes(table(loans())), "book.csv", {"20_000": "1_000_000_000"}, "16777216"),
    "a name misspelt": (csv_bytes(table(loans())), "book.csv", {"confidence": "confidance"}, "plan.confidance"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_and_the_exit_code_is_two(tmp_path: Path, name: str) -> None:
    content, file, changes, told = BAD[name]
    book, rule, text = tmp_path / file, tmp_path / "rule.toml", RULE.read_text("utf-8")
    if content is not None:
        book.write_bytes(content)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    rule.write_text(text, "utf-8")
    found = run(book, "--rule", rule)
    assert found.exit_code == 2
    assert told in found.stderr
    assert found.stdout == ""


def test_only_two_kinds_of_template_are_written(tmp_path: Path) -> None:
    found = run("template", tmp_path / "book.pdf")
    assert found.exit_code == 2
    assert ".csv or .xlsx" in found.stderr
