"""What a dated policy says, as a document: every step with its source, every gap by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from api.catalogues import Catalogues
from leverage.programme import Programme
from pledge.policy_examples import read_examples
from valuation.kernel.dated import DatedTable, Parameter, Step

__all__ = ["policy_documents", "programme_document", "summary_of"]

Area = Literal["pledge", "leverage"]


def policy_documents(catalogues: Catalogues) -> dict[str, dict[str, Any]]:
    """Every policy of this installation, by id."""
    return dict(sorted((document["id"], document) for document in _documents(catalogues)))


def _documents(catalogues: Catalogues) -> Iterator[dict[str, Any]]:
    for table in catalogues.pledge_policies.values():
        yield _policy_document(table, "pledge")
    for table in catalogues.leverage_policies.values():
        yield _policy_document(table, "leverage")


def _policy_document(table: DatedTable, area: Area) -> dict[str, Any]:
    parameters = [_parameter_document(parameter) for parameter in table.parameters.values()]
    return {
        "id": table.id,
        "area": area,
        "kind": table.kind,
        "label": table.label.as_document(),
        "gaps": [row["name"] for row in parameters if any("gap" in step for step in row["steps"])],
        "parameters": parameters,
        "sources": [source.as_document() for source in table.sources.values()],
        "facts": _as_text(table.facts),
        "examples": [example.as_document() for example in read_examples(table)] if area == "pledge" else [],
    }


def summary_of(document: dict[str, Any]) -> dict[str, Any]:
    """A policy in a list: without its values."""
    shown = {name: document[name] for name in ("id", "area", "kind", "label", "gaps")}
    return {**shown, "parameters": [parameter["name"] for parameter in document["parameters"]]}


def programme_document(programme: Programme) -> dict[str, Any]:
    """A programme of public money, every line with its source."""
    document: dict[str, Any] = programme.model_dump(mode="json", exclude_none=True)
    return document


def _parameter_document(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "label": parameter.label.as_document(),
        "unit": parameter.unit,
        "steps": [_step_document(step) for step in parameter.steps],
    }


def _step_document(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"from": step.from_date.isoformat(), "status": step.status, "source": step.source.id}
    if step.repealed:
        return {**said, "repealed": True}
    if step.gap is not None:
        return {**said, "gap": step.gap}
    return {**said, "value": _as_text(step.value)}


def _as_text(value: Any) -> Any:
    """Plain data as JSON: a number of a policy is exact, so it is written as text."""
    if isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return value if isinstance(value, bool) or value is None else str(value)
