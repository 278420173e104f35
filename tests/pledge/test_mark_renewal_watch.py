"""Does the watch know when a mark may be renewed, and that a law it has not read answers nothing?

Authority: the trademark law of 2019, article 40 (twelve months before, six months of grace, ten years from the day
after the old period). Hand: the days at each edge. The law as revised in 2026 holds from 2027-01-01 and is a gap.
"""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.mark_renewal_watch import mark_state
from valuation.errors import BeforeFirstStepError, GapError, InputError

DAY = datetime.date


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (DAY(2024, 3, 13), "in_force"),
        (DAY(2024, 3, 14), "renewal_open"),  # twelve months before 2025-03-14
        (DAY(2025, 3, 14), "renewal_open"),
        (DAY(2025, 3, 15), "in_grace"),
        (DAY(2025, 9, 14), "in_grace"),  # six months after
        (DAY(2025, 9, 15), "lost"),
    ],
)
def test_a_mark_day_by_day(on: datetime.date, status: str) -> None:
    found = mark_state(expires_on=DAY(2025, 3, 14), on=on)
    assert found.status == status
    assert (found.opens_on, found.grace_ends) == (DAY(2024, 3, 14), DAY(2025, 9, 14))
    # Late renewal gains nothing: ten years from the day after the old period.
    assert found.renewed_until == DAY(2035, 3, 14)
    assert {value.status for value in found.values_used} == {"read"}
    assert found.warnings == ()


def test_a_window_that_reaches_into_the_law_of_2027_is_in_doubt() -> None:
    found = mark_state(expires_on=DAY(2026, 10, 1), on=DAY(2026, 11, 27))
    assert found.grace_ends == DAY(2027, 4, 1)
    assert [warning.code for warning in found.warnings] == ["law_changes_before"]
    assert "2026年修订" in found.as_document()["warnings"][0]["zh"]
    with pytest.raises(GapError, match=r"trademark\.renewal_opens_months.*2027-01-01.*read the trademark law"):
        mark_state(expires_on=DAY(2026, 10, 1), on=DAY(2027, 1, 1))


def test_older_law_is_recalled_and_before_it_nothing_is_known() -> None:
    found = mark_state(expires_on=DAY(2018, 5, 1), on=DAY(2018, 5, 2))
    assert {warning.code for warning in found.warnings} == {"recalled_value"}
    assert len(found.warnings) == 3
    with pytest.raises(BeforeFirstStepError, match="2014-05-01"):
        mark_state(expires_on=DAY(2014, 5, 1), on=DAY(2014, 4, 30))


def test_a_period_beyond_the_calendar() -> None:
    with pytest.raises(InputError, match="expected a day up to the year 9999"):
        mark_state(expires_on=DAY(9995, 1, 1), on=DAY(2026, 1, 1))


@given(expires=st.dates(DAY(2016, 1, 1), DAY(2040, 1, 1)), on=st.dates(DAY(2014, 5, 1), DAY(2026, 12, 31)))
def test_days_stand_in_their_order(expires: datetime.date, on: datetime.date) -> None:
    found = mark_state(expires_on=expires, on=on)
    assert found.opens_on < found.expires_on < found.grace_ends < found.renewed_until
    order = ("in_force", "renewal_open", "in_grace", "lost")
    tomorrow = min(on + datetime.timedelta(days=1), DAY(2026, 12, 31))
    assert order.index(found.status) <= order.index(mark_state(expires_on=expires, on=tomorrow).status)
