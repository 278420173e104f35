"""权重法风险权重: the weight of each class of exposure."""

from __future__ import annotations

from pledge.credit.capital_kinds import STANDARDISED_KIND

__all__ = ["POLICY_KIND"]

POLICY_KIND = STANDARDISED_KIND
