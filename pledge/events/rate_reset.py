"""利率重定价: a floating rate is reset to a new fixing; the rest of each plan is planned anew."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import RateShare, floating_rate, require
from pledge.events._replanning import running_note, with_plan
from pledge.floating_plan import with_rate_from
from pledge.loan import Loan
from pledge.rates import FloatingRate, RateStep
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class RateReset(FrozenModel):
    """The fixing of the reference rate that applies from the day."""

    reference_rate_share: RateShare


def _apply(loan: Loan, event: Event, payload: RateReset) -> Outcome:
    facility = loan.facility
    is_floating = facility is not None and isinstance(facility.rate, FloatingRate)
    require(
        is_floating and loan.facility_state == "drawn",
        "facility",
        found=loan.facility_state if is_floating else "no floating rate",
        expected="a drawn facility at a floating rate",
        advice="A fixed rate changes by an agreement, not by a reset.",
    )
    assert facility is not None, "checked above"
    step = RateStep(event.effective_date, floating_rate(facility, payload.reference_rate_share))
    for note in loan.notes:
        if note.running_row is not None:
            running_note(loan, note.number)
            plan = with_rate_from(note.plan, step, principal_fen=note.undue_principal_fen)
            loan = loan.with_note(with_plan(note, plan, event.effective_date))
    return loan, ()


EVENT_KIND = EventKind(
    id="rate_reset",
    label=Label("利率重定价", "rate reset"),
    payload=RateReset,
    apply=_apply,
    roles=frozenset({"loan_officer", "system"}),
    approver_roles=frozenset({"approver"}),
)
