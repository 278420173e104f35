"""A trinomial lattice for the right to pay a cost for a value of which no more than a cap counts.

The cap lies on a node, because the right is used when the value first reaches it: a cap between two nodes would cost
the accuracy of a barrier. A competitor may come and take a share of the value; what the right is worth after that is
the same right on a smaller value, read from the same lattice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from valuation.kernel.expression import Array

__all__ = ["STEPS_MANY", "STEPS_ONE", "Capped", "capped_value"]

#: Steps of the finer lattice, for one valuation and for many draws.
STEPS_ONE, STEPS_MANY = 2000, 800
#: How many deviations of the value at the end the lattice covers on either side.
_REACH = 8.0
#: The square of a move over the variance of a step, at least. Three would match one more moment; nearer to one the
#: nodes lie closer, and what counts is how close they lie where launching begins, between two of them.
_LEAST_SPREAD = 1.2
#: Draws at a time; a lattice slice of 300 nodes × 64 draws is 150 kilobytes.
_BLOCK = 64


@dataclass(frozen=True)
class Capped:
    """The right for any number of draws, every number of shape ``(draws,)``; ``cap`` may be infinite.

    ``arrival`` is the yearly rate at which a competitor comes, who takes ``taken_share`` of the value of a product that
    is not yet launched; ``threat`` strikes the right down and leaves ``left_share`` of what launching would have given.
    """

    value: Array
    cost: Array
    cap: Array
    life_years: Array
    rate: Array
    payout_yield: Array
    volatility: Array
    arrival: Array
    taken_share: Array
    threat: Array
    left_share: Array

    def part(self, block: slice) -> Capped:
        """The draws of one block."""
        return replace(self, **{name: column[block] for name, column in vars(self).items()})

    def used(self, value: Array) -> Array:
        """What launching gives at a value."""
        gained: Array = np.minimum(value, self.cap) - self.cost
        return gained


def capped_value(right: Capped, *, steps: int | None = None) -> Array:
    """What is the capped right worth, launched at any time?

    Nodes lie at least ``σ√(1.2 Δ)`` apart in the logarithm, one of them at the cap and one where the cap lies once a
    competitor has come; the last step is Black–Scholes. A lattice of n steps and one of 4n with half the spacing are
    extrapolated as ``(4 V(4n) − V(n))/3``.

    Returns
    -------
    Array ``(draws,)``, never below the value of launching at once nor below zero.

    References
    ----------
    Broadie, Detemple (1995), American capped call options on dividend-paying assets, RFS 8. Ritchken (1995), On
    pricing barrier options, Journal of Derivatives 3 (a node on the barrier).

    Tested by: QuantLib's barrier formula with a rebate where nothing is paid out (closed form), an implicit scheme
    with competitor and threat (second method), the binomial lattice without a cap, the line solver (a bound from
    below); ``tests/valuation/options/test_capped_launch.py``.
    """
    steps = steps or (STEPS_ONE if right.value.size == 1 else STEPS_MANY)
    found = []
    for start in range(0, right.value.size, _BLOCK):
        part = right.part(slice(start, start + _BLOCK))
        spacing = _spacing(part, steps // 4)
        coarse, fine = _Lattice(part, steps // 4, spacing).root(), _Lattice(part, steps, spacing / 2).root()
        found.append((4 * fine - coarse) / 3)
    value: Array = np.maximum(np.concatenate(found), np.maximum(right.used(right.value), 0.0))
    return value


def _spacing(right: Capped, steps: int) -> Array:
    """The distance of nodes of the coarse lattice; what a competitor takes is a whole number of them if it can be."""
    least = right.volatility * np.sqrt(_LEAST_SPREAD * right.life_years / steps)
    shift = -np.log1p(-right.taken_share)
    whole = np.floor(shift / least)
    spaced: Array = np.where((whole >= 1) & (right.arrival > 0), shift / np.maximum(whole, 1), least)
    return spaced


class _Lattice:
    """Nodes first, draws last; position 0 of the nodes is ``first`` spacings from the anchor.

    What does not change from step to step is computed once: a step of one draw costs the calls and not the numbers.
    """

    def __init__(self, right: Capped, steps: int, spacing: Array) -> None:
        self.right, self.steps, self.spacing = right, steps, spacing
        self.interval = right.life_years / steps
        self.anchor = np.where(np.isfinite(right.cap), right.cap, right.value)
        place = np.log(right.value / self.anchor) / self.spacing
        reach = _REACH * np.sqrt(steps / _LEAST_SPREAD)
        drift = np.abs(right.rate - right.payout_yield - right.volatility**2 / 2) * right.life_years / self.spacing
        self.first = int(np.floor((place - reach - drift).min()))
        last = int(np.ceil((place + reach + drift).max()))
        self.place = place - self.first
        nodes = np.arange(self.first, max(last, 1) + 1)[:, None]
        self.levels = self.anchor * np.exp(np.minimum(nodes * self.spacing, 600.0))
        self.used = right.used(self.levels)
        stays = np.exp(-right.threat * self.interval)
        self.stays, self.comes = stays, -np.expm1(-right.arrival * self.interval)
        self.lost = (1 - stays) * right.left_share * np.maximum(self.used, 0.0)
        self.kept = stays * np.exp(-right.rate * self.interval)
        tilt = (right.rate - right.payout_yield - right.volatility**2 / 2) * self.interval / self.spacing
        moves = right.volatility**2 * self.interval / self.spacing**2 + tilt**2
        up, down = (moves + tilt) / 2, (moves - tilt) / 2
        self.weights = self.kept * up, self.kept * (1 - up - down), self.kept * down
        self.entry = _Entry(right, spacing, len(nodes))

    def root(self) -> Array:
        """What waiting is worth today, from the cap on what launching is: between nodes neither bends below the cap."""
        after, waiting = self._last_step()
        for _ in range(self.steps - 1):
            waiting = self._waiting(np.maximum(waiting, self.used))
            if self.entry.may_come:
                after = self._waiting(np.maximum(after, self.used))
                waiting += self.comes * (self.entry.of(after) - waiting)
        beyond = (np.arange(len(waiting)) >= -self.first)[:, None] & np.isfinite(self.right.cap)
        return self._at_the_start(np.where(beyond, np.maximum(waiting, self.used), waiting))

    def _last_step(self) -> tuple[Array, Array]:
        """What waiting is worth one step before the end, with the competitor there and without: Black–Scholes."""
        right = self.right
        after = self._spread(right.cost) - np.where(np.isfinite(right.cap), self._spread(right.cap), 0.0)
        after = self.stays * after + self.lost
        return after, (1 - self.comes) * after + self.comes * self.entry.of(after)

    def _spread(self, cost: Array) -> Array:
        """The European call of one step, without the threat."""
        right = self.right
        strike = np.where(np.isfinite(cost), cost, 1.0)
        deviation = right.volatility * np.sqrt(self.interval)
        now = self.levels * np.exp(-right.payout_yield * self.interval)
        paid = strike * np.exp(-right.rate * self.interval)
        d1 = np.log(now / paid) / deviation + deviation / 2
        call: Array = now * special.ndtr(d1) - paid * special.ndtr(d1 - deviation)
        return call

    def _waiting(self, held: Array) -> Array:
        """What holding on over one step is worth; the outermost nodes are carried on as they are."""
        up, level, down = self.weights
        waiting = self.lost.copy()
        waiting[1:-1] += up * held[2:] + level * held[1:-1] + down * held[:-2]
        waiting[[0, -1]] += self.kept * held[[0, -1]]
        return waiting

    def _at_the_start(self, held: Array) -> Array:
        """The value between nodes by the cubic through four of them, none beyond the cap where the value bends."""
        first = np.floor(self.place).astype(np.int64) - 1
        top = np.where((self.place <= -self.first) & np.isfinite(self.right.cap), -self.first, len(held) - 1)
        first = np.minimum(first, top - 3)
        at = self.place - first
        total = np.zeros_like(at)
        for node in range(4):
            weight = np.ones_like(at)
            for other in range(4):
                if other != node:
                    weight = weight * (at - other) / (node - other)
            total += weight * np.take_along_axis(held, (first + node)[None, :], axis=0)[0]
        found: Array = total
        return found


class _Entry:
    """What the right is worth at each node once the competitor has taken his share: the same, further down."""

    def __init__(self, right: Capped, spacing: Array, nodes: int) -> None:
        self.may_come = bool(right.arrival.any())
        shift = np.log1p(-right.taken_share) / spacing
        where = np.round(np.arange(nodes)[:, None] + shift, 9)
        low = np.clip(np.floor(where).astype(np.int64), 0, nodes - 2)
        self.share = np.clip(where - low, 0.0, 1.0)
        # Places in the flattened lattice, which are faster to read than nodes of each draw.
        self.low = low * right.value.size + np.arange(right.value.size)
        self.high = self.low + right.value.size

    def of(self, contested: Array) -> Array:
        """The contested right read between two nodes."""
        if not self.may_come:
            return contested
        below = contested.take(self.low)
        moved: Array = below + self.share * (contested.take(self.high) - below)
        return moved
