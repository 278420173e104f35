"""撤回代偿申请: the bank takes a claim back."""

from __future__ import annotations

from pledge.events._plain_steps import claim_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = claim_step("claim_withdrawn", Label("撤回代偿申请", "claim withdrawn"), action="withdraw")
