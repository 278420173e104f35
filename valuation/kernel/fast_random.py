"""Random numbers by their index: the fast generator for very many draws.

Number ``i`` of a stream is a hash of ``i`` and of the stream's two keys. So any part of a stream can be computed
alone, on any worker, and inside a compiled loop without storing it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuation.kernel.randomness import block_generator

__all__ = ["counter_uniforms", "stream_keys", "uniforms_at"]

Array = NDArray[np.float64]
Keys = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def stream_keys(seed: int, block: int, *, streams: int) -> Keys:
    """Which keys do the streams of this block have?

    Returns
    -------
    Array ``(streams, 2)`` of 64-bit words from the Philox stream of (seed, block), so that two streams share no part
    by construction of their keys.
    """
    words: Keys = block_generator(seed, block).bit_generator.random_raw(2 * streams)
    return words.reshape(streams, 2)


def counter_uniforms(keys: Keys, *, first: int, count: int) -> Array:
    """Which uniform numbers have the indices ``first … first + count − 1`` in each stream?

    SplitMix64 of ``index · γ + key₀``, with ``key₁`` joined between its two multiplications, so that streams are not
    shifted copies of one another; the upper 52 bits k give ``(k + ½) / 2⁵²``: never 0, never 1, symmetric about ½.

    Returns
    -------
    Array ``(streams, count)``.

    References
    ----------
    Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators, OOPSLA'14 (the mixing function).

    Notes
    -----
    Tested for moments, uniformity, and independence within and between streams and blocks; no battery such as
    TestU01 was run on this keyed variant. It is for simulation, never for secrets.

    Tested by: ``tests/valuation/kernel/test_fast_random.py``.
    """
    index = np.arange(first, first + count, dtype=np.uint64)
    return uniforms_at(index[None, :], keys[:, :1], keys[:, 1:])


def uniforms_at(index: Keys, first_key: Keys, second_key: Keys) -> Array:
    """Which uniform numbers have these indices in the streams of these keys? All three of shapes that go together.

    Tested by: ``tests/valuation/kernel/test_fast_random.py`` (as :func:`counter_uniforms`).
    """
    mixed = index * _GOLDEN + first_key
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = mixed ^ second_key
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed = mixed ^ (mixed >> np.uint64(31))
    uniforms: Array = ((mixed >> np.uint64(12)) | np.uint64(0x3FF0000000000000)).view(np.float64)
    return (uniforms - 1.0) + 2.0**-53
