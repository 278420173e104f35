"""审批否决: the application is refused, with the reason."""

from __future__ import annotations

from pledge.events._plain_steps import loan_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = loan_step(
    "application_refused", Label("审批否决", "application refused"), machine="application", action="refuse"
)
