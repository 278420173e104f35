"""RAROC: does a rate pay for funding, cost, expected loss and capital, and which rate just does?"""

from __future__ import annotations

from dataclasses import dataclass, fields

from pledge.credit._numbers import number, share
from valuation.errors import InputError

__all__ = ["LoanCosts", "PricedLoan", "price_loan", "rate_floor"]


@dataclass(frozen=True, kw_only=True)
class LoanCosts:
    """What a loan costs a year, each as a share of its exposure.

    Attributes
    ----------
    funding_share : cost of the money lent (内部资金转移价格).
    operating_share : running cost of the loan.
    expected_loss_share : PD × LGD after support; the economic figure, not the regulatory one.
    fee_income_share : what the loan earns beside its interest.
    capital_share : capital the loan ties up, above 0.
    capital_yield_share : what that capital earns where it lies, a year; of the capital, not of the exposure.
    tax_share : of the profit.
    """

    funding_share: float
    operating_share: float
    expected_loss_share: float
    fee_income_share: float
    capital_share: float
    capital_yield_share: float
    tax_share: float

    def __post_init__(self) -> None:
        for each in fields(self):
            number(each.name, getattr(self, each.name), low=-0.1 if each.name == "funding_share" else 0.0, high=1)
        share("tax_share", self.tax_share)
        for name, refused in (("capital_share", 0.0), ("tax_share", 1.0)):
            if getattr(self, name) == refused:
                raise InputError.of(name, found=f"{refused:g}", expected="above 0" if refused == 0 else "below 1")


@dataclass(frozen=True)
class PricedLoan:
    """A rate and what it leaves: profit before and after tax as shares of the exposure, and the return on capital."""

    annual_rate_share: float
    profit_share: float
    profit_after_tax_share: float
    raroc_share: float


def price_loan(annual_rate_share: float, *, costs: LoanCosts) -> PricedLoan:
    """Which return on the capital it ties up does a loan bring at this rate?

    profit = rate + fees − funding − operating − expected loss + capital × its yield;
    RAROC = (1 − tax) profit / capital.

    Parameters
    ----------
    annual_rate_share : of the exposure, a year.

    Raises
    ------
    InputError : a number that is not finite or out of range.

    References
    ----------
    Matten (2000), Managing Bank Capital, 2nd edition, chapter 7. Saunders and Allen (2010), Credit Risk Management In
    and Out of the Financial Crisis, chapter 12.

    Tested by: by hand and the inverse of :func:`rate_floor` in ``tests/pledge/credit/test_loan_pricing.py``.
    """
    rate = number("annual_rate_share", annual_rate_share, low=-1, high=10)
    profit = rate - _burden(costs)
    after_tax = (1 - costs.tax_share) * profit
    return PricedLoan(rate, profit, after_tax, after_tax / costs.capital_share)


def rate_floor(*, costs: LoanCosts, hurdle_share: float) -> float:
    """Which rate just brings the return asked for on capital?

    rate = funding + operating + expected loss − fees − capital × its yield + capital × hurdle / (1 − tax).

    Parameters
    ----------
    hurdle_share : return on capital after tax, a year.

    Examples
    --------
    >>> costs = LoanCosts(funding_share=0.02, operating_share=0.01, expected_loss_share=0.006, fee_income_share=0.0,
    ...                   capital_share=0.08, capital_yield_share=0.0, tax_share=0.25)
    >>> round(rate_floor(costs=costs, hurdle_share=0.12), 12)
    0.0488

    Tested by: its inverse :func:`price_loan`, hypothesis in ``tests/pledge/credit/test_loan_pricing.py``.
    """
    hurdle = number("hurdle_share", hurdle_share, low=0, high=10)
    return _burden(costs) + costs.capital_share * hurdle / (1 - costs.tax_share)


def _burden(costs: LoanCosts) -> float:
    """What the rate must earn before anything is left for the owners."""
    spent = costs.funding_share + costs.operating_share + costs.expected_loss_share
    return spent - costs.fee_income_share - costs.capital_share * costs.capital_yield_share
