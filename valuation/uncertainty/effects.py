"""Which uncertain input is behind the scatter of the answer, alone and together with the others?

Sobol' indices: the first-order index of an input is the share of the variance that would go if the input were known;
its total index is the share that would remain if all the others were known. A tornado moves one input at a time and
cannot see the difference between the two, which is what inputs do together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import (
    MAXIMUM_DRAWS,
    UncertainNumber,
    Uncertainty,
    inputs_at,
    points_within,
    uncertain_numbers,
    uniform_points,
)

__all__ = ["Effect", "effect_shares"]


@dataclass(frozen=True)
class Effect:
    """One uncertain input's share of the variance of the answer; errors are standard errors over the scrambles.

    Estimates are not clipped: a share a little below zero says how rough the estimate is.
    """

    name: str
    label: Label
    first_order_share: float
    first_order_error: float
    total_share: float
    total_error: float


def effect_shares(
    worksheet: Worksheet, *, answer: str, uncertainty: Uncertainty, draw_limit: int = MAXIMUM_DRAWS
) -> tuple[Effect, ...]:
    """Which share of the variance of the answer is each uncertain input's, first-order and total?

    With A, B two independent samples, ``Aᵢ`` the sample A whose i-th column is B's, V the variance of the answer f::

        first order  Sᵢ = 1 − mean((f(B) − f(Aᵢ))²) / 2V
        total        Tᵢ = mean((f(A) − f(Aᵢ))²) / 2V

    for each scramble; the result is the mean over the scrambles. It takes d + 2 computations a point for d inputs.

    Parameters
    ----------
    draw_limit : bound on the computations of the answer, all scrambles and inputs together.

    Returns
    -------
    One effect for each uncertain number, the largest total first; empty if nothing is uncertain.

    Raises
    ------
    InputError : correlations are stated: shares of the variance presuppose independent inputs.
    RefusalError : the answer does not vary.

    References
    ----------
    Jansen (1999), Analysis of variance designs for model output, Computer Physics Communications 117.
    Saltelli et al. (2010), Variance based sensitivity analysis of model output, same journal, 181, table 2.

    Tested by: closed form (Ishigami function; a sum of inputs), ``tests/valuation/uncertainty/test_effects.py``.
    """
    if uncertainty.correlations:
        raise InputError.of(
            "uncertainty.correlations",
            found=f"{len(uncertainty.correlations)} correlations",
            expected="none: the variance has shares only when the inputs are independent",
        )
    uncertain = uncertain_numbers(worksheet)
    if not uncertain:
        return ()
    computations = uncertainty.scrambles * (len(uncertain) + 2)
    points = min(uncertainty.points_per_scramble, points_within(draw_limit // computations))
    shares = np.array(
        [
            _shares(worksheet, uncertain, answer, _two_samples(len(uncertain), uncertainty, batch, points))
            for batch in range(uncertainty.scrambles)
        ]
    )
    means, errors = shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(uncertainty.scrambles)
    found = [
        Effect(each.name, each.label, *map(float, (means[i, 0], errors[i, 0], means[i, 1], errors[i, 1])))
        for i, each in enumerate(uncertain)
    ]
    return tuple(sorted(found, key=lambda each: -each.total_share))


def _two_samples(dimensions: int, uncertainty: Uncertainty, batch: int, points: int) -> tuple[Array, Array]:
    """Two halves of one point set of twice the dimension, so that they are independent of each other."""
    both = uniform_points(2 * dimensions, uncertainty, batch=batch, count=points)
    return both[:, :dimensions], both[:, dimensions:]


def _shares(
    worksheet: Worksheet, uncertain: Sequence[UncertainNumber], answer: str, samples: tuple[Array, Array]
) -> Array:
    """First-order and total share of each input in one scramble: shape ``(inputs, 2)``."""
    first, second = samples
    at_first, at_second = (_answers(worksheet, uncertain, answer, each) for each in samples)
    variance = float(np.concatenate([at_first, at_second]).var())
    if variance <= 0:
        raise RefusalError.of(
            answer,
            found="the same value at every draw",
            expected="an answer that varies",
            advice="Without scatter no input has a share in it; check the distributions",
        )
    shares = np.empty((len(uncertain), 2))
    for index in range(len(uncertain)):
        mixed = first.copy()
        mixed[:, index] = second[:, index]
        at_mixed = _answers(worksheet, uncertain, answer, mixed)
        shares[index, 0] = 1 - np.mean((at_second - at_mixed) ** 2) / (2 * variance)
        shares[index, 1] = np.mean((at_first - at_mixed) ** 2) / (2 * variance)
    return shares


def _answers(worksheet: Worksheet, uncertain: Sequence[UncertainNumber], answer: str, points: Array) -> Array:
    draws = inputs_at(worksheet, [(each, points[:, index]) for index, each in enumerate(uncertain)])
    return worksheet.simulate(draws, outputs=[answer])[answer]
