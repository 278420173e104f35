"""Published cases of rights valued on stated paths, through the algorithm of Longstaff and Schwartz."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from valuation.options import longstaff_schwartz_on

Case = dict[str, Any]


def eight_paths(inputs: Case) -> Case:
    found = longstaff_schwartz_on(
        np.array(inputs["paths"]),
        strike=inputs["strike"],
        rate_per_year=inputs["riskfree_cc"],
        times_years=inputs["exercise_times_years"],
        right="put",
    )
    outputs = {"american_put": found.american, "european_put": found.european}
    for time, date in ((2, 1), (1, 0)):
        for power, coefficient in zip(("const", "x", "x2"), found.coefficients[date], strict=True):
            outputs[f"coef_t{time}_{power}"] = coefficient
    return outputs


ADAPTERS: dict[str, Callable[[Case], Case]] = {"longstaff-schwartz-eight-path": eight_paths}
