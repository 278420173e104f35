"""清收: money comes back on a called loan; it is shared with whoever compensated the bank."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, Text, fen, require
from pledge.events._recovering import recover
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class Recovery(FrozenModel):
    """How much came back, yuan, and from where (the borrower, a licence, a court)."""

    amount: PositiveMoney
    origin: Text


def _apply(loan: Loan, event: Event, payload: Recovery) -> Outcome:
    require(
        loan.facility_state in ("called", "written_off"),
        "facility",
        found=loan.facility_state,
        expected="called or written off",
        advice="What a running loan pays is a repayment.",
    )
    require(
        fen(payload.amount) <= loan.owed_fen,
        "payload.amount",
        found=payload.amount,
        expected=f"at most {Money(loan.owed_fen).text}, what is owed to all",
        advice="A surplus belongs to the borrower and is no recovery.",
    )
    recovered, postings = recover(loan, fen(payload.amount), cause=event.sequence)
    return recovered.settled_if_nothing_left(), postings


EVENT_KIND = EventKind(
    id="recovery",
    label=Label("清收回款", "recovery"),
    payload=Recovery,
    roles=frozenset({"borrower", "loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
