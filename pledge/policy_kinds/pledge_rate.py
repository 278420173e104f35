"""质押率政策: what a bank lends of a value, up to which amount and term, on which rights."""

from __future__ import annotations

from pledge.pledged_asset import ASSET_KINDS
from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.kernel.labels import Label

__all__ = ["POLICY_KIND"]

_KINDS_OF_ASSET = frozenset(map(str, ASSET_KINDS))

POLICY_KIND = PolicyKind(
    id="pledge_rate",
    label=Label("质押率政策", "pledge-rate policy"),
    parameters=(
        ParameterSpec("pledge_rate_share.*", "share", required=True, members=_KINDS_OF_ASSET),
        ParameterSpec("loan_cap_cny", "cny"),
        ParameterSpec("term_cap_months", "months"),
        ParameterSpec("minimum_remaining_life_years.*", "years", members=_KINDS_OF_ASSET),
        ParameterSpec("minimum_years_of_use.*", "years", members=_KINDS_OF_ASSET),
        ParameterSpec("rate_markup_over_benchmark_share", "share"),
        ParameterSpec("appraisal_validity_months", "months"),
        ParameterSpec("unsecured_limit_before_registration_cny", "cny"),
    ),
)
