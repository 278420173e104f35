"""Annual fees of Chinese patents.

Checked against: the published reduced fees (tests/literature), whole-life totals by hand, and the limits of the table.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError
from valuation.indicators.annuity_fees import PatentKind, annual_fee, annual_fees, fee_warnings, late_fee_cny

DAY = datetime.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("kind", "years", "total"),
    [("invention", 20, 82_300), ("utility_model", 10, 11_200), ("design", 15, 26_200)],
)
def test_whole_life_totals(kind: PatentKind, years: int, total: int) -> None:
    """Hand, for an invention: 3 × (900 + 1,200 + 2,000 + 4,000 + 6,000) + 5 × 8,000."""
    fees = annual_fees(kind, first_year=1, last_year=years, grant_year=1, applicants="full", on=DAY)
    assert sum(fee.payable_cny for fee in fees) == total
    assert fee_warnings(fees) == ()


def test_a_reduction_ends_ten_years_after_the_grant() -> None:
    """Hand: granted in year 3, reduced in years 3 to 12, full from 13 on."""
    fees = annual_fees("invention", first_year=3, last_year=14, grant_year=3, applicants="single", on=DAY)
    assert fees[-3].payable_cny == Decimal("600.00")
    assert [fee.payable_cny for fee in fees[-2:]] == [6000, 6000]
    assert [warning.code for warning in fee_warnings(fees)] == ["recalled_value"]


def test_a_late_fee_is_a_share_of_the_full_fee() -> None:
    fee = annual_fee("invention", year=10, applicants="single", on=DAY)
    assert late_fee_cny(fee, months_begun=0, on=DAY) == 0
    assert late_fee_cny(fee, months_begun=2, on=DAY) == Decimal("400.00")
    with pytest.raises(InputError, match="months_begun"):
        late_fee_cny(fee, months_begun=6, on=DAY)


@pytest.mark.parametrize(
    ("asked", "error", "expected"),
    [
        ({"kind": "invention", "year": 21}, InputError, "1 to 20"),
        ({"kind": "design", "year": 16}, InputError, "1 to 15"),
        ({"kind": "invention", "year": 0}, InputError, "1 to 20"),
        ({"kind": "trademark"}, UnknownNameError, "kind"),
        ({"applicants": "small"}, UnknownNameError, "applicants"),
        ({"on": datetime.date(2020, 1, 1)}, BeforeFirstStepError, "2021-06-01"),
    ],
)
def test_what_the_table_does_not_hold_is_refused(asked: dict[str, Any], error: type[Exception], expected: str) -> None:
    stated: dict[str, Any] = {"kind": "invention", "year": 1, "applicants": "full", "on": DAY} | asked
    with pytest.raises(error, match=expected):
        annual_fee(stated.pop("kind"), **stated)


def test_years_before_the_grant_are_refused() -> None:
    with pytest.raises(InputError, match="first_year"):
        annual_fees("invention", first_year=1, last_year=5, grant_year=3, applicants="full", on=DAY)
