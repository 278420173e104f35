"""Published cases: what a textbook, a standard, an exam or another library printed, and what this product gives.

``cases/*.json`` hold the cases with their sources, inputs, printed outputs and tolerances; they are data and are
changed only when a source is. ``adapters/*.py`` turn the inputs of a case into a question to the product's public
interface and read the outputs off its answer; they never see the printed values. A case without an adapter is not
built yet; ``not_yet_built.txt`` lists those, so that the list can only change knowingly.

``python3 -m tests.literature`` prints passed, failed and not yet built for each file.
"""

from __future__ import annotations

import importlib
import json
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOT_YET_BUILT = HERE / "not_yet_built.txt"
#: What a float may lose on the way; added to every tolerance so that a tolerance of 0 means equal.
FLOAT_SLACK = 1e-12

Adapter = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One published case and the file it stands in."""

    file: str
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The name under which methods and adapters refer to it."""
        return str(self.data["id"])


def load_cases() -> list[Case]:
    """Every case of every file, in order."""
    return [
        Case(path.stem, data)
        for path in sorted((HERE / "cases").glob("*.json"))
        for data in json.loads(path.read_text(encoding="utf-8"))
    ]


def load_adapters() -> dict[str, Adapter]:
    """Every adapter of every file in ``adapters``, by the id of its case; no case has two."""
    found: dict[str, Adapter] = {}
    for info in pkgutil.iter_modules([str(HERE / "adapters")]):
        offered = importlib.import_module(f"tests.literature.adapters.{info.name}").ADAPTERS
        twice = found.keys() & offered.keys()
        assert not twice, f"two adapters for {sorted(twice)}"
        found |= offered
    return found


def differences(case: Mapping[str, Any], outputs: Mapping[str, Any]) -> list[str]:
    """Where do the outputs differ from what was printed, beyond the tolerance of the case?"""
    expected = case["expected"]
    found = [f"{name}: not given" for name in expected if name not in outputs]
    for name in expected:
        if name in outputs:
            found += _differ(name, outputs[name], expected[name], _tolerance(case, name))
    return found


def _tolerance(case: Mapping[str, Any], name: str) -> Callable[[float], float]:
    """How far an output may lie from the printed number."""
    absolute, relative = case.get("abs_tol", 0), case.get("rel_tol", 0)
    absolute = absolute[name] if isinstance(absolute, Mapping) else absolute
    relative = relative[name] if isinstance(relative, Mapping) else relative
    return lambda printed: absolute + (relative + FLOAT_SLACK) * abs(printed)


def _differ(where: str, found: Any, printed: Any, allowed: Callable[[float], float]) -> Iterator[str]:
    if isinstance(printed, Mapping):
        for key in printed:
            yield from _differ(f"{where}.{key}", found[key], printed[key], allowed)
    elif isinstance(printed, list):
        if len(found) != len(printed):
            yield f"{where}: {len(found)} numbers for {len(printed)}"
            return
        for index, (one, other) in enumerate(zip(found, printed, strict=True)):
            yield from _differ(f"{where}[{index}]", one, other, allowed)
    elif isinstance(printed, bool) or not isinstance(printed, int | float):
        if found != printed:
            yield f"{where}: {found!r} for {printed!r}"
    elif not (math.isfinite(found) and abs(float(found) - printed) <= allowed(printed)):
        yield f"{where}: {float(found)!r} for {printed!r}"


@dataclass(frozen=True)
class Outcome:
    """What became of one case: passed when ``problems`` is empty, not yet built when it is ``None``."""

    case: Case
    problems: list[str] | None


def outcomes() -> list[Outcome]:
    """Run every case that has an adapter."""
    adapters = load_adapters()
    return [Outcome(case, run(case, adapters) if case.id in adapters else None) for case in load_cases()]


def run(case: Case, adapters: Mapping[str, Adapter]) -> list[str]:
    """Compute one case from its inputs alone and compare; the adapter gets a copy of the inputs and nothing else."""
    return differences(case.data, adapters[case.id](json.loads(json.dumps(case.data["inputs"]))))
