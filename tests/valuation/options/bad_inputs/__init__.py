"""Faults in the inputs of each option method: one file is one list ``BAD``, named like its method.

A row is (changes, text): ``changes`` maps a field, or a dotted path, of the method's sample to what stands there
instead (None or GONE: it is taken away); ``text`` is a part of the error that a person reads.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

_FILES = {each.name: importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)}
BAD: dict[str, list[tuple[dict[str, Any], str]]] = {name: file.BAD for name, file in _FILES.items()}
