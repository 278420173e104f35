"""To which of the debts on a loan does a payment go, and in which order?

Unless agreed otherwise a payment goes to the costs of enforcing the claim first, then to interest, then to principal;
within one kind to the debt that fell due first. A bank may agree on another order, such as principal first on a
non-performing loan.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from valuation.errors import InputError

__all__ = ["CIVIL_CODE_ORDER", "PRINCIPAL_FIRST_ORDER", "Allocated", "Allocation", "Debt", "DebtKind", "allocate"]

#: ``cost``: costs of enforcing the claim, fees. ``compound``: compound interest 复利. ``late``: late interest 罚息.
#: ``interest``: ordinary interest due. ``principal``: principal due.
DebtKind = Literal["cost", "compound", "late", "interest", "principal"]
DEBT_KINDS: tuple[str, ...] = get_args(DebtKind)
#: 民法典 article 561: costs, interest (of every kind), principal. Debts of one group are paid by their due date.
CIVIL_CODE_ORDER: tuple[tuple[DebtKind, ...], ...] = (("cost",), ("interest", "late", "compound"), ("principal",))
#: Principal before interest, as many banks agree for loans overdue for more than 90 days.
PRINCIPAL_FIRST_ORDER: tuple[tuple[DebtKind, ...], ...] = (("cost",), ("principal",), ("interest", "late", "compound"))


@dataclass(frozen=True, kw_only=True)
class Debt:
    """One amount that is owed, what it is, and since when; ``number`` names its row in the plan."""

    kind: DebtKind
    due_date: datetime.date
    number: int
    amount_fen: int

    def __post_init__(self) -> None:
        if self.kind not in DEBT_KINDS or self.amount_fen < 0:
            raise InputError.of("debt", found=self, expected=f"0 or more fen of {', '.join(DEBT_KINDS)}")


@dataclass(frozen=True)
class Allocated:
    """So much of a payment went to this debt."""

    debt: Debt
    paid_fen: int

    @property
    def left_fen(self) -> int:
        """What is still owed on the debt."""
        return self.debt.amount_fen - self.paid_fen


@dataclass(frozen=True)
class Allocation:
    """Where a payment went: every debt in the order it was served, and what was left of the money."""

    parts: tuple[Allocated, ...]
    excess_fen: int

    def paid_fen(self, kind: DebtKind) -> int:
        """How much went to debts of this kind?"""
        return sum(part.paid_fen for part in self.parts if part.debt.kind == kind)


def allocate(
    payment_fen: int, debts: Sequence[Debt], *, order: Sequence[Sequence[DebtKind]] = CIVIL_CODE_ORDER
) -> Allocation:
    """To which debts does a payment go?

    Groups of the order one after another; in a group by due date, then in the order of the group, then by number.

    Parameters
    ----------
    payment_fen : above 0.
    debts : what is owed on the day of the payment.
    order : groups of kinds; every kind of debt stands in exactly one.

    Returns
    -------
    One part for every debt, also for those that got nothing, and the excess; parts and excess add up to the payment.

    Raises
    ------
    InputError : no payment, an order that leaves out or repeats a kind.

    References
    ----------
    中华人民共和国民法典 (Civil Code), articles 560 and 561.

    Examples
    --------
    >>> day = datetime.date(2024, 3, 20)
    >>> owed = [Debt(kind="principal", due_date=day, number=1, amount_fen=500),
    ...         Debt(kind="interest", due_date=day, number=1, amount_fen=70)]
    >>> found = allocate(100, owed)
    >>> found.paid_fen("interest"), found.paid_fen("principal"), found.excess_fen
    (70, 30, 0)

    Tested by: ``tests/pledge/test_allocation.py``.
    """
    if type(payment_fen) is not int or payment_fen <= 0:
        raise InputError.of("payment_fen", found=payment_fen, expected="a whole number of fen above 0")
    ranks = _ranks(order)
    left, parts = payment_fen, []
    for debt in sorted(debts, key=lambda debt: (ranks[debt.kind][0], debt.due_date, ranks[debt.kind][1], debt.number)):
        paid = min(left, debt.amount_fen)
        parts.append(Allocated(debt, paid))
        left -= paid
    return Allocation(tuple(parts), left)


def _ranks(order: Sequence[Sequence[DebtKind]]) -> dict[str, tuple[int, int]]:
    """The group of each kind and its place in it."""
    named = [kind for group in order for kind in group]
    if sorted(named) != sorted(DEBT_KINDS):
        raise InputError.of("order", found=", ".join(named), expected=f"each once of {', '.join(DEBT_KINDS)}")
    return {kind: (rank, place) for rank, group in enumerate(order) for place, kind in enumerate(group)}
