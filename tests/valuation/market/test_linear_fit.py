"""The fast line: is it the least-squares line, also where the columns nearly say the same?

Checked against: certified values of the NIST Statistical Reference Datasets (Longley; Wampler1), NumPy's least squares
and textbook covariance (second way, hypothesis), exact fractions (second way, polynomials that normal equations would
spoil), the full diagnostics, and refusals by name.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.comparables import LinearFit, fit_line
from valuation.errors import InputError, RefusalError
from valuation.market import _linear_fit
from valuation.market._least_squares import fit_least_squares

#: NIST StRD, Linear Regression, Longley: total derived employment; price deflator, GNP, unemployed, armed forces,
#: population over 14, year.
LONGLEY = np.array(
    [
        [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
        [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
        [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
        [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
        [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
        [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
        [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
        [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
        [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
        [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
        [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
        [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
        [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
        [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
        [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
        [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
    ]
)
#: Certified estimates with their standard deviations, the same dataset.
LONGLEY_CERTIFIED = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.358191792925910e-01, 0.334910077722432e-01),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.511041056535807e-01, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]
LONGLEY_DEVIATION, LONGLEY_R_SQUARED = 304.854073561965, 0.995479004577296
BOTH_WAYS = ("normal_equations", "orthogonal")


def fitted(features: np.ndarray, response: np.ndarray, way: str, monkeypatch: pytest.MonkeyPatch) -> LinearFit:
    """The fit by the way asked for, whatever the condition number."""
    worst = 1e9 if way == "normal_equations" else 0.0
    monkeypatch.setattr(_linear_fit, "_WORST_FOR_NORMAL_EQUATIONS", worst)
    found = fit_line(features, response)
    assert found.way == way
    return found


def exact_line(features: list[list[Fraction]], response: list[Fraction]) -> list[Fraction]:
    """The normal equations in exact fractions by Gauss-Jordan: the definition, without rounding."""
    rows = [[Fraction(1), *each] for each in features]
    terms = len(rows[0])
    table = [
        [sum((row[i] * row[j] for row in rows), Fraction(0)) for j in range(terms)]
        + [sum((row[i] * y for row, y in zip(rows, response, strict=True)), Fraction(0))]
        for i in range(terms)
    ]
    for i in range(terms):
        pivot = next(k for k in range(i, terms) if table[k][i])
        table[i], table[pivot] = table[pivot], table[i]
        table[i] = [number / table[i][i] for number in table[i]]
        for k in range(terms):
            if k != i:
                table[k] = [a - table[k][i] * b for a, b in zip(table[k], table[i], strict=True)]
    return [row[-1] for row in table]


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_longley_has_its_certified_values(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten digits by either way, the six features as they are: years about 1954, GNP about 400,000."""
    found = fitted(LONGLEY[:, 1:], LONGLEY[:, 0], way, monkeypatch)
    assert found.coefficients == pytest.approx([each for each, _ in LONGLEY_CERTIFIED], rel=1e-10)
    assert found.standard_errors == pytest.approx([each for _, each in LONGLEY_CERTIFIED], rel=1e-10)
    assert found.residual_deviation == pytest.approx(LONGLEY_DEVIATION, rel=1e-11)
    assert found.r_squared == pytest.approx(LONGLEY_R_SQUARED, rel=1e-13)
    assert found.condition_number == pytest.approx(110.544, rel=1e-5)


def test_wampler_falls_back_and_has_its_certified_values() -> None:
    """NIST StRD Wampler1: y = 1 + x + … + x⁵ at 0 … 20; every coefficient is one, nothing is left."""
    x = np.arange(21.0)
    powers = np.column_stack([x**power for power in range(1, 6)])
    found = fit_line(powers, 1 + powers.sum(axis=1))
    assert found.way == "orthogonal"
    assert found.coefficients == pytest.approx([1.0] * 6, rel=1e-8)
    assert found.r_squared == pytest.approx(1.0, abs=1e-15)


