"""The distribution function of two correlated standard normals, for arrays."""

from __future__ import annotations

import numpy as np
from scipy import special

from valuation.kernel.expression import Array

__all__ = ["bivariate_normal_cdf"]

#: Beyond this many deviations nothing is left of a normal, and Owen's function would divide two infinities.
_FAR = 60.0
_NEAR = 1e-100


def bivariate_normal_cdf(first: Array, second: Array, correlation: Array) -> Array:
    """With which probability do two correlated standard normals both stay below their bounds?

    Φ₂(h, k; ρ) = ½ Φ(h) + ½ Φ(k) − T(h, a) − T(k, b) − c with Owen's T, a = (k − ρh) / (h√(1 − ρ²)), b likewise with
    h and k exchanged, c = ½ where the bounds lie on different sides of 0 (or one is 0 and the other negative), else 0.

    Parameters
    ----------
    first, second : bounds, in deviations; ±∞ count as 60.
    correlation : ρ with |ρ| < 1.

    Returns
    -------
    Probabilities, to about 10⁻¹⁵.

    References
    ----------
    Owen (1956), Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics 27, eq. 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(bivariate_normal_cdf(np.array(0.0), np.array(0.0), np.array(0.5))), 12)
    0.333333333333

    Tested by: SciPy's multivariate normal (second method), arcsine at the origin (closed form), ρ = 0 (identity);
    ``tests/valuation/options/test_bivariate.py``.
    """
    h, k, rho = np.broadcast_arrays(_bounded(first), _bounded(second), correlation)
    root = np.sqrt(1 - rho**2)
    apart = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    halves = (special.ndtr(h) + special.ndtr(k)) / 2 - np.where(apart, 0.5, 0.0)
    found = halves - special.owens_t(h, _slope(h, k, rho, root)) - special.owens_t(k, _slope(k, h, rho, root))
    # At the origin both slopes are 0 / 0; the arcsine is exact there.
    origin = 0.25 + np.arcsin(rho) / (2 * np.pi)
    return np.asarray(np.clip(np.where((h == 0) & (k == 0), origin, found), 0.0, 1.0), dtype=np.float64)


def _bounded(bound: Array) -> Array:
    """The bound within what counts; one so near 0 that dividing by it would overflow is 0."""
    return np.clip(np.where(np.abs(bound) < _NEAR, 0.0, bound), -_FAR, _FAR)


def _slope(at: Array, other: Array, rho: Array, root: Array) -> Array:
    """The second argument of Owen's function; at a bound of 0 it is infinite, with the sign of the other bound."""
    safe = np.where(at == 0, 1.0, at)
    return np.where(at == 0, np.copysign(np.inf, other), (other - rho * at) / (safe * root))
