"""还款: the borrower pays what is due; it settles costs, late interest, interest and principal as agreed."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, fen, require
from pledge.events._settling import settle
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class Repayment(FrozenModel):
    """How much was paid, yuan; at most what is due."""

    amount: PositiveMoney


def _apply(loan: Loan, event: Event, payload: Repayment) -> Outcome:
    amount = fen(payload.amount)
    require(
        not any(claim.subrogated_fen for claim in loan.claims.values()) and loan.written_off_on is None,
        "repayment",
        found="claims of compensators or a write-off",
        expected="a claim that is the bank's alone",
        advice="Record a recovery instead: it is shared.",
    )
    require(
        amount <= loan.due_fen,
        "payload.amount",
        found=payload.amount,
        expected=f"at most {Money(loan.due_fen).text}, what is due on {event.effective_date}",
        advice="Principal that is not due yet is paid by a prepayment.",
    )
    paid, postings = settle(loan, amount, cause=event.sequence)
    return paid.settled_if_nothing_left(), postings


EVENT_KIND = EventKind(
    id="repayment",
    label=Label("还款", "repayment"),
    payload=Repayment,
    apply=_apply,
    steps=(
        ("instalment", "pay_part"),
        ("instalment", "pay"),
    ),
)
