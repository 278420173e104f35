"""Published cases of distribution waterfalls."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from leverage.fund_accounts import Partner
from leverage.measures import fund_multiples
from leverage.waterfall import FundFlow, Tier, Waterfall, run_waterfall, tier_kinds
from valuation.kernel.fields import parse

Case = dict[str, Any]
START = datetime.date(2001, 1, 1)


def tier(kind: str, **terms: Any) -> Tier:
    found = tier_kinds()[kind]
    return Tier(found, parse(found.terms_model, terms))


def one_partner(committed_fen: int, *tiers: Tier) -> Waterfall:
    partners = (Partner("lp", "other", committed_fen), Partner("gp", "manager", 0))
    return Waterfall(partners=partners, tiers=(tier("return_of_capital"), *tiers))


def fen(amount: float) -> int:
    return int(Decimal(str(amount)) * 100)


def hard_hurdle(inputs: Case) -> Case:
    assert inputs["catch_up"] == 0, "a hard hurdle has no catch-up"
    last = START + datetime.timedelta(days=365 * inputs["years_outstanding"])
    flows = [FundFlow(START, fen(inputs["contributed"])), FundFlow(last, 0, fen(inputs["proceeds"]))]
    split = tier("split", carry_share=str(inputs["carry"]))
    hurdle = tier(
        "preferred_return",
        rate_share=str(inputs["preferred_return"]),
        compounding="compound",
        base="drawn",
        day_basis=365,
    )
    committed = fen(inputs["contributed"])
    run = run_waterfall(one_partner(committed, hurdle, split), flows)
    without = run_waterfall(one_partner(committed, split), flows)
    last_tier = [row.amount_fen for row in run.paid if row.tier == 2 and row.partner == "lp"]
    return {
        "lp_total": run.received_fen("lp") / 100,
        "gp_total": run.received_fen("gp") / 100,
        "lp_split_tier": sum(last_tier) / 100,
        "lp_total_without_preferred": without.received_fen("lp") / 100,
        "gp_total_without_preferred": without.received_fen("gp") / 100,
    }


def three_exits(inputs: Case) -> Case:
    assert inputs["hurdle"] == 0, "no preferred return"
    calls, exits = inputs["calls_by_quarter"], inputs["exits_by_quarter"]
    flows = [FundFlow(quarter(number), called_fen=fen(amount)) for number, amount in calls.items()]
    flows += [FundFlow(quarter(number), proceeds_fen=fen(amount)) for number, amount in exits.items()]
    committed = sum(fen(amount) for amount in calls.values())
    run = run_waterfall(one_partner(committed, tier("split", carry_share=str(inputs["carry"]))), flows)
    return {
        "paid_in": run.contributed_fen("lp") / 100,
        "lp_distributions": run.received_fen("lp") / 100,
        "gp_carry": run.received_fen("gp", account="carry") / 100,
        "dpi": fund_multiples(run.flows_of("lp")).dpi,
    }


def quarter(number: str) -> datetime.date:
    years, quarters = divmod(int(number), 4)
    return datetime.date(START.year + years, 1 + 3 * quarters, 1)


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "waterfall-hard-hurdle-no-catchup": hard_hurdle,
    "waterfall-fund-level-three-exits": three_exits,
}
