"""权属核验: title, force and burdens of a proposed right were checked."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step("asset_verified", Label("权属核验", "asset verified"), action="verify")
