"""An option that is asked wrongly is refused with field, found and expected, and never answered with a number.

Checked against: a table of bad requests for each method, one fault each, with a text the error must hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.valuation.asking import answered
from tests.valuation.every_method import sample
from tests.valuation.options.bad_inputs import BAD
from tests.valuation.test_bad_inputs import GONE, put
from valuation.errors import IpfinError

ROWS = [(method, changes, text) for method, rows in BAD.items() for changes, text in rows]


@pytest.mark.parametrize(("method", "changes", "text"), ROWS)
def test_a_fault_is_refused_at_its_field(method: str, changes: dict[str, Any], text: str) -> None:
    stated = sample(method)
    for path, value in changes.items():
        stated = put(stated, path, GONE if value is None else value)
    with pytest.raises(IpfinError) as raised:
        answered({method: stated})
    assert text in str(raised.value)
    assert all(problem.field and problem.found and problem.expected for problem in raised.value.problems)


@pytest.mark.parametrize("method", BAD)
def test_every_method_is_tried_with_five_faults_at_least(method: str) -> None:
    assert len(BAD[method]) >= 5


def test_there_are_more_than_forty() -> None:
    assert len(ROWS) > 40
