"""The page on the loan book shows sums; each block of code on it gives what the page says.

Checked against: the page itself, run as doctests in one session; the same figures stand, by hand or by a second way, in
the tests of the modules.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "loan_book.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_computes_what_it_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    session = doctest.DocTestParser().get_doctest("".join(blocks), {}, PAGE.name, str(PAGE), 0)
    done = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(session)
    assert done.failed == 0
    assert done.attempted >= 60


def test_the_page_names_what_the_simulation_leaves_out() -> None:
    section = TEXT.split("## 十一、")[1].lower()
    for named in (
        "one factor draw for all periods",
        "bullet loans",
        "one right a loan",
        "only the pool has an aggregate",
    ):
        assert named in section
