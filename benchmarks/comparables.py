"""Comparables: nearest neighbours among a million rows, and a regression over them."""

from __future__ import annotations

import numpy as np

from benchmarks.timing import Candidate, interleaved, report
from valuation.market._least_squares import fit_least_squares
from valuation.market._neighbours import nearest_among

FEATURES = 8
NEIGHBOURS = 10
COLUMNS = 13


def main(*, rows: int = 10**6, queries: int = 1000, rounds: int = 3) -> None:
    random = np.random.default_rng(1)
    points, asked = random.normal(size=(rows, FEATURES)), random.normal(size=(queries, FEATURES))
    candidates: dict[str, Candidate] = {
        "product, tree built anew": lambda: nearest_among(points, asked, count=NEIGHBOURS)
    }
    try:
        import faiss
    except ImportError:
        print("\nfaiss is not installed: neighbours are timed alone")
    else:
        index = faiss.IndexFlatL2(FEATURES)
        index.add(points.astype(np.float32))
        candidates["faiss flat (exact), 2 threads"] = lambda: index.search(asked.astype(np.float32), NEIGHBOURS)
    times = interleaved(candidates, dict.fromkeys(candidates, queries), rounds=rounds)
    report(f"(c) {queries} queries among {rows} rows", times, "product, tree built anew", "queries")
    design = np.column_stack([np.ones(rows), random.normal(size=(rows, COLUMNS - 1))])
    prices = design @ random.normal(size=COLUMNS) + random.normal(size=rows)
    fits: dict[str, Candidate] = {"product": lambda: fit_least_squares(design, prices)}
    try:
        import statsmodels.api as sm
    except ImportError:
        print("statsmodels is not installed: the regression is timed alone")
    else:
        fits["statsmodels OLS, coefficients only"] = lambda: sm.OLS(prices, design).fit().params
    times = interleaved(fits, dict.fromkeys(fits, rows), rounds=rounds)
    report(f"(c) Regression over {rows} rows, {COLUMNS} columns", times, "product", "rows")
