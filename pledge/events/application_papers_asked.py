"""要求补正: papers are missing; the decision waits for them."""

from __future__ import annotations

from pledge.events._plain_steps import loan_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = loan_step(
    "application_papers_asked", Label("要求补正", "papers asked for"), machine="application", action="ask_for_papers"
)
