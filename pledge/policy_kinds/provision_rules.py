"""贷款损失准备规则: what is put aside for which class, and the ratios of a bank."""

from __future__ import annotations

from pledge.provision import PROVISION_KIND

__all__ = ["POLICY_KIND"]

POLICY_KIND = PROVISION_KIND
