"""What every answer about an option carries beside its value, and the lines every paper shows.

The same keys for every method: thresholds, probabilities, sensitivities, convergence, timing, seed, tree, pictures, and
how the value to a pledgee was formed. What does not exist for a method is named under ``not_applicable`` with the
reason; a key is never just missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from valuation.kernel.expression import Expression, Name
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet
from valuation.options._drawing import Line, line_chart, tree_chart

__all__ = [
    "DETAIL_KEYS",
    "Findings",
    "Threshold",
    "TreeNode",
    "differences",
    "differences_at_once",
    "write_result",
]

#: What details always hold.
DETAIL_KEYS = (
    "thresholds",
    "probabilities",
    "probability_measure",
    "sensitivities",
    "convergence",
    "timing",
    "seed",
    "tree",
    "tree_svg",
    "boundary_svg",
    "pledgee",
    "not_applicable",
)
#: How far a parameter is moved for its sensitivity: a share of it, or an absolute step.
_RELATIVE_STEP = 1e-3
_SMALLEST_STEP = 1e-4


@dataclass(frozen=True)
class Threshold:
    """At a time, in a mode, an action is best while the factor lies between two levels (None: without end)."""

    time_years: float
    mode: str
    action: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class TreeNode:
    """A state that the factor may reach: what the right is worth there and what its owner does."""

    time_years: float
    level: float
    value: float
    action: str
    parents: tuple[int, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What is known beside the value.

    ``probabilities`` hold the expected number of times each event happens under the policy found, which is its
    probability where it happens at most once. ``probability_measure`` says whether they belong to the world
    (``real_world``: with the stated real drift) or to valuation (``risk_neutral``), which are not the same numbers.
    ``sensitivities`` are derivatives: ``delta`` by the value of the factor, ``vega`` by the volatility, ``rho`` by the
    continuous rate, ``hazard`` by λ.
    """

    convergence: str
    timing: str
    pledgee: str
    sensitivities: Mapping[str, float]
    thresholds: Sequence[Threshold] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)
    probability_measure: Literal["risk_neutral", "real_world"] = "risk_neutral"
    tree: Sequence[TreeNode] = ()
    seed: int | None = None
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    level_label: Label = field(default_factory=lambda: Label("价值", "value"))

    def as_details(self) -> dict[str, Any]:
        """JSON-safe data under the keys of ``DETAIL_KEYS``."""
        return {
            "thresholds": [asdict(each) for each in self.thresholds],
            "probabilities": dict(self.probabilities),
            "probability_measure": self.probability_measure,
            "sensitivities": dict(self.sensitivities),
            "convergence": self.convergence,
            "timing": self.timing,
            "seed": self.seed,
            "tree": [asdict(each) | {"parents": list(each.parents)} for each in self.tree],
            "tree_svg": self._tree_picture(),
            "boundary_svg": self._boundary_picture(),
            "pledgee": self.pledgee,
            "not_applicable": dict(self.not_applicable),
        }

    def _tree_picture(self) -> str | None:
        if not self.tree:
            return None
        points = [(node.time_years, node.level, node.value, node.action, node.parents) for node in self.tree]
        return tree_chart(points, title=Label("决策树", "decision tree"), level=self.level_label)

    def _boundary_picture(self) -> str | None:
        lines: dict[str, list[tuple[float, float]]] = {}
        for each in self.thresholds:
            for end, level in (("≥", each.low), ("≤", each.high)):
                if level is not None:
                    lines.setdefault(f"{each.mode}: {each.action} {end}", []).append((each.time_years, level))
        drawn = [Line(name, tuple(points)) for name, points in lines.items() if len(points) > 1]
        title = Label("行动边界", "boundary of action")
        return line_chart(drawn, title=title, level=self.level_label) if drawn else None


def write_result(
    sheet: Sheet,
    *,
    value: Name,
    static_npv: Expression,
    conservative: Expression,
    unit: str,
    static_label: Label,
    conservative_label: Label,
) -> None:
    """Write the lines every option paper ends with.

    ``static_npv`` is what the right is worth without any choice left (decided today), ``option_premium`` what the
    choices add, ``conservative_value`` what a pledgee may count on, since the owner's skill and funds may be missing.
    """
    npv = sheet.line("static_npv", static_npv, label=static_label, unit=unit, total=True)
    sheet.line(
        "option_premium",
        value - npv,
        label=Label("选择权溢价（灵活性的价值）", "option premium (what the choices add)"),
        unit=unit,
        total=True,
    )
    sheet.line("conservative_value", conservative, label=conservative_label, unit=unit, total=True)


def differences(
    value_of: Callable[[Mapping[str, float]], float], at: Mapping[str, float], parameters: Mapping[str, str]
) -> dict[str, float]:
    """How does the value move with its parameters?

    Parameters
    ----------
    value_of : the value for parameters by name.
    at : the parameters.
    parameters : name of the sensitivity → name of the parameter.

    Returns
    -------
    Central differences over ±0.1 % of the parameter (at least ±0.0001); one-sided upwards where a parameter that may
    not be negative stands at 0 or so near that the step would cross it.

    Tested by: closed-form greeks of Black–Scholes; ``tests/valuation/options/test_answer.py``.
    """
    found = {}
    for name, parameter in parameters.items():
        step = max(abs(at[parameter]) * _RELATIVE_STEP, _SMALLEST_STEP)
        up = value_of({**at, parameter: at[parameter] + step})
        if 0 <= at[parameter] < step:
            further = value_of({**at, parameter: at[parameter] + 2 * step})
            found[name] = (4 * up - 3 * value_of(at) - further) / (2 * step)
        else:
            found[name] = (up - value_of({**at, parameter: at[parameter] - step})) / (2 * step)
    return found


def differences_at_once(
    values_of: Callable[[Sequence[Mapping[str, float]]], Sequence[float]],
    at: Mapping[str, float],
    parameters: Mapping[str, str],
) -> dict[str, float]:
    """The same as :func:`differences`, for a solver that values many points together faster than one by one.

    Tested by: :func:`differences` itself; ``tests/valuation/options/test_answer.py``.
    """
    points: list[Mapping[str, float]] = []

    def noted(point: Mapping[str, float]) -> float:
        points.append(point)
        return 0.0

    differences(noted, at, parameters)
    values = iter(values_of(points))
    # The points are asked for in the same order, whatever the values are.
    return differences(lambda point: next(values), at, parameters)
