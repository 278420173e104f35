"""贷款合同规则: how long a loan may be extended, what late payment costs, when a loan may be renewed."""

from __future__ import annotations

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

_SURCHARGES = frozenset(f"{cause}_{end}" for cause in ("overdue", "misused") for end in ("lower", "upper"))
_RENEWAL_CONDITIONS = frozenset(
    {"lawful_operation", "good_credit", "willing_to_repay", "meets_lending_conditions", "old_loan_normal"}
)

POLICY_KIND = PolicyKind(
    id="loan_rules",
    label=Label("贷款合同规则", "rules on loan contracts"),
    parameters=(
        ParameterSpec("short_term_up_to_months", "months", required=True),
        ParameterSpec("medium_term_up_to_months", "months", required=True),
        ParameterSpec("extension_share_of_term.*", "share", members=frozenset({"short_term", "medium_term"})),
        ParameterSpec("extension_cap_months.*", "months", members=frozenset({"long_term"})),
        ParameterSpec("late_surcharge_share.*", "share", members=_SURCHARGES),
        ParameterSpec("restructuring_watch_periods", "multiple"),
        ParameterSpec("restructuring_watch_months", "months"),
        ParameterSpec("renewal_condition.*", "yes_no", members=_RENEWAL_CONDITIONS),
    ),
)
