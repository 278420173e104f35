"""参考利率: a published rate that loans and subsidies refer to."""

from __future__ import annotations

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

POLICY_KIND = PolicyKind(
    id="reference_rate",
    label=Label("参考利率", "reference rate"),
    parameters=(
        ParameterSpec("one_year_rate_share", "share", required=True),
        ParameterSpec("five_year_rate_share", "share"),
    ),
)
