"""What would a drug have been worth before its approval, and what does the chance of failing do to that value?

Checked against: identities (net present value of the same flows by a plain loop; market value scales with the
likelihood of approval; bounds). Runs where ``../shared/data`` is present and prints its figures.

From public data: day of approval, day of the first generic's approval, last listed patent (FDA's Orange Book, November
2024), spending of 2013–2017 (Medicare Part D, gross of rebates, part of one country's market). From a publication:
success of each phase for drugs of the central nervous system (the case of DiMasi 2010 among the published cases).
Assumed, because no public figure of this drug was read: cost and duration of the phases, operating costs with rebates,
tax, discount rate, what stays after generic entry, and spending after 2017 as in 2017. The spending and the generic
date were not known before approval: with hindsight the figures show a mechanism, not what a buyer should have paid.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import pytest

from tests.literature import load_cases
from tests.valuation.asking import amount, amounts, figure, series
from valuation.appraisal import appraise, request_model
from valuation.discounting.timing import add_years, year_fraction
from valuation.kernel.fields import parse
from valuation.kernel.worksheet import Worksheet

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.skipif(not (DATA / "orange_book").is_dir(), reason="no ../shared/data/orange_book"),
    pytest.mark.skipif(not (DATA / "part_d_drug_spending").is_dir(), reason="no ../shared/data/part_d_drug_spending"),
]

PUBLISHED = "pharma-loa-dimasi-1993-2004"
STEPS = ("phase1_2", "phase2_3", "phase3_filing", "filing_approval")
#: Assumed, round numbers: years and million dollars.
YEARS = {"phase1_2": 1, "phase2_3": 2, "phase3_filing": 3, "filing_approval": 1}
COST = {"phase1_2": 15, "phase2_3": 40, "phase3_filing": 150, "filing_approval": 5}
OPERATING_COST, TAX, RATE, KEPT = 0.5, 0.25, 0.10, 0.2
#: Market years that are valued.
MARKET_YEARS = 10
MILLION = 10**6


@dataclass(frozen=True)
class Drug:
    """What public data say of one drug; ``spending`` by calendar year, dollars."""

    brand: str
    approved: datetime.date
    last_patent: datetime.date
    first_generic: datetime.date
    spending: Mapping[int, float]

    def sales(self) -> list[float]:
        """Spending of each twelve months from approval: parts of two calendar years, by days; then the last level."""
        last = max(self.spending)
        found = []
        for year in range(MARKET_YEARS):
            start, end = add_years(self.approved, year), add_years(self.approved, year + 1)
            days = {each: _days_in(each, start, end) for each in (start.year, end.year)}
            # Nothing was sold before approval, so the first calendar year's spending falls into its remaining days.
            found.append(sum(count * self._a_day(min(each, last)) for each, count in days.items()))
        return found

    def _a_day(self, year: int) -> float:
        since = max(self.approved, datetime.date(year, 1, 1))
        return self.spending[year] / (datetime.date(year + 1, 1, 1) - since).days


def _days_in(year: int, start: datetime.date, end: datetime.date) -> int:
    first, after = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    return (min(end, after) - max(start, first)).days


@cache
def drug() -> Drug:
    """The drug first approved in 2013–2015 with five years of spending, and of these the one with the most of it."""
    import pandas as pd

    products = pd.read_parquet(DATA / "orange_book" / "products_nda_a.parquet")
    patents = pd.read_parquet(DATA / "orange_book" / "patents_a.parquet")
    spent = pd.read_parquet(DATA / "part_d_drug_spending" / "part_d_2013_2017_a.parquet")
    last = patents.groupby("appl_no")["patent_expire_date"].max()
    rows = products.groupby("appl_no").agg(
        approved=("approval_date", "min"),
        generic=("first_anda", "min"),
        brand=("trade_name", "first"),
        old=("approved_before_1982", "any"),
    )
    rows = rows.join(last.rename("patent"), how="inner").dropna()
    rows = rows[~rows["old"] & rows["approved"].dt.year.between(2013, 2015)].set_index("brand")
    yearly = spent.groupby([spent["brand_name"].str.upper().str.strip(), "year"])["total_spending_usd"].sum().unstack()
    brand = str(rows.join(yearly, how="inner").dropna()[2017].idxmax())
    row = rows.loc[brand]
    return Drug(
        brand,
        row["approved"].date(),
        row["patent"].date(),
        row["generic"].date(),
        {int(year): float(amount) for year, amount in yearly.loc[brand].items()},
    )


@cache
def success() -> Mapping[str, float]:
    """Success of each phase, central nervous system, as published."""
    (case,) = (case for case in load_cases() if case.id == PUBLISHED)
    found: Mapping[str, float] = case.data["inputs"]["cns"]
    return found


def paper(
    first: str = "phase1_2",
    *,
    shares: Mapping[str, float] | None = None,
    kept: float = KEPT,
    protected_until: datetime.date | None = None,
) -> Worksheet:
    """The working paper of someone who stands at the beginning of a phase, approval falling on its real day."""
    found, ahead = drug(), STEPS[STEPS.index(first) :]
    today = add_years(found.approved, -sum(YEARS[step] for step in ahead))
    phases = [
        {
            "name": step,
            "cost": amount(f"{COST[step] * MILLION}.00"),
            "duration_years": figure(float(YEARS[step])),
            "success_share": figure((shares or success())[step]),
        }
        for step in ahead
    ]
    inputs = {
        "phases": phases,
        "phase_cost_timing": "middle",
        "revenue": amounts(*found.sales()),
        "operating_cost_share": series([OPERATING_COST] * MARKET_YEARS),
        "market_timing": "mid_year",
        "exclusivity": {
            "kind": "until",
            "last_day": str(protected_until or found.first_generic),
            "reason": "first generic approved, or last patent, Orange Book",
        },
        "kept_after_exclusivity_share": figure(kept),
        "tax": {"kind": "rate", "rate_share": figure(TAX)},
        "discount_rate_share": figure(RATE),
        "licence": {"kind": "none", "reason": "one owner"},
        "perspective": "whole",
    }
    request: dict[str, Any] = {
        "dates": dict.fromkeys(("valuation_date", "policy_date", "report_date"), str(today)),
        "currency": "USD",
        "subject": {
            "kind": "patent",
            "name": found.brand,
            "patent_kind": "invention",
            "number": "last listed in the Orange Book",
            "jurisdiction": "US",
            "expiry_date": str(found.last_patent),
        },
        "methods": {"drug_rnpv": inputs},
        "reconciliation": {
            "weights": {"drug_rnpv": {"share": 1, "reason": "the only method"}},
            "maximum_ratio": 2,
        },
    }
    return appraise(parse(request_model(), request)).papers()["drug_rnpv"]


CERTAIN = dict.fromkeys(STEPS, 1.0)


def by_hand(first: str) -> tuple[float, float]:
    """Discounted phase costs and discounted market profit of the same flows after tax, by a plain loop."""
    found, ahead = drug(), STEPS[STEPS.index(first) :]
    launch = sum(YEARS[step] for step in ahead)
    end = year_fraction(add_years(found.approved, -launch), found.first_generic)
    start, costs = 0.0, 0.0
    for step in ahead:
        costs += COST[step] * MILLION * (1 - TAX) / (1 + RATE) ** (start + YEARS[step] / 2)
        start += YEARS[step]
    profits = 0.0
    for year, sales in enumerate(found.sales()):
        protected = min(max(end - launch - year, 0.0), 1.0)
        kept = protected + (1 - protected) * KEPT
        profits += sales * kept * (1 - OPERATING_COST) * (1 - TAX) / (1 + RATE) ** (launch + year + 0.5)
    return costs, profits


def test_the_drug_is_one_of_public_record() -> None:
    """The choice follows from the rule; that it treats the nervous system was read from its label, not the data."""
    found = drug()
    assert found.brand == "TECFIDERA"
    assert 2013 <= found.approved.year <= 2015
    assert set(found.spending) == set(range(2013, 2018))
    assert found.approved < found.first_generic < found.last_patent


def test_twelve_months_from_approval_hold_all_that_was_spent() -> None:
    """By hand: the first years up to an anniversary are the calendar years before it and a part of the last."""
    found = drug()
    part = _days_in(2017, datetime.date(2017, 1, 1), add_years(found.approved, 4)) / 365
    expected = sum(found.spending[year] for year in range(2013, 2017)) + part * found.spending[2017]
    assert sum(found.sales()[:4]) == pytest.approx(expected, rel=1e-12)
    assert found.sales()[-1] == pytest.approx(found.spending[2017], rel=0.01)


@pytest.mark.parametrize("first", STEPS)
def test_without_failure_the_value_is_the_net_present_value_of_the_flows(first: str) -> None:
    costs, profits = by_hand(first)
    # Amounts of the request are whole cents.
    assert paper(first, shares=CERTAIN).value("value") == pytest.approx(profits - costs, rel=1e-9)


@pytest.mark.parametrize("first", STEPS)
def test_the_market_counts_by_the_likelihood_of_approval_and_costs_by_reaching(first: str) -> None:
    ahead = STEPS[STEPS.index(first) :]
    found, (_, profits) = paper(first), by_hand(first)
    likelihood = prod(success()[step] for step in ahead)
    assert found.value("likelihood_of_approval") == pytest.approx(likelihood, rel=1e-12)
    present = found.row("present_value_by_column")
    assert sum(present[len(ahead) :]) == pytest.approx(likelihood * profits, rel=1e-9)
    reaching = [prod(success()[step] for step in ahead[:number]) for number in range(len(ahead))]
    start = 0.0
    for step, reached, value in zip(ahead, reaching, present, strict=False):
        when = start + YEARS[step] / 2
        assert value == pytest.approx(-reached * COST[step] * MILLION * (1 - TAX) / (1 + RATE) ** when, rel=1e-9)
        start += YEARS[step]


@pytest.mark.parametrize("first", STEPS)
def test_the_value_lies_between_paying_for_nothing_and_certain_approval(first: str) -> None:
    costs, profits = by_hand(first)
    assert -costs < paper(first).value("value") < profits - costs
    assert paper(first, kept=0.0).value("value") < paper(first).value("value") < paper(first, kept=1.0).value("value")
    longer = paper(first, protected_until=drug().last_patent).value("value")
    assert longer == pytest.approx(paper(first, kept=1.0).value("value"), rel=1e-9), "no generic in the years valued"


def test_the_figures_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    found = drug()
    rows, values = [], []
    for first in STEPS:
        made, certain = paper(first), paper(first, shares=CERTAIN).value("value")
        values.append(made.value("value"))
        rows.append(
            f"  before {first:<16} {made.value('likelihood_of_approval'):6.1%} to approval:"
            f" {values[-1] / MILLION:8.1f}, if certain {certain / MILLION:8.1f} million USD"
        )
    with capsys.disabled():
        sys.stdout.write(
            f"\n{found.brand}, approved {found.approved}, first generic {found.first_generic}, last patent"
            f" {found.last_patent}; success as published (DiMasi 2010, CNS), costs and rates assumed:\n"
            + "\n".join(rows)
            + "\n"
        )
    assert values == sorted(values), "each success on the way adds value"
