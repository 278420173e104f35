"""Where along one direction does the tail begin, and how fast does it thin out? A shape for importance sampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

from valuation.errors import InputError

__all__ = ["TailEdge"]

_MOST_BEND = 20.0
_LEAST_FALL, _MOST_FALL = 0.01, 5.0


@dataclass(frozen=True)
class TailEdge:
    """One direction of the factors in which the draws follow the edge of the tail instead of a normal density.

    The tail of a book is the far side of a curved edge: dense at the edge, thinning out exponentially behind it, hardly
    anything before it. With an edge the coordinates X of the d normals are turned by the reflection that takes the
    last axis into ``direction``. The first d − 1 are normal as before, ``μ + S n``; the last is

        ``X_d = μ_d + Σ_j<d S_dj n_j + nᵀ B n + S_dd e``

    where ``bend`` is B, the edge as a quadratic function of the others, and e has the density
    ``exp(e / m₁) / (m₁ + m₂)`` below 0, ``exp(−e / m₂) / (m₁ + m₂)`` above; ``falls`` are m₁ and m₂.

    Raises
    ------
    InputError : a direction that is not of length one, a bend that is not square or beyond ±20, falls outside 0.01 to
        5.

    References
    ----------
    Glasserman, Heidelberger, Shahabuddin (2000), Variance reduction techniques for estimating value-at-risk,
    Management Science 46 (a quadratic function of normals that stands for the loss).

    Tested by: ``tests/pledge/portfolio/test_tail_edge.py``.
    """

    direction: tuple[float, ...]
    falls: tuple[float, ...]
    bend: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge that has no density."""
        length = math.hypot(*self.direction)
        if not self.direction or not abs(length - 1) <= 1e-9:
            expected = "a vector of length 1"
            raise InputError.of("shift.edge.direction", found=self.direction, expected=expected)
        if len(self.falls) != 2 or not all(_LEAST_FALL <= each <= _MOST_FALL for each in self.falls):
            expected = f"two numbers from {_LEAST_FALL} to {_MOST_FALL}"
            raise InputError.of("shift.edge.falls", found=self.falls, expected=expected)
        others = len(self.direction) - 1
        is_square = len(self.bend) == others and all(len(row) == others for row in self.bend)
        if not is_square or not all(abs(each) <= _MOST_BEND for row in self.bend for each in row):
            expected = f"{others} rows of {others} numbers from −{_MOST_BEND:g} to {_MOST_BEND:g}"
            raise InputError.of("shift.edge.bend", found=self.bend, expected=expected)

    @property
    def reflector(self) -> tuple[float, ...]:
        """The vector v of length √2 (or 0) whose reflection ``I − v vᵀ`` takes the last axis into the direction."""
        apart = (*self.direction[:-1], self.direction[-1] - 1)
        length = math.hypot(*apart)
        return tuple(each * math.sqrt(2) / length for each in apart) if length > 0 else apart
