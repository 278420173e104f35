"""Times of several candidates in interleaved rounds, so that a busy machine slows all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Candidate = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Seconds of each candidate in each round; ``units`` is how much one call computes."""

    seconds: Mapping[str, list[float]]
    units: Mapping[str, int]

    def rate(self, name: str) -> float:
        return self.units[name] / statistics.median(self.seconds[name])

    def ratio(self, name: str, peer: str) -> float:
        """How many times as fast as the peer: the median over rounds of the ratio within a round."""
        pairs = zip(self.seconds[name], self.seconds[peer], strict=True)
        share = self.units[name] / self.units[peer]
        return statistics.median(share * theirs / ours for ours, theirs in pairs)


def interleaved(candidates: Mapping[str, Candidate], units: Mapping[str, int], *, rounds: int) -> Times:
    """Run every candidate once to warm up, then each once a round."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for call in candidates.values():
        call()
    for _ in range(rounds):
        for name, call in candidates.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return Times(seconds, units)


def report(title: str, times: Times, product: str, unit: str) -> None:
    """Print a table: rate of each candidate, how many times as fast the product is, and the spread over rounds."""
    print(f"\n{title}")
    for name, seconds in times.seconds.items():
        spread = f"{min(seconds) * 1e3:.4g}-{max(seconds) * 1e3:.4g} ms"
        ratio = "" if name == product else f"  product is {times.ratio(product, name):8.3g}x"
        print(f"  {name:<44} {times.rate(name) / 1e6:10.4g} M {unit}/s  ({spread}){ratio}")
