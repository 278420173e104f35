"""质押登记规则: which grounds an office refuses a pledge on, and how it registers one."""

from __future__ import annotations

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

_REFUSAL_GROUNDS = frozenset(
    {
        "pledgor_not_registered_owner",
        "right_lapsed_or_invalidated",
        "only_an_application",
        "annuity_unpaid",
        "suspended_by_dispute_or_preservation",
        "debt_term_beyond_right_term",
        "contract_defect",
        "co_owner_consent_missing",
        "already_pledged",
        "same_day_utility_model",
        "invalidation_proceedings",
        "other",
    }
)

POLICY_KIND = PolicyKind(
    id="registration_rules",
    label=Label("质押登记规则", "pledge registration rules"),
    parameters=(
        ParameterSpec("refusal_grounds.*", "yes_no", required=True, members=_REFUSAL_GROUNDS),
        ParameterSpec("created_at_registration", "yes_no"),
        ParameterSpec("filed_jointly", "yes_no"),
        ParameterSpec("review_working_days", "days"),
    ),
)
