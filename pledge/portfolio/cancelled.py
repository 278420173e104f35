"""The error of a simulation that its caller stopped; apart from the simulation, which takes long to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from valuation.errors import IpfinError

if TYPE_CHECKING:
    from pledge.portfolio.checkpoint import Checkpoint

__all__ = ["SimulationCancelledError"]


class SimulationCancelledError(IpfinError):
    """The caller stopped the run; ``checkpoint`` holds the blocks that were done."""

    code = "simulation-cancelled"

    def __init__(self, checkpoint: Checkpoint, *, blocks: int) -> None:
        super().__init__(f"cancelled after {len(checkpoint.blocks)} of {blocks} blocks; take it up with its checkpoint")
        self.checkpoint = checkpoint
