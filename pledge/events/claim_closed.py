"""追偿终结: nothing more will come back; the claim on a compensator is closed."""

from __future__ import annotations

from pledge.events._plain_steps import claim_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = claim_step("claim_closed", Label("追偿终结", "claim closed"), action="close")
