"""Logistic regression: how do the odds of a bad loan go with its features?

Newton's method with step halving on the (optionally ridged) likelihood; small enough to read, and checked against a
general optimiser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pledge.credit._numbers import number, numbers
from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array

__all__ = ["LogisticModel", "fit_logistic", "mean_shift", "prior_shift"]

_MOST_STEPS = 100
_MOST_CELLS = 50_000_000
#: A log-odds beyond this that still moves while nothing is gained means that a line separates some of the outcomes.
_SEPARATED = 15.0
#: The maximum is reached when no log-odds moves by more than this.
_STILL = 1e-8


@dataclass(frozen=True)
class LogisticModel:
    """ln(odds of bad) = intercept + Σ coefficient × feature, with standard errors (intercept first)."""

    features: tuple[str, ...]
    intercept: float
    coefficients: Array
    standard_errors: Array
    log_likelihood: float
    sample_bad_share: float

    def log_odds(self, matrix: ArrayLike) -> Array:
        """The log-odds of bad of each row.

        Raises
        ------
        InputError : another number of columns than the model has features, or a number that is not finite.
        """
        rows = _matrix(matrix, len(self.features))
        return np.asarray(self.intercept + rows @ self.coefficients, dtype=np.float64)

    def bad_probability_share(self, matrix: ArrayLike, *, shift: float) -> Array:
        """The probability of bad of each row, its log-odds moved by ``shift`` (0: the rate of the sample)."""
        return np.asarray(special.expit(self.log_odds(matrix) + shift), dtype=np.float64)


def fit_logistic(matrix: ArrayLike, *, bad: ArrayLike, features: Sequence[str], ridge: float = 0.0) -> LogisticModel:
    """Which coefficients make the seen outcomes most likely?

    max over β of Σ [y η − ln(1 + e^η)] − ridge/2 Σ β², η = β₀ + X β; the intercept carries no penalty.

    Parameters
    ----------
    matrix : one row a loan, one column a feature, all finite (give missing values their own bin first).
    bad : 0 or 1 a loan.
    ridge : 0 for maximum likelihood; with it standard errors are those of the penalised curvature.

    Raises
    ------
    InputError : shapes that do not go together, values that are not finite, only one outcome.
    RefusalError : features that repeat each other, or outcomes that a line separates: there is no finite maximum.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, chapter 4. Albert and Anderson (1984), Biometrika 71(1)
    (separation).

    Tested by: a general optimiser (second way), the closed form of a table of two by two, hypothesis in
    ``tests/pledge/credit/test_logistic.py``.
    """
    rows = _matrix(matrix, len(features))
    outcome = _outcome(bad, len(rows))
    penalty = number("ridge", ridge, low=0) * np.r_[0.0, np.ones(rows.shape[1])]
    design = np.column_stack([np.ones(len(rows)), rows])
    beta = np.zeros(design.shape[1])
    beta[0] = special.logit(outcome.mean())
    likelihood = _likelihood(design, outcome, beta, penalty)
    for _ in range(_MOST_STEPS):
        step = _newton_step(design, outcome, beta, penalty, features)
        beta, gained = _halved(design, outcome, beta, step, penalty, likelihood)
        likelihood += gained
        still = float(np.abs(design @ step).max())
        _refuse_separated(float(np.abs(design @ beta).max()), still, gained / (1 + abs(likelihood)))
        if still <= _STILL:
            return _model(design, outcome, beta, penalty, features)
    raise _no_maximum("no maximum after 100 steps")


def prior_shift(*, sample_bad_share: float, long_run_bad_share: float) -> float:
    """By how much must log-odds move when the sample held another share of bad loans than the long run has?

    ln(π/(1 − π)) − ln(ȳ/(1 − ȳ)): exact when bad and good loans were drawn at different rates (class-balanced data).

    References
    ----------
    King and Zeng (2001), Logistic regression in rare events data, Political Analysis 9(2), eq. 7.

    Examples
    --------
    >>> round(prior_shift(sample_bad_share=0.5, long_run_bad_share=0.02), 6)
    -3.89182

    Tested by: a sample balanced from a known population in ``tests/pledge/credit/test_logistic.py``.
    """
    wanted, seen = (
        number(name, found, low=0, high=1, strictly=True)
        for name, found in (("long_run_bad_share", long_run_bad_share), ("sample_bad_share", sample_bad_share))
    )
    return float(special.logit(wanted) - special.logit(seen))


def mean_shift(log_odds: ArrayLike, *, long_run_bad_share: float) -> float:
    """By how much must the log-odds of a portfolio move so that its mean probability is the long-run rate?

    The root s of mean(1 / (1 + e^−(η + s))) = π, by halving the bracket that the least and the greatest η give.

    Raises
    ------
    InputError : no log-odds, or a rate that is not strictly between 0 and 1.

    Tested by: hypothesis (the mean is the rate) in ``tests/pledge/credit/test_logistic.py``.
    """
    eta = numbers("log_odds", log_odds)
    wanted = number("long_run_bad_share", long_run_bad_share, low=0, high=1, strictly=True)
    low, high = special.logit(wanted) - eta.max(), special.logit(wanted) - eta.min()
    for _ in range(200):
        middle = (low + high) / 2
        if special.expit(eta + middle).mean() < wanted:
            low = middle
        else:
            high = middle
    return float((low + high) / 2)


def _matrix(matrix: ArrayLike, columns: int) -> Array:
    rows = numbers("matrix", matrix)
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise InputError.of("matrix", found=f"shape {rows.shape}", expected=f"rows of {columns} features")
    if rows.size > _MOST_CELLS:
        raise InputError.of("matrix", found=f"{rows.size} cells", expected=f"at most {_MOST_CELLS}")
    return rows


def _outcome(bad: ArrayLike, rows: int) -> Array:
    outcome = numbers("bad", bad, low=0, high=1)
    if outcome.shape != (rows,) or not np.isin(outcome, (0, 1)).all():
        raise InputError.of("bad", found=f"shape {outcome.shape}", expected=f"{rows} outcomes, each 0 or 1")
    if not 0 < outcome.mean() < 1:
        raise InputError.of("bad", found="only one outcome", expected="good and bad loans")
    return outcome


def _likelihood(design: Array, outcome: Array, beta: Array, penalty: Array) -> float:
    eta = design @ beta
    return float(outcome @ eta - np.logaddexp(0, eta).sum() - (penalty * beta**2).sum() / 2)


def _curvature(design: Array, beta: Array, penalty: Array) -> Array:
    chance = special.expit(design @ beta)
    return np.asarray((design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty), dtype=np.float64)


def _newton_step(design: Array, outcome: Array, beta: Array, penalty: Array, features: Sequence[str]) -> Array:
    slope = design.T @ (outcome - special.expit(design @ beta)) - penalty * beta
    curvature = _curvature(design, beta, penalty)
    scale = np.sqrt(np.diag(curvature))
    if (scale == 0).any() or np.linalg.cond(curvature / np.outer(scale, scale)) > 1e12:
        raise RefusalError.of(
            "matrix",
            found=f"features that repeat each other or never change, among {', '.join(features)}",
            expected="features that each say something of their own",
            advice="Leave some out, or state a ridge",
        )
    return np.linalg.solve(curvature, slope)


def _halved(
    design: Array, outcome: Array, beta: Array, step: Array, penalty: Array, likelihood: float
) -> tuple[Array, float]:
    """The first of the whole, half, quarter … step that does not lose likelihood, and what it gains."""
    for halvings in range(30):
        moved = beta + step / 2**halvings
        gained = _likelihood(design, outcome, moved, penalty) - likelihood
        if gained >= 0:
            return moved, gained
    return beta, 0.0


def _refuse_separated(farthest: float, still: float, gained_share: float) -> None:
    # Towards a maximum at infinity Newton's steps keep their length while their gain dies out.
    if farthest > _SEPARATED and still > 0.1 and gained_share < 1e-6:
        raise _no_maximum("outcomes that a line separates, in whole or in part")


def _no_maximum(found: str) -> RefusalError:
    return RefusalError.of(
        "bad", found=found, expected="outcomes with a finite maximum of likelihood", advice="State a ridge"
    )


def _model(design: Array, outcome: Array, beta: Array, penalty: Array, features: Sequence[str]) -> LogisticModel:
    spread = np.linalg.inv(_curvature(design, beta, penalty))
    return LogisticModel(
        features=tuple(features),
        intercept=float(beta[0]),
        coefficients=beta[1:],
        standard_errors=np.sqrt(np.diag(spread)),
        log_likelihood=_likelihood(design, outcome, beta, 0 * penalty),
        sample_bad_share=float(outcome.mean()),
    )
