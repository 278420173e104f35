"""补正材料: the papers asked for were handed in."""

from __future__ import annotations

from pledge.events._plain_steps import loan_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = loan_step(
    "application_completed", Label("补正材料", "papers handed in"), machine="application", action="complete"
)
