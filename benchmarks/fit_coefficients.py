"""The coefficients of the kernels' exp, log and normal quantile, computed again in 50 digits.

Needs mpmath, which is no package of the project: ``uv run --with mpmath benchmarks/fit_coefficients.py``. Prints the
coefficients of ``valuation/kernel/fast_math.py`` and the error of each fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

try:
    import mpmath as mp
except ImportError:
    raise SystemExit("mpmath is not installed; run: uv run --with mpmath benchmarks/fit_coefficients.py") from None

mp.mp.dps = 50
#: −log(4 u (1 − u)) at u = 2⁻⁵³, with room to spare.
LARGEST_W = mp.mpf("36.8")


def chebyshev_points(low: Any, high: Any, count: int) -> list[Any]:
    return [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]


def value(coefficients: Sequence[Any], x: Any) -> Any:
    found = mp.mpf(0)
    for coefficient in reversed(coefficients):
        found = found * x + coefficient
    return found


def interpolated(function: Callable[[Any], Any], low: Any, high: Any, degree: int) -> list[Any]:
    points = chebyshev_points(low, high, degree + 1)
    powers = mp.matrix([[x**j for j in range(degree + 1)] for x in points])
    found = mp.lu_solve(powers, mp.matrix([function(x) for x in points]))
    return [found[i] for i in range(degree + 1)]


def fit_exp() -> None:
    """``(exp(r) − 1 − r) / r²`` over |r| ≤ log(2)/2, degree 9."""
    half = mp.log(2) / 2 * mp.mpf("1.0001")
    found = interpolated(lambda r: (mp.exp(r) - 1 - r) / r**2 if r else mp.mpf(1) / 2, -half, half, 9)
    grid = [-half + 2 * half * i / 2001 for i in range(2001)]
    error = max(abs((1 + r + r * r * value(found, r)) / mp.exp(r) - 1) for r in grid)
    print("exp", [float(each) for each in found], "largest relative error", mp.nstr(error, 2))


def fit_log() -> None:
    """``(log((1+s)/(1−s)) − 2s) / (s z)`` in z = s², s = f / (2 + f), degree 6."""
    high = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.0005")

    def remainder(z: Any) -> Any:
        s = mp.sqrt(z)
        return (mp.log((1 + s) / (1 - s)) - 2 * s) / (s * z)

    found = interpolated(remainder, mp.mpf(0), high, 6)
    error = max(abs(value(found, z) - remainder(z)) * z for z in [high * i / 1000 for i in range(1, 1001)])
    print("log", [float(each) for each in found], "largest absolute error", mp.nstr(error, 2))


def quantile_over_x(w: Any) -> Any:
    """``Φ⁻¹(u) / (2u − 1)`` at ``w = −log(4 u (1 − u))``, by Newton's method on log erfc."""
    if w < mp.mpf(10) ** -30:
        return mp.sqrt(mp.pi / 2)
    x = mp.sqrt(-mp.expm1(-w))
    tail = mp.exp(-w) / (1 + x)
    z = mp.sqrt(w) if w > 1 else x * mp.sqrt(mp.pi) / 2
    for _ in range(60):
        erfc = mp.erfc(z)
        step = mp.log(erfc / tail) * erfc * mp.sqrt(mp.pi) / 2 * mp.exp(z * z)
        z += step
        if abs(step) < mp.mpf(10) ** -42 * abs(z):
            break
    return mp.sqrt(2) * z / x


def fit_normal_quantile(degree: int = 12) -> None:
    """A quotient of polynomials by repeated least squares, weights moved to where the error is largest."""
    points = 6 * (2 * degree + 1)
    ws = chebyshev_points(mp.mpf(0), LARGEST_W, points)
    half = LARGEST_W / 2
    taus, wanted = [(w - half) / half for w in ws], [quantile_over_x(w) for w in ws]
    below, weights = [mp.mpf(1)] * points, [mp.mpf(1)] * points
    best: tuple[Any, Any, Any] | None = None
    for turn in range(8):
        rows, right = mp.matrix(points, 2 * degree + 1), mp.matrix(points, 1)
        for i, tau in enumerate(taus):
            weight = mp.sqrt(weights[i]) / (wanted[i] * below[i])
            for j in range(degree + 1):
                rows[i, j] = weight * tau**j
                if j:
                    rows[i, degree + j] = -weight * wanted[i] * tau**j
            right[i] = weight * wanted[i]
        found = mp.qr_solve(rows, right)[0]
        p = [found[j] for j in range(degree + 1)]
        q = [mp.mpf(1), *(found[degree + j] for j in range(1, degree + 1))]
        below = [value(q, tau) for tau in taus]
        errors = [abs(value(p, tau) / q_ / g - 1) for tau, q_, g in zip(taus, below, wanted, strict=True)]
        if best is None or max(errors) < best[0]:
            best = max(errors), p, q
        if turn >= 2:
            weights = [
                each * (error / max(errors) + mp.mpf("0.02")) for each, error in zip(weights, errors, strict=True)
            ]
    assert best is not None, "at least one turn was made"
    over, under = (in_powers_of_w(each, half) for each in best[1:])
    for name, coefficients in (("P", over), ("Q", under)):
        print("normal quantile", name, [float(each / under[0]) for each in coefficients])
    print("largest relative error", mp.nstr(best[0], 2))


def in_powers_of_w(coefficients: Sequence[Any], half: Any) -> list[Any]:
    """From powers of (w − half) / half to powers of w, where all coefficients are positive."""
    found = [mp.mpf(0)] * len(coefficients)
    for k, coefficient in enumerate(coefficients):
        for j in range(k + 1):
            found[j] += coefficient * mp.binomial(k, j) * (-half) ** (k - j) / half**k
    return found


if __name__ == "__main__":
    fit_exp()
    fit_log()
    fit_normal_quantile()
