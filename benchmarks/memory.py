"""Peak memory of a million draws, in a process that does nothing else: ``python -m benchmarks.memory [draws]``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.royalty import product, worksheet


def peak_megabytes() -> float:
    """The most this program ever held; Linux tells it from the start of the program, not of its parent."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(draws: int) -> None:
    paper = worksheet()
    product(paper, 4 * 64, None)
    before = peak_megabytes()
    product(paper, draws, None)
    after = peak_megabytes()
    print(f"  memory of {draws} draws: {after - before:.0f} MB more than the {before:.0f} MB of the loaded program")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2**20)
