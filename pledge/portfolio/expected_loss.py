"""What does each loan of a book lose on average? In closed form, beside the simulation and without its error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.simulation_plan import SimulationPlan
from valuation.errors import NotBuiltError
from valuation.kernel.bivariate_normal import bivariate_normal

__all__ = ["default_shares", "expected_losses"]

Array = NDArray[np.float64]

#: A threshold that no normal number of 53 bits reaches.
_NEVER = 40.0


def default_shares(book: LoanBook, plan: SimulationPlan) -> Array:
    """With which probability has each borrower failed by the end of each period? ``1 − (1 − PD)^t``, up to maturity.

    Returns
    -------
    Array ``(loans, periods)``, shares of one; their last column adds up to the expected number of defaults.
    """
    ends = (np.arange(plan.periods) + 1) * plan.period_years
    years = np.minimum(ends[None, :], book.columns["maturity_years"][:, None])
    with np.errstate(divide="ignore"):
        failed: Array = -np.expm1(years * np.log1p(-book.columns["pd_share_per_year"])[:, None])
    return failed


def expected_losses(book: LoanBook, plan: SimulationPlan) -> Array:
    """What does each loan lose on average over the periods of a plan, before anybody shares it?

    A default in period j means ``Φ⁻¹(F_{j−1}) < X ≤ Φ⁻¹(F_j)``; the sale then brings ``m e^(s Z − s²/2)`` with
    ``s = σ √t_j``, ``m = V₀ e^(d t_j) (1 − damage)(1 − cost)(1 + k)^−(years to sale)``, and X and Z have correlation
    ``ρ = r a + √(1 − r²) b`` (a, b: the collateral's ties to the factor and to the borrower's own part). Of a claim A

    ``E[(A − m e^(s Z − s²/2))⁺; X ≤ κ] = A Φ₂(δ, κ; ρ) − m Φ₂(δ − s, κ − ρ s; ρ)``, ``δ = (ln(A / m) + s²/2) / s``.

    Returns
    -------
    Array ``(loans,)``, CNY of the period of default, in the order of the book.

    Raises
    ------
    NotBuiltError : a loan whose collateral follows a table of values, for which there is no closed form.

    References
    ----------
    Frye (2000), Collateral damage, Risk 13(4); Owen (1956) for the bivariate normal.

    Tested by: the economic loss of one loan (second way), the simulation within 4 standard errors, a book without
    collateral (hand); ``tests/pledge/portfolio/test_expected_loss.py``.
    """
    if (book.columns["value_table"] >= 0).any():
        raise NotBuiltError("expected losses in closed form: found collateral by a table of values, expected lognormal")
    failed = default_shares(book, plan)
    bounds = np.clip(special.ndtri(failed), -_NEVER, _NEVER)
    found = np.zeros(book.size)
    for period in range(plan.periods):
        years = (period + 1) * plan.period_years
        found += _shortfall(book, bounds[:, period], years)
        if period:
            found -= _shortfall(book, bounds[:, period - 1], years)
    # A maturity in an earlier period leaves two equal terms, whose difference is nothing but rounding.
    return np.maximum(found, 0.0)


def _shortfall(book: LoanBook, bound: Array, years: float) -> Array:
    """The mean of what is missing after a sale at this time, counted where the borrower's state is below the bound."""
    columns, claim = book.columns, book.claim_cny
    net = (1 - columns["owner_failure_damage_share"]) * (1 - columns["sale_cost_share"])
    net = net * (1 + columns["discount_rate_share_per_year"]) ** -columns["time_to_sale_years"]
    mean = columns["collateral_value_cny"] * net * np.exp(columns["collateral_drift_per_year"] * years)
    deviation = columns["collateral_volatility"] * np.sqrt(years)
    is_risky = (mean > 0) & (deviation > 0)
    sure = np.maximum(claim - mean, 0.0) * special.ndtr(bound)
    # Where nothing moves the formula would divide by zero; its result is not used there.
    mean, deviation = np.where(is_risky, mean, 1.0), np.where(is_risky, deviation, 1.0)
    tie = _ties(book)
    distance = (np.log(claim / mean) + deviation**2 / 2) / deviation
    kept = claim * bivariate_normal(distance, bound, tie)
    brought = mean * bivariate_normal(distance - deviation, bound - tie * deviation, tie)
    return np.where(is_risky, kept - brought, sure)


def _ties(book: LoanBook) -> Array:
    """The correlation of each borrower's state with the score of its collateral."""
    r = book.columns["factor_correlation"]
    tied, owned = book.columns["collateral_factor_correlation"], book.columns["collateral_owner_correlation"]
    ties: Array = r * tied + np.sqrt(1 - r**2) * owned
    return ties
