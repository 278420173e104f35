"""The command line: answers for a person and for a program; bad input ends with code 2 and writes nothing."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from api.catalogues import load_catalogues
from api.cli import main
from api.files import leverage_file, quote_file, value_file
from tests.api.requests import EXAMPLES

ROOT = Path(__file__).resolve().parents[2]
DRUG = str(EXAMPLES / "drug_patent.toml")
QUOTE = str(EXAMPLES / "pledge_quote_drug_patent.toml")
LEVERAGE = str(EXAMPLES / "leverage_haikou_high_tech.toml")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_value_prints_the_value_with_its_interval() -> None:
    found = run("value", DRUG)
    answer = value_file(Path(DRUG), load_catalogues(())).as_document()
    assert found.exit_code == 0
    for text in (answer["value"], answer["interval"]["low"], answer["interval"]["high"], answer["pledgee_value"]):
        assert f"{float(text):,.2f}" in found.stdout
    for word in ("评估值 Value", "90% 区间 interval", "工作底稿", "敏感性", "提示 Warnings", "来源 Sources"):
        assert word in found.stdout
    assert answer["digest"] in found.stdout


def test_quote_prints_every_payment() -> None:
    found = run("quote", QUOTE)
    offer = quote_file(Path(QUOTE), load_catalogues(())).offer
    assert found.exit_code == 0
    assert offer is not None
    for row in offer.schedule.as_document()["rows"]:
        assert re.search(rf"{row['number']}\s+{row['due_date']}\s.*{float(row['payment']):,.2f}", found.stdout)
    assert f"{float(offer.schedule.as_document()['total_interest']):,.2f}" in found.stdout


def test_leverage_prints_every_multiple() -> None:
    found = run("leverage", LEVERAGE)
    answer = leverage_file(Path(LEVERAGE), load_catalogues(())).as_document()
    assert found.exit_code == 0
    for alternative in answer["alternatives"]:
        for ladder in alternative["ladders"]:
            assert all(rung["multiple"] in found.stdout for rung in ladder["rungs"])


@pytest.mark.parametrize(("command", "file"), [("value", DRUG), ("quote", QUOTE), ("leverage", LEVERAGE)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_wider_than_a_screen(command: str, file: str, language: str) -> None:
    from rich.cells import cell_len

    found = run(command, file, "--lang", language)
    assert found.exit_code == 0
    assert max(cell_len(line.rstrip()) for line in found.stdout.splitlines()) <= 120


@pytest.mark.parametrize("command", ["value", "quote", "leverage"])
def test_json_is_the_document_of_the_domain(command: str) -> None:
    file = {"value": DRUG, "quote": QUOTE, "leverage": LEVERAGE}[command]
    answer = {"value": value_file, "quote": quote_file, "leverage": leverage_file}[command](
        Path(file), load_catalogues(())
    )
    assert json.loads(run(command, file, "--json").stdout) == json.loads(json.dumps(answer.as_document()))


def test_the_workbook_is_written(tmp_path: Path) -> None:
    assert run("value", DRUG, "--xlsx", "out.xlsx").exit_code == 0
    workbook = openpyxl.load_workbook(io.BytesIO((tmp_path / "out.xlsx").read_bytes()))
    assert len(workbook.sheetnames) >= 2


def bad_file(tmp_path: Path, old: str, new: str) -> str:
    text = Path(DRUG).read_text("utf-8")
    assert old in text
    path = tmp_path / "bad.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("value = 0.25", "value = 3.0", "between -10 and 1"),
        ("value = 0.0325", "value = nan", "a finite number"),
        ('currency = "USD"', 'currency = "XXX"', "one of CNY"),
        ('currency = "USD"', "", "a value"),
        ('currency = "USD"', 'currency = "USD', "a TOML file"),
    ],
)
def test_bad_input_ends_with_two_and_writes_nothing(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = run("value", bad_file(tmp_path, old, new), "--xlsx", "out.xlsx")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert "应为 Expected" in found.stderr
    assert all(word in found.stderr for word in expected.split())  # a cell may be folded
    assert not (tmp_path / "out.xlsx").exists()


def test_a_file_that_is_not_there() -> None:
    found = run("value", "nowhere.toml")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "nowhere.toml" in found.stderr


def test_a_folder_to_write_to_that_is_not_there() -> None:
    found = run("value", DRUG, "--xlsx", "nowhere/out.xlsx")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "a file to write" in found.stderr


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'currency = "caf\xe9"')
    found = run("value", "latin.toml")
    assert found.exit_code == 2
    assert "UTF-8" in found.stderr


def test_migrate_makes_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_DATABASE_URL", f"sqlite:///{tmp_path}/made.db")
    assert "empty → 0002" in run("migrate").stdout
    assert "already at 0002" in run("migrate").stdout
    assert (tmp_path / "made.db").is_file()


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_API_KEYS", '{"bank": "the key itself"}')
    found = run("serve")
    assert found.exit_code == 2
    assert "IPFIN_API_KEYS (bank)" in found.stderr
    assert "the key itself" not in found.stderr


def test_doctor_finds_this_installation_sound() -> None:
    found = run("doctor")
    assert found.exit_code == 0, found.stdout
    assert "失败" not in found.stdout


def test_doctor_ends_with_one_when_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_DATABASE_URL", "oracle://somewhere")
    found = run("doctor")
    assert found.exit_code == 1
    assert "✗ 失败 failed" in found.stdout


def test_help_loads_nothing_heavy() -> None:
    """``ipfin --help`` must be quick: counted by what is loaded, not by the clock."""
    program = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "import api.cli\n"
        "done = CliRunner().invoke(api.cli.main, ['--help'])\n"
        "assert done.exit_code == 0\n"
        "heavy = {'numpy', 'scipy', 'pydantic', 'fastapi', 'sqlalchemy', 'alembic', 'uvicorn', 'valuation'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


COMMANDS = ["value", "quote", "leverage", "waterfall", "performance", "report", "analyse", "rate", "score"]
COMMANDS += ["methods", "policies", "serve", "migrate", "doctor"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(command: str) -> None:
    found = run(command, "--help")
    assert found.exit_code == 0
    assert re.search(r"[\u4e00-\u9fff]+.*[A-Za-z]{3,}", found.stdout)
