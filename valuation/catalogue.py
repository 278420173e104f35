"""Which methods exist, and which kinds of right can be valued? Whatever files lie in their folders."""

from __future__ import annotations

from typing import Any

import valuation.assets
import valuation.cost
import valuation.income
import valuation.market
import valuation.options
from valuation.kernel.discovery import discover
from valuation.kernel.method import Method
from valuation.kernel.subject import Subject

__all__ = ["METHOD_FOLDERS", "methods", "subject_models"]

METHOD_FOLDERS = (valuation.income, valuation.cost, valuation.market, valuation.options)


def methods() -> dict[str, Method[Any]]:
    """Every valuation method, by id; read anew at each call, so that an added file appears."""
    found: dict[str, Method[Any]] = {}
    for folder in METHOD_FOLDERS:
        offered: dict[str, Method[Any]] = discover(folder, attribute="METHOD", of_type=Method)
        twice = found.keys() & offered.keys()
        assert not twice, f"two methods share the id {twice}"
        wrong = [each.id for each in offered.values() if f"valuation.{each.approach}" != folder.__name__]
        assert not wrong, f"{wrong} lie in {folder.__name__} but state another approach"
        found |= offered
    return found


def subject_models() -> dict[str, type[Subject]]:
    """Every kind of right, by its ``kind``."""
    return discover(valuation.assets, attribute="SUBJECT_MODEL", of_type=type, identify=_kind_of)


def _kind_of(model: type[Subject]) -> str:
    """The one literal that the model's field ``kind`` accepts."""
    (kind,) = model.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    return str(kind)
