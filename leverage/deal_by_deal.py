"""Carry deal by deal: what does the manager get early, and what must it give back in the end?

Deal by deal, each deal runs its own waterfall: a good early exit pays carry although later deals lose. At the end of
the fund's life the partners look at the whole. The manager gives back

    y = min(G · (1 − t), max(0, G − k · max(0, P), S))

G carry received, k the agreed carry, P profit of the whole fund, S what the partners still miss of their capital and
preferred return on the last day, t the part of the carry that taxes took. Both conditions hold after y when the
manager has kept enough; what it cannot cover is named.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from leverage.fund_accounts import FundAccounts
from leverage.waterfall import FundFlow, Tier, Waterfall, WaterfallRun, run_waterfall, tier_kinds
from valuation.errors import InputError
from valuation.kernel.money import Rounding

__all__ = ["Clawback", "clawback", "run_deal_by_deal"]


@dataclass(frozen=True)
class Clawback:
    """What the manager gives back on the last day, by which condition, and what it cannot cover (fen)."""

    day: datetime.date
    amount_fen: int
    carry_received_fen: int
    above_carry_fen: int
    partners_miss_fen: int
    not_covered_fen: int


def run_deal_by_deal(waterfall: Waterfall, flows: Sequence[FundFlow]) -> WaterfallRun:
    """Who gets what when each deal runs a waterfall of its own?

    Raises
    ------
    InputError : a flow without a deal; settlements, which speak of the whole fund; see ``run_waterfall``.

    Tested by: one deal equals the whole fund; a loss after a gain, by hand, ``tests/leverage/test_deal_by_deal.py``.
    """
    if waterfall.settlements:
        raise InputError.of("settlements", found=f"{len(waterfall.settlements)}", expected="none, deal by deal")
    deals: dict[str, list[FundFlow]] = {}
    for place, flow in enumerate(flows):
        if flow.deal is None:
            raise InputError.of(f"flows.{place}.deal", found="nothing", expected="the deal that the money belongs to")
        deals.setdefault(flow.deal, []).append(flow)
    waterfall.refuse_overcall(flows)
    runs = [run_waterfall(waterfall, listed) for listed in deals.values()]
    return WaterfallRun(
        waterfall=waterfall,
        called=tuple(sorted(row for run in runs for row in run.called)),
        paid=tuple(sorted((row for run in runs for row in run.paid), key=lambda row: (row.day, row.tier, row.partner))),
        transfers=(),
        accounts=_added(waterfall, [run.accounts for run in runs]),
    )


def _added(waterfall: Waterfall, parts: list[FundAccounts]) -> FundAccounts:
    whole = FundAccounts.opened(waterfall.partners, tier_count=len(waterfall.tiers))
    for part in parts:
        for name, account in part.accounts.items():
            whole.accounts[name].contributed += account.contributed
            for kind, amount in account.received.items():
                whole.accounts[name].received[kind] += amount
    return whole


def clawback(
    run: WaterfallRun,
    flows: Sequence[FundFlow],
    *,
    carry_share: Decimal,
    hurdle: Tier | None,
    carry_tax_share: Decimal = Decimal(0),
) -> Clawback:
    """What must the manager give back on the last day, looking at the whole fund?

    Parameters
    ----------
    run : what was paid.
    hurdle : the preferred-return tier of the agreement, None without one.
    carry_tax_share : the part of the carry that is gone in taxes and is not given back.

    Raises
    ------
    InputError : a share outside 0 to 1.

    Tested by: by hand and hypothesis (after it both conditions hold, or all that is left was given),
    ``tests/leverage/test_deal_by_deal.py``.
    """
    for name, share in (("carry_share", carry_share), ("carry_tax_share", carry_tax_share)):
        if not (share.is_finite() and 0 <= share <= 1):
            raise InputError.of(name, found=share, expected="a share of one")
    carry = sum(row.amount_fen for row in run.paid if row.account == "carry")
    profit = sum(flow.proceeds_fen - flow.called_fen for flow in flows)
    above = max(0, carry - Rounding(mode="down").to_fen(Fraction(carry_share) * max(0, profit)))
    misses = _partners_miss(run, flows, hurdle)
    owed = max(above, misses)
    amount = min(Rounding(mode="down").to_fen(carry * (1 - Fraction(carry_tax_share))), owed)
    # A fund may end below water with little carry paid: the manager owes its carry, not the fund's loss.
    not_covered = min(owed, carry) - amount
    return Clawback(max(flow.day for flow in flows), amount, carry, above, misses, not_covered)


def _partners_miss(run: WaterfallRun, flows: Sequence[FundFlow], hurdle: Tier | None) -> int:
    """Replay what the partners got (without carry) against capital and preferred return, for the whole fund."""
    kinds = tier_kinds()
    capital, rest = kinds["return_of_capital"], kinds["split"]
    tiers = [Tier(capital, capital.terms_model())]
    tiers += [] if hurdle is None else [hurdle]
    tiers.append(Tier(rest, rest.terms_model.model_validate({"carry_share": Decimal(0)})))
    received = [FundFlow(row.day, proceeds_fen=row.amount_fen) for row in run.paid if row.account != "carry"]
    last = FundFlow(max(flow.day for flow in flows))
    called = [replace(flow, proceeds_fen=0) for flow in flows]
    whole = run_waterfall(replace(run.waterfall, tiers=tuple(tiers), settlements=()), [*called, *received, last])
    owed = sum((account.unreturned for account in whole.accounts.accounts.values()), Decimal(0))
    owed += sum((sum(memory.values(), Decimal(0)) for memory in whole.accounts.memory), Decimal(0))
    return Rounding(mode="ceiling").to_fen(Fraction(max(Decimal(0), owed.quantize(Decimal("1e-9")))))
