"""Elementary functions that a compiler can vectorise: the arithmetic inside compiled kernels.

The functions of the C library are called one number at a time. These are polynomials without branches, so that a
loop over draws becomes SIMD code. The coefficients are our own fits: Chebyshev interpolation in 60 digits for exp and
log, an iterated weighted least-squares rational for the normal quantile (``benchmarks/fit_coefficients.py`` computes
all of them again).

Largest relative errors against NumPy and SciPy, measured by the tests: exp 5e-16, log 5e-16, normal quantile 1e-14
between 2⁻⁵³ and 1 − 2⁻⁵³, power about ``|b log a|`` times 3e-16. All take and give infinities, zeros and NaN as NumPy
does, denormal numbers included; the exceptions, where a power gives NaN and NumPy a number, are in :func:`power`.

Importing this module imports numba (about half a second), so only compiled paths import it, when they run.

Tested by: NumPy and SciPy on random and special numbers, ``tests/valuation/kernel/test_compiled.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

__all__ = [
    "FAST_OPTIONS",
    "draw_normals",
    "exp",
    "larger",
    "log",
    "log_of_uniform",
    "lognormal_quantile",
    "normal_cdf",
    "normal_from_tail",
    "normal_quantile",
    "normal_tail",
    "power",
    "power_from_log",
    "smaller",
    "standard_normal_quantile",
    "triangular_quantile",
    "uniform",
    "uniform_quantile",
]

#: Divisions as in NumPy (no exception inside a loop), multiplication and addition fused where the machine can.
#: No option that assumes away NaN or infinity: those must come out and be refused.
FAST_OPTIONS: dict[str, Any] = {
    "error_model": "numpy",
    "fastmath": {"contract"},
    "forceinline": True,
    "nogil": True,
}

_LOG2_E = 1.4426950408889634
#: log 2 in two parts; the first has 42 bits, so that its product with an exponent is exact.
_LN2_HIGH = 0.6931471805598903
_LN2_LOW = 5.497923018708371e-14
_LN2 = 0.6931471805599453
#: Adding this to a number below 2⁵¹ rounds it to a whole number, which then stands in the last bits.
_ROUNDER = 6755399441055744.0
_ROUNDER_BITS = np.int64(0x4338000000000000)
_SMALLEST_NORMAL = 2.2250738585072014e-308
_SQRT_HALF_BITS = np.int64(0x3FE6A09E667F3BCD)
_FRACTION_BITS = np.int64(52)
_EXPONENT_BIAS = np.int64(1023)


def _exp(x: Any) -> Any:
    """``exp(x) = 2^k exp(r)``, |r| ≤ log(2)/2; the scale in two halves, so that denormal results round once."""
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    shifted = x * _LOG2_E + _ROUNDER
    k = shifted - _ROUNDER
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # Estrin's order: pairs first, so that the processor has several sums to work on at a time.
    square = r * r
    fourth = square * square
    low = (0.5 + r * 0.16666666666666669) + square * (0.04166666666662413 + r * 0.008333333333330062)
    middle = (0.0013888888917213717 + r * 0.00019841269863053618) + square * (
        2.4801521295954376e-05 + r * 2.7557268459997064e-06
    )
    high = 2.7620088445409746e-07 + r * 2.510038549551032e-08
    p = 1.0 + (r + square * (low + fourth * (middle + fourth * high)))
    whole = np.float64(shifted).view(np.int64) - _ROUNDER_BITS
    half = whole >> np.int64(1)
    return p * _power_of_two(half) * _power_of_two(whole - half)


def _two_to(k: Any) -> Any:
    return np.int64((k + _EXPONENT_BIAS) << _FRACTION_BITS).view(np.float64)


def _series(z: Any) -> Any:
    """``artanh(s) = s + s · series / 2`` with ``z = s²``, |s| ≤ 0.18."""
    z_square = z * z
    low = (0.666666666666667 + z * 0.399999999998992) + z_square * (0.2857142862611452 + z * 0.22222211112104948)
    high = (0.1818289077802613 + z * 0.15331666676597175) + z_square * 0.146171283998073
    return z * (low + z_square * z_square * high)


def _log(x: Any) -> Any:
    """``log(x) = k log 2 + log(m)``, √½ ≤ m < √2, and log(m) as the series of artanh in f / (2 + f), f = m − 1."""
    is_tiny = x < _SMALLEST_NORMAL
    bits = np.float64(x * 18014398509481984.0 if is_tiny else x).view(np.int64)
    k = (bits - _SQRT_HALF_BITS) >> _FRACTION_BITS
    f = np.int64(bits - (k << _FRACTION_BITS)).view(np.float64) - 1.0
    whole = np.int64(k + _ROUNDER_BITS).view(np.float64) - _ROUNDER
    exponent = whole - 54.0 if is_tiny else whole
    s = f / (2.0 + f)
    p = _artanh_series(s * s)
    half_square = 0.5 * f * f
    found: Any = exponent * _LN2_HIGH - ((half_square - (s * (half_square + p) + exponent * _LN2_LOW)) - f)
    found = found if x > 0.0 else (-np.inf if x == 0.0 else np.nan)
    return x if x == np.inf else found


def _log_of_uniform(u: Any) -> Any:
    """``log(u)`` of a number between 0 and 1 that is neither of them nor denormal: as above, without special cases."""
    bits = np.float64(u).view(np.int64)
    k = (bits - _SQRT_HALF_BITS) >> _FRACTION_BITS
    f = np.int64(bits - (k << _FRACTION_BITS)).view(np.float64) - 1.0
    exponent = np.int64(k + _ROUNDER_BITS).view(np.float64) - _ROUNDER
    s = f / (2.0 + f)
    half_square = 0.5 * f * f
    low = s * (half_square + _artanh_series(s * s)) + exponent * _LN2_LOW
    return exponent * _LN2_HIGH - ((half_square - low) - f)


def _power_from_log(sign: Any, log_magnitude: Any, b: Any) -> Any:
    """``a^b`` from a number with the sign of a, and ``log |a|``, which a loop over exponents computes once."""
    is_whole = np.floor(b) == b
    is_odd = is_whole and np.floor(0.5 * b) != 0.5 * b
    magnitude = exp(b * log_magnitude)
    signed = -magnitude if is_odd else (magnitude if is_whole else np.nan)
    found = signed if sign < 0.0 else magnitude
    return 1.0 if b == 0.0 else found


def _power(a: Any, b: Any) -> Any:
    """``a^b``; as NumPy, except NaN where a is −∞, or is ±1 and b infinite or NaN."""
    return power_from_log(a, log(abs(a)), b)


def _larger(a: Any, b: Any) -> Any:
    return a if a >= b or a != a else b


def _smaller(a: Any, b: Any) -> Any:
    return a if a <= b or a != a else b


def _normal_cdf(x: Any) -> Any:
    """Φ by the C library's erfc: exact, but one number at a time."""
    return 0.5 * math.erfc(-x * 0.7071067811865476)


