"""Blocks of paths one after the other, computed anywhere: the loop of every simulation of public money.

A block has random streams of its own, so that no number depends on who computes it or when.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from valuation.errors import RefusalError

__all__ = ["blocks_in_order"]

Block = TypeVar("Block")
#: Blocks that wait at a time: enough for any executor to stay busy, few enough to stop soon.
_WAITING = 32


def blocks_in_order(
    run_block: Callable[[int, int], Block],
    *,
    paths: int,
    block_paths: int,
    executor: Executor | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Iterator[Block]:
    """Run the blocks and give them in their order.

    Parameters
    ----------
    run_block : (number of the block, its paths) → the block; it is sent to the executor's workers.
    block_paths : paths of every block but the last.
    is_cancelled : asked before each block; True stops the run, and blocks that wait are given up.

    Raises
    ------
    RefusalError : the run was cancelled.

    Tested by: one worker and two, stopped runs; ``tests/leverage/test_simulate.py``,
    ``tests/leverage/test_scenario_run.py``.
    """
    waiting: deque[Future[Block]] = deque()
    for first in range(0, paths, block_paths):
        _stop_if(is_cancelled, waiting, first, paths)
        task = (first // block_paths, min(block_paths, paths - first))
        if executor is None:
            yield run_block(*task)
            continue
        waiting.append(executor.submit(run_block, *task))
        if len(waiting) == _WAITING:
            yield waiting.popleft().result()
    while waiting:
        _stop_if(is_cancelled, waiting, paths, paths)
        yield waiting.popleft().result()


def _stop_if(is_cancelled: Callable[[], bool] | None, waiting: deque[Future[Any]], begun: int, paths: int) -> None:
    if is_cancelled is None or not is_cancelled():
        return
    for task in waiting:
        task.cancel()
    raise RefusalError.of(
        "paths",
        found=f"cancelled after {begun} of {paths} were begun",
        expected="a whole run",
        advice="Run it again; the same seed gives the same paths",
    )
