"""A complete request for each option method: one file is one sample, named like its method."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from tests.valuation.asking import Data

_FILES = {each.name: importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)}
SAMPLES: dict[str, Callable[[], Data]] = {name: file.sample for name, file in _FILES.items()}
#: How far the answer for many draws may lie from the answer for one, where a method solves draws more coarsely.
COARSE: dict[str, float] = {name: file.COARSE for name, file in _FILES.items() if hasattr(file, "COARSE")}
