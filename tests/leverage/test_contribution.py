"""A row of money refuses to contradict itself; each refusal names the field."""

from decimal import Decimal
from typing import Any

import pytest

from leverage.contribution import Contribution
from tests.leverage.builders import into, lent, passed_on
from valuation.errors import InputError


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": -1}, "amount_fen"),
        ({"source_class": None}, "source_class"),
        ({"source_class": "martian"}, "source_class"),
        ({"payee": None}, "payee"),
        ({"layer": "firm"}, "payee"),
        ({"term_months": Decimal(12)}, "term_months"),
        ({"form": "loan", "term_months": Decimal(0)}, "term_months"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes: dict[str, Any], field: str) -> None:
    row: dict[str, Any] = {
        "amount_fen": 1,
        "stage": "announced",
        "layer": "vehicle",
        "form": "equity",
        "instrument": "fund",
        "allocation": "a",
        "source_class": "central",
        "payee": "fund",
    }
    with pytest.raises(InputError, match=field):
        Contribution(**{**row, **changes})


def test_only_money_that_a_source_itself_pays_adds_money() -> None:
    assert into("central", "fund", 5).is_origin
    assert lent(5).is_origin
    assert not passed_on("fund", None, 5).is_origin
