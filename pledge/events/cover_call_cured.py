"""确认已补足: nothing is short any more after pledge rate; gross value alone cures nothing."""

from __future__ import annotations

from dataclasses import replace

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._calling import call_step
from pledge.events._payload import Text, require
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class CoverCallCured(FrozenModel):
    """By what it was cured: repayment, a further right, a new value."""

    means: Text


def _apply(loan: Loan, event: Event, payload: CoverCallCured) -> Outcome:
    state, call = call_step(loan, event, "confirm_cure")
    assert call is not None, "the machine permits it for an issued call only"
    short = loan.shortfall_fen()
    require(
        short == 0,
        "cover",
        found=f"a lending value short by {Money(short).text} after pledge rate",
        expected="nothing short",
        advice="Repay, or pledge more value after pledge rate.",
    )
    return replace(loan, call=replace(call, state=state)), ()


EVENT_KIND = EventKind(
    id="cover_call_cured",
    label=Label("确认已补足", "cover call cured"),
    payload=CoverCallCured,
    apply=_apply,
    steps=(("cover", "confirm_cure"),),
)
