"""What income methods share: years, survival, discounting, tax.

Checked against: pyxirr's dated net present value (second way) and a plain loop; the lines come through a method that
adds nothing of its own (incremental income of stated amounts).
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import NO_AMORTISATION, amounts, figure, series
from tests.valuation.method_samples import NO_TAX, conclusion, forecast
from valuation.errors import InputError
from valuation.kernel.conclusion import Conclusion


def flows(*values: float, tax: Any = NO_TAX, **changes: Any) -> Conclusion:
    asked = {
        "increment": {"kind": "stated", "amounts": amounts(*values)},
        "right_share": figure(1.0),
        "tax": tax,
        "tax_amortisation": NO_AMORTISATION,
        "forecast": forecast(0.1, **changes),
    }
    return conclusion("incremental_income", asked)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_exact_timing_is_a_dated_net_present_value(values: list[int]) -> None:
    """Second way: pyxirr's xnpv on the payment days, days over 365."""
    days = [datetime.date(2021 + year, 9, 15) for year in range(len(values))]
    found = flows(*map(float, values), timing="exact", payment_dates=[day.isoformat() for day in days])
    start = datetime.date(2020, 12, 31)
    assert found.value == pytest.approx(pyxirr.xnpv(0.1, [start, *days], [0, *values]), rel=1e-9)


def test_mid_year_is_half_a_year_earlier() -> None:
    assert flows(100, 100, timing="mid_year").value == pytest.approx(flows(100, 100).value * 1.1**0.5)


def test_a_first_year_already_half_over_counts_in_part() -> None:
    """Hand: the year to 30 June 2021 has 181 of 365 days left, which end after 181/365 years."""
    found = flows(365, first_year_end="2021-06-30")
    assert found.value == pytest.approx(181 / 1.1 ** (181 / 365))


def test_survival_weights_each_year() -> None:
    table = {"kind": "table", "probability": series([1.0, 0.5])}
    assert flows(100, 100, survival=table).value == pytest.approx(100 / 1.1 + 50 / 1.21)


def test_tax_credited_and_not() -> None:
    """Hand: a loss of 100 saves 25, or nothing."""
    rate = {"kind": "rate", "rate_share": figure(0.25)}
    assert flows(-100, tax=rate).value == pytest.approx(-75 / 1.1)
    assert flows(-100, tax=rate | {"on_losses": "not_credited"}).value == pytest.approx(-100 / 1.1)


def test_conventions_are_echoed() -> None:
    conventions = flows(100).conventions
    assert conventions["timing"] == "year_end"
    assert conventions["tax"] == "none: left out in this test"
    assert conventions["tax_life_years"] == "none"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_of_life": "2030-07-01"}, "forecast.end_of_life"),
        ({"first_year_end": "2020-12-31"}, "first_year_end"),
        ({"payment_dates": ["2021-06-30"]}, "payment_dates"),
    ],
)
def test_years_that_cannot_be_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=field):
        flows(100, **changes)
