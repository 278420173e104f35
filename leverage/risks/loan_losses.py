"""贷款违约: a long-run loss share and one common factor: how much of the loans is lost on a path?

    p(m) = Φ((Φ⁻¹(p) − √ρ · m) / √(1 − ρ))           probability of default, given the common factor
    lost = loss given default · p(m)                  very many loans
    lost = loss given default · K / n,  K ~ Binomial(n, p(m))      n equal loans

p is the probability that a loan defaults at all within the course; the mean loss is p · loss given default in both.

References
----------
O. Vasicek, The distribution of loan portfolio value, Risk, December 2002.

Tested by: the limiting distribution of :class:`pledge.portfolio.vasicek.LimitingLoss`, the mean, the binomial variance
at ρ = 0; ``tests/leverage/risks/test_risks.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from leverage.path_money import PathShares
from leverage.risk import PathFactors, RiskKind, RunSpan, gains_left_out
from leverage.terms import CorrelationExact, ExactFigure, ShareExact, count_up_to
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["RISK", "LoanLosses"]

Array = NDArray[np.float64]
_MOST_LOANS = 1_000_000


class LoanLosses(FrozenModel):
    """Probability of default over the course, what a default loses, the correlation, and how many equal loans.

    Without ``loans`` there are so many that only the common factor is left.
    """

    kind: Literal["loan_losses"]
    default_share: ShareExact
    loss_given_default_share: ShareExact
    correlation_share: CorrelationExact
    loans: Annotated[ExactFigure, AfterValidator(count_up_to(_MOST_LOANS))] | None = None


@dataclass(frozen=True)
class _Draw:
    default: float
    severity: float
    correlation: float
    loans: int | None

    def shares(self, factors: PathFactors) -> PathShares:
        moved = ndtri(self.default) - math.sqrt(self.correlation) * factors.whole
        probability: Array = ndtr(moved / math.sqrt(1 - self.correlation))
        failed = probability if self.loans is None else self._counted(probability, factors) / self.loans
        return PathShares(self.severity * failed, np.zeros(factors.paths))

    def _counted(self, probability: Array, factors: PathFactors) -> Array:
        found: Array = binom.ppf(factors.own_uniforms(0, rows=1)[0], self.loans, probability)
        return found


def _prepare(terms: LoanLosses, span: RunSpan) -> _Draw:
    del span
    return _Draw(
        float(terms.default_share.value),
        float(terms.loss_given_default_share.value),
        float(terms.correlation_share.value),
        None if terms.loans is None else int(terms.loans.value),
    )


RISK = RiskKind(
    id="loan_losses",
    label=Label("贷款违约", "loan losses"),
    question=Label("贷款中有多大份额损失？", "Which share of the loans is lost?"),
    terms_model=LoanLosses,
    prepare=_prepare,
    doubts=gains_left_out,
    numbers=lambda terms, _: int(terms.loans is not None),
)
