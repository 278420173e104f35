"""许可变现: an enforced right is licensed; what the licensee pays is recorded as recoveries."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step("asset_licensed", Label("许可变现", "asset licensed"), action="license")
