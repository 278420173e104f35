"""监管政策: what supervisors ask of banks that lend on intellectual property."""

from __future__ import annotations

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

_RENEWAL_CONDITIONS = frozenset(
    {"lawful_operation", "good_credit", "willing_to_repay", "meets_lending_conditions", "old_loan_normal"}
)

POLICY_KIND = PolicyKind(
    id="supervision_rules",
    label=Label("监管政策", "rules of supervision"),
    parameters=(
        ParameterSpec("npl_tolerance_share", "share"),
        ParameterSpec("separate_credit_plan", "yes_no"),
        ParameterSpec("due_diligence_exemption", "yes_no"),
        ParameterSpec("internal_evaluation_encouraged", "yes_no"),
        ParameterSpec("pre_payment_encouraged", "yes_no"),
        ParameterSpec("renewal_condition.*", "yes_no", members=_RENEWAL_CONDITIONS),
        ParameterSpec("renewed_loan_may_stay_normal", "yes_no"),
        ParameterSpec("renewal_for_medium_firms", "yes_no"),
        ParameterSpec("loan_relates_to_appraised_value", "yes_no"),
    ),
)
