"""核销: a called loan leaves the bank's books; the claim is kept (账销案存), the borrower still owes."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import require, take
from pledge.ledger import Posting, post
from pledge.loan import Loan, Note
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class WrittenOff(FrozenModel):
    """On which ground the whole loan is written off. From this day nothing accrues in the books of the bank."""

    ground: Reason


def _apply(loan: Loan, event: Event, payload: WrittenOff) -> Outcome:
    require(
        loan.called_on is not None and loan.due_fen > 0,
        "loan",
        found="a loan that was not called" if loan.called_on is None else "nothing due",
        expected="a called loan with something due",
        advice="Call the loan first; it is written off as a whole.",
    )
    state = take(event, "facility", "write_off", state=loan.facility_state)
    late = loan.late_interest_fen + loan.compound_interest_fen
    written = replace(
        loan,
        notes=tuple(_emptied(note) for note in loan.notes),
        charges=tuple(replace(charge, open_fen=0) for charge in loan.charges),
        facility_state=state,
        written_off_on=event.effective_date,
        principal_written_off_fen=loan.due_principal_fen,
        interest_written_off_fen=loan.due_interest_fen + late,
        costs_written_off_fen=loan.open_costs_fen,
    )
    return written, _postings(loan, event)


def _emptied(note: Note) -> Note:
    dues = tuple(replace(due, principal_open_fen=0, interest_open_fen=0) for due in note.dues)
    late, compound = note.late.settled(note.late.open_fen), note.compound.settled(note.compound.open_fen)
    return replace(note, dues=dues, late=late, compound=compound)


def _postings(loan: Loan, event: Event) -> tuple[Posting, ...]:
    amounts = {
        "principal_written_off": loan.due_principal_fen,
        "interest_written_off": loan.due_interest_fen,
        "late_interest_written_off": loan.late_interest_fen,
        "compound_interest_written_off": loan.compound_interest_fen,
        "costs_written_off": loan.open_costs_fen,
    }
    day, cause = event.effective_date, event.sequence
    return tuple(each for meaning, amount in amounts.items() for each in post(day, meaning, amount, cause=cause))


EVENT_KIND = EventKind(
    id="written_off",
    label=Label("贷款核销", "loan written off"),
    payload=WrittenOff,
    apply=_apply,
    steps=(("facility", "write_off"),),
)
