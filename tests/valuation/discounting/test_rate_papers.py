"""Does the workbook of each paper on rates answer as the engine does?

Checked against: LibreOffice, which recalculates every formula of one workbook that holds all the papers (second
method; see tests/valuation/kernel/test_workbook.py for how, and for the proof that the comparison can fail).
"""

from __future__ import annotations

import datetime

from tests.valuation.asking import figure
from tests.valuation.discounting import (
    test_build_up,
    test_capm,
    test_life,
    test_return_decomposition,
    test_wacc,
    test_wara,
)
from tests.valuation.kernel import test_workbook
from valuation.kernel.workbook import workbook_bytes
from valuation.kernel.worksheet import Line, Worksheet

#: The fixture that recalculates a workbook, shared with the tests of the workbook itself.
recalculated = test_workbook.recalculated


def papers() -> dict[str, Worksheet]:
    peers = [
        {"name": name, "beta": figure(b), "debt_to_equity": figure(d), "tax_rate_share": figure(0.25)}
        for name, b, d in (("甲", 1.1, 0.2), ("乙", 1.6, 0.9))
    ]
    beta = {"kind": "peers", "peers": peers, "leverage": test_capm.leverage(debt_beta=0.1)}
    return {
        "build_up": test_build_up.build_up(0.035, {"政策": 0.01, "法律": 0.02, "市场": 0.03}),
        "scored": test_build_up.scored(test_build_up.TECHNOLOGY),
        "capm": test_capm.paper(beta=beta, correlation_share=figure(0.4)),
        "capm_stated": test_capm.paper(),
        "wacc": test_wacc.paper(test_wacc.source("equity", 0.6, 0.12), test_wacc.source("debt", 0.4, 0.06)),
        "decomposition": test_return_decomposition.paper(test_return_decomposition.asset("fixed", 300, 0.07)),
        "wara": test_wara.paper(),
        "life": test_life.useful_life_paper(test_life.limits(legal=12.0, economic=7.5)),
    }


def book(made: dict[str, Worksheet]) -> bytes:
    return workbook_bytes(made, links={}, notes=[], report_date=datetime.date(2024, 6, 30))


def test_every_paper_recalculated_is_the_engines(recalculated: test_workbook.Recalculate) -> None:
    made = papers()
    titles = {name: paper for name, paper in made.items() if name != "capm_stated"}
    assert test_workbook.disagreements(recalculated(book(titles)), titles) == []
    stated = {"capm_stated": made["capm_stated"]}
    assert test_workbook.disagreements(recalculated(book(stated)), stated) == []


def test_every_line_is_a_live_formula() -> None:
    for name, paper in papers().items():
        content = test_workbook.opened(book({name: paper}), formulas=True)[test_workbook.sheet_name(paper)]
        for entry in paper.entries:
            if isinstance(entry, Line):
                cell = content[test_workbook.cell_of(paper, entry.name, 0)].value
                assert str(cell).startswith("="), f"{name}: {entry.name} holds {cell!r}"
