"""Waterfalls with concessions as a workbook: each payment recalculated by LibreOffice is the engine's.

Checked against: the engine asked with the same terms, and asked anew after the terms and a flow were changed in the
sheet (second way): to two fen a day and partner, because the engine brings up to four cells of a partner's day to whole
fen each; and to two fen over the whole life. The file has no result cached.
"""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from leverage.concession_workbook import CELLS, SHEET, concession_workbook, day_row, days_of, received_column
from tests.leverage.test_waterfall_request import BUY_OUT, CAPITAL, CATCH_UP, PREFERRED, SPLIT
from tests.leverage.test_waterfall_workbook import made
from tests.valuation.kernel import test_workbook

recalculated = test_workbook.recalculated

FIRST_LOSS = {**CAPITAL, "order": [["private"], ["city"]]}
CAPPED = {
    "kind": "capped_public_return",
    "carry_share": "0.2",
    "cap_rate_share": "0.06",
    "day_basis": 365,
    "above_to": "others",
}
PASSED = {"kind": "public_profit_to_manager", "carry_share": "0.2", "passed_share": "0.4"}
SOLD = {**BUY_OUT, "on": "2022-03-01", "less_what_was_gained": False}
HALF = {**CATCH_UP, "manager_share": "0.5"}
COMMITTED = {**PREFERRED, "base": "committed", "compounding": "simple", "day_basis": 360}
#: One of each concession; together they use every formula of the sheet.
AGREEMENTS: dict[str, dict[str, Any]] = {
    "first_loss_cap_and_buy_out": {"tiers": [FIRST_LOSS, PREFERRED, HALF, CAPPED], "settlements": [SOLD]},
    "public_profit_passed_on": {"tiers": [CAPITAL, {**COMMITTED, "partners": ["private"]}, CATCH_UP, PASSED]},
    "above_the_cap_to_the_manager": {"tiers": [FIRST_LOSS, {**CAPPED, "above_to": "manager"}]},
    "compound_buy_out_less_gains": {
        "tiers": [CAPITAL, PREFERRED, SPLIT],
        "settlements": [
            {
                **SOLD,
                "on": "2022-08-01",
                "compounding": "compound",
                "less_what_was_gained": True,
                "buyers": ["private", "gp"],
            }
        ],
    },
}


def fen_of(answer: Any, partner: str, day: Any) -> int:
    """What a partner receives on a day, with what a buy-out brings or costs it."""
    paid = sum(row.amount_fen for row in answer.run.paid if (row.day, row.payee) == (day, partner))
    moves = [row for row in answer.run.transfers if row.day == day]
    return paid + sum(row.amount_fen * ((row.payee == partner) - (row.payer == partner)) for row in moves)


def disagreements(content: bytes, answer: Any) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[SHEET]
    found = []
    for partner in (row.id for row in answer.request.partners):
        column, whole = received_column(answer.request, partner), 0.0
        for place, day in enumerate(days_of(answer.request)):
            value = sheet[f"{column}{day_row(answer.request, place)}"].value
            fen = fen_of(answer, partner, day)
            if not isinstance(value, int | float) or abs(value * 100 - fen) > 2.01:
                found.append(f"{day} {partner}: {value} against {fen} fen")
            whole += value if isinstance(value, int | float) else 0.0
        if abs(whole * 100 - answer.run.received_fen(partner)) > 2.01:
            found.append(f"{partner} in all: {whole} against {answer.run.received_fen(partner)} fen")
    return found


def workbook(answer: Any) -> bytes:
    content = concession_workbook(answer)
    assert content is not None
    return content


@pytest.mark.parametrize("name", AGREEMENTS)
def test_every_payment_recalculated_is_the_engines(name: str, recalculated: test_workbook.Recalculate) -> None:
    answer = made(**AGREEMENTS[name])
    assert bool(answer.run.transfers) == ("buy_out" in name)
    assert disagreements(recalculated(workbook(answer)), answer) == []


def test_changed_terms_are_answered(recalculated: test_workbook.Recalculate) -> None:
    """The cap 2 %, the buy-out at 9 % and the carry 10 %: the sheet pays what the engine pays then."""
    name = "first_loss_cap_and_buy_out"
    tiers = [FIRST_LOSS, PREFERRED, HALF, {**CAPPED, "cap_rate_share": "0.02", "carry_share": "0.1"}]
    other = made(tiers=tiers, settlements=[{**SOLD, "rate_share": "0.09"}])
    book = openpyxl.load_workbook(io.BytesIO(workbook(made(**AGREEMENTS[name]))))
    for term, value in (("cap_rate_share", 0.02), ("carry_share", 0.1), ("buy_out_rate_share", 0.09)):
        book[SHEET][CELLS[term]] = value
    stream = io.BytesIO()
    book.save(stream)
    answered = recalculated(stream.getvalue())
    assert disagreements(answered, other) == []
    assert disagreements(answered, made(**AGREEMENTS[name])) != []


def test_a_file_that_nobody_recalculated_holds_no_number() -> None:
    answer = made(**AGREEMENTS["public_profit_passed_on"])
    assert disagreements(workbook(answer), answer) != []


@pytest.mark.parametrize(
    "changes",
    [
        {"tiers": [PREFERRED, CAPITAL, SPLIT]},
        {"tiers": [CAPITAL, CAPITAL, SPLIT]},
        {
            "settlements": [
                {"kind": "loss_made_good", "public": "city", "loss_share": "0.5", "cap_of_public_capital_share": "1"}
            ]
        },
        {"settlements": [SOLD, {**SOLD, "public": "gp"}]},
    ],
)
def test_what_the_sheet_cannot_hold_has_none(changes: dict[str, Any]) -> None:
    assert concession_workbook(made(**changes)) is None
