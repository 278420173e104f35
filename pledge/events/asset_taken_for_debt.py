"""以专利权抵债: the bank takes an enforced right at an agreed value instead of money."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, fen, require
from pledge.events._realising import spread
from pledge.events._rights import moved
from pledge.ledger import post
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["EVENT_KIND"]


class AssetTakenForDebt(FrozenModel):
    """Which right, and the value agreed or found by the court, yuan."""

    asset: Identifier
    agreed_value: PositiveMoney


def _apply(loan: Loan, event: Event, payload: AssetTakenForDebt) -> Outcome:
    value = fen(payload.agreed_value)
    require(
        value <= loan.owed_fen,
        "payload.agreed_value",
        found=payload.agreed_value,
        expected=f"at most {Money(loan.owed_fen).text}, what is owed to all",
        advice="The pledgor would be owed the difference; sell the right instead.",
    )
    taken = moved(loan, event, payload.asset, "take_for_debt", proceeds_fen=value)
    entry = post(event.effective_date, "right_taken_over", value, cause=event.sequence)
    spread_loan, postings = spread(taken, value, event)
    return spread_loan, (*entry, *postings)


EVENT_KIND = EventKind(
    id="asset_taken_for_debt",
    label=Label("以专利权抵债", "right taken for the debt"),
    payload=AssetTakenForDebt,
    apply=_apply,
    steps=(("pledged_asset", "take_for_debt"),),
)
