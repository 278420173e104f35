"""Takahashi-Alexander: calls as a rate of what is still uncalled, payouts by age, value that grows in between.

    Cₜ = RCₜ · (CC − PICₜ₋₁)
    Dₜ = RDₜ · NAVₜ₋₁ · (1 + G),     RDₜ = max(Y, (t/L)^B), and 1 from t = L on
    NAVₜ = NAVₜ₋₁ · (1 + G) + Cₜ − Dₜ

CC commitment, PIC paid in so far, RC rate of contribution, G growth net of fees, Y yield, L life, B bow. What is called
in a period earns nothing in it and is not paid out in it. Several conventions change the numbers and are arguments:

* the second year: by its own rate, or the same money as the first (note iii of the paper's Exhibit 1), which is the
  rate RC₁ / (1 − RC₁);
* the year after which nothing is called any more (note vii: none after year 8 of 12 in the base case), or none;
* parts of a year: the rates become those that give the year's (1 − (1 − RC)^(1/n), (1 + G)^(1/n) − 1), and the payout
  of a part is likewise 1 − (1 − RDₜ)^(1/n) of its year; the value after each year is not that of the yearly form,
  because what is called early in a year grows.

With everything paid out the rate of the flows is G, whatever the other parameters.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.fund_projection import CashFlowModel, FundProjection, subperiod_rate
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["CASH_FLOW_MODEL", "TakahashiAlexander", "project"]

_Share = Annotated[float, Field(ge=0, le=1)]
_LONGEST_LIFE = 60


class TakahashiAlexander(FrozenModel):
    """The parameters. ``contribution_rate_by_year_share``: the last repeats. Rates are shares of one a year."""

    contribution_rate_by_year_share: Annotated[tuple[_Share, ...], Field(min_length=1, max_length=_LONGEST_LIFE)]
    second_year_same_amount: bool = False
    last_contribution_year: Annotated[int, Field(ge=1, le=_LONGEST_LIFE)] | None = None
    life_years: Annotated[int, Field(ge=1, le=_LONGEST_LIFE)]
    bow: Annotated[float, Field(gt=0, le=100)]
    growth_share: Annotated[float, Field(gt=-1, le=10)]
    yield_share: _Share = 0.0
    horizon_years: Annotated[int, Field(ge=1, le=2 * _LONGEST_LIFE)] | None = None
    periods_per_year: Annotated[int, Field(ge=1, le=12)] = 1

    @model_validator(mode="after")
    def _fits(self) -> TakahashiAlexander:
        first = self.contribution_rate_by_year_share[0]
        if self.second_year_same_amount and first > 0.5:
            raise PydanticCustomError(
                "second_year", "a first rate of at most 0.5 when the second year calls the same, not {r}", {"r": first}
            )
        if self.last_contribution_year is not None and self.last_contribution_year > self.life_years:
            raise PydanticCustomError(
                "life", "a last year of contributions within the life of {n} years", {"n": self.life_years}
            )
        return self

    def contribution_rate_share(self, year: int) -> float:
        """Which part of what is uncalled is called in a year (1, 2, …)?"""
        if self.last_contribution_year is not None and year > self.last_contribution_year:
            return 0.0
        rates = self.contribution_rate_by_year_share
        if year == 2 and self.second_year_same_amount:
            return rates[0] / (1 - rates[0])
        return rates[min(year, len(rates)) - 1]

    def distribution_rate_share(self, year: int) -> float:
        """Which part of the grown value is paid out in a year?"""
        if year >= self.life_years:
            return 1.0
        return max(self.yield_share, float((year / self.life_years) ** self.bow))


def project(parameters: TakahashiAlexander, *, commitment: float = 1.0) -> FundProjection:
    """What is called, paid out and left of a commitment, period by period?

    Returns
    -------
    FundProjection with ``horizon_years`` (the life, when not stated) × ``periods_per_year`` + 1 places.

    Examples
    --------
    >>> base = TakahashiAlexander(contribution_rate_by_year_share=(0.25, 1 / 3, 0.5), last_contribution_year=8,
    ...     life_years=12, bow=2.5, growth_share=0.13)
    >>> project(base, commitment=3_500_000).nav[:4].round(2).tolist()
    [0.0, 875000.0, 1852537.35, 2902949.48]

    References
    ----------
    D. Takahashi, S. Alexander, Illiquid Alternative Asset Fund Modeling, Yale, January 2001, pp. 5-9, Exhibit 1.

    Tested by: published cases ``ta-*``; the rate equals the growth (hypothesis), contributions within the commitment,
    ``tests/leverage/cashflow/test_takahashi_alexander.py``.
    """
    parts = parameters.periods_per_year
    count = parts * (parameters.horizon_years or parameters.life_years)
    growth = 1 + subperiod_rate(parameters.growth_share, subperiods=parts, grows=True)
    called, paid_out, nav = np.zeros(count + 1), np.zeros(count + 1), np.zeros(count + 1)
    uncalled = commitment
    for period in range(1, count + 1):
        year = (period - 1) // parts + 1
        is_last_part = period % parts == 0
        grown = nav[period - 1] * growth
        called[period] = uncalled * subperiod_rate(
            parameters.contribution_rate_share(year), subperiods=parts, grows=False
        )
        paid_out[period] = grown * _payout(parameters.distribution_rate_share(year), parts, is_last=is_last_part)
        nav[period] = grown - paid_out[period] + called[period]
        uncalled -= called[period]
    return FundProjection(
        commitment=commitment, periods_per_year=parts, contributions=called, distributions=paid_out, nav=nav
    )


def _payout(rate: float, parts: int, *, is_last: bool) -> float:
    """The rate of a part of the year. When all is paid out in a year, its last part does it."""
    if rate == 1:
        return 1.0 if is_last else 0.0
    return subperiod_rate(rate, subperiods=parts, grows=False)


CASH_FLOW_MODEL = CashFlowModel(
    id="takahashi_alexander",
    label=Label("Takahashi–Alexander 现金流模型", "Takahashi-Alexander"),
    question=Label(
        "基金何时缴款、何时分配，期间净值多少？",
        "When does a fund call and return money, and what is it worth meanwhile?",
    ),
    parameters_model=TakahashiAlexander,
    project=project,
)
