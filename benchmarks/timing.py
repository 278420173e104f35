"""Times of several candidates in interleaved rounds, so that a busy machine slows all of them alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Candidate = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Seconds of each candidate in each round; ``units`` is how much one call computes.

    ``cpu_seconds`` are those of all threads together: on a busy machine they tell more than the clock.
    """

    seconds: Mapping[str, list[float]]
    units: Mapping[str, int]
    cpu_seconds: Mapping[str, list[float]] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        return self.units[name] / statistics.median(self.seconds[name])

    def ratio(self, name: str, peer: str) -> float:
        """How many times as fast as the peer: the median over rounds of the ratio within a round."""
        return self._ratio(self.seconds, name, peer)

    def cpu_ratio(self, name: str, peer: str) -> float:
        """How much more does it compute in a second of one processor?"""
        return self._ratio(self.cpu_seconds, name, peer)

    def _ratio(self, seconds: Mapping[str, list[float]], name: str, peer: str) -> float:
        share = self.units[name] / self.units[peer]
        pairs = zip(seconds[name], seconds[peer], strict=True)
        # A clock of whole ticks may see no time at all in a tiny run.
        return statistics.median(share * theirs / ours if ours else math.nan for ours, theirs in pairs)


def interleaved(candidates: Mapping[str, Candidate], units: Mapping[str, int], *, rounds: int) -> Times:
    """Run every candidate once to warm up, then each once a round."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    cpu_seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for call in candidates.values():
        call()
    for _ in range(rounds):
        for name, call in candidates.items():
            start, cpu_start = time.perf_counter(), time.process_time()
            call()
            seconds[name].append(time.perf_counter() - start)
            cpu_seconds[name].append(time.process_time() - cpu_start)
    return Times(seconds, units, cpu_seconds)


def report(title: str, times: Times, product: str, unit: str) -> None:
    """Print a table: rate of each candidate, how many times as fast the product is, and the spread over rounds."""
    print(f"\n{title}")
    for name, seconds in times.seconds.items():
        spread = f"{min(seconds) * 1e3:.4g}-{max(seconds) * 1e3:.4g} ms"
        ratio = "" if name == product else _ratios(times, product, name)
        print(f"  {name:<44} {times.rate(name) / 1e6:10.4g} M {unit}/s  ({spread}){ratio}")


def _ratios(times: Times, product: str, peer: str) -> str:
    by_clock, by_cpu = times.ratio(product, peer), times.cpu_ratio(product, peer)
    return f"  product is {by_clock:8.3g}x ({by_cpu:.3g}x per CPU second)"
