"""Examination: what funds paid out in a year, predicted from their records a year before.

New York State Common reports the same funds on 2024-03-31 and 2025-03-31. Everything is calibrated on the earlier date;
the later date only judges. Mean absolute error of the year's distributions as a share of the commitment, printed for:
nothing, age buckets, textbook Takahashi-Alexander on each fund's own value, and the rule of ``fund_records``. The data
stay outside of the project (their README forbids to copy them), so the test runs where they are.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leverage.cashflow.takahashi_alexander import TakahashiAlexander
from leverage.fund_records import FundRecord, age_table, next_year_distribution, payout_rate

RECORDS = Path(__file__).parents[3] / "shared/data/pe_fund_cashflows/lp_fund_records_a.parquet"
pytestmark = pytest.mark.skipif(not RECORDS.exists(), reason="the fund records are not beside the checkout")
#: Base case of venture capital, p. 7 of Takahashi and Alexander (2001).
TEXTBOOK = TakahashiAlexander(
    contribution_rate_by_year_share=(0.25, 1 / 3, 0.5), life_years=12, bow=2.5, growth_share=0.13
)


def reported(day: str) -> pd.DataFrame:
    rows = pd.read_parquet(RECORDS)
    rows = rows[(rows.lp == "NY Common") & (rows.as_of_date == day) & (rows.commitment_mm > 0)]
    known = ["vintage_year", "capital_called_mm", "capital_distributed_mm", "remaining_value_mm"]
    return rows.dropna(subset=known).set_index("fund_name")


def record(row: pd.Series) -> FundRecord:
    return FundRecord(
        age_years=2024 - int(row.vintage_year),
        commitment=float(row.commitment_mm),
        called=float(row.capital_called_mm),
        distributed=max(0.0, float(row.capital_distributed_mm)),
        nav=max(0.0, float(row.remaining_value_mm)),
    )


def test_next_years_payouts_are_predicted_better_than_by_age() -> None:
    before, after = reported("2024-03-31"), reported("2025-03-31")
    records = [record(row) for _, row in before.iterrows()]
    twice = before.index[before.index.duplicated()].union(after.index[after.index.duplicated()])
    both = before.index.intersection(after.index).difference(twice)
    judged = [record(before.loc[name]) for name in both]
    commitment = before.loc[both].commitment_mm.to_numpy(float)
    paid = (after.loc[both].capital_distributed_mm - before.loc[both].capital_distributed_mm).to_numpy(float)
    table, rate = age_table(records).distributed_share, payout_rate(records)
    predicted = {
        "nothing": np.zeros(len(both)),
        "age buckets": np.array([table[fund.age_years] if fund.age_years < len(table) else 0 for fund in judged])
        * commitment,
        "Takahashi-Alexander, textbook": np.array(
            [
                fund.nav * (1 + TEXTBOOK.growth_share) * TEXTBOOK.distribution_rate_share(fund.age_years + 1)
                for fund in judged
            ]
        ),
        "own pace and payout rate": np.array([next_year_distribution(fund, payout_rate_share=rate) for fund in judged]),
    }
    errors = {name: float(np.mean(np.abs(values - paid) / commitment)) for name, values in predicted.items()}
    sys.stdout.write(f"\n{len(both)} funds, payout rate {rate:.3f}\n")
    for name, error in errors.items():
        sys.stdout.write(f"  mean absolute error, {name}: {error:.4f} of the commitment\n")
    assert len(both) > 150
    assert errors["own pace and payout rate"] < 0.057
    assert errors["own pace and payout rate"] < min(errors["nothing"], errors["age buckets"])
    assert errors["age buckets"] > 0
