"""Do the parts of the simulation do what they say: draws, steps, functions, regressions, and the compiled loops?

Checked against: the plain NumPy counterpart of each compiled loop; closed forms (orthogonality, moments of the
processes); NumPy's own least squares.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from valuation.errors import InputError
from valuation.options._core._paths_basis import Basis, Scales, estimated, functions, solved, spread_of, summed, weights
from valuation.options._core._paths_draws import Plan, Sampler, principal_order
from valuation.options._core._paths_motion import stepper
from valuation.options._core.process import (
    CostToCompletion,
    Factor,
    JumpLognormal,
    Lognormal,
    MeanRevertingLog,
    Steady,
    alone,
    joint,
)

FACTORS = (Factor("cash_flow", "log"), Factor("cost", "linear"), Factor("price", "log"))
CORRELATION = [[1.0, -0.3, 0.2], [-0.3, 1.0, 0.1], [0.2, 0.1, 1.0]]
MOTIONS = (Lognormal(0.03, 0.09), CostToCompletion(10.0, 0.5), MeanRevertingLog(0.4, 1.0, 0.2))
MIXED = joint(list(zip(FACTORS, MOTIONS, strict=True)), CORRELATION)


def plan(sampler: Sampler, *, paths: int = 4096, is_compiled: bool = False, others: int = 1) -> Plan:
    return Plan(7, 1, sampler, paths, 16, steps=5, factors=3, others=others, is_compiled=is_compiled)


# --- draws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["plain", "antithetic", "sobol"])
def test_compiled_draws_are_those_of_numpy_and_standard_normal(sampler: Sampler) -> None:
    """To the rounding of the quantile; moments within four standard errors."""
    for block in plan(sampler).blocks():
        plain, fast = plan(sampler).draws(block), plan(sampler, is_compiled=True).draws(block)
        for step in range(5):
            np.testing.assert_allclose(fast.normals(step), plain.normals(step), rtol=1e-11, atol=1e-12)
            np.testing.assert_array_equal(fast.uniforms(step), plain.uniforms(step))
            assert np.abs(plain.normals(step).mean(axis=1)).max() < 4 / math.sqrt(4096)
            assert np.abs(np.cov(plain.normals(step)) - np.eye(3)).max() < 4 * math.sqrt(2 / 4096)


def test_the_second_half_of_a_pair_mirrors_the_first() -> None:
    draws = plan("antithetic").draws((0, 4096))
    np.testing.assert_array_equal(draws.normals(3)[:, :2048], -draws.normals(3)[:, 2048:])
    np.testing.assert_array_equal(draws.uniforms(3)[:, :2048], 1 - draws.uniforms(3)[:, 2048:])


@pytest.mark.parametrize("sampler", ["plain", "antithetic", "sobol"])
def test_a_path_keeps_its_numbers_when_others_are_dropped(sampler: Sampler) -> None:
    draws, chosen = plan(sampler).draws((0, 4096)), np.array([3, 17, 4000])
    np.testing.assert_array_equal(draws.kept(chosen).normals(2), draws.normals(2)[:, chosen])
    np.testing.assert_array_equal(draws.kept(chosen).kept(np.array([2])).uniforms(2), draws.uniforms(2)[:, [4000]])


def test_blocks_cover_every_path_once_and_differ() -> None:
    many = plan("sobol", paths=2**16)
    assert sum(count for _, count in many.blocks()) == 2**16
    first, second = (many.draws(block).normals(0) for block in many.blocks()[:2])
    assert not np.array_equal(first, second)


def test_the_principal_order_is_a_rotation_whose_first_columns_move_the_path_most() -> None:
    """QᵀQ = 1; the variance that column j gives the walk is the eigenvalue 1/(4 sin²(θⱼ/2)), falling."""
    rotation = principal_order(40)
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(40), atol=1e-13)
    given = (np.cumsum(rotation, axis=0) ** 2).sum(axis=0)
    angles = (2 * np.arange(1, 41) - 1) * np.pi / 81
    np.testing.assert_allclose(given, 1 / (4 * np.sin(angles / 2) ** 2), rtol=1e-12)


def test_too_many_dimensions_for_sobol_are_refused() -> None:
    with pytest.raises(InputError, match="21201"):
        Plan(7, 1, "sobol", 1024, 16, steps=8000, factors=3, others=0, is_compiled=False).draws((0, 1024))


# --- steps ----------------------------------------------------------------------------------------


def test_the_compiled_step_is_that_of_numpy() -> None:
    generator = np.random.default_rng(3)
    x = np.stack([generator.normal(3, 1, 999), generator.normal(20, 30, 999), generator.normal(1, 1, 999)])
    z = generator.standard_normal((3, 999))
    plain, fast = (stepper(MIXED, 1.0, 0.25, is_compiled=each) for each in (False, True))
    assert plain.plan is None
    assert fast.plan is not None
    np.testing.assert_allclose(fast(x, z, np.empty((0, 999))), plain(x, z, np.empty((0, 999))), rtol=1e-13, atol=1e-13)


def test_a_completed_project_and_a_steady_factor_stay() -> None:
    process = joint([(FACTORS[1], MOTIONS[1]), (FACTORS[0], Steady())], [[1.0, 0.0], [0.0, 1.0]])
    x = np.array([[-3.0, 0.0], [1.0, 2.0]])
    for is_compiled in (False, True):
        step = stepper(process, 0.0, 0.5, is_compiled=is_compiled)
        np.testing.assert_array_equal(step(x, np.ones((2, 2)), np.empty((0, 2))), x)


def test_jumps_are_drawn_with_their_mean_and_variance() -> None:
    """Merton: E x′ = x e^{μΔ}; Var ln x′ = σ²Δ + λΔ(m² + s²). Five standard errors of 200,000 draws."""
    motion = JumpLognormal(0.05, 0.04, 1.5, -0.1, 0.2)
    step = stepper(alone("price", "log", motion), 0.0, 0.5, is_compiled=True)
    generator = np.random.default_rng(5)
    count = 200_000
    moved = step(np.zeros((1, count)), generator.standard_normal((1, count)), generator.random((1, count)))[0]
    level = np.exp(moved)
    assert abs(level.mean() - math.exp(0.025)) < 5 * level.std() / math.sqrt(count)
    assert moved.var() == pytest.approx(0.02 + 0.75 * (0.01 + 0.04), rel=0.03)


# --- regressions ----------------------------------------------------------------------------------


def regression(count: int = 3000) -> tuple[Basis, Scales, np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    generator = np.random.default_rng(11)
    x = np.stack([generator.normal(3, 0.5, count), generator.normal(50, 20, count), generator.normal(1, 0.3, count)])
    basis = Basis.of(FACTORS, 2, with_levels=True, features=lambda t, s: [np.maximum(s[0] - 20, 0)], extra=1)
    scales = Scales.of([spread_of(x, np.zeros(3))])
    assert scales is not None
    extra = basis.extras(0.0, (np.exp(x[0]), x[1], np.exp(x[2])))
    target = np.exp(x[0]) * (1 + x[1] / 50) + generator.normal(0, 5, count)
    return basis, scales, x, extra, target


def test_the_functions_are_monomials_levels_their_products_and_features() -> None:
    """Three factors to degree 2: 10 monomials, 2 levels, 6 products, 1 feature; by hand at one state."""
    basis, scales, x, extra, _ = regression()
    assert basis.count == 10 + 2 + 6 + 1
    found = functions(basis, scales, x[:, :1], extra[:, :1])[:, 0]
    u = (x[:, 0] - scales.table[:, 0]) * scales.table[:, 1]
    first = [1, *u, u[0] ** 2, u[0] * u[1], u[0] * u[2], u[1] ** 2, u[1] * u[2], u[2] ** 2]
    level = np.exp(x[[0, 2], 0] - scales.table[[0, 2], 0]) * scales.table[[0, 2], 4]
    np.testing.assert_allclose(found, [*first, *level, *(level[0] * u), *(level[1] * u), extra[0, 0]], rtol=1e-13)


def test_the_regression_is_weighted_least_squares() -> None:
    """Second way: NumPy's least squares by singular values on the weighted columns."""
    basis, scales, x, extra, target = regression()
    used = x[1] > 30
    fit = solved([summed(basis, scales, x, extra, used, target, is_compiled=False)])
    root = np.sqrt(weights(basis, scales, x[:, used]))
    columns = functions(basis, scales, x[:, used], extra[:, used])
    expected = np.linalg.lstsq((columns * root).T, target[used] * root, rcond=None)[0]
    np.testing.assert_allclose(columns.T @ fit.coefficients, columns.T @ expected, rtol=1e-7, atol=1e-7)
    assert fit.left_out == 0
    assert fit.live_paths == used.sum()


