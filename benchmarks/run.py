"""All benchmarks in this environment, whatever peers it has: ``python -m benchmarks.run [NAME ...]``."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import (
    comparables,
    end_of_day,
    leverage_rates,
    leverage_simulation,
    options_exact,
    options_lattice,
    options_lsm,
    pledge_book,
    pledge_schedules,
    revaluation,
    royalty,
    side_by_side,
)


def _royalty() -> None:
    royalty.main()
    subprocess.run([sys.executable, "-m", "benchmarks.memory"], check=True)


PROGRAMS: dict[str, Callable[[], None]] = {
    "a": _royalty,
    "b": revaluation.main,
    "c": comparables.main,
    "d": pledge_schedules.main,
    "e": end_of_day.main,
    "side_by_side": side_by_side.main,
    "lsm": options_lsm.main,
    "lattice": options_lattice.main,
    "exact": options_exact.main,
    "book": pledge_book.main,
    "funds": leverage_simulation.main,
    "rates": leverage_rates.main,
}


def main(chosen: list[str]) -> None:
    unknown = [name for name in chosen if name not in PROGRAMS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(PROGRAMS)}")
    model = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    print(f"{model[:1]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, {platform.platform()}")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}")
    for name in chosen or PROGRAMS:
        PROGRAMS[name]()
    print(f"\nload at the end {os.getloadavg()[0]:.2f}")


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    main(sys.argv[1:])
