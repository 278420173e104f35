"""分成: what is left is split, carry to the manager and the rest to all by their capital."""

from __future__ import annotations

from leverage.tiers._plain_split import SPLIT, Split

__all__ = ["TIER", "Split"]

TIER = SPLIT
