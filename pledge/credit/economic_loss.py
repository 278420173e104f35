"""经济违约损失率: how much is lost when the borrower defaults and the pledged right is sold?

The right is worth less just when it is needed: its value is tied to the borrower's fate, and an owner that fails
damages it. The regulatory figure (``regulatory_loss``) knows nothing of this; both are always shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from pledge.credit._numbers import number, share
from valuation.errors import InputError
from valuation.kernel.bivariate_normal import bivariate_normal

__all__ = ["EconomicLoss", "PledgedValue", "economic_loss"]


_LEAST_PD = 1e-6


@dataclass(frozen=True, kw_only=True)
class PledgedValue:
    """The pledged right: how its value may move until it is sold, and what selling costs.

    Attributes
    ----------
    pledge_rate_share : 质押率, loan / appraised value today.
    value_volatility_share : standard deviation of the log value, a year.
    expected_growth_share : log growth of the expected value, a year; 0 if value is expected to stay.
    years_to_default : horizon of the default.
    years_to_sale : from default to sale; value moves on, no longer tied to the borrower.
    sale_cost_share : of the proceeds.
    owner_damage_share : share of the value that the owner's failure destroys.
    correlation : between the borrower's latent variable (low: default) and the log value until default.
    """

    pledge_rate_share: float
    value_volatility_share: float
    expected_growth_share: float
    years_to_default: float
    years_to_sale: float
    sale_cost_share: float
    owner_damage_share: float
    correlation: float

    def __post_init__(self) -> None:
        number("pledge_rate_share", self.pledge_rate_share, low=0, high=10)
        if self.pledge_rate_share == 0:
            raise InputError.of("pledge_rate_share", found=0, expected="above 0: nothing is lent")
        number("value_volatility_share", self.value_volatility_share, low=0, high=5)
        number("expected_growth_share", self.expected_growth_share, low=-5, high=5)
        number("years_to_default", self.years_to_default, low=0, high=50)
        number("years_to_sale", self.years_to_sale, low=0, high=50)
        share("sale_cost_share", self.sale_cost_share)
        share("owner_damage_share", self.owner_damage_share)
        number("correlation", self.correlation, low=-1, high=1)


@dataclass(frozen=True)
class EconomicLoss:
    """The loss given default, and how likely the sale is to repay the whole loan; shares of one."""

    lgd_share: float
    recovery_share: float
    full_recovery_probability_share: float


def economic_loss(pd_share: float, *, pledged: PledgedValue, discount_rate_share: float) -> EconomicLoss:
    """Which share of the loan is lost on average when the borrower defaults?

    Default ⇔ Z < Φ⁻¹(PD); value at sale V = e^(gT − s²/2 + sX), s² = σ² T, T = years to default + years to sale;
    (Z, X) normal with correlation r = ρ √(years to default / T). Recovery = min(1, a V),
    a = (1 − sale cost)(1 − damage) / pledge rate. With k = Φ⁻¹(PD), d = (−ln a − gT + s²/2) / s,

    E[recovery | default] = a e^(gT) Φ₂(d − s, k − r s; r) / PD + 1 − Φ₂(d, k; r) / PD,

    discounted from the sale to the default; LGD = 1 − that.

    Parameters
    ----------
    pd_share : probability of default until the horizon, at least 10⁻⁶ (below, the closed form loses its digits).
    discount_rate_share : a year, for the time from default to sale; ≥ 0.

    Raises
    ------
    InputError : a number that is not finite or out of range.

    References
    ----------
    Frye (2000), Collateral damage, Risk 13(4). Pykhtin (2003), Unexpected recovery risk, Risk 16(8). Owen (1956) for
    the bivariate normal.

    Tested by: own benchmark (PD 3 %, pledge rate 30 %, volatility 60 %, sale cost 30 %: 3, 9, 21 % at correlation 0,
    0.3, 0.6; 38, 56, 71 % with damage 70 %; ±1 point), quadrature over the value, simulation, limits and monotone by
    hypothesis in ``tests/pledge/credit/test_economic_loss.py``.
    """
    pd = number("pd_share", pd_share, low=_LEAST_PD, high=1 - _LEAST_PD)
    delay = (1 + number("discount_rate_share", discount_rate_share, low=0)) ** -pledged.years_to_sale
    full, recovered = _recovery(pd, pledged)
    recovery = delay * recovered
    return EconomicLoss(1 - recovery, recovery, full)


def _recovery(pd: float, pledged: PledgedValue) -> tuple[float, float]:
    """The probability that the sale repays all, and the mean share it repays, both given default."""
    years = pledged.years_to_default + pledged.years_to_sale
    proceeds = (1 - pledged.sale_cost_share) * (1 - pledged.owner_damage_share) / pledged.pledge_rate_share
    mean = proceeds * math.exp(pledged.expected_growth_share * years)
    deviation = pledged.value_volatility_share * math.sqrt(years)
    if mean == 0:
        return 0.0, 0.0
    if deviation == 0:
        return float(mean >= 1), min(1.0, mean)
    tie = pledged.correlation * math.sqrt(pledged.years_to_default / years)
    bound = (-math.log(mean) + deviation**2 / 2) / deviation
    default = float(special.ndtri(pd))
    short = _below(bound, default, tie) / pd
    partial = mean * _below(bound - deviation, default - tie * deviation, tie) / pd
    return min(1.0, max(0.0, 1 - short)), min(1.0, max(0.0, partial + 1 - short))


def _below(first: float, second: float, correlation: float) -> float:
    return float(bivariate_normal(np.asarray(first), np.asarray(second), np.asarray(correlation)))
