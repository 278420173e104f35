"""预警规则: what about a borrower or a right calls for a look."""

from __future__ import annotations

from pledge.credit.early_warning import EARLY_WARNING_KIND

__all__ = ["POLICY_KIND"]

POLICY_KIND = EARLY_WARNING_KIND
