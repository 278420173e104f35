"""Scorecard: how many points does a borrower get, and which odds do they stand for?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pledge.credit._numbers import number, numbers
from pledge.credit.binning import CategoryBinning, MonotoneBinning
from pledge.credit.logistic import LogisticModel, fit_logistic
from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["Binning", "ScoreScale", "Scorecard", "build_scorecard"]

Binning = MonotoneBinning | CategoryBinning


@dataclass(frozen=True)
class ScoreScale:
    """What does a score mean?

    ``reference_score`` stands for ``reference_odds`` good to bad, each further ``points_to_double_odds`` for twice the
    odds: score = offset + factor · ln(odds good : bad), factor = points to double / ln 2,
    offset = reference score − factor · ln(reference odds).

    References
    ----------
    Siddiqi (2006), Credit Risk Scorecards, chapter 6, scaling.

    Tested by: the published case ``scorecard-points-to-double-odds``.
    """

    reference_score: float
    reference_odds: float
    points_to_double_odds: float

    def __post_init__(self) -> None:
        number("reference_score", self.reference_score)
        number("reference_odds", self.reference_odds, low=0, high=1e12, strictly=True)
        number("points_to_double_odds", self.points_to_double_odds, low=0, high=1e6, strictly=True)

    @property
    def factor(self) -> float:
        """Points a unit of log-odds."""
        return self.points_to_double_odds / math.log(2)

    @property
    def offset(self) -> float:
        """The score at even odds."""
        return self.reference_score - self.factor * math.log(self.reference_odds)

    def score(self, log_odds_bad: ArrayLike) -> Array:
        """The score of a borrower whose log-odds of bad are these."""
        return np.asarray(self.offset - self.factor * numbers("log_odds_bad", log_odds_bad), dtype=np.float64)

    def bad_probability_share(self, score: ArrayLike) -> Array:
        """The probability of bad that a score stands for."""
        log_odds = (self.offset - numbers("score", score)) / self.factor
        return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


@dataclass(frozen=True)
class Scorecard:
    """Bins, a model on their weights of evidence, the shift to the long-run rate, and the scale.

    ``points[feature][bin]`` are exact; their sum is the score.
    """

    binnings: tuple[Binning, ...]
    model: LogisticModel
    shift: float
    scale: ScoreScale

    @property
    def points(self) -> dict[str, tuple[float, ...]]:
        """−factor (coefficient × WoE + (intercept + shift)/n) + offset/n, n features."""
        count, base = len(self.binnings), self.model.intercept + self.shift
        share = (self.scale.offset - self.scale.factor * base) / count
        return {
            binning.feature: tuple(share - self.scale.factor * float(weight) * each.woe for each in binning.bins)
            for binning, weight in zip(self.binnings, self.model.coefficients, strict=True)
        }

    def score(self, values: Mapping[str, Any]) -> Array:
        """The score of each borrower: the points of the bins its values fall into, added up.

        Raises
        ------
        InputError : a feature left out.
        """
        points = self.points
        rows = [np.asarray(points[each.feature])[each.place(_column(values, each.feature))] for each in self.binnings]
        return np.asarray(np.sum(rows, axis=0), dtype=np.float64)

    def bad_probability_share(self, values: Mapping[str, Any]) -> Array:
        """The probability of bad of each borrower, at the long-run rate."""
        return self.scale.bad_probability_share(self.score(values))


def build_scorecard(
    values: Mapping[str, Any],
    *,
    bad: ArrayLike,
    binnings: Sequence[Binning],
    shift: float,
    scale: ScoreScale,
    ridge: float = 0.0,
) -> Scorecard:
    """Which points belong to which bin?

    Logistic regression on the weights of evidence, scaled.

    Parameters
    ----------
    values : one column a feature, by name.
    shift : to the long-run rate, from ``prior_shift`` or ``mean_shift``.

    Raises
    ------
    InputError, RefusalError : see :func:`~pledge.credit.logistic.fit_logistic`.

    References
    ----------
    Siddiqi (2006), Credit Risk Scorecards, chapter 6.

    Tested by: points against the model's own probability (second way) in ``tests/pledge/credit/test_scorecard.py``.
    """
    if not binnings:
        raise InputError.of("binnings", found="none", expected="at least one feature")
    number("shift", shift)
    names = [each.feature for each in binnings]
    matrix = np.column_stack([each.woe(_column(values, each.feature)) for each in binnings])
    return Scorecard(tuple(binnings), fit_logistic(matrix, bad=bad, features=names, ridge=ridge), shift, scale)


def _column(values: Mapping[str, Any], feature: str) -> Any:
    if feature not in values:
        raise InputError.of(feature, found="nothing", expected="a column of the borrowers' values")
    return values[feature]
