"""What has been simulated so far? The blocks that are done, to be kept by the caller and handed back after a crash."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError

__all__ = ["BlockLosses", "Checkpoint"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BlockLosses:
    """The scenarios of one block.

    ``sums`` is (5, scenarios): loss, covered loss, number of defaults, logarithm of the ratio of shifted to plain
    density, the pool's loss; ``exhausted`` the first period in which the pool could not pay all it owed, or −1;
    ``payments`` (scenarios, periods) what the pool paid net, or (0, periods) when nobody asked for it.
    """

    number: int
    sums: Array
    exhausted: NDArray[np.int16]
    payments: NDArray[np.float32]


@dataclass(frozen=True)
class Checkpoint:
    """Blocks of one run; ``digest`` says which run, so that no other run takes them in.

    Tested by: a run stopped half-way and taken up again gives the same bits,
    ``tests/pledge/portfolio/test_simulation.py``.
    """

    digest: str
    blocks: Mapping[int, BlockLosses] = field(default_factory=dict)

    def with_block(self, block: BlockLosses) -> Checkpoint:
        """The same run with one more block done."""
        return Checkpoint(self.digest, {**self.blocks, block.number: block})

    def merged(self, other: Checkpoint) -> Checkpoint:
        """The blocks of two parts of one run.

        Raises
        ------
        InputError : they belong to different runs.
        """
        if other.digest != self.digest:
            raise InputError.of("checkpoint.digest", found=other.digest, expected=f"{self.digest}, the same run")
        return Checkpoint(self.digest, {**self.blocks, **other.blocks})

    def to_bytes(self) -> bytes:
        """The checkpoint as a file's content (NumPy's npz, no pickled object in it)."""
        arrays = {}
        for number, block in self.blocks.items():
            for name in ("sums", "exhausted", "payments"):
                arrays[f"{name}_{number}"] = getattr(block, name)
        head = json.dumps({"digest": self.digest, "blocks": sorted(self.blocks)}).encode()
        kept = io.BytesIO()
        np.savez(kept, head=np.frombuffer(head, dtype=np.uint8), **arrays)
        return kept.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Checkpoint:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        InputError : the content is damaged or something else.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as kept:
                head = json.loads(kept["head"].tobytes())
                blocks = {
                    number: BlockLosses(
                        number, *(kept[f"{name}_{number}"] for name in ("sums", "exhausted", "payments"))
                    )
                    for number in head["blocks"]
                }
                return cls(head["digest"], blocks)
        except Exception as error:
            # Whatever the reader of damaged bytes raises, the caller needs one answer.
            raise InputError.of(
                "checkpoint", found=f"{len(content)} bytes: {error}", expected="what to_bytes wrote"
            ) from error
