"""申请质押登记: registration is applied for; after a refusal it may be filed again."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step("asset_filed", Label("申请质押登记", "pledge registration filed"), action="file")
