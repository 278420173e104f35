"""A scenario as a workbook: the multiples recalculated by LibreOffice are the engine's, also after a change.

Checked against: the engine's ladder; after what a source pays was changed in the sheet, by hand on the changed sums.
Without LibreOffice: every formula stands on cells of the same workbook, and texts are never live.
"""

from __future__ import annotations

import io
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leverage.answer import LeverageAnswer
from leverage.policy import load_policies
from leverage.programme import load_programmes
from leverage.request import request_model
from leverage.scenario import run_scenario
from leverage.scenario_workbook import ASSUMPTIONS, LADDERS, LINES, PAYERS, SOURCES, scenario_workbook
from leverage.table_sheets import FIRST_ROW
from tests.valuation.kernel import test_workbook
from valuation.kernel.fields import parse
from valuation.kernel.figures import GRADE_LABELS

recalculated = test_workbook.recalculated
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "leverage_haikou_longhua.toml"


@pytest.fixture(scope="module")
def answer() -> LeverageAnswer:
    request = parse(request_model(), tomllib.loads(EXAMPLE.read_text("utf-8"), parse_float=Decimal))
    return run_scenario(request, programmes=load_programmes(), policies=load_policies())


def opened(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def rows_of(sheet: Any) -> list[tuple[Any, ...]]:
    return [row for row in sheet.iter_rows(min_row=FIRST_ROW, values_only=True) if row[0] is not None]


def test_the_ladder_recalculated_and_changed(answer: LeverageAnswer, recalculated: test_workbook.Recalculate) -> None:
    """One recalculation for all: the first public payer pays twice as much; each sum and multiple follows by hand."""
    book = opened(scenario_workbook(answer))
    payers = rows_of(book[PAYERS])
    place, changed = next((n, row) for n, row in enumerate(payers) if row[4] == 1)
    book[PAYERS][f"F{FIRST_ROW + place}"] = 2 * changed[5]
    stream = io.BytesIO()
    book.save(stream)
    found = rows_of(opened(recalculated(stream.getvalue()), values=True)[LADDERS])
    expected = {
        (alternative.id, ladder.stage, ladder.basis, rung.label.zh): (
            rung.numerator_fen / 100,
            rung.denominator_fen / 100,
        )
        for alternative in answer.alternatives
        for ladder in alternative.ladders
        for rung in ladder.rungs
    }
    seen = 0
    for row in found:
        assert row[7] == pytest.approx(row[5] / row[6])
        if not row[1].startswith("合计"):
            continue
        above, below = expected[row[0], row[2], row[3].split()[1], row[4].split()[0]]
        if (row[0], row[2], "gross") == (changed[0], changed[1], row[3].split()[1]):
            below += changed[5]
            above += changed[5] if row[4].startswith("总规模倍数") else 0
            seen += 1
        assert (row[5], row[6]) == (pytest.approx(above), pytest.approx(below))
    assert seen >= 3


def test_cached_results_are_the_engines(answer: LeverageAnswer) -> None:
    found = rows_of(opened(scenario_workbook(answer), values=True)[LADDERS])
    multiples = [
        float(rung.multiple)
        for alternative in answer.alternatives
        for ladders in (alternative.ladders, *(row.ladders for row in alternative.allocations))
        for ladder in ladders
        for rung in ladder.rungs
    ]
    assert [row[7] for row in found] == pytest.approx(multiples)


def test_every_figure_has_its_grade_and_every_source_stands_there(answer: LeverageAnswer) -> None:
    book = opened(scenario_workbook(answer))
    figures = {row[0]: row for row in rows_of(book[ASSUMPTIONS])}
    for path, figure in answer.figures:
        assert figures[path][2].startswith(GRADE_LABELS[figure.grade].zh)
        assert figures[path][3] == figure.basis
    named = {row[1] for row in rows_of(book[SOURCES]) if row[0].startswith("来源")}
    assert named == {row.id for row in answer.sources}
    assert all(isinstance(cell, str) and cell.startswith("=") for row in rows_of(book[LINES]) for cell in row[7:])


def test_the_same_answer_gives_the_same_bytes(answer: LeverageAnswer) -> None:
    assert scenario_workbook(answer) == scenario_workbook(answer)
