"""受理代偿申请: a compensator accepts that it will pay."""

from __future__ import annotations

from pledge.events._plain_steps import claim_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = claim_step("claim_accepted", Label("受理代偿申请", "claim accepted"), action="accept")
