"""How a method, a rule or an instrument joins the product by being a file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from valuation.errors import UnknownNameError

__all__ = ["discover", "named"]

Offered = TypeVar("Offered")


def _own_id(offered: Any) -> str:
    return str(offered.id)


def discover(
    package: ModuleType,
    *,
    attribute: str,
    of_type: type[Offered],
    identify: Callable[[Offered], str] = _own_id,
) -> dict[str, Offered]:
    """Which objects do the files of a one-file folder offer?

    Every module of ``package`` whose name does not begin with an underscore must define ``attribute``,
    an instance of ``of_type`` whose ``id`` (or what ``identify`` reads) is the module's own name, so that a name on
    screen leads straight to its file. A file that breaks the rule stops the start, it is never skipped.

    Returns
    -------
    dict from id to object, sorted by id.

    Tested by: ``tests/architecture/test_catalogue.py`` (a file dropped in appears, a wrong file fails).
    """
    found: dict[str, Offered] = {}
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        offered = getattr(importlib.import_module(f"{package.__name__}.{info.name}"), attribute, None)
        assert isinstance(offered, of_type), f"{package.__name__}.{info.name} must define {attribute}"
        identifier = identify(offered)
        assert identifier == info.name, f"{package.__name__}.{info.name}: id is {identifier!r}"
        found[info.name] = offered
    return dict(sorted(found.items()))


def named(catalogue: dict[str, Offered], name: str, *, field: str) -> Offered:
    """Take one entry of a catalogue, or say which names exist."""
    if name not in catalogue:
        raise UnknownNameError.among(field, found=name, known=catalogue)
    return catalogue[name]
