"""Faults in the inputs of each option method: one file is one list ``BAD``, named like its method."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

_FILES = {each.name: importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)}
#: Method → (changes to its sample, a text that the error holds).
BAD: dict[str, list[tuple[dict[str, Any], str]]] = {name: file.BAD for name, file in _FILES.items()}
