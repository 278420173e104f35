"""Sensitivities, and probabilities beside a closed form, read off a working paper of live formulas."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Worksheet
from valuation.options._answer import differences
from valuation.options._inputs import Compounding

__all__ = ["AT_THE_END_ONLY", "NOTHING_DRAWN", "ONE_DATE_EACH", "TWO_VALUES", "sheet_sensitivities"]

#: What such an answer has not, and why.
NOTHING_DRAWN = {"seed": "nothing is drawn at random"}
ONE_DATE_EACH = NOTHING_DRAWN | {"boundary_svg": "every threshold stands at one date, so there is no line to draw"}
TWO_VALUES = NOTHING_DRAWN | {
    "tree": "two values move: a tree of one factor does not show them",
    "thresholds": "what is decided at the end follows from both values and has no threshold in one of them",
}

AT_THE_END_ONLY = NamedWarning(
    "decided_at_the_end_only",
    Label(
        "本值假定只在期末决定；若可提前决定，权利价值不低于此值",
        "the value lets the owner decide at the end only; a right that may be exercised earlier is worth no less",
    ),
)


def sheet_sensitivities(
    worksheet: Worksheet, inputs: Mapping[str, str], *, rate_compounding: Compounding = "continuous"
) -> dict[str, float]:
    """How does the line ``value`` move with inputs of its paper?

    Parameters
    ----------
    inputs : name of the sensitivity → name of the input; ``rho`` is of the riskless rate and comes out by the
        continuous rate, however the input is compounded.

    Returns
    -------
    Central differences of the paper's own formulas.
    """
    at = {line: worksheet.value(line) for line in inputs.values()}

    def value_of(changed: Mapping[str, float]) -> float:
        draws = {line: np.array([number]) for line, number in changed.items()}
        return float(worksheet.simulate(draws, outputs=["value"])["value"][0])

    found = differences(value_of, at, inputs)
    if rate_compounding == "annual" and "rho" in found:
        # d/d ln(1 + r) = (1 + r) d/dr.
        found["rho"] *= 1 + at[inputs["rho"]]
    return found
