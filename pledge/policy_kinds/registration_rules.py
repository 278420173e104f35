"""质押登记规则: which grounds an office refuses a pledge on, and how it registers one.

Its grounds of refusal are those that a rule of eligibility tests.
"""

from __future__ import annotations

from pledge.eligibility_rule import eligibility_rules
from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

#: The papers that registration rules may ask for; ``when`` and ``by`` are told of each.
_DOCUMENTS = (
    "application_form",
    "pledge_contract",
    "main_contract",
    "identity_proof",
    "power_of_attorney",
    "appraisal_report",
    "co_owner_consent",
    "earlier_licences",
    "right_certificate",
)
_GROUNDS = frozenset(rule.ground for rule in eligibility_rules().values() if rule.ground is not None)

POLICY_KIND = PolicyKind(
    id="registration_rules",
    label=Label("质押登记规则", "pledge registration rules"),
    parameters=(
        ParameterSpec("refusal_grounds.*", "yes_no", members=_GROUNDS),
        ParameterSpec("created_at_registration", "yes_no"),
        ParameterSpec("filed_jointly", "yes_no"),
        ParameterSpec("authority", "text"),
        ParameterSpec("review_working_days", "days"),
        ParameterSpec("review_calendar_days", "days"),
        ParameterSpec("last_day_moves_past_holiday", "yes_no"),
        *(ParameterSpec(f"documents.{paper}.*", "text", members=frozenset({"when", "by"})) for paper in _DOCUMENTS),
    ),
)