def polynomial(degree: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Powers of 0 … 29, a response of whole numbers with large residuals, and the exact coefficients."""
    x, noise = range(30), [(7 * at * at) % 31 - 15 for at in range(30)]
    response = [sum(at**power for power in range(degree + 1)) + 10**6 * noise[at] for at in x]
    powers = [[at**power for power in range(1, degree + 1)] for at in x]
    exact = exact_line([list(map(Fraction, row)) for row in powers], list(map(Fraction, response)))
    return np.array(powers, dtype=float), np.array(response, dtype=float), [float(each) for each in exact]


@pytest.mark.parametrize("degree", [3, 5, 7, 8])
def test_polynomials_agree_with_exact_fractions(degree: int) -> None:
    """Ill-conditioned on purpose."""
    powers, response, exact = polynomial(degree)
    found = fit_line(powers, response)
    assert (found.way == "orthogonal") == (degree > 3)
    assert found.coefficients == pytest.approx(exact, rel=1e-9)


def test_normal_equations_alone_would_be_wrong_there() -> None:
    """Why there is a fallback: the products of the columns lose digits that QR keeps."""
    powers, response, exact = polynomial(8)
    products = _linear_fit._centred(powers, response)[1]
    plain = np.linalg.solve(products.columns, products.against) / products.lengths
    assert np.max(np.abs(plain / exact[1:] - 1)) > 1e-7


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(10, 60),
    features=st.integers(1, 5),
    block=st.sampled_from([3, 16, 8192]),
    offset=st.sampled_from([0.0, 1e3, -1e6]),
    spread=st.sampled_from([1e-6, 1.0, 1e6]),
    way=st.sampled_from(BOTH_WAYS),
)
def test_the_line_is_that_of_numpy(
    seed: int, rows: int, features: int, block: int, offset: float, spread: float, way: str
) -> None:
    """Second way: NumPy's SVD on centred columns, and σ²(X'X)⁻¹ by its inverse; any offset, scale and block size."""
    generator = np.random.default_rng(seed)
    units = generator.standard_normal((rows, features))
    scale = max(spread, abs(offset) * 1e-3)
    table = offset + units * scale
    target = units @ generator.standard_normal(features) + generator.standard_normal(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_linear_fit, "_BLOCK_ROWS", block)
        patch.setattr(_linear_fit, "_SAMPLED_ROWS", 7)
        found = fitted(table, target, way, patch)
    means = table.mean(axis=0)
    design = np.column_stack([np.ones(rows), table - means])
    expected = np.linalg.lstsq(design, target, rcond=None)[0]
    assert found.coefficients[1:] == pytest.approx(expected[1:], rel=1e-8, abs=1e-10 / scale)
    errors = target - design @ expected
    assert found.predict(table) == pytest.approx(target - errors, rel=1e-8, abs=1e-9)
    variance = errors @ errors / (rows - features - 1)
    assert found.residual_deviation**2 == pytest.approx(variance, rel=1e-9)
    covariance = np.linalg.inv(design.T @ design) * variance
    back = np.eye(features + 1)
    back[0, 1:] = -means
    assert found.covariance == pytest.approx(back @ covariance @ back.T, rel=1e-8)
    centred = target - target.mean()
    assert found.r_squared == pytest.approx(1 - errors @ errors / (centred @ centred), abs=1e-9)


def test_diagnostics_on_request_are_those_of_the_full_fit() -> None:
    generator = np.random.default_rng(4)
    table = generator.standard_normal((40, 3))
    target = table @ [1.0, -2.0, 0.5] + generator.standard_normal(40)
    found = fit_line(table, target)
    full = fit_least_squares(np.column_stack([np.ones(40), table]), target)
    asked = found.diagnostics()
    assert asked.coefficients == pytest.approx(found.coefficients, rel=1e-12)
    assert asked.r_squared == pytest.approx(found.r_squared, rel=1e-12)
    assert np.array_equal(asked.left_out_residuals, full.left_out_residuals)
    assert asked.leverage.sum() == pytest.approx(4)


def test_a_response_that_never_changes_is_explained_by_the_constant() -> None:
    found = fit_line(np.arange(9.0)[:, None], np.full(9, 7.0))
    assert found.coefficients == pytest.approx([7.0, 0.0], abs=1e-14)
    assert found.r_squared == 0.0


def test_rows_in_order_of_a_trend_lose_nothing() -> None:
    """A column that runs through the table, far from zero: each block has another mean."""
    time = 2000 + np.arange(50_000.0) / 1000
    other = np.sin(np.arange(50_000.0))
    found = fit_line(np.column_stack([time, other]), 3 * time - 2 * other + 1)
    assert found.coefficients == pytest.approx([1.0, 3.0, -2.0], rel=1e-9)


@pytest.mark.parametrize(
    ("features", "response", "error", "said"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], InputError, r"features: found shape \(3,\)"),
        (np.zeros((5, 0)), np.zeros(5), InputError, "features: found shape"),
        (np.ones((5, 1)), np.ones(4), InputError, "response: found shape"),
        (np.array([[0.0], [1.0], [np.nan], [3.0]]), np.arange(4.0), InputError, "features: found a number that is not"),
        (np.array([[0.0], [1.0], [1e300], [3.0]]), np.arange(4.0), InputError, "features: found .* too large"),
        (np.arange(4.0)[:, None], np.array([0.0, np.inf, 1.0, 2.0]), InputError, "response: found a number"),
        (np.arange(2.0)[:, None], np.arange(2.0), RefusalError, "response: found 2 rows for 2 terms"),
        (np.full((9, 1), 1e6 / 3), np.arange(9.0), RefusalError, r"features\.0: found the same value in every row"),
        (np.arange(9.0)[:, None] * [1.0, 3.0], np.arange(9.0), RefusalError, "features: found a condition number"),
    ],
)
def test_what_no_line_should_answer_is_refused(
    features: object, response: object, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        fit_line(features, response)  # type: ignore[arg-type]


def test_diagnostics_need_two_rows_more_than_terms() -> None:
    found = fit_line(np.arange(3.0)[:, None] ** 2, [1.0, 2.0, 4.0])
    with pytest.raises(RefusalError, match="response: found 3 rows for 2 terms, expected at least 4 rows"):
        found.diagnostics()
