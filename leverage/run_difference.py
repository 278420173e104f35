"""What does another way, or what do other terms, change? Differences path by path.

Alternatives of one run, and runs of one seed whatever their terms, draw the same random numbers: what they have in
common cancels, and the standard error is that of the difference.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leverage.run_answer import RunDifference
from leverage.run_blocks import RunPaths
from leverage.simulation.statistics import Estimate, mean_of, tail_scores

__all__ = ["difference_between"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def difference_between(
    paths: RunPaths, alternative: str, *, base_paths: RunPaths, base: str, tail_level_share: float
) -> RunDifference:
    """How does an alternative differ from a base on the same paths? Alternative less base.

    The two may be of one run, or of two runs of one seed, first day, number of paths and of quarters.

    Tested by: itself (zero), by hand, the errors of two runs apart, ``tests/leverage/test_run_difference.py``.
    """

    def apart(of_paths: Callable[[RunPaths, str], Array | Flags]) -> Estimate:
        return mean_of(of_paths(paths, alternative).astype(float) - of_paths(base_paths, base).astype(float))

    money = {
        "to_firms": apart(RunPaths.reached),
        "net": apart(RunPaths.net),
        "expected_loss": apart(RunPaths.loss),
        "tail_loss": apart(lambda run, name: tail_scores(run.loss(name), level_share=tail_level_share)),
    }
    return RunDifference(base, money, apart(RunPaths.is_lost))
