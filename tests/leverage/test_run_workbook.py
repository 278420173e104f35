"""A run as a workbook: its formulas recalculated by LibreOffice are the engine's, also after a change.

Checked against: the run's own figures (identity), and by hand after one year's payment was changed in the sheet.
"""

from __future__ import annotations

import io
from typing import Any

import pytest

from leverage.run_answer import RunAnswer
from leverage.run_workbook import DIFFERENCES, INSTRUMENTS, PARTIES, TOLD, YEARS, run_workbook
from leverage.scenario_workbook import LADDERS
from leverage.table_sheets import FIRST_ROW
from tests.leverage.runs import asked, equity, pool, simulated
from tests.leverage.test_scenario_workbook import opened, rows_of
from tests.valuation.kernel import test_workbook

recalculated = test_workbook.recalculated


@pytest.fixture(scope="module")
def answer() -> RunAnswer:
    return simulated(asked(pool(), equity()))


def formulas(book: Any) -> dict[str, int]:
    cells = {name: [cell for row in book[name].iter_rows() for cell in row] for name in book.sheetnames}
    return {name: sum(cell.data_type == "f" for cell in row) for name, row in cells.items()}


def test_what_follows_by_arithmetic_is_live(answer: RunAnswer) -> None:
    found = formulas(opened(run_workbook(answer)))
    years, parties = (sum(len(getattr(row, name)) for row in answer.alternatives) for name in ("years", "parties"))
    assert (found[YEARS], found[PARTIES], found[INSTRUMENTS]) == (2 * years, parties, 3 * 4)
    assert found[DIFFERENCES] == 2 * 5
    assert found[LADDERS] > 20


def test_the_run_can_be_made_again_from_its_workbook(answer: RunAnswer) -> None:
    told = {str(row[0]): str(row[1]) for row in rows_of(opened(run_workbook(answer))[TOLD])}
    assert told["摘要 digest"] == answer.digest
    assert (told["随机种子 seed"], told["路径数 paths"], told["季数 quarters"]) == ("11", "400", "8")
    assert all(f"提示 {row.code}" in told for row in answer.warnings)


def test_recalculated_after_a_change(answer: RunAnswer, recalculated: test_workbook.Recalculate) -> None:
    """One recalculation for all: the first year pays 1,000,000 more, and so does the money out of every year after."""
    book = opened(run_workbook(answer))
    book[YEARS][f"E{FIRST_ROW}"] = answer.alternatives[0].years[0].paid_in + 1_000_000
    stream = io.BytesIO()
    book.save(stream)
    found = opened(recalculated(stream.getvalue()), values=True)
    years = [(each.id, year) for each in answer.alternatives for year in each.years]
    for row, (way, year) in zip(rows_of(found[YEARS]), years, strict=True):
        more = 1_000_000 if way == answer.alternatives[0].id else 0
        assert row[6] == pytest.approx(year.out + more, abs=0.01)
    parties = [party for way in answer.alternatives for party in way.parties]
    for row, party in zip(rows_of(found[PARTIES]), parties, strict=True):
        assert row[6] == pytest.approx(party.received + party.held - party.paid, abs=0.01)
    (whole, *_) = rows_of(found[INSTRUMENTS])
    first = answer.alternatives[0]
    assert whole[4] == pytest.approx(first.to_firms.mean.value / first.principal.placed)
    tail = first.principal.tail_loss
    assert (whole[11], whole[12]) == pytest.approx((tail.value - 1.96 * tail.error, tail.value + 1.96 * tail.error))
