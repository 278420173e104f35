"""What the realisation of a right brings, however it is realised: it is spread over everybody's claims."""

from __future__ import annotations

from pledge.event_kind import Event
from pledge.events._payload import require
from pledge.events._recovering import recover
from pledge.ledger import Posting
from pledge.loan import Loan

__all__ = ["spread"]


def spread(loan: Loan, amount_fen: int, event: Event) -> tuple[Loan, tuple[Posting, ...]]:
    """The loan after an amount above zero was spread over what is owed; a surplus is the pledgor's and not posted.

    Raises
    ------
    IllegalStepError : the loan was not called, so that no claim can be realised.
    """
    require(
        loan.facility_state in ("called", "written_off"),
        "facility",
        found=loan.facility_state,
        expected="called or written off",
        advice="A right is realised when the whole loan is due.",
    )
    recovered, postings = recover(loan, min(amount_fen, loan.owed_fen), cause=event.sequence)
    return recovered.settled_if_nothing_left(), postings
