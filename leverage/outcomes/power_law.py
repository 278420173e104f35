"""Power law: a company fails and gives back a part, or succeeds with a Pareto multiple up to a stated cap.

    with 1 − s:  M ~ Beta(a, 1) on (0, 1), mean a/(a+1)        with s:  M ≥ 1,  P(M > m) = m^(−α), cut off at the cap

Truncated (not piled up) at the cap L: mean α/(α−1) · (1 − L^(1−α)) / (1 − L^(−α)), ln L / (1 − 1/L) at α = 1. Without
a cap a shape of one or less has no mean, and leverage and return computed from it would mean nothing: refused.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.company_outcome import OutcomeKind
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["OUTCOME", "PowerLaw", "failure_moments"]

Array = NDArray[np.float64]


class PowerLaw(FrozenModel):
    """Probability of success, shape of the failures' Beta(a, 1), shape and cap of the successes' Pareto."""

    success_probability_share: Annotated[float, Field(gt=0, lt=1)]
    failure_shape: Annotated[float, Field(gt=0, le=100)]
    success_shape: Annotated[float, Field(gt=0, le=100)]
    cap_multiple: Annotated[float, Field(gt=1, le=1e6)] | None

    @model_validator(mode="after")
    def _has_a_mean(self) -> PowerLaw:
        if self.cap_multiple is None and self.success_shape <= 1:
            raise PydanticCustomError(
                "cap", "a cap_multiple: without one a success_shape of {a} has no mean", {"a": self.success_shape}
            )
        return self


def failure_moments(terms: PowerLaw) -> tuple[float, float]:
    """Mean and standard deviation of the multiple of a failure: a/(a+1), √(a / ((a+1)² (a+2)))."""
    shape = terms.failure_shape
    return shape / (shape + 1), math.sqrt(shape / ((shape + 1) ** 2 * (shape + 2)))


def _quantile(terms: PowerLaw, u: Array) -> Array:
    failed = 1 - terms.success_probability_share
    below = np.minimum(u / failed, 1.0) ** (1 / terms.failure_shape)
    upper = np.clip((u - failed) / terms.success_probability_share, 0, None)
    whole = 1.0 if terms.cap_multiple is None else 1 - terms.cap_multiple**-terms.success_shape
    above = (1 - upper * whole) ** (-1 / terms.success_shape)
    result: Array = np.where(u < failed, below, above)
    return result


def _mean(terms: PowerLaw) -> float:
    success = terms.success_probability_share
    return (1 - success) * failure_moments(terms)[0] + success * _success_mean(terms)


def _success_mean(terms: PowerLaw) -> float:
    shape, cap = terms.success_shape, terms.cap_multiple
    if cap is None:
        return shape / (shape - 1)
    if shape == 1:
        return math.log(cap) / (1 - 1 / cap)
    # expm1 keeps the digits when the shape is near one.
    upper = -math.expm1((1 - shape) * math.log(cap)) / (shape - 1)
    return shape * upper / -math.expm1(-shape * math.log(cap))


OUTCOME = OutcomeKind(
    id="power_law",
    label=Label("幂律回报", "power law"),
    question=Label(
        "失败收回多少，成功的长尾有多长？", "What does a failure give back, and how long is the tail of success?"
    ),
    terms_model=PowerLaw,
    quantile=_quantile,
    mean=_mean,
    loss_probability_share=lambda terms: 1 - terms.success_probability_share,
)
