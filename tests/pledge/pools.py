"""A pool of rights, its limits, and random ones, for the tests of cover."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from pledge.cover_limits import CoverLimits
from pledge.pledged_pool import CountingRules, CoverAsset, CoverPool, UnsecuredLimit

DAY = date(2026, 3, 31)
ENDS = date(2027, 3, 31)
RULES = CountingRules(valuation_validity_months=12, life_margin_months=6)
PATENT = CoverAsset(
    id="patent",
    kind="invention_patent",
    market_value_fen=10_000_000_00,
    pledgee_value_fen=6_000_000_00,
    pledge_rate_share=Decimal("0.25"),
    valued_on=date(2026, 1, 15),
    expiry_date=date(2034, 5, 1),
    registered_on=date(2026, 2, 1),
)
LIMITS = CoverLimits(
    warning_share=Decimal("0.90"),
    enforcement_share=Decimal("1.10"),
    restore_share=Decimal("1.00"),
    buffer_share=Decimal("0.05"),
    cure_period_days=30,
    counting=RULES,
)


def pool(*assets: CoverAsset, unsecured: UnsecuredLimit | None = None) -> CoverPool:
    return CoverPool(assets, ENDS, unsecured)


days = st.dates(date(2026, 4, 1), date(2036, 12, 31))
assets = st.builds(
    CoverAsset,
    id=st.uuids().map(str),
    kind=st.sampled_from(["invention_patent", "trademark", "plant_variety"]),
    market_value_fen=st.integers(0, 10**13),
    pledgee_value_fen=st.none() | st.integers(0, 10**13),
    pledge_rate_share=st.decimals(0, 1, places=4),
    valued_on=st.dates(date(2024, 1, 1), date(2026, 4, 1)),
    expiry_date=st.dates(date(2026, 1, 1), date(2040, 12, 31)),
    registered_on=st.none() | st.just(date(2026, 4, 1)) | days,
    lapsed_on=st.none() | days,
)
rules = st.builds(CountingRules, valuation_validity_months=st.integers(0, 120), life_margin_months=st.integers(0, 36))
pools = st.builds(
    CoverPool,
    st.lists(assets, max_size=4, unique_by=lambda asset: asset.id).map(tuple),
    days,
    st.none() | st.builds(UnsecuredLimit, st.integers(0, 10**12), days),
)


@st.composite
def limits(draw: st.DrawFn) -> CoverLimits:
    enforcement = draw(st.decimals("0.5", "1.5", places=2))
    warning = draw(st.decimals("0.1", enforcement, places=2))
    return CoverLimits(
        warning_share=warning,
        enforcement_share=enforcement,
        restore_share=draw(st.decimals("0.1", min(enforcement, Decimal(1)), places=2)),
        buffer_share=draw(st.decimals(0, warning, places=2)),
        cure_period_days=draw(st.integers(0, 90)),
        counting=draw(rules),
        measure=draw(st.sampled_from(["loan_to_allowed", "loan_to_value"])),
    )
