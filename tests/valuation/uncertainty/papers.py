"""Small working papers whose answers are known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.valuation.asking import figure
from valuation.kernel.expression import Array, Expression, Name
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.draws import Uncertainty

LABEL = Label("量", "quantity")


def uncertainty(**changes: Any) -> Uncertainty:
    return parse(Uncertainty, {"seed": 20201231} | changes)


def paper(
    inputs: Mapping[str, dict[str, Any]],
    formula: Callable[..., Expression],
    *,
    domains: Mapping[str, tuple[float, float]] | None = None,
) -> Worksheet:
    """``value = formula(*inputs)`` on a paper without columns."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    names = [
        sheet.figure(
            name, parse(Figure, stated), label=LABEL, unit="1", domain=(domains or {}).get(name, (-np.inf, np.inf))
        )
        for name, stated in inputs.items()
    ]
    sheet.line("value", formula(*names), label=LABEL, unit="1", total=True)
    return sheet.finish()


def searched(inputs: Mapping[str, dict[str, Any]], function: Callable[..., Array]) -> Worksheet:
    """``value`` is any function of scalars, entered as a search."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    names: list[Name] = [
        sheet.figure(name, parse(Figure, stated), label=LABEL, unit="1") for name, stated in inputs.items()
    ]
    sheet.search("value", function, names, label=LABEL, unit="1", explanation=LABEL, total=True)
    return sheet.finish()


def uniform(low: float, high: float) -> dict[str, Any]:
    return figure((low + high) / 2, distribution={"kind": "uniform", "low": low, "high": high})


def ishigami(a: float = 7.0, b: float = 0.1) -> Worksheet:
    """``sin x₁ + a sin² x₂ + b x₃⁴ sin x₁``, each uniform on (−π, π)."""

    def function(x1: Array, x2: Array, x3: Array) -> Array:
        return np.sin(x1) + a * np.sin(x2) ** 2 + b * x3**4 * np.sin(x1)

    return searched({name: uniform(-math.pi, math.pi) for name in ("x1", "x2", "x3")}, function)
