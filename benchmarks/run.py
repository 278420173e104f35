"""All benchmarks here, with whatever peers there are: ``python -m benchmarks.run [a] [b] [c] [side_by_side]``."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks import comparables, revaluation, royalty, side_by_side


def main(chosen: list[str]) -> None:
    model = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    print(f"{model[:1]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, {platform.platform()}")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}")
    if "a" in chosen:
        royalty.main()
        subprocess.run([sys.executable, "-m", "benchmarks.memory"], check=True)
    if "b" in chosen:
        revaluation.main()
    if "c" in chosen:
        comparables.main()
    if "side_by_side" in chosen:
        side_by_side.main()
    print(f"\nload at the end {os.getloadavg()[0]:.2f}")


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    main(sys.argv[1:] or ["a", "b", "c", "side_by_side"])
