"""All benchmarks in this environment, whatever peers it has: ``python -m benchmarks.run [a] [b] [c]``."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks import comparables, revaluation, royalty


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
    print(f"\nload at the end {os.getloadavg()[0]:.2f}")


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    main(sys.argv[1:] or ["a", "b", "c"])
