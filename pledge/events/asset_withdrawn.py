"""撤出质押标的: a right that is not pledged yet is taken out."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step("asset_withdrawn", Label("撤出质押标的", "asset withdrawn"), action="withdraw")
