"""资产风险分类规则: in which of five classes a loan is at least."""

from __future__ import annotations

from pledge.asset_classes import CLASSIFICATION_KIND

__all__ = ["POLICY_KIND"]

POLICY_KIND = CLASSIFICATION_KIND
