"""How a payment settles what is due: component after component, in each the oldest instalment first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pledge.ledger import Posting, post
from pledge.loan import Due, Loan, Note

__all__ = ["remove_due_principal", "settle", "settle_component"]

#: The loan after a component took its part of a payment, and how much it took.
_Taken = tuple[Loan, int]
_PAID = {
    "costs": "costs_paid",
    "late_interest": "late_interest_paid",
    "compound_interest": "compound_interest_paid",
    "interest": "interest_paid",
    "principal": "principal_repaid",
}


def settle(loan: Loan, amount_fen: int, *, cause: int) -> tuple[Loan, tuple[Posting, ...], int]:
    """Which parts of what is due today does an amount settle, in the order agreed?

    Returns
    -------
    The loan, the postings, and what is left of the amount when nothing more is due (fen).
    """
    assert loan.facility is not None, "a payment settles what a facility made due"
    postings: tuple[Posting, ...] = ()
    for component in loan.facility.allocation:
        loan, moved, used = settle_component(loan, component, amount_fen, cause=cause)
        postings += moved
        amount_fen -= used
    return loan, postings, amount_fen


def settle_component(
    loan: Loan, component: str, amount_fen: int, *, cause: int
) -> tuple[Loan, tuple[Posting, ...], int]:
    """How much of an amount does one component of what is due take?

    Returns
    -------
    The loan, the postings, and what was taken (fen).
    """
    assert loan.day is not None, "something happened before a payment"
    loan, taken = _TAKE[component](loan, amount_fen)
    return loan, post(loan.today, _PAID[component], taken, cause=cause), taken


def remove_due_principal(loan: Loan, amount_fen: int) -> Loan:
    """The loan with so much of the principal due taken off, the oldest first, for another reason than payment."""
    loan, taken = _take_from_dues(loan, amount_fen, _principal_part)
    assert taken == amount_fen, "no more is taken off than is due"
    return loan


def _take_costs(loan: Loan, amount_fen: int) -> _Taken:
    charges, left = [], amount_fen
    for charge in loan.charges:
        part = min(left, charge.open_fen)
        charges.append(replace(charge, open_fen=charge.open_fen - part))
        left -= part
    return replace(loan, charges=tuple(charges)), amount_fen - left


def _take_late(loan: Loan, amount_fen: int) -> _Taken:
    return _take_by_note(loan, amount_fen, lambda note, left: _settled_late(note, min(left, note.late.open_fen)))


def _settled_late(note: Note, part: int) -> tuple[Note, int]:
    return replace(note, late=note.late.settled(part)), part


def _take_compound(loan: Loan, amount_fen: int) -> _Taken:
    return _take_by_note(
        loan, amount_fen, lambda note, left: _settled_compound(note, min(left, note.compound.open_fen))
    )


def _settled_compound(note: Note, part: int) -> tuple[Note, int]:
    return replace(note, compound=note.compound.settled(part)), part


def _take_by_note(loan: Loan, amount_fen: int, take: Callable[[Note, int], tuple[Note, int]]) -> _Taken:
    if not amount_fen:
        return loan, 0
    notes, left = [], amount_fen
    for note in loan.notes:
        changed, part = take(note, left)
        notes.append(changed)
        left -= part
    return replace(loan, notes=tuple(notes)), amount_fen - left


def _take_interest(loan: Loan, amount_fen: int) -> _Taken:
    loan, taken = _take_from_dues(loan, amount_fen, _interest_part)
    return replace(loan, interest_paid_fen=loan.interest_paid_fen + taken), taken


def _take_principal(loan: Loan, amount_fen: int) -> _Taken:
    loan, taken = _take_from_dues(loan, amount_fen, _principal_part)
    return replace(loan, principal_repaid_fen=loan.principal_repaid_fen + taken), taken


def _interest_part(due: Due, left: int) -> tuple[Due, int]:
    part = min(left, due.interest_open_fen)
    return replace(due, interest_open_fen=due.interest_open_fen - part), part


def _principal_part(due: Due, left: int) -> tuple[Due, int]:
    part = min(left, due.principal_open_fen)
    return replace(due, principal_open_fen=due.principal_open_fen - part), part


def _take_from_dues(loan: Loan, amount_fen: int, take: Callable[[Due, int], tuple[Due, int]]) -> _Taken:
    """The oldest due date first, whichever note it belongs to."""
    if not amount_fen:
        return loan, 0
    left = amount_fen
    open_ones = [
        (due.due_date, note.number, at) for note in loan.notes for at, due in enumerate(note.dues) if due.is_open
    ]
    notes = {note.number: note for note in loan.notes}
    for _, number, at in sorted(open_ones):
        if not left:
            break
        note = notes[number]
        due, part = take(note.dues[at], left)
        if not due.is_open:
            due = replace(due, settled_on=loan.day)
        notes[number] = replace(note, dues=(*note.dues[:at], due, *note.dues[at + 1 :]))
        left -= part
    return replace(loan, notes=tuple(notes.values())), amount_fen - left


_TAKE: dict[str, Callable[[Loan, int], _Taken]] = {
    "costs": _take_costs,
    "late_interest": _take_late,
    "compound_interest": _take_compound,
    "interest": _take_interest,
    "principal": _take_principal,
}
