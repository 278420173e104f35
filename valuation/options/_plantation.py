"""What a plantation is worth at the day it is planted: harvests at forward prices, less what they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core.process import Lognormal, MeanRevertingLog

__all__ = ["Motion", "Trees", "forward_price"]

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
