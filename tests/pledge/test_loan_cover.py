"""Which rights of a loan count: by hand, with the facility's limits of age and life. The pool has tests of its own."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from pledge.loan import Loan
from pledge.loan_cover import pool_value
from pledge.loan_parts import Right

DAY = datetime.date(2026, 6, 30)
RIGHT = Right(
    id="P1",
    kind="invention_patent",
    title="a right of the test",
    state="registered",
    appraised_fen=1_000_000,
    pledgee_value_fen=600_000,
    value_date=datetime.date(2025, 6, 30),
    pledge_rate_share=Decimal("0.3"),
    registered_on=datetime.date(2025, 7, 1),
    expiry_date=datetime.date(2030, 1, 1),
)


class Agreed:
    """As much of a facility as cover asks for."""

    def __init__(self, age: int | None, margin: int | None) -> None:
        self.valuation_validity_months, self.life_margin_months = age, margin


def counted(right: Right, *, age: int | None = None, margin: int | None = None, ends: str = "2028-01-01") -> tuple:
    made = pool_value([right], facility=Agreed(age, margin), debt_ends_on=datetime.date.fromisoformat(ends), as_of=DAY)
    return made.allowed_fen, made.rows[0].not_counted


def test_value_times_its_own_pledge_rate() -> None:
    assert counted(RIGHT) == (300_000, ())
    assert counted(replace(RIGHT, value_basis="pledgee")) == (180_000, ())


@pytest.mark.parametrize("state", ["proposed", "filed", "released", "sold"])
def test_a_right_that_does_not_secure_covers_nothing(state: str) -> None:
    assert counted(replace(RIGHT, state=state)) == (0, ("not_registered",))


def test_an_old_valuation_covers_nothing_where_an_age_was_agreed() -> None:
    # Twelve months from 2025-06-30 end on 2026-06-30, that day included.
    assert counted(RIGHT, age=12) == (300_000, ())
    assert counted(RIGHT, age=11) == (0, ("valuation_too_old",))


def test_a_right_must_outlive_the_debt_where_that_was_agreed() -> None:
    # The debt ends on 2028-01-01, the right on 2030-01-01: 24 months later.
    assert counted(RIGHT, margin=24) == (300_000, ())
    assert counted(RIGHT, margin=25) == (0, ("life_too_short",))
    assert counted(RIGHT, ends="2031-01-01") == (300_000, ())


def test_a_right_that_ended_covers_nothing_whatever_was_agreed() -> None:
    assert counted(replace(RIGHT, expiry_date=datetime.date(2026, 6, 29))) == (0, ("lapsed", "life_too_short"))
    assert counted(replace(RIGHT, expiry_date=DAY)) == (300_000, ())


def test_a_right_without_value_leaves_the_whole_loan_short() -> None:
    assert counted(replace(RIGHT, appraised_fen=0)) == (0, ("zero_value",))


def test_a_right_that_was_never_valued_is_not_in_the_pool() -> None:
    loan = Loan(loan_id="L1", day=DAY, rights={"P1": Right(id="P1", kind="trademark", title="t", state="proposed")})
    assert loan.pool_value.rows == ()
    assert loan.lending_value_fen == 0
