"""无还本续贷: a new drawing takes the place of an old one without its principal being repaid; interest is paid."""

from __future__ import annotations

from dataclasses import replace

from pledge.amendments.renewal import RenewalParameters
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._amending import (
    AmendmentPayload,
    ended_note,
    paid_today,
    planned,
    require_amount,
    require_nothing_due,
)
from pledge.events._notes import NoteNumber, require_new_note
from pledge.events._payload import fen
from pledge.loan import Loan, Note
from valuation.kernel.fields import NonNegativeMoneyText
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class Renewal(AmendmentPayload):
    """The number of the new drawing, the interest paid on the day, yuan, the new terms, and the conditions as found."""

    new_note: NoteNumber
    amount: NonNegativeMoneyText
    terms: RenewalParameters


def _apply(loan: Loan, event: Event, payload: Renewal) -> Outcome:
    """The old drawing ends with its interest paid; its principal goes on in the new one, and nothing else moves."""
    require_nothing_due(loan)
    require_new_note(loan, payload.new_note, field="payload.new_note")
    note, amended = planned(loan, event, "renewal", payload.terms, note=payload.note)
    require_amount(fen(payload.amount), amended.interest_paid_fen, of="the interest to the day")
    renewed = Note(
        number=payload.new_note,
        drawn_on=event.effective_date,
        principal_fen=note.undue_principal_fen,
        plan=amended.plan,
        late_terms=note.late_terms,
    )
    old = ended_note(note, amended)
    paid, postings = paid_today(loan, event, old, principal_fen=0, interest_fen=amended.interest_paid_fen)
    return replace(paid, notes=(*paid.notes, renewed)), postings


EVENT_KIND = EventKind(
    id="renewal",
    label=Label("无还本续贷", "renewal without repayment"),
    payload=Renewal,
    apply=_apply,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
)
