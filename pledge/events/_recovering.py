"""How a recovery from a called loan is spread: in the order agreed, principal shared with whoever compensated.

Principal is shared in proportion to what each still claims: the bank its own (written off or not), a compensator what
it paid and did not get back. What a compensator gets is set aside with the bank until it is passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pledge.events._settling import settle_component
from pledge.ledger import Posting, post
from pledge.loan import Loan
from valuation.kernel.money import split_fen

__all__ = ["recover"]

#: The loan, what was posted, and how much of the amount was used.
_Used = tuple[Loan, tuple[Posting, ...], int]


def recover(loan: Loan, amount_fen: int, *, cause: int) -> tuple[Loan, tuple[Posting, ...], int]:
    """Which claims does a recovery settle?

    Returns
    -------
    The loan, the postings, and what is left when nobody claims any more (fen).
    """
    assert loan.facility is not None, "only a called loan is recovered"
    postings: tuple[Posting, ...] = ()
    for component in loan.facility.allocation:
        step = _principal if component == "principal" else _bank_part(component)
        loan, moved, used = step(loan, amount_fen, cause)
        postings += moved
        amount_fen -= used
    return loan, postings, amount_fen


def _bank_part(component: str) -> Callable[[Loan, int, int], _Used]:
    """Costs and interest are the bank's alone: what is in its books first, then what it wrote off."""

    def step(loan: Loan, amount_fen: int, cause: int) -> _Used:
        loan, moved, used = settle_component(loan, component, amount_fen, cause=cause)
        loan, kept, more = _written_off(loan, component, amount_fen - used, cause)
        return loan, (*moved, *kept), used + more

    return step


_KEPT = {
    "costs": ("costs_written_off_fen", "written_off_costs_recovered"),
    "interest": ("interest_written_off_fen", "written_off_interest_recovered"),
    "principal": ("principal_written_off_fen", "written_off_principal_recovered"),
}


def _written_off(loan: Loan, component: str, amount_fen: int, cause: int) -> _Used:
    if component not in _KEPT:
        return loan, (), 0
    name, meaning = _KEPT[component]
    part = min(amount_fen, getattr(loan, name))
    loan = replace(loan, **{name: getattr(loan, name) - part})
    if component == "principal":
        loan = replace(loan, principal_repaid_fen=loan.principal_repaid_fen + part)
    return loan, post(loan.today, meaning, part, cause=cause), part


def _principal(loan: Loan, amount_fen: int, cause: int) -> _Used:
    own = loan.due_principal_fen + loan.principal_written_off_fen
    weights = {"bank": own} | {party: claim.subrogated_fen for party, claim in loan.claims.items()}
    total = sum(weights.values())
    used = min(amount_fen, total)
    if not used:
        return loan, (), 0
    shares = dict(zip(weights, split_fen(used, weights=list(weights.values())), strict=True))
    bank = shares.pop("bank")
    loan, postings, settled = settle_component(loan, "principal", bank, cause=cause)
    loan, kept, _ = _written_off(loan, "principal", bank - settled, cause)
    for party, share in shares.items():
        loan, moved = _set_aside(loan, party, share, cause)
        kept += moved
    return loan, (*postings, *kept), used


def _set_aside(loan: Loan, party: str, share: int, cause: int) -> tuple[Loan, tuple[Posting, ...]]:
    claim = loan.claims[party]
    claim = replace(claim, returned_fen=claim.returned_fen + share, set_aside_fen=claim.set_aside_fen + share)
    loan = replace(
        loan.with_claim(claim),
        principal_repaid_fen=loan.principal_repaid_fen + share,
        principal_transferred_fen=loan.principal_transferred_fen - share,
    )
    return loan, post(loan.today, "recovery_shared", share, party=party, cause=cause)
