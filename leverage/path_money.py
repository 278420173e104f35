"""What does an instrument pay and get on each path, when the course says when and chance says how much?

The course (:mod:`leverage.course`) states which share of all finance is drawn, ended (repaid or written off) and gained
in each quarter; a path states which share λ of what is drawn is lost on it, and the gain. What ends, ends when the
course says, on every path; the path decides how much of it is lost. With φ the part lost of what ends in a quarter and
λ₀ the lost share of the course itself:

    φ' = φ · λ / λ₀                     λ ≤ λ₀      each write-off is partly repaid
    φ' = 1 − (1 − φ)(1 − λ)/(1 − λ₀)    λ > λ₀      each repayment is partly written off

So Σ lost = λ · drawn on every path, never more is ended than drawn, and the path with λ = λ₀ and the course's own gain
is the course. Gains are scaled where the course has gains; where it has none they come with what ends.

Money is float64 yuan: a model's output, never an amount owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["CourseShares", "PartyMoney", "PathCourse", "PathMoney", "PathShares", "at_least_whole", "by_path"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: A difference below this share of an amount is rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class CourseShares:
    """A course laid on the quarters of a run, as shares of all finance; every row ``(quarters,)``.

    ``available`` : which share of the public money has become payable in each quarter, adding up to one.
    ``last`` : the place of the course's last quarter, in which vehicles give back what they hold.
    """

    drawn: Array
    repaid: Array
    lost: Array
    gain: Array
    available: Array
    last: int

    @property
    def lost_share(self) -> float:
        """The lost share of what is drawn, on the course itself."""
        return float(self.lost.sum() / self.drawn.sum())

    @property
    def gain_share(self) -> float:
        """The gain as a share of what is drawn, on the course itself."""
        return float(self.gain.sum() / self.drawn.sum())


@dataclass(frozen=True)
class PathShares:
    """What becomes of a yuan drawn on each path: the share lost (0 to 1) and the gain on top; each ``(paths,)``."""

    lost: Array
    gain: Array


@dataclass(frozen=True)
class PathCourse:
    """A course on every path: ``drawn`` and ``available`` are ``(quarters,)``, the others ``(paths, quarters)``."""

    drawn: Array
    available: Array
    repaid: Array
    lost: Array
    gain: Array
    last: int

    @classmethod
    def of(cls, course: CourseShares, shares: PathShares) -> PathCourse:
        """Lay the shares of each path on the course; see the formulas above.

        Tested by: the sums of every path, the course's own path, ``tests/leverage/test_path_money.py``.
        """
        ended = course.repaid + course.lost
        lost = _part_lost(course, shares.lost[:, None]) * ended
        gain = shares.gain[:, None] * course.drawn.sum() * _gain_profile(course)
        return cls(course.drawn, course.available, ended - lost, lost, gain, course.last)

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return len(self.lost)

    @property
    def drawn_share(self) -> float:
        """Which share of all finance is drawn in the end?"""
        return float(self.drawn.sum())

    def at_end(self, amounts: Array | float) -> Array:
        """Rows ``(paths, quarters)`` with these amounts in the last quarter of the course."""
        rows = np.zeros((self.paths, len(self.drawn)))
        rows[:, self.last] = amounts
        return rows


def _part_lost(course: CourseShares, share: Array) -> Array:
    """The part lost of what ends in each quarter, ``(paths, quarters)``."""
    ended = course.repaid + course.lost
    part = np.divide(course.lost, ended, out=np.zeros_like(ended), where=ended > 0)
    own = course.lost_share
    less = part * (share / own) if own > 0 else np.zeros_like(share * part)
    more = 1 - (1 - part) * ((1 - share) / (1 - own)) if own < 1 else np.ones_like(share * part)
    found: Array = np.where(share <= own, less, more)
    return found


def _gain_profile(course: CourseShares) -> Array:
    basis = course.gain if course.gain.sum() > 0 else course.repaid + course.lost
    found: Array = basis / basis.sum()
    return found


@dataclass(frozen=True)
class PartyMoney:
    """What one party pays in all, receives in all, and still holds at the end; each ``(paths,)`` or one number."""

    paid: Array
    received: Array
    held: Array


@dataclass(frozen=True)
class PathMoney:
    """What an instrument does on each path. Rows are ``(paths, quarters)``, or ``(1, quarters)`` where all are alike.

    ``paid_in`` and ``back`` : the programme's money; ``reached`` : finance that reaches firms. ``held`` : ``(paths,)``,
    what is left for the programme at the end without having come back (capital that stays with a guarantor, the value
    of a fund that still runs). ``is_lost`` : ``(paths,)``, principal lost by the instrument's own definition.
    ``parties`` : everybody else who pays or receives, by source class or name.
    """

    paid_in: Array
    back: Array
    reached: Array
    held: Array
    is_lost: Flags
    parties: Mapping[str, PartyMoney] = field(default_factory=dict)


def by_path(amount: Array | float, paths: int) -> Array:
    """One number for each path."""
    found: Array = np.broadcast_to(np.asarray(amount, dtype=np.float64), (paths,))
    return found


def at_least_whole(amount: Array, limit: Array | float) -> Flags:
    """Does an amount reach a limit, up to rounding?"""
    return np.asarray(amount >= limit * (1 - _ROUNDING))
