"""What the events of a claim on a compensator have in common."""

from __future__ import annotations

from pledge.events._payload import require
from pledge.loan import Claim, Loan

__all__ = ["known_claim", "principal_claim_fen"]


def known_claim(loan: Loan, party: str) -> Claim:
    """The claim on that party.

    Raises
    ------
    IllegalStepError : no claim on it was filed.
    """
    require(
        party in loan.claims,
        "payload.party",
        found=party,
        expected=f"one of {', '.join(sorted(loan.claims)) or 'no claims yet'}",
        advice="File a claim first.",
    )
    return loan.claims[party]


def principal_claim_fen(loan: Loan) -> int:
    """What of the principal the bank still claims for itself, written off or not."""
    return loan.outstanding_fen + loan.principal_written_off_fen
