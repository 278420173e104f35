"""Below which value does the answer stay with a given probability? Percentiles on request, each with its error."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuation.errors import InputError
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import MAXIMUM_DRAWS, Uncertainty, simulated_answers

__all__ = ["Percentile", "percentiles"]

#: Percentiles one request may ask for.
_MOST = 200


@dataclass(frozen=True)
class Percentile:
    """The value that the answer does not exceed with probability ``probability_share``, and its standard error."""

    probability_share: float
    value: float
    error: float


def percentiles(
    worksheet: Worksheet,
    *,
    answer: str,
    probability_shares: Sequence[float],
    uncertainty: Uncertainty,
    draw_limit: int = MAXIMUM_DRAWS,
) -> tuple[Percentile, ...]:
    """Which values does the answer stay below with these probabilities?

    Each scramble gives its own percentile; the value is their mean, the error their standard error ``s / √scrambles``.
    Without an uncertain input every percentile is the value of the paper, and its error is zero.

    Parameters
    ----------
    probability_shares : rising, each inside (0, 1).
    draw_limit : bound on the draws of all scrambles together.

    Raises
    ------
    InputError : the probabilities are not rising inside (0, 1), or what :func:`simulated_answers` raises.

    Tested by: closed form (lognormal), identity (zero spread), order; ``tests/valuation/uncertainty/test_percentiles``.
    """
    _check(probability_shares)
    if not worksheet.uncertain_inputs:
        return tuple(Percentile(share, worksheet.value(answer), 0.0) for share in probability_shares)
    answers = simulated_answers(worksheet, answer=answer, uncertainty=uncertainty, draw_limit=draw_limit)
    found = np.quantile(answers, probability_shares, axis=1)
    errors = found.std(axis=1, ddof=1) / np.sqrt(uncertainty.scrambles)
    means = found.mean(axis=1)
    return tuple(
        Percentile(share, float(value), float(error))
        for share, value, error in zip(probability_shares, means, errors, strict=True)
    )


def _check(shares: Sequence[float]) -> None:
    rising = all(earlier < later for earlier, later in itertools.pairwise(shares))
    # The comparison is false for NaN, which therefore does not pass either.
    inside = all(0 < share < 1 for share in shares)
    if not (rising and inside and 0 < len(shares) <= _MOST):
        expected = f"one to {_MOST} rising shares between 0 and 1"
        raise InputError.of("probability_shares", found=list(shares), expected=expected)
