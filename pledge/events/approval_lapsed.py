"""批复失效: an approval that was not taken up ends."""

from __future__ import annotations

from pledge.events._plain_steps import loan_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = loan_step("approval_lapsed", Label("批复失效", "approval lapsed"), machine="application", action="lapse")
