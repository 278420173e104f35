"""What does the loan really cost the borrower a year, before and after public support?

Both rates balance dated amounts of the borrower, actual/365: the principal on the day of drawdown, less every cost on
its day (fees, appraisal, premiums, the payments of the schedule); after support also what the borrower gets back, on
the days on which it is paid. A subsidy that comes after the end of the year is worth less than its sum.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pledge.instalments import Schedule
from pledge.premiums import BorrowerFlow
from valuation.discounting.internal_rate import InternalRate, dated_internal_rate
from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["CostOfLoan", "NamedFlow", "cost_of_loan"]


@dataclass(frozen=True)
class NamedFlow:
    """An amount besides the schedule, and what it is for."""

    label: Label
    flow: BorrowerFlow

    def as_document(self) -> dict[str, Any]:
        """Label, day and amount, for JSON."""
        day, amount = self.flow.day.isoformat(), Money(self.flow.amount_fen).text
        return {"label": self.label.as_document(), "date": day, "amount": amount}


@dataclass(frozen=True, kw_only=True)
class CostOfLoan:
    """The yearly rates that the borrower bears, and the amounts besides the schedule behind them.

    ``after_support`` is None when the days of the support are not known. Without support both rates are the same.
    Support that comes after maturity may give several rates, support above all interest and costs none; the status
    says so, and all rates are given.
    """

    costs: tuple[NamedFlow, ...]
    receipts: tuple[NamedFlow, ...]
    before_support: InternalRate
    after_support: InternalRate | None

    @property
    def rate_after_support(self) -> float | None:
        """The rate after support: of several the largest, None without one.

        Above the rate before support the loan is worth taking, and support only adds to it; so every rate after
        support lies below, and the largest is the one that the rate before support moves to as the support grows from
        nothing. The others are near -100 %, where a small late receipt outweighs everything.
        """
        return None if self.after_support is None else max(self.after_support.roots, default=None)

    def as_document(self) -> dict[str, Any]:
        """Both rates with their status, and the amounts, for JSON."""
        after = self.after_support
        return {
            "costs": [cost.as_document() for cost in self.costs],
            "receipts": [receipt.as_document() for receipt in self.receipts],
            "before_support": _document(self.before_support, self.before_support.rate),
            "after_support": None if after is None else _document(after, self.rate_after_support),
            "day_count": "actual/365",
        }


def cost_of_loan(
    schedule: Schedule,
    *,
    principal_fen: int,
    drawdown_date: datetime.date,
    costs: Iterable[NamedFlow],
    receipts: Iterable[NamedFlow] | None,
) -> CostOfLoan:
    """At which yearly rate does the borrower pay for this loan, before and after support?

    Solves Σ amount × (1 + r)^(−days / 365) = 0 with :func:`valuation.discounting.internal_rate.dated_internal_rate`.

    Parameters
    ----------
    costs : what the borrower pays besides the schedule.
    receipts : the support, on its days; None when the days are not known.

    Raises
    ------
    InputError : the costs on the day of drawdown eat up the loan.

    Tested by: hand, pyxirr and hypothesis (support never raises the rate) in ``tests/pledge/test_effective_cost.py``.
    """
    paid = tuple(cost for cost in costs if cost.flow.amount_fen)
    at_once = sum(cost.flow.amount_fen for cost in paid if cost.flow.day == drawdown_date)
    if at_once >= principal_fen:
        raise InputError.of(
            "loan.costs",
            found=f"{Money(at_once).text} on the day of drawdown",
            expected=f"less than the principal offered, {Money(principal_fen).text}",
        )
    days = [drawdown_date, *(row.due_date for row in schedule.rows), *(cost.flow.day for cost in paid)]
    amounts = [principal_fen, *(-row.payment_fen for row in schedule.rows), *(-cost.flow.amount_fen for cost in paid)]
    before = dated_internal_rate(days, amounts)
    got = () if receipts is None else tuple(receipts)
    after = before
    if got:
        days, amounts = [*days, *(each.flow.day for each in got)], [*amounts, *(each.flow.amount_fen for each in got)]
        after = dated_internal_rate(days, amounts)
    return CostOfLoan(
        costs=paid, receipts=got, before_support=before, after_support=None if receipts is None else after
    )


def _document(found: InternalRate, rate: float | None) -> dict[str, Any]:
    return {
        "annual_rate_share": None if rate is None else f"{rate:.8f}",
        "status": found.status,
        "roots": [f"{root:.8f}" for root in found.roots],
    }
