"""Do the points add up to the odds they stand for?

Literature: Siddiqi's scale, in ``tests/literature``. Second way: the model's own probability. Hand: the scale.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.credit.binning import category_binning, monotone_binning
from pledge.credit.logistic import prior_shift
from pledge.credit.scorecard import Scorecard, ScoreScale, build_scorecard
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator

SCALE = ScoreScale(600, 50, 20)


def sample() -> tuple[dict[str, Any], np.ndarray]:
    generator = block_generator(9, 0)
    number, word = generator.standard_normal(4000), generator.choice(["city", "land"], 4000)
    chance = 1 / (1 + np.exp(1.5 - number - 0.7 * (word == "land")))
    return {"number": number, "word": word}, generator.random(4000) < chance


def card() -> tuple[Scorecard, dict[str, Any], np.ndarray]:
    values, bad = sample()
    binnings = (
        monotone_binning(values["number"], bad=bad, feature="number"),
        category_binning(values["word"], bad=bad, feature="word"),
    )
    shift = prior_shift(sample_bad_share=float(bad.mean()), long_run_bad_share=0.03)
    return build_scorecard(values, bad=bad, binnings=binnings, shift=shift, scale=SCALE), values, bad


def test_the_scale_by_hand() -> None:
    # Hand: 600 points are odds of 50, 620 of 100; 580 of 25.
    assert SCALE.score([-math.log(50), -math.log(100), -math.log(25)]) == pytest.approx([600, 620, 580])
    assert SCALE.bad_probability_share([600, 620]) == pytest.approx([1 / 51, 1 / 101])


@given(log_odds=st.floats(-12, 12))
def test_score_and_probability_are_inverse(log_odds: float) -> None:
    chance = float(SCALE.bad_probability_share(SCALE.score(log_odds)))
    assert chance == pytest.approx(1 / (1 + math.exp(-log_odds)), rel=1e-9)


def test_points_add_up_to_the_models_own_probability() -> None:
    found, values, _ = card()
    matrix = np.column_stack([each.woe(values[each.feature]) for each in found.binnings])
    assert found.bad_probability_share(values) == pytest.approx(
        found.model.bad_probability_share(matrix, shift=found.shift), rel=1e-10
    )
    assert {name: len(points) for name, points in found.points.items()} == {
        each.feature: len(each.bins) for each in found.binnings
    }


def test_a_higher_score_is_a_better_borrower() -> None:
    found, values, bad = card()
    score = found.score(values)
    assert score[~bad].mean() > score[bad].mean()
    assert found.bad_probability_share(values).mean() == pytest.approx(0.03, abs=0.01)


def test_what_is_refused() -> None:
    found, values, bad = card()
    with pytest.raises(InputError, match="word: found nothing, expected a column of the borrowers' values"):
        found.score({"number": values["number"]})
    with pytest.raises(InputError, match="binnings: found none, expected at least one feature"):
        build_scorecard(values, bad=bad, binnings=(), shift=0, scale=SCALE)
    with pytest.raises(InputError, match="reference_odds: found 0, expected a finite number, above 0"):
        ScoreScale(600, 0, 20)
    with pytest.raises(InputError, match="points_to_double_odds: found -20"):
        ScoreScale(600, 50, -20)
    with pytest.raises(InputError, match="shift: found nan"):
        build_scorecard(values, bad=bad, binnings=found.binnings, shift=math.nan, scale=SCALE)
