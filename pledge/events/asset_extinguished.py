"""权利消灭: a right lapsed or was invalidated; it covers nothing any more."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step("asset_extinguished", Label("权利消灭", "right extinguished"), action="extinguish")
