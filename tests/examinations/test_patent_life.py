"""Do peers tell more than a simple guess: how long patents last after approval, what follows the first generic?

Checked against: FDA's Orange Book (November 2024) and Medicare Part D spending 2013–2017. Runs where ``../shared/data``
is present. The data name no baseline, so the simple ones are: the overall median for the time from approval to last
patent expiry; last year's spending carried forward after generic entry. Each half of the rows, split by a hash of the
application number or the brand, is predicted from the other half; errors are means of absolute errors over both.
Patents expired by 2024 have left the book, so that old approvals show long lives only: the figures describe drugs that
still list a patent, and approvals from 2010 on are examined by themselves as well.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from valuation.indicators.peer_groups import Features, Peer, peer_table

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not (DATA / "orange_book").is_dir(), reason="no ../shared/data/orange_book")

Guess = Callable[[Sequence["Case"], "Case"], float]


@dataclass(frozen=True)
class Case:
    """A right with its features and what came of it."""

    key: str
    features: Features
    value: float


def half(key: str) -> int:
    return hashlib.sha256(key.encode()).digest()[0] % 2


def errors(
    cases: Sequence[Case], *, minimum_peers: int, baseline: Callable[[Sequence[Case]], float]
) -> tuple[float, float]:
    """Mean absolute error of the peers' median and of the baseline, each half judged by the other."""
    ours, simple = [], []
    for side in (0, 1):
        known = [case for case in cases if half(case.key) != side]
        table = peer_table([Peer(case.features, case.value) for case in known], minimum_peers=minimum_peers)
        guess = baseline(known)
        for case in cases:
            if half(case.key) == side:
                ours.append(abs(table.estimate(case.features).median - case.value))
                simple.append(abs(guess - case.value))
    return sum(ours) / len(ours), sum(simple) / len(simple)


def overall_median(cases: Sequence[Case]) -> float:
    return peer_table([Peer((), case.value) for case in cases], minimum_peers=1).estimate(()).median


# --- time from approval to last patent expiry -----------------------------------------------------


def approved_drugs() -> list[Case]:
    """One case for each application with an approval date and a listed patent: years to the last expiry."""
    import pandas as pd

    products = pd.read_parquet(DATA / "orange_book" / "products_nda_a.parquet")
    patents = pd.read_parquet(DATA / "orange_book" / "patents_a.parquet")
    listed = patents.groupby("appl_no").agg(last=("patent_expire_date", "max"))
    approval = products.dropna(subset=["approval_date"]).groupby("appl_no")["approval_date"].min()
    rows = listed.join(approval.rename("approved"), how="inner")
    return [
        Case(str(number), (row.approved.year // 2,), (row.last - row.approved).days / 365.25)
        for number, row in rows.iterrows()
    ]


@pytest.mark.parametrize("first_year", [1982, 2010])
def test_the_years_to_the_last_patent_expiry(first_year: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Peers approved in the same two years, against the overall median."""
    cases = [case for case in approved_drugs() if case.features[0] >= first_year // 2]  # type: ignore[operator]
    ours, simple = errors(cases, minimum_peers=5, baseline=overall_median)
    with capsys.disabled():
        sys.stdout.write(
            f"\npatent life, approvals from {first_year}: mean error {ours:.3f} years,"
            f" overall median {simple:.3f} ({len(cases)} drugs)\n"
        )
    assert len(cases) > 500
    assert ours < simple


# --- spending after the first generic entry -------------------------------------------------------


def spending_steps() -> list[Case]:
    """Brands with a generic approved: logarithm of next year's spending over this year's, by years since approval."""
    import pandas as pd

    products = pd.read_parquet(DATA / "orange_book" / "products_nda_a.parquet").dropna(subset=["first_anda"])
    spending = pd.read_parquet(DATA / "part_d_drug_spending" / "part_d_2013_2017_a.parquet")
    entry = products.groupby(products["trade_name"].str.upper().str.strip())["first_anda"].min().dt.year
    brand = spending["brand_name"].str.upper().str.strip()
    yearly = spending.groupby([brand, "year"])["total_spending_usd"].sum()
    cases = []
    for (name, year), amount in yearly.items():
        following = yearly.get((name, year + 1))
        since = year - entry.get(name, math.inf)
        if following is not None and amount > 0 and following > 0 and 0 <= since <= 3:
            cases.append(Case(str(name), (int(since),), math.log(following / amount)))
    return cases


def carried_forward(cases: Sequence[Case]) -> float:
    """Next year as this year: a ratio of one."""
    del cases
    return 0.0


def test_the_spending_after_the_first_generic_entry(capsys: pytest.CaptureFixture[str]) -> None:
    """Peers with as many years since the first generic, against last year's spending carried forward."""
    if not (DATA / "part_d_drug_spending").is_dir():
        pytest.skip("no ../shared/data/part_d_drug_spending")
    cases = spending_steps()
    ours, simple = errors(cases, minimum_peers=8, baseline=carried_forward)
    with capsys.disabled():
        sys.stdout.write(
            f"\nspending in the year after, up to three years from the first generic: mean error of the logarithm"
            f" {ours:.3f}, carried forward {simple:.3f} ({len(cases)} brand-years)\n"
        )
    assert len(cases) > 100
    assert ours < simple


def test_a_hash_split_keeps_a_drug_on_one_side() -> None:
    keys: list[Any] = [case.key for case in approved_drugs()]
    sides = [half(key) for key in keys]
    assert 0.4 < sum(sides) / len(sides) < 0.6
    assert len(set(keys)) == len(keys)
