"""撤回申请: the applicant gives the application up."""

from __future__ import annotations

from pledge.events._plain_steps import loan_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = loan_step(
    "application_withdrawn", Label("撤回申请", "application withdrawn"), machine="application", action="withdraw"
)
