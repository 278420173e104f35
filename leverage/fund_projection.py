"""When does a fund call money, when does it give it back, and what is it worth in between?

A model of cash flows (one file in ``leverage/cashflow``) turns a commitment into a projection: what is called and
paid out in each period and the value after it. Everything that follows from the three rows stands here: the J-curve,
the payback, the multiples, the rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import leverage.cashflow
from leverage.measures import FundFlows, FundMultiples, fund_internal_rate, fund_multiples
from valuation.discounting.internal_rate import InternalRate
from valuation.errors import InputError
from valuation.kernel.discovery import discover
from valuation.kernel.labels import Label

__all__ = ["CashFlowModel", "FundProjection", "cash_flow_models", "subperiod_rate"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FundProjection:
    """What a commitment becomes, period by period; place 0 is the day before the first period and holds zeros.

    ``contributions`` and ``distributions`` fall at the end of their period, ``nav`` is what is left after them.
    """

    commitment: float
    periods_per_year: int
    contributions: Array
    distributions: Array
    nav: Array

    def __post_init__(self) -> None:
        """A projection is made here, not typed in: what cannot be is a fault of the model."""
        assert self.contributions.shape == self.distributions.shape == self.nav.shape, "one of each a period"
        assert np.all(np.isfinite(self.nav)), "the value is a number in every period"
        assert np.all(self.contributions >= 0), "a call takes money in"
        assert np.all(self.distributions >= 0), "a distribution pays it out"
        assert self.contributions.sum() <= self.commitment * (1 + 1e-12), "no more is called than was committed"

    @property
    def cumulative_net(self) -> Array:
        """Paid out less paid in, up to each period: the J-curve, without the value that is left."""
        return np.cumsum(self.distributions - self.contributions)

    @property
    def payback_period(self) -> int | None:
        """The first period after which all that was paid in has come back for good, None if it never does."""
        below = np.flatnonzero(self.cumulative_net < 0)
        after = 0 if below.size == 0 else int(below[-1]) + 1
        return after if after < self.nav.size else None

    @property
    def deepest_net(self) -> float:
        """The most that was out at any time: the bottom of the J-curve."""
        return float(self.cumulative_net.min())

    def flows(self) -> FundFlows:
        """The projection as money paid in and out, its last value counted as if it were paid out."""
        return FundFlows(
            contributions=tuple(self.contributions.tolist()),
            distributions=tuple(self.distributions.tolist()),
            final_nav=float(self.nav[-1]),
        )

    def multiples(self) -> FundMultiples:
        """DPI, RVPI and TVPI at the end."""
        return fund_multiples(self.flows())

    def internal_rate(self) -> InternalRate:
        """The rate a period at which the flows and the last value balance."""
        return fund_internal_rate(self.flows(), day_basis="periods")


@dataclass(frozen=True)
class CashFlowModel:
    """A way to project a fund: its parameters (a frozen model that refuses what makes no sense) and the projection."""

    id: str
    label: Label
    question: Label
    parameters_model: type[Any]
    project: Callable[..., FundProjection]


def cash_flow_models() -> dict[str, CashFlowModel]:
    """Which models of a fund's cash flows are there? Every file in ``leverage/cashflow``."""
    return discover(leverage.cashflow, attribute="CASH_FLOW_MODEL", of_type=CashFlowModel)


def subperiod_rate(annual_rate_share: float, *, subperiods: int, grows: bool) -> float:
    """Which rate of a part of the year, applied in each part, makes the rate of the year?

    What is drawn from a rest shrinks it: 1 − (1 − q)ⁿ = annual rate. What grows compounds: (1 + q)ⁿ = 1 + annual rate.

    Raises
    ------
    InputError : a draw outside 0 to 1, a growth of -100 % or below, fewer than one part.

    Examples
    --------
    >>> round(subperiod_rate(0.4, subperiods=4, grows=False), 6)
    0.119888
    >>> round(subperiod_rate(0.1025, subperiods=2, grows=True), 6)
    0.05

    Tested by: published case ``contribution-rate-to-subperiods``, its inverse (hypothesis).
    """
    if type(subperiods) is not int or not 1 <= subperiods <= 366:
        raise InputError.of("subperiods", found=subperiods, expected="a whole number from 1 to 366")
    if grows:
        if not (np.isfinite(annual_rate_share) and annual_rate_share > -1):
            raise InputError.of("annual_rate_share", found=annual_rate_share, expected="a growth above -1")
        return float(np.expm1(np.log1p(annual_rate_share) / subperiods))
    if not 0 <= annual_rate_share <= 1:
        raise InputError.of("annual_rate_share", found=annual_rate_share, expected="a share of the rest from 0 to 1")
    return float(1 - (1 - annual_rate_share) ** (1 / subperiods))
