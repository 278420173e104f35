"""Agreements and flows that tests of waterfalls share."""

import datetime
from typing import Any

from hypothesis import strategies as st

from leverage.fund_accounts import Partner
from leverage.waterfall import FundFlow, Settlement, Tier, Waterfall, settlement_kinds, tier_kinds
from valuation.kernel.fields import parse

START = datetime.date(2021, 1, 1)
#: Public 300, others 690, manager 10 of a fund of 1,000 yuan.
PARTNERS = (Partner("city", "public", 30_000), Partner("private", "other", 69_000), Partner("gp", "manager", 1_000))


def tier(kind: str, **terms: Any) -> Tier:
    found = tier_kinds()[kind]
    return Tier(found, parse(found.terms_model, terms))


def settlement(kind: str, **terms: Any) -> Settlement:
    found = settlement_kinds()[kind]
    return Settlement(found, parse(found.terms_model, terms))


def preferred(rate: str = "0.08", **changes: Any) -> Tier:
    terms = {"rate_share": rate, "compounding": "compound", "base": "drawn", "day_basis": 365} | changes
    return tier("preferred_return", **terms)


def european(*, carry: str = "0.2", catch_up: str | None = "1", partners: tuple[Partner, ...] = PARTNERS) -> Waterfall:
    tiers = [tier("return_of_capital"), preferred()]
    if catch_up is not None:
        tiers.append(tier("catch_up", manager_share=catch_up, carry_share=carry))
    return Waterfall(partners=partners, tiers=(*tiers, tier("split", carry_share=carry)))


def after(days: int) -> datetime.date:
    return START + datetime.timedelta(days=days)


@st.composite
def fund_flows(draw: st.DrawFn) -> list[FundFlow]:
    """A call on the first day, later calls and exits; in all at most what is committed."""
    count = draw(st.integers(1, 6))
    rows = [FundFlow(START, called_fen=draw(st.integers(1, 20_000)))]
    for _ in range(count):
        day = after(draw(st.integers(1, 4_000)))
        rows.append(FundFlow(day, draw(st.integers(0, 13_000)), draw(st.integers(0, 150_000))))
    return rows
