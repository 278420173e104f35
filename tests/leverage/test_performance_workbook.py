"""The form of an evaluation: every score recalculated by LibreOffice is the engine's, also after a change.

Checked against: :func:`leverage.performance.evaluate`, asked anew with the changed figure (second way); the file has no
result cached, so a cell that nobody recalculated is not a number. Ties are in the rows, for both roundings.
"""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from leverage.performance import DIMENSIONS, EvaluationRequest, PerformanceAnswer, evaluate
from leverage.performance_workbook import FIRST_ROW, SHEET, performance_workbook, total_row
from tests.leverage.test_performance import POLICY, made, row
from tests.valuation.kernel import test_workbook

recalculated = test_workbook.recalculated

#: To one decimal 30 · 0.935 = 28.05 and 8 · 0.90625 = 7.25 are ties; 12 · 10/16 = 7.5 is none; a target missed.
ROWS: list[dict[str, Any]] = [
    row("loans", "output", "30", reached="9.35"),
    row("equity", "output", "8", reached="9.0625", aspect="quality"),
    row("speed", "output", "12", rule="at_most", reached="16", aspect="timeliness"),
    row("jobs", "effect", "30", rule="all_or_none", reached="10"),
    row("firms", "satisfaction", "10", target="95", reached="90"),
]


def request(rounding: str, **changes: Any) -> EvaluationRequest:
    rows = [dict(each) for each in ROWS]
    rows[3] |= changes
    return made(indicators=rows, decimals=1, rounding=rounding)


def numbers(content: bytes, asked: EvaluationRequest) -> list[float | str]:
    """The scores, the total, the dimensions and the grade, as the sheet has them."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[SHEET]
    return [sheet[f"I{at}"].value for at in range(FIRST_ROW, total_row(asked) + 2 + len(DIMENSIONS))]


def expected(answer: PerformanceAnswer) -> list[float | str]:
    assert answer.grade is not None
    scores = [row.score for row in answer.rows] + [answer.total]
    scores += [answer.of_dimension(name) for name in DIMENSIONS]
    return [*map(float, scores), answer.grade.zh]


def near(values: list[float | str]) -> list[Any]:
    return [pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for value in values]


@pytest.mark.parametrize("rounding", ["half_up", "half_even"])
def test_the_form_answers_as_the_engine_does(rounding: str, recalculated: test_workbook.Recalculate) -> None:
    asked = request(rounding)
    answer = evaluate(asked, policy=POLICY)
    ties = {"half_up": ("28.1", "7.3"), "half_even": ("28.0", "7.2")}[rounding]
    assert (answer.rows[1].score, answer.rows[2].score) == tuple(map(Decimal, ties))
    content = performance_workbook(asked, answer, scheme=POLICY.label)
    assert all(value in ("", None) for value in numbers(content, asked))
    assert numbers(recalculated(content), asked) == near(expected(answer))
    book = openpyxl.load_workbook(io.BytesIO(content))
    book[SHEET][f"G{FIRST_ROW + 4}"] = 9.9
    stream = io.BytesIO()
    book.save(stream)
    changed = evaluate(request(rounding, reached="9.9"), policy=POLICY)
    assert changed.total == answer.total - 30
    assert numbers(recalculated(stream.getvalue()), asked) == near(expected(changed))


def test_the_form_names_doubts_and_where_points_come_from() -> None:
    asked = request("half_up")
    answer = evaluate(asked, policy=POLICY)
    content = performance_workbook(asked, answer, scheme=POLICY.label)
    assert content == performance_workbook(asked, answer, scheme=POLICY.label)
    sheet = openpyxl.load_workbook(io.BytesIO(content))[SHEET]
    texts = [str(cell.value) for (cell,) in sheet.iter_rows(max_col=1) if cell.value]
    assert sum("recalled_value" in text for text in texts) == 3
    assert sum("[read]" in text for text in texts) == 4
