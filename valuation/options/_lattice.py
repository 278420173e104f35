"""A binomial lattice for the right to pay a cost for a value that erodes while one waits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["Launch", "american_launch_value", "launch_boundary"]

#: Steps of the finer lattice: fine for one valuation, coarser when thousands of draws are valued at once.
STEPS_ONE = 2000
STEPS_MANY = 250
#: Draws handled at a time; a lattice slice of 250 nodes × 256 draws is half a megabyte.
_BLOCK = 256


@dataclass(frozen=True)
class Launch:
    """The right to launch, for any number of draws; every field has shape ``(draws,)``.

    ``value`` follows a geometric Brownian motion with volatility σ and risk-neutral drift r − y. Launching at time t
    gives ``fraction(t) · value − cost``: with ``decays`` the fraction is (T − t)/T, otherwise 1.
    """

    value: Array
    cost: Array
    life_years: Array
    rate: Array
    payout_yield: Array
    volatility: Array
    decays: bool

    def __post_init__(self) -> None:
        for name in ("value", "cost", "life_years", "volatility"):
            if not np.all(getattr(self, name) > 0):
                raise InputError.of(name, found="zero or less", expected="a positive number")

    def part(self, block: slice) -> Launch:
        """The draws of one block."""
        return Launch(
            self.value[block],
            self.cost[block],
            self.life_years[block],
            self.rate[block],
            self.payout_yield[block],
            self.volatility[block],
            self.decays,
        )


def american_launch_value(launch: Launch) -> Array:
    """What is the right to launch at any time worth?

    A binomial tree whose up and down moves carry the median drift (so that the probability stays near one half for
    any volatility) and whose probability matches the forward exactly; the last step is Black–Scholes, and two
    lattices of n and 2n steps are extrapolated as ``2 V(2n) − V(n)``, which removes the error of order 1/n.

    Returns
    -------
    Array ``(draws,)``, never below the value of launching at once nor below zero.

    References
    ----------
    Cox, Ross, Rubinstein (1979), Option pricing: a simplified approach. Jarrow, Rudd (1983), Option Pricing.
    Broadie, Detemple (1996), American option valuation, RFS 9: Black–Scholes at the last step with extrapolation.

    Tested by: QuantLib's QdFp engine for a constant yield, QuantLib's finite differences with the dividend curve
    (T − t)/T for the decay, limit cases; ``tests/valuation/options``.
    """
    draws = launch.value.size
    fine = STEPS_ONE if draws == 1 else STEPS_MANY
    found = np.empty(draws)
    for start in range(0, draws, _BLOCK):
        part = launch.part(slice(start, start + _BLOCK))
        coarse_value, fine_value = _rolled_back(part, fine // 2), _rolled_back(part, fine)
        found[start : start + _BLOCK] = 2 * fine_value - coarse_value
    return np.maximum(found, np.maximum(launch.value - launch.cost, 0.0))


def _rolled_back(launch: Launch, steps: int) -> Array:
    """Value at the root of a tree of so many steps."""
    tree = _Tree(launch, steps)
    held = np.maximum(tree.held_to_the_end(steps - 1), tree.exercise(steps - 1))
    for step in range(steps - 2, -1, -1):
        held = np.maximum(tree.continuation(held), tree.exercise(step))
    root: Array = held[0]
    return root


class _Tree:
    """The moves and probabilities of one lattice; the node axis comes first, draws last."""

    def __init__(self, launch: Launch, steps: int) -> None:
        self.launch, self.steps = launch, steps
        interval = launch.life_years / steps
        self._drift = (launch.rate - launch.payout_yield - launch.volatility**2 / 2) * interval
        self._move = launch.volatility * np.sqrt(interval)
        growth = np.exp((launch.rate - launch.payout_yield) * interval)
        up, down = np.exp(self._drift + self._move), np.exp(self._drift - self._move)
        probability = (growth - down) / (up - down)
        if not np.all((probability > 0) & (probability < 1)):
            raise InputError.of(
                "volatility_share",
                found=f"σ²T up to {np.max(launch.volatility**2 * launch.life_years):.4g}",
                expected="a volatility and a life that the lattice can follow (σ²T below about 250)",
            )
        discount = np.exp(-launch.rate * interval)
        self._up_weight, self._down_weight = discount * probability, discount * (1 - probability)

    def continuation(self, held: Array) -> Array:
        kept: Array = self._up_weight * held[1:] + self._down_weight * held[:-1]
        return kept

    def values(self, step: int) -> Array:
        """The project's value at the nodes of a step, lowest first."""
        ups = np.arange(step + 1)[:, None]
        moved: Array = self.launch.value * np.exp(step * self._drift + (2 * ups - step) * self._move)
        return moved

    def held_to_the_end(self, step: int) -> Array:
        """What holding on to the last day is worth at a step: Black–Scholes in place of the last branching.

        The kink at the cost then falls between nodes without making the values of n and 2n steps oscillate.
        """
        if self.launch.decays:
            # Nothing is left of the value on the last day.
            return np.zeros((step + 1, self.launch.value.size))
        left = self.launch.life_years * (1 - step / self.steps)
        spread = self.launch.volatility * np.sqrt(left)
        now = self.values(step) * np.exp(-self.launch.payout_yield * left)
        cost = self.launch.cost * np.exp(-self.launch.rate * left)
        d1 = np.log(now / cost) / spread + spread / 2
        kept: Array = now * special.ndtr(d1) - cost * special.ndtr(d1 - spread)
        return kept

    def exercise(self, step: int) -> Array:
        fraction = 1 - step / self.steps if self.launch.decays else 1.0
        gained: Array = fraction * self.values(step) - self.launch.cost
        return gained


def launch_boundary(launch: Launch, *, points: int = 24) -> list[tuple[float, float | None]]:
    """From which value on is launching better than waiting, at several times of the life?

    Returns
    -------
    (time in years, value) pairs; the value is that of the undiminished project, ``None`` where waiting is always
    better on the lattice.
    """
    assert launch.value.size == 1, "a boundary is drawn for one valuation"
    tree = _Tree(launch, STEPS_ONE // 2)
    held = np.maximum(tree.exercise(tree.steps), 0.0)
    # Not at time zero, where the lattice has a single node.
    wanted = {round(index * tree.steps / (points + 1)) for index in range(1, points + 1)}
    found: list[tuple[float, float | None]] = []
    for step in range(tree.steps - 1, -1, -1):
        waiting, launching = tree.continuation(held), tree.exercise(step)
        held = np.maximum(waiting, launching)
        if step in wanted:
            time = float(step / tree.steps * launch.life_years[0])
            found.append((time, _crossing(tree.values(step)[:, 0], (launching - waiting)[:, 0])))
    return found[::-1]


def _crossing(values: Array, advantage: Array) -> float | None:
    """The value at which launching starts to win, interpolated between two nodes."""
    wins = np.flatnonzero(advantage >= 0)
    if wins.size == 0:
        return None
    first = int(wins[0])
    if first == 0:
        return float(values[0])
    low, high = advantage[first - 1], advantage[first]
    share = -low / (high - low)
    return float(values[first - 1] + share * (values[first] - values[first - 1]))
