"""How well does a model tell bad loans from good ones, and are its probabilities those that come true?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pledge.credit._numbers import number, numbers, same_length
from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["CalibrationRow", "area_under_curve", "brier_score", "calibration_table", "kolmogorov_smirnov"]


@dataclass(frozen=True)
class CalibrationRow:
    """Loans of similar predicted probability: how many, the mean prediction, the share that went bad, its error."""

    loans: int
    predicted_share: float
    observed_share: float

    @property
    def standard_error(self) -> float:
        """Of the observed share, if the predictions were right."""
        return math.sqrt(self.predicted_share * (1 - self.predicted_share) / self.loans)


def area_under_curve(risk: ArrayLike, *, bad: ArrayLike) -> float:
    """With which probability has a bad loan a higher risk than a good one (ties count half)?

    (Σ ranks of the bad − n(n + 1)/2) / (n m), n bad and m good loans (Mann and Whitney).

    Parameters
    ----------
    risk : any number that rises with the risk.
    bad : 0 or 1 a loan.

    Raises
    ------
    InputError : columns of different length, only one outcome.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143(1).

    Examples
    --------
    >>> area_under_curve([0.1, 0.4, 0.35, 0.8], bad=[0, 0, 1, 1])
    0.75

    Tested by: all pairs counted (second way, hypothesis) in ``tests/pledge/credit/test_discrimination.py``.
    """
    level, outcome = _columns(risk, bad)
    _, inverse, counts = np.unique(level, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    bads = outcome.sum()
    return float((ranks[outcome].sum() - bads * (bads + 1) / 2) / (bads * (len(outcome) - bads)))


def kolmogorov_smirnov(risk: ArrayLike, *, bad: ArrayLike) -> float:
    """How far apart are the distributions of bad and good loans at most: max |F_good − F_bad|?

    Tested by: SciPy's two-sample statistic in ``tests/pledge/credit/test_discrimination.py``.
    """
    level, outcome = _columns(risk, bad)
    cuts = np.unique(level)
    shares = [np.searchsorted(np.sort(level[side]), cuts, side="right") / side.sum() for side in (outcome, ~outcome)]
    return float(np.abs(shares[0] - shares[1]).max())


def brier_score(probability_share: ArrayLike, *, bad: ArrayLike) -> float:
    """How far is a probability from what happened, squared, on average?

    References
    ----------
    Brier (1950), Monthly Weather Review 78(1).

    Tested by: by hand in ``tests/pledge/credit/test_discrimination.py``.
    """
    chance = numbers("probability_share", probability_share, low=0, high=1)
    _, outcome = _columns(chance, bad)
    return float(((chance - outcome) ** 2).mean())


def calibration_table(probability_share: ArrayLike, *, bad: ArrayLike, groups: int) -> tuple[CalibrationRow, ...]:
    """Do loans with a predicted probability go bad that often, group by group from the safest to the riskiest?

    Parameters
    ----------
    groups : as many groups of nearly equal size, 1 to the number of loans.

    Tested by: a calibrated and a shifted sample in ``tests/pledge/credit/test_discrimination.py``.
    """
    chance = numbers("probability_share", probability_share, low=0, high=1)
    _, outcome = _columns(chance, bad)
    number("groups", groups, low=1, high=len(chance))
    order = np.argsort(chance, kind="stable")
    return tuple(
        CalibrationRow(len(part), float(chance[part].mean()), float(outcome[part].mean()))
        for part in np.array_split(order, groups)
    )


def _columns(risk: ArrayLike, bad: ArrayLike) -> tuple[Array, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    level, outcome = numbers("risk", risk), numbers("bad", bad, low=0, high=1)
    same_length(risk=level, bad=outcome)
    if not np.isin(outcome, (0, 1)).all():
        raise InputError.of("bad", found="other values", expected="0 or 1")
    if outcome.all() or not outcome.any():
        raise InputError.of("bad", found="only one outcome", expected="good and bad loans")
    return level, outcome.astype(bool)
