"""The page on cover and disposal shows sums; each block of code on it gives what the page says.

Checked against: the page itself, run as doctests in one session; the same figures stand, by hand, in the tests of the
modules.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cover_and_disposal.md"


def test_the_page_computes_what_it_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    session = doctest.DocTestParser().get_doctest("".join(blocks), {}, PAGE.name, str(PAGE), 0)
    done = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(session)
    assert done.failed == 0
    assert done.attempted >= 20
