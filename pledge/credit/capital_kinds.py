"""Which parameters may rules of capital hold?"""

from __future__ import annotations

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["IRB_KIND", "STANDARDISED_KIND"]

_CORRELATED = frozenset({"corporate", "other_retail", "qrre"})

IRB_KIND = PolicyKind(
    id="irb_rules",
    label=Label("内部评级法规则", "rules of the internal ratings-based approach"),
    parameters=(
        ParameterSpec("confidence_share", "share", required=True),
        ParameterSpec("capital_ratio_share", "share", required=True),
        ParameterSpec("correlation_low_share.*", "share", required=True, members=_CORRELATED),
        ParameterSpec("correlation_high_share.*", "share", required=True, members=_CORRELATED),
        ParameterSpec("correlation_decay.*", "multiple", required=True, members=_CORRELATED),
        ParameterSpec("sme_reduction_share", "share", required=True),
        ParameterSpec("sme_turnover_low_million_eur", "multiple", required=True),
        ParameterSpec("sme_turnover_high_million_eur", "multiple", required=True),
        ParameterSpec("maturity_slope_constant", "multiple", required=True),
        ParameterSpec("maturity_slope_log_pd", "multiple", required=True),
        ParameterSpec("maturity_middle_years", "multiple", required=True),
        ParameterSpec("maturity_least_years", "multiple", required=True),
        ParameterSpec("maturity_most_years", "multiple", required=True),
        ParameterSpec(
            "pd_floor_share.*",
            "share",
            required=True,
            members=frozenset({"corporate", "other_retail", "qrre_transactor", "qrre_revolver"}),
        ),
        ParameterSpec("supervisory_lgd_share.*", "share", members=frozenset({"senior", "subordinated"})),
    ),
)

STANDARDISED_KIND = PolicyKind(
    id="standardised_weights",
    label=Label("权重法风险权重", "standardised risk weights"),
    parameters=(
        ParameterSpec(
            "risk_weight.*",
            "multiple",
            required=True,
            members=frozenset({"regulatory_retail", "small_or_medium_firm", "investment_grade_firm", "general_firm"}),
        ),
    ),
)
