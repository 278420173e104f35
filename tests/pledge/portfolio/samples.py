"""Books that the tests of the portfolio share: invented loans, every column in use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from pledge.portfolio.loan_book import LoanBook, wrong_way_correlations
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.value_table import SCORES, ValueTable
from valuation.kernel.randomness import block_generator

NAMES = ("software", "biotech", "machines")
HALF = {"pool": Decimal("0.5"), "bank": Decimal("0.5")}
FOUR_PARTIES = {
    "pool": Decimal("0.54"),
    "bank": Decimal("0.26"),
    "insurer": Decimal("0.16"),
    "appraiser": Decimal("0.04"),
}


def sectors(global_loading: float = 0.6) -> SectorFactors:
    return SectorFactors.with_global(NAMES, global_loading=global_loading)


def even_book(count: int, *, pd: float, correlation: float, **columns: Any) -> LoanBook:
    """Equal loans of 1 CNY in one sector without collateral; ``correlation`` is that of two borrowers' states."""
    one = SectorFactors(("all",), np.eye(1))
    stated = {"principal_cny": 1.0, "pd_share_per_year": pd, "factor_correlation": correlation**0.5} | columns
    return LoanBook.of_columns(one, sector=["all"] * count, **stated)


def mixed_book(count: int = 60, *, pd_factor: float = 1.0, **columns: Any) -> LoanBook:
    """Loans that differ in everything, with wrong-way collateral, some of it valued by a table."""
    random = block_generator(20261127, 0)
    sector = [NAMES[place % len(NAMES)] for place in range(count)]
    has_table = np.arange(count) % 5 == 4
    factor = random.uniform(0.1, 0.7, count)
    tied = [wrong_way_correlations(float(rho), factor_correlation=0.5) for rho in random.uniform(-0.2, 0.7, count)]
    stated: dict[str, Any] = {
        "principal_cny": random.uniform(1e6, 1e7, count).round(2),
        "interest_cny": random.uniform(0, 3e5, count).round(2),
        "pd_share_per_year": np.minimum(random.uniform(0.005, 0.2, count) * pd_factor, 1.0),
        "maturity_years": random.uniform(0.3, 3, count),
        "factor_correlation": factor,
        "ip_part_share": random.uniform(0.5, 1, count),
        "collateral_value_cny": np.where(has_table, 0.0, random.uniform(1e6, 2e7, count)),
        "collateral_volatility": np.where(has_table, 0.0, random.uniform(0.2, 0.8, count)),
        "collateral_drift_per_year": random.uniform(-0.3, 0.05, count),
        "value_table": np.where(has_table, np.arange(count) % 2, -1),
        "collateral_factor_correlation": [each["collateral_factor_correlation"] for each in tied],
        "collateral_owner_correlation": [each["collateral_owner_correlation"] for each in tied],
        "owner_failure_damage_share": random.uniform(0, 0.7, count),
        "sale_cost_share": random.uniform(0, 0.3, count),
        "time_to_sale_years": random.uniform(0, 1.2, count),
        "discount_rate_share_per_year": 0.05,
        "grade": np.arange(count) // len(NAMES) % 2,
    }
    tables = (
        ValueTable("first", 5e6 * np.exp(0.5 * SCORES)),
        ValueTable("second", np.maximum(3e6 + 1e6 * SCORES, 0.0)),
    )
    return LoanBook.of_columns(sectors(), sector=sector, value_tables=tables, **(stated | columns))


def pool(balance: float = 8e6, **terms: Any) -> SharingRule:
    return SharingRule(**({"pool_balance_cny": balance, "shares": HALF} | terms))
