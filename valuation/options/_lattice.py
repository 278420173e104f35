"""A binomial lattice for the right to swap a cost for a moving value, at any time or at stated dates.

Two readings of one recursion: NumPy for a few valuations, a compiled kernel for many. They differ in the last digits
only, so that many draws stand on the same fine lattice as one valuation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["COMPILED_FROM_DRAWS", "STEPS", "Right", "boundary", "right_value"]

#: Steps of the finer lattice, for one valuation and for many alike.
STEPS = 2000
#: From how many draws on the kernel pays: a second or two to import numba and compile, against 50 ms a valuation.
#: It depends on the number of draws alone, never on what ran before, so that a result is the same every time.
COMPILED_FROM_DRAWS = 64
#: Steps between two dates, at least, where the right may be used at stated dates only.
_LEAST_STEPS_BETWEEN = 4
#: The farthest node of the lattice is this far from its centre at most, in logarithms: beyond, money has no number.
_LOG_OF_LARGEST = 600.0
#: Draws whose last step is written down at a time; a slice of 2,000 nodes × 32 draws is half a megabyte.
_BLOCK = 32


@dataclass(frozen=True)
class Right:
    """The right to swap, for any number of draws; every number has shape ``(draws,)``.

    ``value`` follows a geometric Brownian motion with volatility σ and risk-neutral drift r − y. Using the right at t
    gives ``f(t) · value − cost`` or, where it ``sells``, ``cost − f(t) · value``. With ``decays`` the fraction f(t) is
    (T − t)/T, otherwise g + (1 − g) e^(−φ(T − t)) with g the ``floor_share`` and φ the ``fading``, 1 by default. While
    the right is held it is struck down at the rate ``threat``; ``left_share`` of what using it would then have given
    is left. ``dates``: it may be used today and at so many evenly spaced dates; None: at any time.
    """

    value: Array
    cost: Array
    life_years: Array
    rate: Array
    payout_yield: Array
    volatility: Array
    threat: Array
    left_share: Array
    floor_share: Array
    fading: Array
    decays: bool = False
    sells: bool = False
    dates: int | None = None

    def __post_init__(self) -> None:
        for name in ("value", "cost", "life_years", "volatility"):
            if not np.all(getattr(self, name) > 0):
                raise InputError.of(name, found="zero or less", expected="a positive number")

    @classmethod
    def of(cls, *, decays: bool = False, sells: bool = False, dates: int | None = None, **numbers: Any) -> Right:
        """The right from numbers or arrays that fit together; no threat and no fading where none is named."""
        stated = {"threat": 0.0, "left_share": 0.0, "floor_share": 1.0, "fading": 0.0} | numbers
        columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in stated.values()))
        return cls(**dict(zip(stated, columns, strict=True)), decays=decays, sells=sells, dates=dates)

    def part(self, block: slice) -> Right:
        """The draws of one block."""
        return replace(
            self,
            value=self.value[block],
            cost=self.cost[block],
            life_years=self.life_years[block],
            rate=self.rate[block],
            payout_yield=self.payout_yield[block],
            volatility=self.volatility[block],
            threat=self.threat[block],
            left_share=self.left_share[block],
            floor_share=self.floor_share[block],
            fading=self.fading[block],
        )

    def fraction(self, passed_share: float) -> Array:
        """The fraction f of the value when this share of the life has passed."""
        if self.decays:
            return np.full_like(self.value, 1 - passed_share)
        left = self.life_years * (1 - passed_share)
        kept: Array = self.floor_share + (1 - self.floor_share) * np.exp(-self.fading * left)
        return kept

    @property
    def sign(self) -> float:
        """One for a right to buy, minus one for a right to sell."""
        return -1.0 if self.sells else 1.0

    def used_today(self) -> Array:
        """What using the right at once gives."""
        now: Array = self.sign * (self.fraction(0.0) * self.value - self.cost)
        return now


def right_value(right: Right, *, steps: int = STEPS, compiled: bool | None = None) -> Array:
    """What is the right worth?

    A binomial tree whose up and down moves carry the median drift (so that the probability stays near one half for
    any volatility) and whose probability matches the forward exactly; the last step is Black–Scholes, and two
    lattices of n and 2n steps are extrapolated as ``2 V(2n) − V(n)``, which removes the error of order 1/n.

    Parameters
    ----------
    steps : 2n; raised to a multiple of the dates where the right may be used at dates only.
    compiled : by the kernel or by NumPy; None decides by the number of draws alone.

    Returns
    -------
    Array ``(draws,)``, never below the value of using the right at once nor below zero.

    Raises
    ------
    InputError : a volatility and a life whose tree would need probabilities outside [0, 1].

    References
    ----------
    Cox, Ross, Rubinstein (1979), Option pricing: a simplified approach. Jarrow, Rudd (1983), Option Pricing.
    Broadie, Detemple (1996), American option valuation, RFS 9: Black–Scholes at the last step with extrapolation.

    Tested by: QuantLib's QdFp engine for a constant yield, finite differences for the decay, the line solver for
    stated dates, kernel against NumPy, limit cases; ``tests/valuation/options/test_lattice.py``.
    """
    half = _half_steps(right, steps)
    is_compiled = right.value.size >= COMPILED_FROM_DRAWS if compiled is None else compiled
    root = _roots_compiled if is_compiled else _roots
    blocks = [right.part(slice(start, start + _BLOCK)) for start in range(0, right.value.size, _BLOCK)]
    # The coarse tree comes first: it is the one that refuses a volatility which neither can follow.
    coarse = np.concatenate([root(_Tree(each, half)) for each in blocks])
    found = 2 * np.concatenate([root(_Tree(each, 2 * half)) for each in blocks]) - coarse
    value: Array = np.maximum(found, np.maximum(right.used_today(), 0.0))
    return value


def _half_steps(right: Right, steps: int) -> int:
    if right.dates is None:
        return steps // 2
    return max(_LEAST_STEPS_BETWEEN, -(-steps // (2 * right.dates))) * right.dates


class _Tree:
    """The moves and weights of one lattice; arrays over nodes or steps come first, draws last."""

    def __init__(self, right: Right, steps: int) -> None:
        self.right, self.steps = right, steps
        interval = right.life_years / steps
        self.drift = (right.rate - right.payout_yield - right.volatility**2 / 2) * interval
        self.move = right.volatility * np.sqrt(interval)
        growth = np.exp((right.rate - right.payout_yield) * interval)
        up, down = np.exp(self.drift + self.move), np.exp(self.drift - self.move)
        probability = (growth - down) / (up - down)
        if not np.all((probability > 0) & (probability < 1) & (steps * self.move < _LOG_OF_LARGEST)):
            raise InputError.of(
                "volatility_share",
                found=f"σ²T up to {np.max(right.volatility**2 * right.life_years):.4g}",
                expected="a volatility and a life that the lattice can follow (σ²T below about 180)",
            )
        stays = np.exp(-right.threat * interval)
        discount = np.exp(-right.rate * interval)
        self.up_weight, self.down_weight = stays * discount * probability, stays * discount * (1 - probability)
        #: Weight of what using the right would give now, for the case that it is struck down in the coming step.
        self.lost_weight = (1 - stays) * right.left_share
        self.is_threatened = bool(self.lost_weight.any())
        self.fractions = np.array([right.fraction(step / steps) for step in range(steps + 1)])
        self.is_open = self._open_steps()
        self._levels = self._multiples(0), self._multiples(1)

    def _open_steps(self) -> NDArray[np.bool_]:
        if self.right.dates is None:
            return np.ones(self.steps + 1, dtype=np.bool_)
        found: NDArray[np.bool_] = np.arange(self.steps + 1) % (self.steps // self.right.dates) == 0
        return found

    def values(self, step: int) -> Array:
        """The value at the nodes of a step, lowest first."""
        # The nodes of every second step are the same multiples of the centre.
        first, is_odd = divmod(self.steps - step, 2)
        moved: Array = self._levels[is_odd][first : first + step + 1] * np.exp(step * self.drift)
        return moved

    def _multiples(self, shift: int) -> Array:
        """The value moved by −n + shift, −n + 2 + shift, … moves from the centre."""
        moves = np.arange(shift - self.steps, self.steps + 1, 2.0)[:, None] * self.move
        moved: Array = self.right.value * np.exp(moves)
        return moved

    def last_but_one(self) -> Array:
        """What the right is worth one step before its end: Black–Scholes in place of the last branching.

        The kink at the cost then falls between nodes without making the values of n and 2n steps oscillate.
        """
        right, step = self.right, self.steps - 1
        left = right.life_years / self.steps
        spread = right.volatility * np.sqrt(left)
        kept = np.exp(-right.threat * left)
        shown = self.values(step)
        now = self.fractions[-1] * shown * np.exp(-right.payout_yield * left)
        cost = right.cost * np.exp(-right.rate * left)
        with np.errstate(divide="ignore"):
            # Nothing may be left of the value at the end: ln 0 = −∞ makes both probabilities 0 or 1, as it should.
            d1 = np.log(now / cost) / spread + spread / 2
        sign = right.sign
        held = kept * sign * (now * special.ndtr(sign * d1) - cost * special.ndtr(sign * (d1 - spread)))
        used = sign * (self.fractions[step] * shown - right.cost)
        held += self.lost_weight * np.maximum(used, 0.0)
        found: Array = np.maximum(held, used) if self.is_open[step] else held
        return found


def _roots(tree: _Tree) -> Array:
    """The value at the root, by NumPy: the reference."""
    held = tree.last_but_one()
    for step in range(tree.steps - 2, -1, -1):
        held = _one_step_back(tree, step, held)[0]
    root: Array = held[0]
    return root


def _one_step_back(tree: _Tree, step: int, held: Array) -> tuple[Array, Array]:
    """What the right is worth at a step, and by how much using it then beats waiting."""
    right = tree.right
    used = tree.values(step)
    used *= right.sign * tree.fractions[step]
    used -= right.sign * right.cost
    waiting = tree.up_weight * held[1:]
    waiting += tree.down_weight * held[:-1]
    if tree.is_threatened:
        waiting += tree.lost_weight * np.maximum(used, 0.0)
    return (np.maximum(waiting, used) if tree.is_open[step] else waiting), used - waiting


def _roots_compiled(tree: _Tree) -> Array:
    """The value at the root, draw by draw in the kernel."""
    kernel, right = _kernel(), tree.right
    last, fractions = np.ascontiguousarray(tree.last_but_one().T), np.ascontiguousarray(tree.fractions.T)
    columns = (right.value, right.cost, tree.drift, tree.move, tree.up_weight, tree.down_weight, tree.lost_weight)
    numbers = np.column_stack(columns)
    found: Array = kernel(last, fractions, tree.is_open, right.sign, numbers)
    return found


@lru_cache(maxsize=1)
def _kernel() -> Callable[..., Array]:
    """The recursion of many draws, compiled on first use."""
    # Imported here: numba takes half a second that a single valuation need not pay.
    from numba import njit

    compiled = njit(error_model="numpy")
    one_step = compiled(_step_in_kernel)

    @compiled
    def many(last: Array, fractions: Array, is_open: NDArray[np.bool_], sign: float, numbers: Array) -> Array:
        count = last.shape[1]
        even, odd = np.empty(count + 1), np.empty(count + 1)
        found, now, after = np.empty(len(numbers)), np.empty(count), np.empty(count)
        for draw in range(len(numbers)):
            value, cost, drift, move, up_weight, down_weight, lost_weight = numbers[draw]
            # The nodes of every second step are the same multiples of the centre: no exponential is computed inside.
            for node in range(count + 1):
                even[node] = np.exp((2 * node - count) * move)
                odd[node] = np.exp((2 * node + 1 - count) * move)
            after[:] = last[draw]
            for step in range(count - 2, -1, -1):
                first, is_odd = divmod(count - step, 2)
                scale = sign * fractions[draw, step] * value * np.exp(step * drift)
                # A date at which the right may not be used is one at which using it would cost without end.
                closed = 0.0 if is_open[step] else np.inf
                weights = up_weight, down_weight, lost_weight
                table = odd[first:] if is_odd else even[first:]
                one_step(now, after, table, scale, sign * cost, weights, closed, step + 1)
                now, after = after, now
            found[draw] = after[0]
        return found

    return many


def _step_in_kernel(
    now: Array,
    after: Array,
    table: Array,
    scale: float,
    paid: float,
    weights: tuple[float, float, float],
    closed: float,
    nodes: int,
) -> None:
    """One step back over the nodes; apart and with choices in place of max(), so that it is vectorised."""
    up_weight, down_weight, lost_weight = weights
    for node in range(nodes):
        used = scale * table[node] - paid
        left = used if used > 0.0 else 0.0
        waiting = up_weight * after[node + 1] + down_weight * after[node] + lost_weight * left
        best = used - closed
        now[node] = waiting if waiting > best else best


def boundary(right: Right, *, points: int = 24) -> list[tuple[float, float | None]]:
    """From which value on (down to which, where it sells) is using the right better than waiting?

    Returns
    -------
    (time in years, value) pairs at several times of the life; the value is that of the undiminished project, ``None``
    where waiting is always better on the lattice.
    """
    assert right.value.size == 1, "a boundary is drawn for one valuation"
    tree = _Tree(right, _half_steps(right, STEPS))
    held = tree.last_but_one()
    every = tree.steps // right.dates if right.dates else 1
    # Not at time zero, where the lattice has a single node.
    wanted = {max(1, round(index * tree.steps / (points + 1) / every)) * every for index in range(1, points + 1)}
    found: list[tuple[float, float | None]] = []
    for step in range(tree.steps - 2, -1, -1):
        held, gained = _one_step_back(tree, step, held)
        if step in wanted:
            time = float(step / tree.steps * right.life_years[0])
            found.append((time, _crossing(tree.values(step)[:, 0], gained[:, 0], sells=right.sells)))
    return found[::-1]


def _crossing(values: Array, gained: Array, *, sells: bool) -> float | None:
    """The value at which using the right starts to win, interpolated between two nodes."""
    if sells:
        values, gained = values[::-1], gained[::-1]
    wins = np.flatnonzero(gained >= 0)
    if wins.size == 0:
        return None
    first = int(wins[0])
    if first == 0:
        return float(values[0])
    low, high = gained[first - 1], gained[first]
    share = -low / (high - low)
    return float(values[first - 1] + share * (values[first] - values[first - 1]))
