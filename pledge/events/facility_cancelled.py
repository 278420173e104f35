"""取消未用授信: a facility that was not drawn is given up."""

from __future__ import annotations

from pledge.events._plain_steps import loan_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = loan_step(
    "facility_cancelled", Label("取消未用授信", "facility cancelled"), machine="facility", action="cancel"
)
