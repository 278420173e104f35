"""提前还款: principal is paid before it is due, a part or all of it, the same day it was drawn or any day later."""

from __future__ import annotations

from pledge.amendments.prepayment import PrepaymentParameters
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._amending import (
    AmendmentPayload,
    ended_note,
    paid_today,
    planned,
    require_amount,
    require_nothing_due,
)
from pledge.events._payload import PositiveMoney, fen
from pledge.events._replanning import with_plan
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class Prepayment(AmendmentPayload):
    """What was paid in all, yuan, and what it is for; see the parameters of a prepayment."""

    amount: PositiveMoney
    terms: PrepaymentParameters


def _apply(loan: Loan, event: Event, payload: Prepayment) -> Outcome:
    require_nothing_due(loan)
    note, amended = planned(loan, event, "prepayment", payload.terms, note=payload.note)
    principal, interest, fee = amended.principal_paid_fen, amended.interest_paid_fen, amended.fee_fen
    named = f"principal {Money(principal).text}, interest {Money(interest).text}, fee {Money(fee).text}"
    require_amount(fen(payload.amount), principal + interest + fee, of=named)
    is_all = payload.terms.principal is None
    changed = ended_note(note, amended) if is_all else with_plan(note, amended.plan, event.effective_date)
    paid, postings = paid_today(loan, event, changed, principal_fen=principal, interest_fen=interest)
    day, cause = event.effective_date, event.sequence
    fees = (*post(day, "fee_charged", fee, cause=cause), *post(day, "costs_paid", fee, cause=cause))
    return paid.settled_if_nothing_left(), (*postings, *fees)


EVENT_KIND = EventKind(
    id="prepayment",
    label=Label("提前还款", "prepayment"),
    payload=Prepayment,
    apply=_apply,
    roles=frozenset({"borrower", "loan_officer"}),
    approver_roles=frozenset({"approver"}),
)
