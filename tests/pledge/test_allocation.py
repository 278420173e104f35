"""Does a payment serve the debts in the agreed order, to the fen?

Authority: Civil Code article 561 (costs, interest, principal) on a case by hand. Identities by hypothesis: parts and
excess add up to the payment, nothing is overpaid, a later debt gets nothing while an earlier one is open.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.allocation import CIVIL_CODE_ORDER, DEBT_KINDS, PRINCIPAL_FIRST_ORDER, Debt, allocate
from valuation.errors import InputError

DAY = datetime.date


def debt(kind: Any, month: int, amount: int) -> Debt:
    return Debt(kind=kind, due_date=DAY(2024, month, 20), number=month, amount_fen=amount)


OWED = [
    debt("principal", 1, 1000),
    debt("interest", 1, 70),
    debt("late", 2, 5),
    debt("compound", 2, 1),
    debt("interest", 2, 60),
    debt("cost", 3, 30),
]


@pytest.mark.parametrize(
    ("payment", "expected"),
    # Hand: cost 30, then interest of January 70, of February 60, late 5, compound 1, then principal.
    [
        (20, {"cost": 20}),
        (100, {"cost": 30, "interest": 70}),
        (163, {"cost": 30, "interest": 130, "late": 3}),
        (200, {"cost": 30, "interest": 130, "late": 5, "compound": 1, "principal": 34}),
    ],
)
def test_the_order_of_the_civil_code(payment: int, expected: dict[Any, int]) -> None:
    found = allocate(payment, OWED)
    assert {kind: found.paid_fen(kind) for kind in DEBT_KINDS if found.paid_fen(kind)} == expected  # type: ignore[arg-type]
    assert found.excess_fen == 0


def test_principal_first_when_agreed_and_an_excess_is_named() -> None:
    found = allocate(1040, OWED, order=PRINCIPAL_FIRST_ORDER)
    assert (found.paid_fen("cost"), found.paid_fen("principal"), found.paid_fen("interest")) == (30, 1000, 10)
    assert allocate(2000, OWED).excess_fen == 2000 - 1166
    assert [part.left_fen for part in allocate(2000, OWED).parts] == [0] * 6


debts = st.builds(
    Debt,
    kind=st.sampled_from(DEBT_KINDS),
    due_date=st.dates(DAY(2024, 1, 1), DAY(2024, 12, 31)),
    number=st.integers(1, 12),
    amount_fen=st.integers(0, 10**12),
)


@given(
    payment=st.integers(1, 10**13),
    owed=st.lists(debts, max_size=12),
    order=st.sampled_from([CIVIL_CODE_ORDER, PRINCIPAL_FIRST_ORDER]),
)
def test_no_fen_is_lost_and_no_debt_overpaid(payment: int, owed: list[Debt], order: Any) -> None:
    found = allocate(payment, owed, order=order)
    assert sum(part.paid_fen for part in found.parts) + found.excess_fen == payment
    assert all(0 <= part.paid_fen <= part.debt.amount_fen for part in found.parts)
    open_parts = [part for part in found.parts if part.left_fen]
    assert not open_parts or found.excess_fen == 0
    first_open = next((index for index, part in enumerate(found.parts) if part.left_fen), len(found.parts))
    assert all(part.paid_fen == 0 for part in found.parts[first_open + 1 :])


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (lambda: allocate(0, OWED), "payment_fen"),
        (lambda: allocate(1.5, OWED), "payment_fen"),  # type: ignore[arg-type]
        (lambda: allocate(1, OWED, order=[["cost"], ["principal"]]), "order"),
        (lambda: allocate(1, OWED, order=[*CIVIL_CODE_ORDER, ["cost"]]), "order"),
        (lambda: debt("penalty", 1, 1), "debt"),
        (lambda: debt("cost", 1, -1), "debt"),
    ],
)
def test_what_makes_no_sense_is_refused(question: Any, expected: str) -> None:
    with pytest.raises(InputError, match=f"^{expected}"):
        question()
