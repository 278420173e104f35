"""Are the kinds of right facts that cannot contradict themselves?

Checked against: registers' own order of dates (by hand).
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.valuation.asking import PATENT, VARIETY
from valuation.assets.patent import Patent
from valuation.assets.plant_variety import PlantVariety
from valuation.errors import InputError
from valuation.kernel.fields import parse
from valuation.kernel.subject import Subject


def test_the_legal_end_is_that_of_the_register_or_unknown() -> None:
    assert parse(Patent, PATENT).legal_end() == datetime.date(2030, 6, 30)
    assert parse(PlantVariety, VARIETY).legal_end() is None
    assert parse(PlantVariety, VARIETY | {"expiry_date": "2035-01-01"}).legal_end() == datetime.date(2035, 1, 1)


@pytest.mark.parametrize(
    "dates",
    [
        {"filing_date": "2010-07-01", "grant_date": "2010-06-30"},
        {"grant_date": "2030-07-01"},
        {"filing_date": "2030-07-01"},
    ],
)
def test_a_patent_is_filed_before_it_is_granted_before_it_ends(dates: dict[str, str]) -> None:
    with pytest.raises(InputError, match="filing ≤ grant ≤ expiry"):
        parse(Patent, PATENT | dates)


@pytest.mark.parametrize(
    ("model", "data", "field"),
    [
        (Patent, {key: PATENT[key] for key in PATENT if key != "expiry_date"}, "expiry_date"),
        (Patent, PATENT | {"patent_kind": "plant"}, "patent_kind"),
        (Patent, PATENT | {"name": ""}, "name"),
        (PlantVariety, VARIETY | {"jurisdiction": "cn"}, "jurisdiction"),
        (PlantVariety, VARIETY | {"variety_group": "grass"}, "variety_group"),
        (PlantVariety, {key: VARIETY[key] for key in VARIETY if key != "species"}, "species"),
    ],
)
def test_a_fact_that_is_missing_or_unknown_is_named(model: type[Subject], data: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        parse(model, data)
    assert [problem.field for problem in raised.value.problems] == [field]
