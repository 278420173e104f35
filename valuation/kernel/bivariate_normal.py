"""The bivariate normal distribution function, for closed forms with two dates, two values, or a default and a value."""

from __future__ import annotations

import numpy as np
from scipy import special

from valuation.kernel.expression import Array

__all__ = ["bivariate_normal"]

_NOTHING = 1e-150
#: Beyond this many deviations nothing is left of a normal, and Owen's function would divide two infinities.
_FAR = 60.0


def bivariate_normal(first: Array, second: Array, correlation: Array) -> Array:
    """With which probability are two standard normals of this correlation below ``first`` and ``second``?

    M(a, b; ρ) = ½[Φ(a) + Φ(b)] − T(a, (b − ρa)/(a√(1 − ρ²))) − T(b, (a − ρb)/(b√(1 − ρ²))) − δ, where T is Owen's
    function and δ is ½ if a and b lie on different sides of 0. At ρ = ±1 the two are one number.

    Parameters
    ----------
    first, second, correlation : numbers of shapes that go together, no NaN; bounds of ±∞ count as ±60, a correlation
        that rounding carried past ±1 is taken as ±1.

    Returns
    -------
    The probabilities, exact to about 10⁻¹⁵.

    References
    ----------
    Owen (1956), Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics 27.

    Tested by: SciPy's multivariate normal (second method), the arcsine at the origin (closed form), independence
    (identity), limits; ``tests/valuation/kernel/test_bivariate_normal.py``, ``test_bivariate_identities.py``.
    """
    a, b, rho = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (first, second, correlation)))
    # What is next to 0 is 0 without a sign: its side decides below, and its product with √(1 − ρ²) could vanish.
    a, b = (np.clip(np.where(np.abs(each) < _NOTHING, 0.0, each), -_FAR, _FAR) for each in (a, b))
    rho = np.clip(rho, -1.0, 1.0)
    root = np.sqrt((1 - rho) * (1 + rho))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope_a, slope_b = (b - rho * a) / (a * root), (a - rho * b) / (b * root)
    is_apart = (a < 0) != (b < 0)
    half = (special.ndtr(a) + special.ndtr(b)) / 2
    general = half - special.owens_t(a, slope_a) - special.owens_t(b, slope_b) - np.where(is_apart, 0.5, 0.0)
    centre = 0.25 + np.arcsin(rho) / (2 * np.pi)
    found = np.where((a == 0) & (b == 0), centre, general)
    found = np.where(rho == 1, special.ndtr(np.minimum(a, b)), found)
    found = np.where(rho == -1, np.maximum(special.ndtr(a) - special.ndtr(-b), 0.0), found)
    return np.asarray(np.clip(found, 0.0, 1.0), dtype=np.float64)
