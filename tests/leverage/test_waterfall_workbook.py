"""The waterfall as a workbook: every payment recalculated by LibreOffice is the engine's, also after a change.

Checked against: the engine asked anew with the changed flow or rate (second way), to within a fen a cell; the file has
no result cached, so a cell that nobody recalculated is not a number.
"""

import io
from typing import Any

import openpyxl
import pytest

from leverage.waterfall_request import answer_waterfall
from leverage.waterfall_workbook import SHEET, TERM_CELLS, flow_row, partner_column, waterfall_workbook
from tests.leverage.test_waterfall_request import BUY_OUT, CAPITAL, CATCH_UP, MODEL, PREFERRED, SPLIT, asked
from tests.valuation.kernel import test_workbook
from valuation.kernel.fields import parse

recalculated = test_workbook.recalculated

#: Two calls and three exits; 200 days, one year and a bit, so that powers of parts of a year matter.
FLOWS = [
    {"day": "2021-01-01", "called": "400.00"},
    {"day": "2021-07-20", "called": "600.00", "proceeds": "50.00"},
    {"day": "2022-08-01", "proceeds": "900.00"},
    {"day": "2023-03-03", "proceeds": "333.33"},
    {"day": "2026-12-31", "proceeds": "777.77"},
]
PARTNERS = [
    {"id": "city", "role": "public", "committed": "300.00"},
    {"id": "private", "role": "other", "committed": "690.00"},
    {"id": "gp", "role": "manager", "committed": "10.00"},
]
SIMPLE = {**PREFERRED, "compounding": "simple", "day_basis": 360}
HALF = {**CATCH_UP, "manager_share": "0.5"}
TIERS = {
    "full": [CAPITAL, PREFERRED, CATCH_UP, SPLIT],
    "half_simple": [CAPITAL, SIMPLE, HALF, SPLIT],
    "none": [CAPITAL, PREFERRED, SPLIT],
}


def made(**changes: Any) -> Any:
    return answer_waterfall(parse(MODEL, asked(**{"flows": FLOWS, "partners": PARTNERS, **changes})))


def disagreements(content: bytes, answer: Any) -> list[str]:
    """Where what a partner receives on a day differs by more than a fen from the engine."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[SHEET]
    found = []
    for place, day in enumerate(sorted({row.day for row in answer.request.flows})):
        for partner in answer.request.partners:
            cell = sheet[f"{partner_column(answer.request, partner.id)}{flow_row(answer.request, place)}"]
            fen = sum(row.amount_fen for row in answer.run.paid if (row.day, row.payee) == (day, partner.id))
            if not isinstance(cell.value, int | float) or abs(cell.value * 100 - fen) > 1.01:
                found.append(f"{day} {partner.id}: {cell.value} against {fen} fen")
    return found


def changed(content: bytes, cells: dict[str, float]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[SHEET][cell] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", TIERS)
def test_every_payment_recalculated_is_the_engines(name: str, recalculated: test_workbook.Recalculate) -> None:
    answer = made(tiers=TIERS[name])
    content = waterfall_workbook(answer)
    assert content is not None
    assert disagreements(recalculated(content), answer) == []


def test_a_changed_flow_and_rate_are_answered(recalculated: test_workbook.Recalculate) -> None:
    """The exit of 900 becomes 1,200 and the preferred return 5 %: the sheet pays what the engine pays then."""
    content = waterfall_workbook(made())
    assert content is not None
    flows = [{**row, "proceeds": "1200.00"} if row.get("proceeds") == "900.00" else row for row in FLOWS]
    tiers = [CAPITAL, {**PREFERRED, "rate_share": "0.05"}, CATCH_UP, SPLIT]
    other = made(flows=flows, tiers=tiers)
    cells = {TERM_CELLS["rate_share"]: 0.05, f"C{flow_row(other.request, 2)}": 1200}
    answered = recalculated(changed(content, cells))
    assert disagreements(answered, other) == []
    assert disagreements(answered, made()) != []


def test_a_file_that_nobody_recalculated_holds_no_number() -> None:
    content = waterfall_workbook(made())
    assert content is not None
    assert disagreements(content, made()) != []


@pytest.mark.parametrize(
    "changes",
    [
        {"settlements": [BUY_OUT]},
        {"tiers": [{**CAPITAL, "order": [["private"], ["city"]]}, PREFERRED, SPLIT]},
        {"tiers": [CAPITAL, {**PREFERRED, "base": "committed"}, SPLIT]},
        {"tiers": [CAPITAL, {**PREFERRED, "partners": ["city"]}, SPLIT]},
        {"tiers": [PREFERRED, CAPITAL, SPLIT]},
    ],
)
def test_another_agreement_has_no_such_sheet(changes: dict[str, Any]) -> None:
    assert waterfall_workbook(made(**changes)) is None
