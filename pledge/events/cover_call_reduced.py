"""降低补足金额: two persons decide that an issued call asks for less, never for less than what is short."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._calling import CallPayload, call_step, require_covers_shortfall
from pledge.events._payload import fen, require
from pledge.loan import Loan
from valuation.kernel.fields import Reason
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class CoverCallReduced(CallPayload):
    """The new amount, yuan, less than before, and why."""

    reason: Reason


def _apply(loan: Loan, event: Event, payload: CoverCallReduced) -> Outcome:
    state, call = call_step(loan, event, "reduce_call")
    assert call is not None, "the machine permits it for an issued call only"
    require(
        fen(payload.amount) < call.amount_fen,
        "payload.amount",
        found=payload.amount,
        expected=f"less than {Money(call.amount_fen).text}, what is called for",
        advice="To ask for more, increase the call.",
    )
    require_covers_shortfall(loan, fen(payload.amount))
    return replace(loan, call=replace(call, amount_fen=fen(payload.amount), state=state)), ()


EVENT_KIND = EventKind(
    id="cover_call_reduced",
    label=Label("降低补足金额", "cover call reduced"),
    payload=CoverCallReduced,
    apply=_apply,
    steps=(("cover", "reduce_call"),),
)
