"""提高补足金额: an issued call asks for more; its deadline stays."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._calling import CallPayload, call_step, require_covers_shortfall
from pledge.events._payload import fen, require
from pledge.loan import Loan
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class CoverCallIncreased(CallPayload):
    """The new amount, yuan; more than before."""


def _apply(loan: Loan, event: Event, payload: CoverCallIncreased) -> Outcome:
    state, call = call_step(loan, event, "increase_call")
    assert call is not None, "the machine permits it for an issued call only"
    require(
        fen(payload.amount) > call.amount_fen,
        "payload.amount",
        found=payload.amount,
        expected=f"more than {Money(call.amount_fen).text}, what is called for",
        advice="To ask for less takes two persons and a reduction.",
    )
    require_covers_shortfall(loan, fen(payload.amount))
    return replace(loan, call=replace(call, amount_fen=fen(payload.amount), state=state)), ()


EVENT_KIND = EventKind(
    id="cover_call_increased",
    label=Label("提高补足金额", "cover call increased"),
    payload=CoverCallIncreased,
    apply=_apply,
    steps=(("cover", "increase_call"),),
)
