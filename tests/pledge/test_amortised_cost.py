"""Does the effective-interest method roll forward as an accountant does by hand?

Hand: one bond above par, period by period. Identity: a loan at its own rate stands at its schedule's balances.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from pledge.amortised_cost import amortised_cost
from pledge.instalments import build_schedule
from pledge.loan_terms import LoanTerms
from valuation.errors import InputError


def test_a_bond_above_par_by_hand() -> None:
    # Hand: 10,560.42 × 1.02 − 300 = 10,471.63 (10,471.6284); 10,471.63 × 1.02 − 300 = 10,381.06 (10,381.0626).
    rows = amortised_cost(10_560_42, cash_fen=[300_00, 300_00], effective_rate_share=Decimal("0.02"))
    assert [(row.interest_income_fen, row.closing_fen) for row in rows] == [(211_21, 10_471_63), (209_43, 10_381_06)]


def test_a_loan_at_its_own_rate_stands_at_its_balances() -> None:
    terms = LoanTerms(
        principal_fen=1_000_000_00,
        annual_rate_share=Decimal("0.0435"),
        drawdown_date=datetime.date(2024, 1, 31),
        period_count=24,
        day_count="actual/360",
    )
    schedule = build_schedule("equal_instalment", terms)
    rows = amortised_cost(
        terms.principal_fen,
        cash_fen=[row.payment_fen for row in schedule.rows],
        effective_rate_share=[period.rate_share for period in schedule.periods],
    )
    assert [row.closing_fen for row in rows] == [row.balance_fen for row in schedule.rows]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"initial_fen": 0}, "initial_fen"),
        ({"effective_rate_share": [Decimal("0.02")]}, "effective_rate_share"),
        ({"effective_rate_share": Decimal(-1)}, "effective_rate_share"),
    ],
)
def test_what_cannot_be_rolled_forward_is_refused(changes: dict[str, Any], field: str) -> None:
    asked: dict[str, Any] = {"initial_fen": 100, "cash_fen": [1, 1], "effective_rate_share": Decimal("0.02")}
    asked |= changes
    with pytest.raises(InputError, match=field):
        amortised_cost(asked.pop("initial_fen"), **asked)
