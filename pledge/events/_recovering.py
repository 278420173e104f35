"""How a recovery from a called loan is spread: in the order agreed, principal shared with whoever compensated.

Costs and interest are the bank's alone, written off or not. Principal is shared in proportion to what each still
claims: the bank its own (written off or not), a compensator what it paid and did not get back. What a compensator
gets is set aside with the bank until it is passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pledge.allocation import Debt
from pledge.events._settling import Owed, owed_today, remove_due_principal, spread_over
from pledge.ledger import Posting, post
from pledge.loan import Loan
from valuation.kernel.money import split_fen

__all__ = ["recover"]


def recover(loan: Loan, amount_fen: int, *, cause: int) -> tuple[Loan, tuple[Posting, ...]]:
    """The loan after an amount, at most what is owed to all, was recovered, and what that posted."""
    own = [each for each in owed_today(loan) if each.debt.kind != "principal"]
    debts = [*own, *_written_off(loan), *_all_principal(loan)]
    # The parts of principal have meanings and parties of their own, so they are posted by who got them.
    spread, postings = spread_over(loan, amount_fen, debts, cause=cause)
    return spread, (*postings, *_principal_postings(loan, spread, cause))


def _written_off(loan: Loan) -> Iterator[Owed]:
    if loan.written_off_on is None:
        return
    day = loan.written_off_on
    if loan.costs_written_off_fen:
        debt = Debt(kind="cost", due_date=day, number=0, amount_fen=loan.costs_written_off_fen)
        yield Owed(debt, "written_off_costs_recovered", _written_off_costs)
    if loan.interest_written_off_fen:
        debt = Debt(kind="interest", due_date=day, number=0, amount_fen=loan.interest_written_off_fen)
        yield Owed(debt, "written_off_interest_recovered", _written_off_interest)


def _written_off_costs(loan: Loan, part: int) -> Loan:
    return replace(loan, costs_written_off_fen=loan.costs_written_off_fen - part)


def _written_off_interest(loan: Loan, part: int) -> Loan:
    return replace(loan, interest_written_off_fen=loan.interest_written_off_fen - part)


def _all_principal(loan: Loan) -> Iterator[Owed]:
    """The principal everybody claims, as one debt."""
    total = loan.due_principal_fen + loan.principal_written_off_fen + loan.subrogated_fen
    if total:
        debt = Debt(kind="principal", due_date=loan.called_on or loan.today, number=0, amount_fen=total)
        yield Owed(debt, "", _principal_shared)


def _principal_shared(loan: Loan, amount_fen: int) -> Loan:
    claims = {party: claim.subrogated_fen for party, claim in loan.claims.items()}
    weights = [loan.due_principal_fen + loan.principal_written_off_fen, *claims.values()]
    bank, *others = split_fen(amount_fen, weights=weights)
    from_books = min(bank, loan.due_principal_fen)
    loan = remove_due_principal(loan, from_books)
    for party, share in zip(claims, others, strict=True):
        claim = loan.claims[party]
        returned, set_aside = claim.returned_fen + share, claim.set_aside_fen + share
        loan = loan.with_claim(replace(claim, returned_fen=returned, set_aside_fen=set_aside))
    return replace(
        loan,
        principal_written_off_fen=loan.principal_written_off_fen - (bank - from_books),
        principal_repaid_fen=loan.principal_repaid_fen + amount_fen,
        principal_transferred_fen=loan.principal_transferred_fen - sum(others),
    )


def _principal_postings(before: Loan, after: Loan, cause: int) -> tuple[Posting, ...]:
    day = before.today
    from_books = before.due_principal_fen - after.due_principal_fen
    written_off = before.principal_written_off_fen - after.principal_written_off_fen
    moved = post(day, "principal_repaid", from_books, cause=cause)
    moved += post(day, "written_off_principal_recovered", written_off, cause=cause)
    for party, claim in after.claims.items():
        share = claim.returned_fen - before.claims[party].returned_fen
        moved += post(day, "recovery_shared", share, party=party, cause=cause)
    return moved