def _uniform(index: Any, first_key: Any, second_key: Any) -> Any:
    """Number ``index`` of a stream; :func:`valuation.kernel.fast_random.counter_uniforms` is the definition."""
    z = index * np.uint64(0x9E3779B97F4A7C15) + first_key
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = z ^ second_key
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    between_one_and_two = np.uint64((z >> np.uint64(12)) | np.uint64(0x3FF0000000000000)).view(np.float64)
    return (between_one_and_two - 1.0) + 1.1102230246251565e-16


def _normal_tail(u: Any) -> Any:
    """``w = −log(4 u (1 − u))`` of a uniform number: 0 in the middle, 35 at 2⁻⁵³.

    The logarithm above without its special cases: ``4 u (1 − u)`` is neither zero nor denormal, and of w the error
    beside one matters.
    """
    bits = np.float64(4.0 * u * (1.0 - u)).view(np.int64)
    k = (bits - _SQRT_HALF_BITS) >> _FRACTION_BITS
    f = np.int64(bits - (k << _FRACTION_BITS)).view(np.float64) - 1.0
    whole = np.int64(k + _ROUNDER_BITS).view(np.float64) - _ROUNDER
    s = f / (2.0 + f)
    return -(whole * _LN2 + s * (2.0 + _artanh_series(s * s)))


