"""Which policies are known, what do they say, and what do they leave open?

Packaged policies are the TOML files of ``pledge/policies``, one file a policy, its name the id. A bank adds its
own as texts. Every table is checked when it loads: see ``pledge/policies/README.md``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from importlib import resources
from typing import Any

from pledge.pledged_asset import ASSET_KINDS
from pledge.policy_doubts import check_doubts
from pledge.policy_examples import read_examples
from pledge.policy_kind import ParameterSpec, PolicyKind, of_unit
from pledge.support import support_rules
from valuation.errors import InputError, ReferenceDataError
from valuation.kernel.dated import DatedTable, Hypothesis, Parameter, Step
from valuation.kernel.labels import Label

__all__ = ["describe_policy", "load_policies", "open_gaps", "overlay_policies", "policies_of_kind", "policy_kinds"]

_KINDS_OF_ASSET = frozenset(map(str, ASSET_KINDS))

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

_RENEWAL_CONDITIONS = frozenset(
    {
        "old_loan_normal",
        "lawful",
        "operating",
        "good_credit",
        "willing",
        "meets_lending_conditions",
    }
)

_OWN_KINDS = (
    PolicyKind(
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
        ),
    ),
    PolicyKind(
        id="registration_rules",
        label=Label("质押登记规则", "pledge registration rules"),
        parameters=(
            ParameterSpec("refusal_grounds.*", "yes_no", required=True, members=_REFUSAL_GROUNDS),
            ParameterSpec("created_at_registration", "yes_no"),
            ParameterSpec("filed_jointly", "yes_no"),
            ParameterSpec("review_working_days", "days"),
        ),
    ),
    PolicyKind(
        id="reference_rate",
        label=Label("参考利率", "reference rate"),
        parameters=(
            ParameterSpec("one_year_rate_share", "share", required=True),
            ParameterSpec("five_year_rate_share", "share"),
        ),
    ),
    PolicyKind(
        id="supervision_rules",
        label=Label("监管政策", "rules of supervision"),
        parameters=(
            ParameterSpec("npl_tolerance_share", "share"),
            ParameterSpec("separate_credit_plan", "yes_no"),
            ParameterSpec("due_diligence_exemption", "yes_no"),
            ParameterSpec("internal_evaluation_encouraged", "yes_no"),
            ParameterSpec("pre_payment_encouraged", "yes_no"),
            ParameterSpec("renewal_conditions.*", "yes_no", members=_RENEWAL_CONDITIONS),
            ParameterSpec("renewed_loan_may_stay_normal", "yes_no"),
            ParameterSpec("renewal_for_medium_firms", "yes_no"),
            ParameterSpec("loan_relates_to_appraised_value", "yes_no"),
        ),
    ),
    PolicyKind(
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
    ),
)


def policy_kinds() -> dict[str, PolicyKind]:
    """Which kinds of policy exist? Those of the quote itself and one a rule of support."""
    kinds = (*_OWN_KINDS, *(rule.policy_kind for rule in support_rules().values()))
    return {kind.id: kind for kind in kinds}


def load_policies(extra: Mapping[str, str] | None = None) -> dict[str, DatedTable]:
    """Which policies are there: the packaged ones, and the texts a bank brings along?

    Parameters
    ----------
    extra : TOML text by id; the id is also what stands in the text.

    Returns
    -------
    dict from id to table, sorted by id; every table checked against its kind.

    Raises
    ------
    ReferenceDataError, SourceMissingError : a table that is incomplete, of an unknown kind, or whose id is not
        its name; an id that exists twice.

    Tested by: ``tests/pledge/test_policy_catalogue.py``.
    """
    kinds = policy_kinds()
    folder = resources.files("pledge") / "policies"
    texts = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    for name, text in (extra or {}).items():
        if name in texts:
            raise ReferenceDataError(f"policy {name}: found twice, expected an id that no packaged policy has")
        texts[name] = text
    return {name: _checked(name, texts[name], kinds) for name in sorted(texts)}


def policies_of_kind(policies: Mapping[str, DatedTable], kind: str) -> list[str]:
    """The ids of all policies of one kind, sorted."""
    return sorted(name for name, table in policies.items() if table.kind == kind)


def overlay_policies(
    policies: Mapping[str, DatedTable], what_if: Mapping[str, Mapping[str, Hypothesis]]
) -> dict[str, DatedTable]:
    """The same policies with what-if values laid over them, each marked *hypothesis*.

    Numbers may be stated as text; each is read in the unit of its parameter.

    Raises
    ------
    InputError : a value that its parameter's unit does not allow.
    UnknownNameError : a parameter the policy does not have.
    """
    changed = dict(policies)
    for name, hypotheses in what_if.items():
        read = {key: _read(name, policies[name], key, value) for key, value in hypotheses.items()}
        changed[name] = policies[name].overlay(read)
    return changed


def open_gaps(table: DatedTable, *, on: datetime.date) -> dict[str, str]:
    """Which parameters of a policy are gaps on this day, and what would fill each?"""
    found = {name: _gap_on(parameter, on) for name, parameter in table.parameters.items()}
    return {name: gap for name, gap in found.items() if gap is not None}


def describe_policy(table: DatedTable) -> dict[str, Any]:
    """What does a policy say, for the list of policies: label, kind, jurisdiction, every step, every gap?"""
    parameters = [_describe(parameter) for parameter in table.parameters.values()]
    return {
        "id": table.id,
        "kind": table.kind,
        "kind_label": policy_kinds()[table.kind].label.as_document(),
        "label": table.label.as_document(),
        "jurisdiction": dict(table.facts["jurisdiction"]),
        "notes": [dict(note) for note in table.facts.get("notes", [])],
        "parameters": parameters,
        "examples": [example.as_document() for example in read_examples(table)],
        "gaps": sorted(row["name"] for row in parameters if any("gap" in step for step in row["steps"])),
        "sources": [source.as_document() for source in table.sources.values()],
    }


def _checked(name: str, text: str, kinds: Mapping[str, PolicyKind]) -> DatedTable:
    table = DatedTable.from_toml(text, where=f"policy {name}")
    if table.id != name:
        raise ReferenceDataError(f"policy {name}: found id = {table.id!r}, expected the name of the file")
    if table.kind not in kinds:
        raise ReferenceDataError(f"policy {name}: found kind {table.kind!r}, expected one of {', '.join(kinds)}")
    for language in ("zh", "en"):
        if not _jurisdiction(table).get(language):
            raise ReferenceDataError(f"policy {name}: found no facts.jurisdiction.{language}, expected a text")
    kinds[table.kind].check(table)
    _check_asset_kinds(table)
    check_doubts(table)
    read_examples(table)
    return table


def _check_asset_kinds(table: DatedTable) -> None:
    """A misspelt kind of right would silently not be compensated."""
    for fact in ("asset_kinds", "compensable_asset_kinds"):
        if strange := set(table.facts.get(fact, [])) - _KINDS_OF_ASSET:
            raise ReferenceDataError(
                f"policy {table.id}: facts.{fact}: found {', '.join(sorted(strange))}, expected some of"
                f" {', '.join(sorted(_KINDS_OF_ASSET))}"
            )


def _jurisdiction(table: DatedTable) -> Mapping[str, str]:
    found = table.facts.get("jurisdiction", {})
    return found if isinstance(found, Mapping) else {}


def _read(policy: str, table: DatedTable, name: str, hypothesis: Hypothesis) -> Hypothesis:
    if not table.has(name):
        return hypothesis  # DatedTable.overlay refuses it, listing the parameters there are.
    unit = table.parameters[name].unit
    value = of_unit(hypothesis.value, unit)
    if value is None:
        raise InputError.of(
            f"what_if.{policy}.{name}.value", found=repr(hypothesis.value), expected=f"a value in the unit {unit}"
        )
    return Hypothesis(value, hypothesis.reason)


def _gap_on(parameter: Parameter, day: datetime.date) -> str | None:
    current = [step for step in parameter.steps if step.from_date <= day]
    return current[-1].gap if current else None


def _describe(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "label": parameter.label.as_document(),
        "unit": parameter.unit,
        "steps": [_describe_step(step) for step in parameter.steps],
    }


def _describe_step(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"from": step.from_date.isoformat(), "status": step.status, "source": step.source.id}
    if step.repealed:
        return {**said, "repealed": True}
    if step.gap is not None:
        return {**said, "gap": step.gap}
    return {**said, "value": step.value if isinstance(step.value, bool) else str(step.value)}
