"""What does another way, or what do other terms, change? Differences path by path.

Alternatives of one run, and runs of one seed whatever their terms, draw the same random numbers: what they have in
common cancels, and the standard error is that of the difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leverage.run_answer import RunDifference
from leverage.run_blocks import RunPaths
from leverage.simulation.statistics import mean_of, tail_scores

__all__ = ["difference_between", "figures_on_paths"]

Array = NDArray[np.float64]


def figures_on_paths(run: RunPaths, alternative: str, *, tail_level_share: float) -> dict[str, Array]:
    """The figures of an alternative whose means are compared, on each path: ``is_lost`` is one or zero.

    Tested by: ``tests/leverage/test_run_difference.py``.
    """
    loss = run.loss(alternative)
    return {
        "to_firms": run.reached(alternative),
        "net": run.net(alternative),
        "loss": loss,
        "tail_loss": tail_scores(loss, level_share=tail_level_share),
        "is_lost": run.is_lost(alternative).astype(float),
    }


def difference_between(
    paths: RunPaths, alternative: str, *, base_paths: RunPaths, base: str, tail_level_share: float
) -> RunDifference:
    """How does an alternative differ from a base on the same paths? Alternative less base.

    The two may be of one run, or of two runs of one seed, first day, number of paths and of quarters.

    Tested by: itself (zero), by hand, the errors of two runs apart, ``tests/leverage/test_run_difference.py``.
    """
    of = figures_on_paths(paths, alternative, tail_level_share=tail_level_share)
    by = figures_on_paths(base_paths, base, tail_level_share=tail_level_share)
    apart = {name: mean_of(figure - by[name]) for name, figure in of.items()}
    money = {
        "to_firms": apart["to_firms"],
        "net": apart["net"],
        "expected_loss": apart["loss"],
        "tail_loss": apart["tail_loss"],
    }
    return RunDifference(base, money, apart["is_lost"])
