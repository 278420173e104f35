"""The page on definitions of leverage shows sums; each block of code on it gives what the page says.

Checked against: the page itself, run as doctests in one session; the lines of the table of instruments against the
instruments' own answers.
"""

from __future__ import annotations

import doctest
import re
from fractions import Fraction
from pathlib import Path

import pytest

from tests.leverage.builders import COMPANY_TERMS, GUARANTOR_TERMS, TERMS, allocation, figure, multiples, request, run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "leverage_definitions.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_computes_what_it_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    session = doctest.DocTestParser().get_doctest("".join(blocks), {}, PAGE.name, str(PAGE), 0)
    done = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(session)
    assert done.failed == 0
    assert done.attempted >= 120


@pytest.mark.parametrize(
    ("instrument", "terms", "stage", "printed"),
    [
        ("loss_compensation_pool", {}, "disbursed", "multiple 10 × used 0.6 = 6"),
        ("capital_injection", GUARANTOR_TERMS, "disbursed", "8 × 0.5 / guaranteed 0.8 = 5"),
        ("capital_injection", {}, "disbursed", "multiple 6: 5 borrowed + 1"),
        ("capital_injection", COMPANY_TERMS, "disbursed", "1: no lever"),
        ("interest_subsidy", {}, "announced", "1 / (2 % × 2 years) = 25"),
        ("portfolio_guarantee", {}, "announced", "1 / (0.5 × 0.2) = 10"),
    ],
)
def test_the_table_of_instruments_is_what_they_answer(
    instrument: str, terms: dict[str, object], stage: str, printed: str
) -> None:
    """The multiple is the last number of the line, before the words where there are some."""
    assert f"| {printed} |" in TEXT
    expected = {"multiple 6: 5 borrowed + 1": "6", "1: no lever": "1"}.get(printed, printed.rsplit("= ", 1)[-1])
    answer = run(request(allocation(instrument, terms={**TERMS[instrument], **terms})))
    assert multiples(answer, stage)["finance_to_firms_per_public"] == Fraction(expected)


def test_the_fund_of_the_table() -> None:
    terms = {
        **TERMS["fund"],
        "partner_mix": [{"source_class": "private", "share_of_rest": figure("1")}],
    }
    found = multiples(run(request(allocation("fund", terms=terms))), "announced")
    assert "(1 / 0.25) × (1 − 0.2) = 3.2" in TEXT
    assert found["finance_to_firms_per_public"] == Fraction(16, 5)
