"""不予质押登记: the registry refused the pledge, on the ground stated as the reason."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step(
    "asset_registration_refused", Label("不予质押登记", "pledge registration refused"), action="refuse"
)
