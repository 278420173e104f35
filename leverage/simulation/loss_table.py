"""An instrument that is no fund, by a table of what its public money loses.

A guarantor, a loss-compensation pool or a loan has a model of its own elsewhere (a book of loans, a portfolio of
guarantees); here it enters as the quantiles of its loss. The loss of a path is

    L = Q(Φ(−√ρ · m − √(1−ρ) · e)),   m = Σ M / √quarters

Q piecewise linear between the stated points, M the quarterly common factor of the funds: where the factor is low, funds
are worth less and losses are higher.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from scipy.special import ndtr, ndtri

from valuation.kernel.fields import FrozenModel, Identifier

__all__ = ["LossTable", "check_quantiles", "draw_losses", "losses_at"]

Array = NDArray[np.float64]
_Share = Annotated[float, Field(ge=0, le=1)]
_Amount = Annotated[float, Field(ge=0, le=1e15)]


def check_quantiles(probability_shares: Sequence[float], loss_shares: Sequence[float]) -> None:
    """Refuse a table that is no distribution.

    Raises
    ------
    PydanticCustomError : lengths that differ, probabilities that do not rise from 0 to 1, losses that fall.

    Tested by: ``tests/leverage/simulation/test_loss_table.py``, ``tests/leverage/risks/test_risks.py``.
    """
    if len(loss_shares) != len(probability_shares):
        raise PydanticCustomError("lengths", "one loss_share for each probability_share")
    if (probability_shares[0], probability_shares[-1]) != (0.0, 1.0):
        raise PydanticCustomError("ends", "probability_shares from 0 to 1")
    if any(after <= before for before, after in itertools.pairwise(probability_shares)):
        raise PydanticCustomError("rising", "probability_shares that rise")
    if any(after < before for before, after in itertools.pairwise(loss_shares)):
        raise PydanticCustomError("falling", "loss_shares that do not fall")


def losses_at(
    probability_shares: Sequence[float],
    loss_shares: Sequence[float],
    *,
    common: Array,
    own: Array,
    correlation_share: float,
) -> Array:
    """Losses Q(Φ(−√ρ·m − √(1−ρ)·e)) of a table, at the ranks that a common factor m and own normal numbers e give.

    Tested by: as :func:`draw_losses`.
    """
    joined = -np.sqrt(correlation_share) * common - np.sqrt(1 - correlation_share) * own
    losses: Array = np.interp(ndtr(joined), probability_shares, loss_shares)
    return losses


class LossTable(FrozenModel):
    """The loss of an instrument as a share of its public money, by rising probability from 0 to 1.

    ``lost_when``: the principal counts as lost when the whole of it is gone (a pool is exhausted), or as soon as less
    comes back than was paid in. ``to_firms`` is the finance that reaches firms; ``source`` names the origin.
    """

    id: Identifier
    public_money: Annotated[float, Field(gt=0, le=1e15)]
    to_firms: _Amount
    probability_shares: Annotated[tuple[_Share, ...], Field(min_length=2, max_length=10_000)]
    loss_shares: Annotated[tuple[_Share, ...], Field(min_length=2, max_length=10_000)]
    correlation_share: _Share
    lost_when: Literal["exhausted", "below_paid_in"]
    source: Annotated[str, Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _rises(self) -> LossTable:
        check_quantiles(self.probability_shares, self.loss_shares)
        return self


def draw_losses(table: LossTable, common: Array, uniforms: Array) -> Array:
    """Which share of its public money does the instrument lose on each path?

    Parameters
    ----------
    common : standard normal common factor of each path, low where things go badly.
    uniforms : the instrument's own numbers in (0, 1).

    Tested by: its own quantiles and the sign of the dependence, ``tests/leverage/simulation/test_loss_table.py``.
    """
    return losses_at(
        table.probability_shares,
        table.loss_shares,
        common=common,
        own=ndtri(uniforms),
        correlation_share=table.correlation_share,
    )
