"""风险补偿范围: which kinds of right public money compensates."""

from __future__ import annotations

from pledge.pledged_asset import ASSET_KINDS
from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

POLICY_KIND = PolicyKind(
    id="compensation_scope",
    label=Label("风险补偿范围", "scope of public compensation"),
    parameters=(ParameterSpec("covers.*", "yes_no", required=True, members=frozenset(map(str, ASSET_KINDS))),),
)
