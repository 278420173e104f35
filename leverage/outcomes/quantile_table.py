"""A table of quantiles: the user's own law, straight between the points."""

from __future__ import annotations

import itertools
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.company_outcome import OutcomeKind
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["OUTCOME", "QuantileTable"]

Array = NDArray[np.float64]


class QuantileTable(FrozenModel):
    """Probabilities rising from 0 to 1, and the multiples not exceeded with them (rising, 0 or more)."""

    probability_share: Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=2, max_length=1000)]
    multiple: Annotated[tuple[Annotated[float, Field(ge=0, le=1e6)], ...], Field(min_length=2, max_length=1000)]

    @model_validator(mode="after")
    def _table(self) -> QuantileTable:
        shares, multiples = self.probability_share, self.multiple
        if len(shares) != len(multiples):
            raise PydanticCustomError("table", "as many multiples as probabilities")
        if shares[0] != 0 or shares[-1] != 1 or any(b <= a for a, b in itertools.pairwise(shares)):
            raise PydanticCustomError("table", "probabilities that rise from 0 to 1")
        if any(b < a for a, b in itertools.pairwise(multiples)):
            raise PydanticCustomError("table", "multiples that do not fall")
        return self


def _quantile(terms: QuantileTable, u: Array) -> Array:
    return np.interp(u, terms.probability_share, terms.multiple)


def _mean(terms: QuantileTable) -> float:
    return float(np.trapezoid(terms.multiple, terms.probability_share))


def _loss(terms: QuantileTable) -> float:
    shares, multiples = np.array(terms.probability_share), np.array(terms.multiple)
    if multiples[-1] < 1:
        return 1.0
    after = int(np.argmax(multiples >= 1))
    if after == 0:
        return 0.0
    rise = multiples[after] - multiples[after - 1]
    part = (1 - multiples[after - 1]) / rise
    return float(shares[after - 1] + part * (shares[after] - shares[after - 1]))


OUTCOME = OutcomeKind(
    id="quantile_table",
    label=Label("自定义分位数表", "table of quantiles"),
    question=Label("回报倍数的各分位数是多少？", "Which multiples are not exceeded with which probability?"),
    terms_model=QuantileTable,
    quantile=_quantile,
    mean=_mean,
    loss_probability_share=_loss,
)
