"""What the files of the product can do: methods, kinds of right and instruments, as documents."""

from __future__ import annotations

from typing import Any

from leverage.instrument import Instrument, load_instruments
from valuation.catalogue import methods, subject_models
from valuation.kernel.method import Method

__all__ = ["instrument_documents", "method_documents", "subject_documents"]


def method_documents() -> dict[str, dict[str, Any]]:
    """Every valuation method, by id, with the schema of its inputs; read anew at each call."""
    return {name: _method_document(method) for name, method in methods().items()}


def subject_documents() -> dict[str, dict[str, Any]]:
    """Every kind of right, by its kind, with the schema of its facts."""
    return {name: {"kind": name, "schema": model.model_json_schema()} for name, model in subject_models().items()}


def instrument_documents() -> dict[str, dict[str, Any]]:
    """Every instrument of public money, by id, with the schema of its terms; read anew at each call."""
    return {name: _instrument_document(instrument) for name, instrument in load_instruments().items()}


def _method_document(method: Method[Any]) -> dict[str, Any]:
    return {
        "id": method.id,
        "approach": method.approach,
        "label": method.label.as_document(),
        "question": method.question.as_document(),
        "references": list(method.references),
        "cases": list(method.cases),
        "draw_limit": method.draw_limit,
        "inputs_schema": method.inputs_model.model_json_schema(),
    }


def _instrument_document(instrument: Instrument) -> dict[str, Any]:
    return {
        "id": instrument.id,
        "label": instrument.label.as_document(),
        "question": instrument.question.as_document(),
        "principal_loss": instrument.principal_loss.as_document(),
        "policy_parameters": list(instrument.policy_parameters),
        "terms_schema": instrument.terms_model.model_json_schema(),
    }
