"""The worked example runs, prints the answers of all three questions, and writes workbooks."""

import io
from pathlib import Path

import openpyxl
import pytest
from rich.cells import cell_len
from rich.console import Console

from api.demo import run_demo
from tests.api.requests import EXAMPLES
from valuation.errors import InputError


def test_the_demo_answers_and_writes(tmp_path: Path) -> None:
    text = io.StringIO()
    console = Console(file=text, width=120, highlight=False, markup=False)
    written = run_demo(console, examples=EXAMPLES, output=tmp_path / "out")
    shown = text.getvalue()
    for word in ("评估值 Value", "90% 区间 interval", "工作底稿", "还款计划 Schedule", "倍数阶梯", "小结 Summary"):
        assert word in shown
    assert max(cell_len(line.rstrip()) for line in shown.splitlines()) <= 120
    assert [path.name for path in written] == ["drug_patent.xlsx", "plant_variety.xlsx"]
    assert all(openpyxl.load_workbook(path).sheetnames for path in written)


def test_a_missing_example_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"examples/drug_patent\.toml: found no such file"):
        run_demo(Console(file=io.StringIO()), examples=tmp_path, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()
