"""不予代偿: a compensator refuses a claim; it may be filed again."""

from __future__ import annotations

from pledge.events._plain_steps import claim_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = claim_step("claim_refused", Label("不予代偿", "claim refused"), action="refuse")
