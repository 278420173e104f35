"""What a plantation is worth at the day it is planted: harvests at forward prices, less what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Mode, State
from valuation.options._core.process import Lognormal, MeanRevertingLog, Process, alone
from valuation.options._inputs import hazard_of
from valuation.options._price_model import ProcessName

__all__ = ["Motion", "Trees", "crop_process", "forward_price", "motion_of", "planting_problem", "trees_of"]

#: The two processes of a crop price.
Motion = Lognormal | MeanRevertingLog


def forward_price(motion: Motion, price: Array, years: float) -> Array:
    """The expected price in so many years: e^(mean + variance/2) of the log, exact for both processes."""
    mean, deviation = motion.move(0.0, years, np.log(price), 0)
    forward: Array = np.exp(mean + deviation**2 / 2)
    return forward


@dataclass(frozen=True)
class Trees:
    """One planting on the whole area.

    ``yields_tons`` are tons a hectare at the end of each year of age, nothing while the trees do not bear yet; costs
    are money a hectare (planting; upkeep each year of age) and a ton (production), grow by ``cost_growth_share`` a
    year from today on, and fall due at the end of the year. ``rate`` is continuous. ``threat_per_year`` strikes
    standing trees, of whose later net income ``recovery_share`` is left.
    """

    area_hectares: float
    planting_cost: float
    upkeep: float
    production_cost: float
    cost_growth_share: float
    yields_tons: tuple[float, ...]
    rate: float
    threat_per_year: float
    recovery_share: float

    def net_value(self, motion: Motion, time_years: float, price: Array) -> Array:
        """What is planting at this time and price worth then?

        area · [ Σ_a D_a · (y_a · (F_a(P) − c·g^(t+a)) − u·g^(t+a)) − K·g^t ], a the age in years, F_a the forward
        price, D_a = e^(−r·a) · (s_a + (1 − s_a) · recovery), s_a = e^(−λ·a), g = 1 + cost growth.
        """
        total = np.full_like(price, -self.planting_cost)
        growth = 1 + self.cost_growth_share
        for age, tons in enumerate(self.yields_tons, start=1):
            costs = (tons * self.production_cost + self.upkeep) * growth**age
            total -= self._kept(age) * costs
        total *= growth**time_years
        for age, tons in enumerate(self.yields_tons, start=1):
            if tons > 0:
                total += self._kept(age) * tons * forward_price(motion, price, float(age))
        return self.area_hectares * total

    def _kept(self, age: int) -> float:
        """What a unit of net income at this age is worth at planting."""
        stands = math.exp(-self.threat_per_year * age)
        return math.exp(-self.rate * age) * (stands + (1 - stands) * self.recovery_share)


def motion_of(process: ProcessName, at: Mapping[str, float], *, real: bool = False) -> Motion:
    """How the price moves, with the drift of valuation or the world's."""
    before = "real_" if real else ""
    if process == "random_walk":
        return Lognormal(at[f"{before}drift"], at["volatility"] ** 2)
    return MeanRevertingLog(at["speed"], at[f"{before}log_level"], at["volatility"])


def trees_of(at: Mapping[str, float]) -> Trees:
    """The planting whose parameters these are; ``yield_<age>`` are the yields of the years that bear."""
    ages = {int(key.removeprefix("yield_")): number for key, number in at.items() if key[6:].isdigit()}
    tons = tuple(ages.get(age, 0.0) * at["yield_multiplier"] for age in range(1, max(ages) + 1))
    return Trees(
        area_hectares=at["area"],
        planting_cost=at["planting_cost"],
        upkeep=at["upkeep"],
        production_cost=at["production_cost"],
        cost_growth_share=at["cost_growth"],
        yields_tons=tons,
        rate=at["rate"],
        threat_per_year=at["threat"],
        recovery_share=at["recovery"],
    )


def planting_problem(
    trees: Trees,
    motion: Motion,
    price: float,
    times: tuple[float, ...],
    *,
    threat: float,
    mode: str = "waiting",
) -> DecisionProblem:
    """Wait or plant at each of these times; with two times only the last is one for planting."""
    last = len(times) - 1
    planting = frozenset(range(last + 1)) if last > 1 else frozenset([last])

    def planted(time: float, state: State) -> Array:
        return trees.net_value(motion, time, state[0])

    actions = (
        Action("wait", "wait", (Branch(mode),), dates=frozenset(range(last))),
        Action("abandon", "lapse", (Branch(ENDED),), dates=frozenset([last])),
        Action("invest", "plant", (Branch(ENDED),), gain=planted, dates=planting),
    )
    modes = (Mode(mode, actions, hazard=hazard_of(threat)),)
    return DecisionProblem(crop_process(motion), (price,), mode, modes, times, trees.rate)


def crop_process(motion: Motion) -> Process:
    """The crop's price as the one factor of a problem."""
    return alone("crop price", "log", motion)
