"""Buckets: with which probability does the multiple lie between which limits?

Within a bucket the multiple is spread evenly; a bucket whose limits are equal is a point. Correlation Ventures'
financings are printed this way (six buckets; the last, 50 times and more, needs a stated upper limit).
"""

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

__all__ = ["OUTCOME", "Bucket", "Buckets"]

Array = NDArray[np.float64]
_Multiple = Annotated[float, Field(ge=0, le=1e6)]


class Bucket(FrozenModel):
    """A probability and the limits of the multiple."""

    probability_share: Annotated[float, Field(gt=0, le=1)]
    low: _Multiple
    high: _Multiple


class Buckets(FrozenModel):
    """Rising buckets whose probabilities add up to one."""

    buckets: Annotated[tuple[Bucket, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _rising(self) -> Buckets:
        whole = sum(row.probability_share for row in self.buckets)
        if abs(whole - 1) > 1e-9:
            raise PydanticCustomError("buckets", "probabilities that add up to 1, not {s}", {"s": f"{whole:.6f}"})
        limits = [limit for row in self.buckets for limit in (row.low, row.high)]
        if any(after < before for before, after in itertools.pairwise(limits)):
            raise PydanticCustomError("buckets", "limits that rise from bucket to bucket")
        return self


def _quantile(terms: Buckets, u: Array) -> Array:
    shares = np.array([row.probability_share for row in terms.buckets])
    low = np.array([row.low for row in terms.buckets])
    high = np.array([row.high for row in terms.buckets])
    ends = np.cumsum(shares)
    place = np.minimum(np.searchsorted(ends, u, side="right"), len(shares) - 1)
    within = np.clip((u - (ends[place] - shares[place])) / shares[place], 0, 1)
    result: Array = low[place] + within * (high[place] - low[place])
    return result


def _mean(terms: Buckets) -> float:
    return sum(row.probability_share * (row.low + row.high) / 2 for row in terms.buckets)


def _loss(terms: Buckets) -> float:
    return sum(row.probability_share * _part_below_one(row) for row in terms.buckets)


def _part_below_one(row: Bucket) -> float:
    if row.high == row.low:
        return float(row.low < 1)
    return min(1.0, max(0.0, (1 - row.low) / (row.high - row.low)))


OUTCOME = OutcomeKind(
    id="buckets",
    label=Label("分档回报倍数", "buckets of multiples"),
    question=Label("回报倍数落入各档的概率是多少？", "With which probability does the multiple lie in which bucket?"),
    terms_model=Buckets,
    quantile=_quantile,
    mean=_mean,
    loss_probability_share=_loss,
)
