"""Comparables: nearest neighbours among a million rows, and a regression over them, through the public interface."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks.timing import Candidate, interleaved, report
from valuation.comparables import NeighbourIndex, fit_line

FEATURES = 8
NEIGHBOURS = 10
COLUMNS = 13
PRODUCT_INDEX = "product, kept index, 2 workers"
PRODUCT_FIT = "product, fit_line"


def main(*, rows: int = 10**6, queries: int = 1000, rounds: int = 3) -> None:
    random = np.random.default_rng(1)
    _neighbours(random.normal(size=(rows, FEATURES)), random.normal(size=(queries, FEATURES)), rounds)
    features = random.normal(size=(rows, COLUMNS - 1))
    prices = 1 + features @ random.normal(size=COLUMNS - 1) + random.normal(size=rows)
    _regression(features, prices, rounds)


def _neighbours(points: Any, asked: Any, rounds: int) -> None:
    """Building and asking are timed apart: an index is built once for all that is asked of it."""
    start = time.perf_counter()
    index = NeighbourIndex.of(points)
    print(f"\nIndex of {len(points)} rows built in {time.perf_counter() - start:.2f} s (product)")
    candidates: dict[str, Candidate] = {
        PRODUCT_INDEX: lambda: index.nearest(asked, count=NEIGHBOURS),
        "product, kept index, 1 worker": lambda: index.nearest(asked, count=NEIGHBOURS, workers=1),
    }
    try:
        import faiss
    except ImportError:
        print("faiss is not installed: neighbours are timed alone")
    else:
        start = time.perf_counter()
        flat = faiss.IndexFlatL2(FEATURES)
        flat.add(points.astype(np.float32))
        print(f"Index of {len(points)} rows built in {time.perf_counter() - start:.2f} s (faiss flat)")
        candidates["faiss flat (exact, float32), 2 threads"] = lambda: flat.search(asked.astype(np.float32), NEIGHBOURS)
        theirs, ours = flat.search(asked.astype(np.float32), NEIGHBOURS)[1], index.nearest(asked, count=NEIGHBOURS).rows
        same = np.mean(np.sort(theirs, axis=1) == np.sort(ours, axis=1))
        print(f"  places with the same row in both: {same:.4%} (faiss rounds to float32)")
    times = interleaved(candidates, dict.fromkeys(candidates, len(asked)), rounds=rounds)
    report(f"(c) {len(asked)} queries among {len(points)} rows", times, PRODUCT_INDEX, "queries")


def _regression(features: Any, prices: Any, rounds: int) -> None:
    """Equal work: coefficients, their covariance, R² and residual variance; leverage and left-out residuals apart."""
    fits: dict[str, Candidate] = {
        PRODUCT_FIT: lambda: fit_line(features, prices),
        "product, with diagnostics of every row": lambda: fit_line(features, prices).diagnostics(),
    }
    if (peer := _statsmodels(features, prices)) is not None:
        fits["statsmodels OLS, the same four results"] = peer
        _print_differences(fit_line(features, prices), peer())
    times = interleaved(fits, dict.fromkeys(fits, len(prices)), rounds=rounds)
    report(f"(c) Regression over {len(prices)} rows, {COLUMNS} columns", times, PRODUCT_FIT, "rows")


def _statsmodels(features: Any, prices: Any) -> Any:
    try:
        import statsmodels.api as sm
    except ImportError:
        print("statsmodels is not installed: the regression is timed alone")
        return None
    design = np.column_stack([np.ones(len(prices)), features])

    def run() -> tuple[Any, Any, float, float]:
        found = sm.OLS(prices, design).fit()
        return found.params, found.cov_params(), found.rsquared, found.mse_resid

    return run


def _print_differences(ours: Any, theirs: Any) -> None:
    coefficients, covariance, r_squared, variance = theirs
    found = {
        "coefficients": np.max(np.abs(ours.coefficients - coefficients)),
        "covariance": np.max(np.abs(ours.covariance - covariance)) / np.max(np.abs(covariance)),
        "R²": abs(ours.r_squared - r_squared),
        "residual variance": abs(ours.residual_deviation**2 - variance),
    }
    print("\n  largest difference to statsmodels: " + ", ".join(f"{name} {each:.0e}" for name, each in found.items()))
