"""产品与惯例调查: what banks are seen to offer; practice, not a rule."""

from __future__ import annotations

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

POLICY_KIND = PolicyKind(
    id="product_survey",
    label=Label("产品与惯例调查", "survey of products and practice"),
    parameters=(
        ParameterSpec("usual_loan_lowest_cny", "cny"),
        ParameterSpec("usual_loan_highest_cny", "cny"),
        ParameterSpec("loan_highest_cny", "cny"),
        ParameterSpec("usual_term_months", "months"),
        ParameterSpec("working_capital_term_highest_months", "months"),
        ParameterSpec("fixed_asset_term_highest_months", "months"),
        ParameterSpec("annual_rate_lowest_share", "share"),
        ParameterSpec("annual_rate_highest_share", "share"),
        ParameterSpec("discount_on_lpr_share", "share"),
        ParameterSpec("principal_step_months", "months"),
        ParameterSpec("pledge_rate_lowest_share", "share"),
        ParameterSpec("pledge_rate_highest_share", "share"),
    ),
)
