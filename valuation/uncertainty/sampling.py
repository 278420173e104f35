"""How do the stated uncertainties of the inputs carry into the answer?

An interval with its meaning and its error, and what each uncertain input does alone. How the points are drawn is in
:mod:`valuation.uncertainty.draws`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import (
    MAXIMUM_DRAWS,
    Correlation,
    Uncertainty,
    draw_inputs,
    inputs_at,
    simulated_answers,
    uncertain_numbers,
)

__all__ = [
    "MAXIMUM_DRAWS",
    "Correlation",
    "Interval",
    "Sensitivity",
    "Uncertainty",
    "draw_inputs",
    "sensitivities",
    "simulate_interval",
]


@dataclass(frozen=True)
class Interval:
    """A range with its meaning; ``error`` is the standard error of each end from the scrambles."""

    low: float
    high: float
    level_share: float
    meaning: Label
    mean: float | None = None
    standard_deviation: float | None = None
    low_error: float | None = None
    high_error: float | None = None
    draws: int | None = None

    def scaled(self, factor: float) -> Interval:
        """The same interval in another currency."""

        def times(number: float | None) -> float | None:
            return None if number is None else number * factor

        return Interval(
            self.low * factor,
            self.high * factor,
            self.level_share,
            self.meaning,
            times(self.mean),
            times(self.standard_deviation),
            times(self.low_error),
            times(self.high_error),
            self.draws,
        )


@dataclass(frozen=True)
class Sensitivity:
    """What one input does alone: the answer at the ends of its own range, all else as stated."""

    name: str
    label: Label
    answer_at_low: float
    answer_at_high: float

    @property
    def swing(self) -> float:
        """How far the answer moves between the two ends."""
        return abs(self.answer_at_high - self.answer_at_low)


def simulate_interval(
    worksheet: Worksheet, *, answer: str, uncertainty: Uncertainty, draw_limit: int = MAXIMUM_DRAWS
) -> Interval | None:
    """Within which range does the answer lie, given the distributions the request states?

    Each scramble gives its own quantiles; the interval is their mean and the error their standard error
    ``s / √scrambles``. ``None`` when no input has a distribution: then there is nothing to say about a range.

    Raises
    ------
    InputError : a distribution gives values outside the admissible range of its input.
    RefusalError : the answer is not finite for some draw.

    Tested by: closed form (product of lognormals is lognormal) and pseudo-random draws as second way,
    ``tests/valuation/uncertainty/test_sampling.py``.
    """
    if not worksheet.uncertain_inputs:
        return None
    answers = simulated_answers(worksheet, answer=answer, uncertainty=uncertainty, draw_limit=draw_limit)
    tail = (1 - uncertainty.level_share) / 2
    quantiles = np.array([np.quantile(each, [tail, 1 - tail]) for each in answers])
    moments = np.array([(each.mean(), each.std()) for each in answers])
    return _interval(quantiles, moments, uncertainty, answers.shape[1])


def _interval(quantiles: Array, moments: Array, uncertainty: Uncertainty, points: int) -> Interval:
    low, high = quantiles.mean(axis=0)
    errors = quantiles.std(axis=0, ddof=1) / np.sqrt(uncertainty.scrambles)
    share = f"{100 * uncertainty.level_share:.10g}%"
    meaning = Label(
        f"在所述输入分布下，评估值以 {share} 的概率落在此区间（两端各占一半）",
        f"given the stated input distributions the value lies inside with probability {share}, equal tails",
    )
    return Interval(
        float(low),
        float(high),
        uncertainty.level_share,
        meaning,
        mean=float(moments[:, 0].mean()),
        standard_deviation=float(np.sqrt(np.mean(moments[:, 1] ** 2))),
        low_error=float(errors[0]),
        high_error=float(errors[1]),
        draws=points * uncertainty.scrambles,
    )


def sensitivities(worksheet: Worksheet, *, answer: str, level_share: float) -> tuple[Sensitivity, ...]:
    """Which uncertain input moves the answer most? Each at the ends of its own range, others as stated.

    Returns
    -------
    Sensitivities in falling order of swing: the data of a tornado chart.
    """
    tail = (1 - level_share) / 2
    ends = np.array([tail, 1 - tail])
    found = []
    for each in uncertain_numbers(worksheet):
        at = worksheet.simulate(inputs_at(worksheet, [(each, ends)]), outputs=[answer])[answer]
        found.append(Sensitivity(each.name, each.label, float(at[0]), float(at[1])))
    return tuple(sorted(found, key=lambda each: -each.swing))