def _normal_from_tail(u: Any, w: Any) -> Any:
    """``Φ⁻¹(u) = (2u − 1) P(w) / Q(w)``; every coefficient is positive."""
    # Even and odd powers apart: four sums for the processor to work on instead of two.
    s = w * w
    p_even = 3.186574117253344e-10 + s * 2.0168524161484363e-14
    p_even = 4.40932043313318e-05 + s * (1.9653748962282153e-07 + s * p_even)
    p_even = 0.13160504423564373 + s * (0.003909990353593665 + s * p_even)
    p_even = 1.2533141373155063 + s * p_even
    p_odd = 9.280424377875813e-09 + s * 6.00565556306438e-12
    p_odd = 0.0004660987402953955 + s * (3.303339405506867e-06 + s * p_odd)
    p_odd = 0.47761929938067443 + s * (0.02593871341482065 + s * p_odd)
    q_even = 3.676556423461272e-11 + s * 2.77149456696273e-16
    q_even = 1.025236950064151e-05 + s * (3.432536977557723e-08 + s * q_even)
    q_even = 0.06074467872279687 + s * (0.0012491938519540728 + s * q_even)
    q_even = 1.0 + s * q_even
    q_odd = 1.2426395167511442e-09 + s * 3.23846134285135e-13
    q_odd = 9.30050004828808e-05 + s * (5.554500326555886e-07 + s * q_odd)
    q_odd = 0.1192856771185214 + s * (0.005873523971412405 + s * q_odd)
    return (2.0 * u - 1.0) * (p_even + w * p_odd) / (q_even + w * q_odd)


def _normal_quantile(u: Any) -> Any:
    return normal_from_tail(u, normal_tail(u))


def _draw_normals(first: Any, first_key: Any, second_key: Any, uniforms: Any, normals: Any) -> None:
    """Fill ``normals`` with the standard normal numbers from index ``first`` on; ``uniforms`` is room for their Φ.

    Three short loops instead of one: in a long one every operation waits for the one before it, and a processor sees
    too few draws ahead to fill the wait. It takes half the time.
    """
    count = np.uint64(len(normals))
    for i in range(count):
        uniforms[i] = uniform(first + i, first_key, second_key)
    for i in range(count):
        normals[i] = normal_tail(uniforms[i])
    for i in range(count):
        normals[i] = normal_from_tail(uniforms[i], normals[i])


def _uniform_quantile(u: Any, low: Any, width: Any) -> Any:
    return low + u * width


def _triangular_quantile(u: Any, low: Any, rising_square: Any, high: Any, falling_square: Any, peak: Any) -> Any:
    rising = low + math.sqrt(u * rising_square)
    falling = high - math.sqrt((1.0 - u) * falling_square)
    return rising if u < peak else falling


def _normal_distribution_quantile(u: Any, mean: Any, deviation: Any) -> Any:
    return mean + deviation * standard_normal_quantile(u)


def _lognormal_quantile(u: Any, log_median: Any, log_deviation: Any) -> Any:
    return exp(log_median + log_deviation * standard_normal_quantile(u))


_compiled = njit(**FAST_OPTIONS)
_power_of_two = _compiled(_two_to)
_artanh_series = _compiled(_series)
exp = _compiled(_exp)
log = _compiled(_log)
log_of_uniform = _compiled(_log_of_uniform)
power_from_log = _compiled(_power_from_log)
power = _compiled(_power)
larger = _compiled(_larger)
smaller = _compiled(_smaller)
normal_cdf = _compiled(_normal_cdf)
uniform = _compiled(_uniform)
normal_tail = _compiled(_normal_tail)
normal_from_tail = _compiled(_normal_from_tail)
standard_normal_quantile = _compiled(_normal_quantile)
#: Not inlined: four normal inputs would mean four copies to compile.
draw_normals = njit(**(FAST_OPTIONS | {"forceinline": False}))(_draw_normals)
uniform_quantile = _compiled(_uniform_quantile)
triangular_quantile = _compiled(_triangular_quantile)
normal_quantile = _compiled(_normal_distribution_quantile)
lognormal_quantile = _compiled(_lognormal_quantile)
