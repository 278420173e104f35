"""内部评级法规则: the parameters of capital by internal ratings."""

from __future__ import annotations

from pledge.credit.capital_kinds import IRB_KIND

__all__ = ["POLICY_KIND"]

POLICY_KIND = IRB_KIND
