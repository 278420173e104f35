"""延期还款: some periods of a drawing without principal, or without any payment."""

from __future__ import annotations

from pledge.amendments.payment_holiday import PaymentHolidayParameters
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._amending import AmendmentPayload, replanned
from pledge.loan import Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class PaymentHoliday(AmendmentPayload):
    """How many periods, in which of the three meanings, and whether the loan gets longer."""

    terms: PaymentHolidayParameters


def _apply(loan: Loan, event: Event, payload: PaymentHoliday) -> Outcome:
    return replanned(loan, event, "payment_holiday", payload.terms, note=payload.note)[0], ()


EVENT_KIND = EventKind(
    id="payment_holiday",
    label=Label("延期还款", "payment holiday"),
    payload=PaymentHoliday,
    apply=_apply,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
)
