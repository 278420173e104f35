"""Random numbers that do not depend on how the work was divided.

Each block of draws has its own stream, keyed by (seed, block). A block gives the same numbers whether it runs
first or last, on one worker or on many, before or after a crash.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, Philox

from valuation.errors import InputError

__all__ = ["MAXIMUM_SEED", "block_generator"]

MAXIMUM_SEED = 2**63 - 1


def block_generator(seed: int, block: int) -> Generator:
    """Which stream of random numbers belongs to block number ``block`` of a run with this seed?

    A Philox-4x64 counter-based generator whose 128-bit key is (seed, block); the counter starts at zero.

    References
    ----------
    Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC'11.

    Tested by: ``tests/valuation/kernel/test_randomness.py`` (same key same stream, any order; distinct blocks).
    """
    if not 0 <= seed <= MAXIMUM_SEED or block < 0:
        raise InputError.of("seed", found=(seed, block), expected=f"0 ≤ seed ≤ {MAXIMUM_SEED}, block ≥ 0")
    return Generator(Philox(key=np.array([seed, block], dtype=np.uint64)))