def test_compiled_sums_and_estimates_are_those_of_numpy_and_unused_numbers_do_not_matter() -> None:
    basis, scales, x, extra, target = regression(1111)
    used = x[1] > 30
    target = np.where(used, target, np.nan)
    plain = summed(basis, scales, x, extra, used, target, is_compiled=False)
    fast = summed(basis, scales, x, extra, used, target, is_compiled=True)
    np.testing.assert_allclose(fast.products, plain.products, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(fast.right, plain.right, rtol=1e-10, atol=1e-9)
    fit = solved([plain])
    by_numpy, by_kernel = (estimated(basis, scales, fit, x, extra, is_compiled=each) for each in (False, True))
    np.testing.assert_allclose(by_kernel, by_numpy, rtol=1e-10, atol=1e-9)


def test_states_that_do_not_vary_give_their_mean() -> None:
    """At the first date every path stands at the start: every function but the constant is left out or constant."""
    basis, _, _, _, target = regression(200)
    x = np.repeat(np.array([[3.0], [50.0], [1.0]]), 200, axis=1)
    scales = Scales.of([spread_of(x, x[:, 0])])
    assert scales is not None
    fit = solved([summed(basis, scales, x, np.ones((1, 200)), np.ones(200, bool), target, is_compiled=False)])
    estimate = estimated(basis, scales, fit, x, np.ones((1, 200)), is_compiled=False)
    np.testing.assert_allclose(estimate, target.mean(), rtol=1e-12)
    assert fit.left_out > 0


def test_few_paths_get_few_functions() -> None:
    """Twenty paths carry two functions (eight paths each), so that they are not interpolated."""
    basis, scales, x, extra, target = regression(20)
    fit = solved([summed(basis, scales, x, extra, np.ones(20, bool), target, is_compiled=False)])
    assert np.flatnonzero(fit.coefficients).tolist() == [0, 1]
