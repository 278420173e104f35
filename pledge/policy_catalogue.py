"""Which policies are known, what do they say, and what do they leave open?

Packaged policies are the TOML files of ``pledge/policies``, one file a policy, its name the id. A bank adds its
own as texts. Every table is checked when it loads: see ``pledge/policies/README.md``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from typing import Any

import pledge.policy_kinds
from pledge.pledged_asset import ASSET_KINDS
from pledge.policy_doubts import check_doubts
from pledge.policy_examples import read_examples
from pledge.policy_kind import PolicyKind, of_unit
from pledge.support import support_rules
from valuation.errors import InputError, ReferenceDataError
from valuation.kernel.dated import DatedTable, Hypothesis, Parameter, Step
from valuation.kernel.discovery import discover

__all__ = ["describe_policy", "load_policies", "open_gaps", "overlay_policies", "policies_of_kind", "policy_kinds"]

_KINDS_OF_ASSET = frozenset(map(str, ASSET_KINDS))
_COVERS = "covers."


def policy_kinds() -> dict[str, PolicyKind]:
    """Which kinds of policy exist? Every file of ``pledge/policy_kinds``, and one a rule of support."""
    own = discover(pledge.policy_kinds, attribute="POLICY_KIND", of_type=PolicyKind)
    return own | {rule.policy_kind.id: rule.policy_kind for rule in support_rules().values()}


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
    return {name: _checked(name, texts, kinds) for name in sorted(texts)}


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


def _checked(name: str, texts: Mapping[str, str], kinds: Mapping[str, PolicyKind]) -> DatedTable:
    table = _with_scope(DatedTable.from_toml(texts[name], where=f"policy {name}", others=texts), texts)
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


def _with_scope(table: DatedTable, texts: Mapping[str, str]) -> DatedTable:
    """Take the kinds of right that are compensated from the policy that states the scope, where one is named."""
    name = table.facts.get("compensable_as_in")
    if name is None:
        return table
    where = f"policy {table.id}: facts.compensable_as_in"
    if "compensable_asset_kinds" in table.facts or name not in texts:
        raise ReferenceDataError(f"{where}: found {name!r}, expected a policy, and no compensable_asset_kinds as well")
    scope = DatedTable.from_toml(texts[name], where=f"policy {name}").parameters
    covers = {key.removeprefix(_COVERS): row.steps for key, row in scope.items() if key.startswith(_COVERS)}
    if not covers or any(steps[0].value is None for steps in covers.values()):
        raise ReferenceDataError(f"{where}: found {name!r}, expected a scope without gaps")
    if any(not step.repealed for steps in covers.values() for step in steps[1:]):
        raise ReferenceDataError(f"{where}: found {name!r}, expected a scope that does not change while it is in force")
    kinds = [kind for kind, steps in covers.items() if steps[0].value is True]
    return replace(table, facts={**table.facts, "compensable_asset_kinds": kinds})


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
