"""损失分位数表: a table of what the loans (or investments) lose, such as from a simulated loan book.

The share lost on a path is the quantile at the rank that the common factor and an own number give:

    lost = Q(Φ(−√ρ · m − √(1−ρ) · e))        Q straight between the stated points

Low factor, high loss. With ρ = 0 the table stands apart from everything else; the loss itself follows the table
whatever ρ is.

Tested by: the table's own mean and quantiles, the sign of the dependence, ``tests/leverage/risks/test_risks.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from pydantic_core import PydanticCustomError

from leverage.path_money import PathShares
from leverage.risk import PathFactors, RiskKind, RunSpan, gains_left_out
from leverage.simulation.loss_table import check_quantiles, losses_at
from leverage.terms import CorrelationExact
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Graded
from valuation.kernel.labels import Label

__all__ = ["RISK", "LossQuantiles", "LossTableStatement"]

_Share = Annotated[float, Field(ge=0, le=1)]
_Row = Annotated[tuple[_Share, ...], Field(min_length=2, max_length=10_000)]


class LossTableStatement(Graded):
    """The lost share of what is drawn, by rising probability from 0 to 1, with its source."""

    probability_shares: _Row
    loss_shares: _Row

    def model_post_init(self, context: object) -> None:
        """Refuse a table that is no distribution, or that comes from nowhere."""
        super().model_post_init(context)
        if self.source is None:
            raise PydanticCustomError("source", "a source: a table is computed or measured somewhere")
        check_quantiles(self.probability_shares, self.loss_shares)


class LossQuantiles(FrozenModel):
    """The table, and how far the common factor decides the rank in it."""

    kind: Literal["loss_quantiles"]
    table: LossTableStatement
    correlation_share: CorrelationExact


@dataclass(frozen=True)
class _Draw:
    probabilities: tuple[float, ...]
    losses: tuple[float, ...]
    correlation: float

    def shares(self, factors: PathFactors) -> PathShares:
        lost = losses_at(
            self.probabilities,
            self.losses,
            common=factors.whole,
            own=factors.own_normals(0, rows=1)[0],
            correlation_share=self.correlation,
        )
        return PathShares(lost, np.zeros(factors.paths))


def _prepare(terms: LossQuantiles, span: RunSpan) -> _Draw:
    del span
    return _Draw(terms.table.probability_shares, terms.table.loss_shares, float(terms.correlation_share.value))


RISK = RiskKind(
    id="loss_quantiles",
    label=Label("损失分位数表", "loss quantiles"),
    question=Label("按所给分布损失多大份额？", "Which share is lost, by a given distribution?"),
    terms_model=LossQuantiles,
    prepare=_prepare,
    doubts=gains_left_out,
    numbers=lambda *_: 1,
)
