"""Is the fit the maximum, does it refuse where there is none, and are probabilities moved to the stated rate?

Second way: a general optimiser of SciPy. Closed form: a table of two by two. Simulation: a population whose law is
known, drawn class-balanced. Properties by hypothesis.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special

from pledge.credit.logistic import LogisticModel, fit_logistic, mean_shift, prior_shift
from valuation.errors import InputError, RefusalError
from valuation.kernel.randomness import block_generator


def drawn(rows: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    generator = block_generator(seed, 0)
    matrix = generator.standard_normal((rows, 3)) * [1, 5, 0.1]
    chance = special.expit(-2 + matrix @ [0.8, -0.2, 3.0])
    return matrix, (generator.random(rows) < chance).astype(float)


@pytest.mark.parametrize("ridge", [0.0, 5.0])
def test_the_fit_is_what_a_general_optimiser_finds(ridge: float) -> None:
    matrix, bad = drawn(800)
    design = np.column_stack([np.ones(len(matrix)), matrix])

    def loss(beta: np.ndarray) -> float:
        eta = design @ beta
        return float(np.logaddexp(0, eta).sum() - bad @ eta + ridge / 2 * (beta[1:] ** 2).sum())

    best = optimize.minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-7}).x
    model = fit_logistic(matrix, bad=bad, features=["a", "b", "c"], ridge=ridge)
    assert [model.intercept, *model.coefficients] == pytest.approx(best, abs=1e-5)


def test_two_by_two_in_closed_form() -> None:
    # Hand: without the feature 10 bad, 90 good; with it 30 and 20. Intercept ln(10/90), coefficient
    # ln(30/20) - ln(10/90), its error √(1/10 + 1/90 + 1/30 + 1/20).
    feature = np.array([0.0] * 100 + [1.0] * 50)[:, None]
    bad = np.array([1] * 10 + [0] * 90 + [1] * 30 + [0] * 20)
    model = fit_logistic(feature, bad=bad, features=["x"])
    assert model.intercept == pytest.approx(math.log(10 / 90))
    assert model.coefficients[0] == pytest.approx(math.log(30 / 20) - math.log(10 / 90))
    assert model.standard_errors[1] == pytest.approx(math.sqrt(1 / 10 + 1 / 90 + 1 / 30 + 1 / 20))
    assert model.sample_bad_share == pytest.approx(40 / 150)


def test_the_mean_probability_is_the_rate_of_the_sample() -> None:
    matrix, bad = drawn(500)
    model = fit_logistic(matrix, bad=bad, features=["a", "b", "c"])
    assert model.bad_probability_share(matrix, shift=0).mean() == pytest.approx(bad.mean(), abs=1e-10)


def test_a_balanced_sample_moved_back_is_the_population() -> None:
    # All bad loans and as many good ones are kept; after the shift the coefficients are those of the population.
    matrix, bad = drawn(400_000)
    goods = np.flatnonzero(bad == 0)[: int(bad.sum())]
    kept = np.concatenate([np.flatnonzero(bad == 1), goods])
    model = fit_logistic(matrix[kept], bad=bad[kept], features=["a", "b", "c"])
    shift = prior_shift(sample_bad_share=0.5, long_run_bad_share=float(bad.mean()))
    errors = model.standard_errors
    assert abs(model.intercept + shift + 2) < 4 * errors[0]
    assert np.all(np.abs(model.coefficients - [0.8, -0.2, 3.0]) < 4 * errors[1:])
    predicted = model.bad_probability_share(matrix, shift=shift).mean()
    assert predicted == pytest.approx(bad.mean(), rel=0.02)


@given(eta=st.lists(st.floats(-20, 20), min_size=1, max_size=30), rate=st.floats(0.001, 0.999))
def test_the_shifted_mean_is_the_stated_rate(eta: list[float], rate: float) -> None:
    shift = mean_shift(eta, long_run_bad_share=rate)
    assert special.expit(np.array(eta) + shift).mean() == pytest.approx(rate, rel=1e-9)


@given(sample=st.floats(0.01, 0.99), wanted=st.floats(0.01, 0.99))
def test_the_shift_of_one_rate_is_its_log_odds(sample: float, wanted: float) -> None:
    by_prior = prior_shift(sample_bad_share=sample, long_run_bad_share=wanted)
    assert mean_shift([special.logit(sample)], long_run_bad_share=wanted) == pytest.approx(by_prior, abs=1e-9)


def separated() -> tuple[np.ndarray, np.ndarray]:
    feature = np.arange(20.0)[:, None]
    return feature, (feature[:, 0] > 9.5).astype(float)


def separated_in_part() -> tuple[np.ndarray, np.ndarray]:
    """All loans with the flag are bad; without it there are both."""
    flag = np.array([0.0] * 60 + [1.0] * 10)[:, None]
    return flag, np.array([0] * 40 + [1] * 20 + [1] * 10)


@pytest.mark.parametrize("sample", [separated(), separated_in_part()])
def test_separated_outcomes_have_no_maximum_unless_ridged(sample: tuple[np.ndarray, np.ndarray]) -> None:
    matrix, bad = sample
    with pytest.raises(RefusalError, match="bad: found outcomes that a line separates"):
        fit_logistic(matrix, bad=bad, features=["x"])
    assert isinstance(fit_logistic(matrix, bad=bad, features=["x"], ridge=1.0), LogisticModel)


def test_features_that_repeat_each_other_are_refused() -> None:
    matrix, bad = drawn(100)
    twice = np.column_stack([matrix[:, 0], 2 * matrix[:, 0]])
    with pytest.raises(RefusalError, match="matrix: found features that repeat each other or never change, among a, b"):
        fit_logistic(twice, bad=bad, features=["a", "b"])


@pytest.mark.parametrize(
    ("matrix", "bad", "message"),
    [
        ([[1.0], [2.0]], [0, 0], "bad: found only one outcome, expected good and bad loans"),
        ([[1.0], [2.0]], [0, 1, 1], "bad: found shape (3,), expected 2 outcomes, each 0 or 1"),
        ([[1.0], [math.nan]], [0, 1], "matrix[1][0]: found nan, expected a finite number"),
        ([[1.0, 2.0]], [1], "matrix: found shape (1, 2), expected rows of 1 features"),
        ([[1.0], [2.0]], [0.5, 1], "bad: found shape (2,), expected 2 outcomes, each 0 or 1"),
    ],
)
def test_what_is_refused(matrix: list[list[float]], bad: list[float], message: str) -> None:
    with pytest.raises(InputError) as caught:
        fit_logistic(matrix, bad=bad, features=["x"])
    assert str(caught.value) == message


def test_rates_lie_strictly_between_nothing_and_all() -> None:
    with pytest.raises(InputError, match="long_run_bad_share: found 0, expected a finite number, above 0, below 1"):
        prior_shift(sample_bad_share=0.5, long_run_bad_share=0)
    with pytest.raises(InputError, match="log_odds: found nothing"):
        mean_shift([], long_run_bad_share=0.1)
    with pytest.raises(InputError, match="ridge: found -1"):
        fit_logistic([[1.0], [2.0]], bad=[0, 1], features=["x"], ridge=-1)
