"""How fast are internal rates of very many dated series? 24 flows on average, against pyxirr.

pyxirr has no threads, so one thread is compared with one. Its time includes no making of dates: they are made before.
Wanted: 4 times pyxirr, thread for thread, every residual at most 1e-9 or the series reported.
"""

from __future__ import annotations

import datetime
import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyxirr

from benchmarks.timing import interleaved, report
from leverage.batch_rate import LARGEST_RESIDUAL, batch_dated_rates, batch_internal_rates

Series = tuple[np.ndarray, np.ndarray, np.ndarray]


def dated_series(count: int, random: np.random.Generator) -> Series:
    """Calls over about five years, then distributions, with some months in which both are netted; 8 to 40 flows."""
    lengths = random.integers(8, 41, count)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    total = int(starts[-1])
    place = np.arange(total) - np.repeat(starts[:-1], lengths)
    days = place * 4_380 // np.repeat(lengths, lengths) + random.integers(0, 100, total)
    is_call = place < np.repeat(lengths * random.uniform(0.2, 0.5, count), lengths)
    is_odd = random.random(total) < 0.03
    amounts = random.uniform(1, 10, total) * np.where(is_call ^ is_odd, -1, 1) * np.where(is_call, 1.5, 1)
    return days.astype(np.int64), amounts, starts


def main(*, series: int = 10**6, peer_series: int = 20_000, rounds: int = 3) -> None:
    days, amounts, starts = dated_series(series, np.random.default_rng(5))
    peer_series = min(series, peer_series)
    origin = datetime.date(2000, 1, 1)
    peer = [
        ([origin + datetime.timedelta(int(day)) for day in days[a:b]], amounts[a:b].tolist())
        for a, b in itertools.pairwise(starts[: peer_series + 1].tolist())
    ]
    quarterly = np.random.default_rng(6).uniform(0, 1, (min(series, 200_000), 41))
    quarterly *= np.where(np.arange(41) < 16, -1.5, 1)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        candidates = {
            "product, dated, 1 thread": lambda: batch_dated_rates(days, amounts, starts, settle_up_to=0, executor=one),
            "product, dated, 2 threads": lambda: batch_dated_rates(days, amounts, starts, settle_up_to=0, executor=two),
            "pyxirr.xirr, lists of dates": lambda: [pyxirr.xirr(dates, flows, silent=True) for dates, flows in peer],
            "product, 41 quarters, 1 thread": lambda: batch_internal_rates(
                quarterly, periods_per_year=4, settle_up_to=0, executor=one
            ),
        }
        units = dict(zip(candidates, [series, series, peer_series, quarterly.shape[0]], strict=True))
        times = interleaved(candidates, units, rounds=rounds)
        report(
            f"Internal rates, {series:,} dated series, {amounts.size:,} flows", times, next(iter(candidates)), "series"
        )
        found = batch_dated_rates(days, amounts, starts, settle_up_to=0, executor=two)
    theirs = [pyxirr.xirr(dates, flows, silent=True) for dates, flows in peer]
    ours = found.rate_share[:peer_series]
    both = [(a, b) for a, b in zip(ours, theirs, strict=True) if b is not None and np.isfinite(a)]
    print(f"  states: {found.counts()}")
    print(f"  largest residual {found.residual.max():.1e}, wanted at most {LARGEST_RESIDUAL:g}")
    print(f"  pyxirr without an answer {theirs.count(None)}; largest difference {max(abs(a - b) for a, b in both):.1e}")


if __name__ == "__main__":
    main()
