"""利率重定价: a floating rate is reset to a new reference rate; the rest of each plan is planned anew."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import RateShare, require
from pledge.events._replanning import running_note, with_plan
from pledge.loan import Loan, Note
from pledge.plan import continued, rest_of
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class RateReset(FrozenModel):
    """The reference rate in force on the day."""

    reference_rate_share: RateShare


def _apply(loan: Loan, event: Event, payload: RateReset) -> Outcome:
    facility = loan.facility
    require(
        facility is not None and facility.spread_share is not None and loan.facility_state == "drawn",
        "facility",
        found="a fixed rate" if facility and facility.spread_share is None else loan.facility_state,
        expected="a drawn facility at a floating rate",
        advice="A fixed rate changes by an agreement, not by a reset.",
    )
    assert facility is not None and facility.spread_share is not None, "checked above"
    rate = payload.reference_rate_share + facility.spread_share
    require(
        0 <= rate < 1,
        "payload.reference_rate_share",
        found=f"a rate of {rate}",
        expected="a rate from 0 to below 1 with the spread",
        advice="Check the reference rate.",
    )
    for note in loan.notes:
        if note.running_row is not None:
            loan = loan.with_note(_reset(loan, note, rate))
    return loan, ()


def _reset(loan: Loan, note: Note, rate: Decimal) -> Note:
    running_note(loan, note.number)
    plan, day = note.plan, loan.today
    owed = rest_of(plan, on=day, principal_fen=note.undue_principal_fen, annual_rate_share=rate)
    terms = replace(plan.terms, annual_rate_share=rate)
    return with_plan(note, continued(plan, owed, on=day, terms=terms), day)


EVENT_KIND = EventKind(
    id="rate_reset",
    label=Label("利率重定价", "rate reset"),
    payload=RateReset,
    apply=_apply,
    roles=frozenset({"loan_officer", "system"}),
    approver_roles=frozenset({"approver"}),
)
