"""How a payment settles what is due: to which debts it goes says ``pledge/allocation.py``, here the loan changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pledge.allocation import Debt, allocate
from pledge.ledger import Posting, post
from pledge.loan import Due, Loan, Note

__all__ = ["Owed", "owed_today", "remove_due_principal", "settle", "spread_over"]


@dataclass(frozen=True)
class Owed:
    """A debt of today, what a payment on it does to the loan, and the meaning under which it is posted."""

    debt: Debt
    meaning: str
    pay: Callable[[Loan, int], Loan]


def settle(loan: Loan, amount_fen: int, *, cause: int) -> tuple[Loan, tuple[Posting, ...]]:
    """The loan after an amount, at most what is due, went to what is due in the order agreed, and what that posted."""
    return spread_over(loan, amount_fen, owed_today(loan), cause=cause)


def spread_over(loan: Loan, amount_fen: int, owed: list[Owed], *, cause: int) -> tuple[Loan, tuple[Posting, ...]]:
    """The loan after an amount, at most the sum of the debts, went to them in the order agreed, and what that posted.

    One posting for each meaning, whatever the number of debts.
    """
    assert loan.facility is not None, "what is due was agreed"
    numbered = [replace(each.debt, number=number) for number, each in enumerate(owed)]
    paid: Counter[str] = Counter()
    allocation = allocate(amount_fen, numbered, order=loan.facility.allocation)
    assert allocation.excess_fen == 0, "no more is paid than is owed"
    for part in allocation.parts:
        if part.paid_fen:
            each = owed[part.debt.number]
            loan = each.pay(loan, part.paid_fen)
            paid[each.meaning] += part.paid_fen
    moved = (post(loan.today, meaning, amount, cause=cause) for meaning, amount in paid.items() if meaning)
    return loan, tuple(posting for each in moved for posting in each)


def owed_today(loan: Loan) -> list[Owed]:
    """Every debt of today: what fell due with its due date; late and compound interest are of today."""
    return [*_charges(loan), *(each for note in loan.notes for each in _of_note(loan, note))]


def remove_due_principal(loan: Loan, amount_fen: int) -> Loan:
    """The loan with so much of the principal due taken off, the oldest first, for another reason than payment."""
    principal = [each for each in owed_today(loan) if each.debt.kind == "principal"]
    repaid = loan.principal_repaid_fen
    for each in sorted(principal, key=lambda each: each.debt.due_date):
        part = min(amount_fen, each.debt.amount_fen)
        loan = each.pay(loan, part)
        amount_fen -= part
    assert amount_fen == 0, "no more is taken off than is due"
    return replace(loan, principal_repaid_fen=repaid)


def _charges(loan: Loan) -> Iterator[Owed]:
    for at, charge in enumerate(loan.charges):
        if charge.open_fen:
            debt = Debt(kind="cost", due_date=charge.charged_on, number=0, amount_fen=charge.open_fen)
            yield Owed(debt, "costs_paid", lambda loan, part, at=at: _charge_paid(loan, at, part))  # type: ignore[misc]


def _charge_paid(loan: Loan, at: int, part: int) -> Loan:
    charge = loan.charges[at]
    paid = replace(charge, open_fen=charge.open_fen - part)
    return replace(loan, charges=(*loan.charges[:at], paid, *loan.charges[at + 1 :]))


def _of_note(loan: Loan, note: Note) -> Iterator[Owed]:
    number, today = note.number, loan.today
    if note.late.open_fen:
        debt = Debt(kind="late", due_date=today, number=0, amount_fen=note.late.open_fen)
        yield Owed(debt, "late_interest_paid", lambda loan, part: _late_paid(loan, number, part))
    if note.compound.open_fen:
        debt = Debt(kind="compound", due_date=today, number=0, amount_fen=note.compound.open_fen)
        yield Owed(debt, "compound_interest_paid", lambda loan, part: _compound_paid(loan, number, part))
    for at, due in enumerate(note.dues):
        if due.is_open:
            yield from _of_due(number, at, due)


def _of_due(number: int, at: int, due: Due) -> Iterator[Owed]:
    if due.interest_open_fen:
        debt = Debt(kind="interest", due_date=due.due_date, number=0, amount_fen=due.interest_open_fen)
        yield Owed(debt, "interest_paid", lambda loan, part: _interest_paid(loan, number, at, part))
    if due.principal_open_fen:
        debt = Debt(kind="principal", due_date=due.due_date, number=0, amount_fen=due.principal_open_fen)
        yield Owed(debt, "principal_repaid", lambda loan, part: _principal_paid(loan, number, at, part))


def _late_paid(loan: Loan, number: int, part: int) -> Loan:
    note = loan.note(number)
    return loan.with_note(replace(note, late=note.late.settled(part)))


def _compound_paid(loan: Loan, number: int, part: int) -> Loan:
    note = loan.note(number)
    return loan.with_note(replace(note, compound=note.compound.settled(part)))


def _interest_paid(loan: Loan, number: int, at: int, part: int) -> Loan:
    due = loan.note(number).dues[at]
    paid = _with_due(loan, number, at, replace(due, interest_open_fen=due.interest_open_fen - part))
    return replace(paid, interest_paid_fen=loan.interest_paid_fen + part)


def _principal_paid(loan: Loan, number: int, at: int, part: int) -> Loan:
    due = loan.note(number).dues[at]
    paid = _with_due(loan, number, at, replace(due, principal_open_fen=due.principal_open_fen - part))
    return replace(paid, principal_repaid_fen=loan.principal_repaid_fen + part)


def _with_due(loan: Loan, number: int, at: int, due: Due) -> Loan:
    note = loan.note(number)
    settled = due if due.is_open else replace(due, settled_on=loan.day)
    return loan.with_note(replace(note, dues=(*note.dues[:at], settled, *note.dues[at + 1 :])))
