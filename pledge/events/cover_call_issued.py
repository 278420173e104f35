"""补充担保通知: the cover is short, and more is called for within the days agreed."""

from __future__ import annotations

import datetime
from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._calling import CallPayload, call_step, require_covers_shortfall
from pledge.events._payload import fen, require
from pledge.loan import Call, Loan
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class CoverCallIssued(CallPayload):
    """The amount of lending value (after pledge rate) or repayment asked for, yuan."""


def _apply(loan: Loan, event: Event, payload: CoverCallIssued) -> Outcome:
    state, _ = call_step(loan, event, "issue_call")
    assert loan.facility is not None, "checked by the step"
    require(
        loan.shortfall_fen() > 0,
        "cover",
        found=f"a lending value of {loan.lending_value_fen} fen for {loan.outstanding_fen} fen",
        expected="less than the call limit asks for",
        advice="Nothing is short, so nothing is called for.",
    )
    require_covers_shortfall(loan, fen(payload.amount))
    deadline = event.effective_date + datetime.timedelta(days=loan.facility.cure_days)
    return replace(loan, call=Call(event.effective_date, fen(payload.amount), deadline, state)), ()


EVENT_KIND = EventKind(
    id="cover_call_issued",
    label=Label("补充担保通知", "cover call issued"),
    payload=CoverCallIssued,
    apply=_apply,
    steps=(("cover", "issue_call"),),
)
