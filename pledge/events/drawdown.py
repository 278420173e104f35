"""提款: money is paid out; its plan of payments starts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._notes import NoteNumber, require_new_note
from pledge.events._payload import PositiveMoney, RateShare, fen, floating_rate, require, take
from pledge.instalments import LoanTerms, Period
from pledge.ledger import post
from pledge.loan import Facility, Loan, Note
from pledge.loan_errors import IllegalStepError
from pledge.plan import payment_plan
from pledge.rates import FixedRate
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class Drawdown(FrozenModel):
    """How much is paid out, under which number (借据号), and at a floating rate the reference rate of the day.

    The number is stated and not counted: a drawing recorded late must not change what later events refer to.
    """

    amount: PositiveMoney
    note: NoteNumber = 1
    reference_rate_share: RateShare | None = None


def _apply(loan: Loan, event: Event, payload: Drawdown) -> Outcome:
    amount = fen(payload.amount)
    state = take(event, "facility", "draw", state=loan.facility_state)
    facility = _facility(loan, event)
    require_new_note(loan, payload.note, field="payload.note")
    _within_limits(loan, facility, amount)
    note = _note(facility, event, payload)
    drawn = replace(
        loan,
        facility_state=state,
        notes=(*loan.notes, note),
        principal_drawn_fen=loan.principal_drawn_fen + amount,
    )
    return drawn, post(event.effective_date, "principal_paid_out", amount, cause=event.sequence)


def _facility(loan: Loan, event: Event) -> Facility:
    facility = loan.facility
    assert facility is not None, "what is drawn was agreed"
    require(
        event.effective_date <= facility.available_until,
        "effective_date",
        found=event.effective_date,
        expected=f"{facility.available_until} or earlier, the last day of the facility",
        advice="The facility cannot be drawn any more.",
    )
    require(
        loan.overdue_days == 0,
        "drawdown",
        found=f"{loan.overdue_days} days overdue",
        expected="nothing overdue",
        advice="Settle what is overdue first.",
    )
    return facility


def _within_limits(loan: Loan, facility: Facility, amount: int) -> None:
    """The limit of the contract, and before registration only what may explicitly be unsecured."""
    left = facility.limit_fen - loan.principal_drawn_fen
    require(
        amount <= left,
        "payload.amount",
        found=Money(amount).text,
        expected=f"at most {Money(left).text}, what is left of the limit",
        advice="Draw less, or agree on a new facility.",
    )
    secured = loan.lending_value_fen
    allowed = max(secured, facility.unsecured_limit_fen) if not loan.has_registered_right else secured
    exposure = loan.outstanding_fen + amount
    require(
        exposure <= allowed,
        "payload.amount",
        found=f"an exposure of {Money(exposure).text}",
        expected=f"at most {Money(allowed).text}, what the registered rights or the unsecured limit allow",
        advice="Register a pledge of enough value after pledge rate first.",
    )


def _note(facility: Facility, event: Event, payload: Drawdown) -> Note:
    rate = _rate(facility, payload)
    terms = LoanTerms(
        principal_fen=fen(payload.amount),
        annual_rate_share=rate,
        drawdown_date=event.effective_date,
        period_count=facility.period_count,
        period=Period(months=facility.period_months),
        day_count=facility.day_count,  # type: ignore[arg-type]
        interest_rounding=facility.interest_rounding,
        instalment_rounding=facility.instalment_rounding,
        due_date_convention=facility.due_date_convention,  # type: ignore[arg-type]
        calendar=load_china_calendar(),
    )
    return Note(
        number=payload.note,
        drawn_on=event.effective_date,
        principal_fen=terms.principal_fen,
        plan=payment_plan(facility.form, terms, facility.form_parameters),
        late_terms=facility.late_terms,
    )


def _rate(facility: Facility, payload: Drawdown) -> Decimal:
    stated = payload.reference_rate_share
    if isinstance(facility.rate, FixedRate):
        require(
            stated is None,
            "payload.reference_rate_share",
            found=stated,
            expected="nothing, the rate is fixed",
            advice="Leave it out.",
        )
        return facility.rate.annual_rate_share
    if stated is None:
        raise IllegalStepError.of(
            "payload.reference_rate_share",
            found="nothing",
            expected=f"the {facility.rate.tenor} loan prime rate in force on the day",
            advice="State the fixing; it is never guessed.",
        )
    return floating_rate(facility, stated)


EVENT_KIND = EventKind(
    id="drawdown",
    label=Label("提款", "drawdown"),
    payload=Drawdown,
    apply=_apply,
    steps=(("facility", "draw"),),
)
