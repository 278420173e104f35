"""让利: what does each concession cost the public side, and what does it buy for the others?

A concession is a tier that has a plain form (capital that comes back to all alike, a last tier without a cap) or a
settlement. Its cost is what the public partners get without it less what they get with it, all else equal; the whole
of the fund does not change, so the others gain what the public side gives. Concessions act on each other: each is
taken away alone, and their costs need not add up to that of all together, which is shown as well.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from leverage.fund_accounts import Role
from leverage.measures import fund_internal_rate
from leverage.waterfall import FundFlow, Waterfall, WaterfallRun, run_waterfall
from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["ConcessionCost", "concession_costs"]


@dataclass(frozen=True)
class ConcessionCost:
    """A concession: what it costs the public side and what it buys.

    Amounts are fen, present values are at the stated rate on the first day. ``rate_with`` and ``rate_without`` are the
    others' internal rates of return, None where there is no single one.
    """

    id: str
    label: Label
    cost_fen: int
    cost_present_value_fen: int
    to_others_fen: int
    to_manager_fen: int
    others_rate_with_share: float | None
    others_rate_without_share: float | None

    def as_document(self) -> dict[str, Any]:
        """The cost for JSON."""
        rates = {"with": self.others_rate_with_share, "without": self.others_rate_without_share}
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "cost_to_public": Money(self.cost_fen).text,
            "cost_to_public_present_value": Money(self.cost_present_value_fen).text,
            "to_others": Money(self.to_others_fen).text,
            "to_manager": Money(self.to_manager_fen).text,
            "others_internal_rate_share": {
                name: None if rate is None else f"{rate:.6f}" for name, rate in rates.items()
            },
        }


def concession_costs(
    waterfall: Waterfall, flows: Sequence[FundFlow], *, discount_rate_share: float
) -> tuple[ConcessionCost, ...]:
    """What does each concession cost the public side, and what does it buy for whom?

    Returns
    -------
    One row a concession; a last row ``all_together`` when there are several. Empty when there are none.

    Raises
    ------
    InputError : a discount rate of -100 % or below; see ``run_waterfall``.

    Tested by: by hand, and the sides sum to zero (hypothesis), ``tests/leverage/test_concessions.py``.
    """
    if not -1 < discount_rate_share < 10:
        raise InputError.of("discount_rate_share", found=discount_rate_share, expected="a share above -1 and below 10")
    made = run_waterfall(waterfall, flows)
    plain_forms = _plain_forms(waterfall)
    rows = [
        _cost(name, label, made, run_waterfall(form, flows), discount_rate_share) for name, label, form in plain_forms
    ]
    if len(plain_forms) > 1:
        none = run_waterfall(_all_plain(waterfall), flows)
        rows.append(_cost("all_together", Label("全部让利合计", "all together"), made, none, discount_rate_share))
    return tuple(rows)


def _plain_forms(waterfall: Waterfall) -> list[tuple[str, Label, Waterfall]]:
    """The agreement without each one of its concessions."""
    forms = []
    for place, tier in enumerate(waterfall.tiers):
        if tier.kind.plain is not None and (plain := tier.kind.plain(tier.terms)) != tier:
            tiers = (*waterfall.tiers[:place], plain, *waterfall.tiers[place + 1 :])
            forms.append((tier.kind.id, tier.kind.label, replace(waterfall, tiers=tiers)))
    for place, settlement in enumerate(waterfall.settlements):
        rest = (*waterfall.settlements[:place], *waterfall.settlements[place + 1 :])
        forms.append((settlement.kind.id, settlement.kind.label, replace(waterfall, settlements=rest)))
    return forms


def _all_plain(waterfall: Waterfall) -> Waterfall:
    tiers = tuple(tier if tier.kind.plain is None else tier.kind.plain(tier.terms) for tier in waterfall.tiers)
    return replace(waterfall, tiers=tiers, settlements=())


def _cost(
    name: str, label: Label, made: WaterfallRun, plain: WaterfallRun, discount_rate_share: float
) -> ConcessionCost:
    first = min(day for day, _, _ in made.called)
    present = [_present_value(run, "public", first, discount_rate_share) for run in (plain, made)]
    return ConcessionCost(
        id=name,
        label=label,
        cost_fen=plain.received_of_role("public") - made.received_of_role("public"),
        cost_present_value_fen=round(present[0] - present[1]),
        to_others_fen=made.received_of_role("other") - plain.received_of_role("other"),
        to_manager_fen=made.received_of_role("manager") - plain.received_of_role("manager"),
        others_rate_with_share=_rate(made),
        others_rate_without_share=_rate(plain),
    )


def _present_value(run: WaterfallRun, role: Role, first: datetime.date, rate: float) -> float:
    names = {partner.id for partner in run.waterfall.partners if partner.role == role}
    dated = [(row.day, row.amount_fen) for row in run.paid if row.payee in names]
    dated += [(move.day, move.amount_fen * ((move.payee in names) - (move.payer in names))) for move in run.transfers]
    return math.fsum(fen * (1 + rate) ** (-(day - first).days / 365) for day, fen in dated)


def _rate(run: WaterfallRun) -> float | None:
    """The internal rate of all other partners together."""
    others = [partner.id for partner in run.waterfall.partners if partner.role == "other"]
    with_money = [name for name in others if run.contributed_fen(name)]
    if not with_money:
        return None
    return fund_internal_rate(run.flows_of(*with_money)).rate
