"""What does a guarantee or an insurance of the loan cost the borrower, and on which days?"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pledge.instalments import Schedule, months_after
from valuation.errors import FieldProblem, InputError
from valuation.kernel.money import Rounding

__all__ = ["BorrowerFlow", "PremiumPayment", "PremiumTerms", "premium_flows"]

#: ``upfront``: for the whole term on the day of drawdown; ``yearly``: at the beginning of each year of the loan.
PremiumPayment = Literal["upfront", "yearly"]


@dataclass(frozen=True)
class BorrowerFlow:
    """An amount that passes to or from the borrower on a day besides the schedule, fen, never negative."""

    day: datetime.date
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class PremiumTerms:
    """How a premium is charged: a yearly rate on the covered part of the principal.

    ``annual_rate_share`` is None when a policy is to give it.
    """

    annual_rate_share: Decimal | None
    covered_share: Decimal
    payment: PremiumPayment

    def __post_init__(self) -> None:
        shares = {"annual_rate_share": self.annual_rate_share, "covered_share": self.covered_share}
        problems = [
            FieldProblem(f"premium.{name}", str(share), "a share of one from 0 to 1")
            for name, share in shares.items()
            if share is not None and not 0 <= share <= 1
        ]
        if problems:
            raise InputError.from_problems(problems)


def premium_flows(
    schedule: Schedule,
    terms: PremiumTerms,
    *,
    principal_fen: int,
    drawdown_date: datetime.date,
    term_months: int,
    rounding: Rounding | None = None,
) -> tuple[BorrowerFlow, ...]:
    """Which premiums does the borrower pay, and when?

    upfront: rate × covered share × principal × months / 12, on the day of drawdown. yearly: on that day and on each
    anniversary before maturity, rate × covered share × principal outstanding on it × min(12, months left) / 12.

    Parameters
    ----------
    terms : with the rate stated.
    term_months : from drawdown to maturity.
    rounding : of each premium; to the fen, half up, when not given.

    Raises
    ------
    InputError : the rate is not stated.

    Tested by: hand and hypothesis in ``tests/pledge/test_premiums.py``.
    """
    if terms.annual_rate_share is None:
        raise InputError.of("premium.annual_rate_share", found="nothing", expected="the yearly rate of the premium")
    yearly = Fraction(terms.annual_rate_share) * Fraction(terms.covered_share)
    to_fen = (rounding or Rounding()).to_fen
    if terms.payment == "upfront":
        return (BorrowerFlow(drawdown_date, to_fen(yearly * principal_fen * term_months / 12)),)
    starts = [(done, months_after(drawdown_date, done)) for done in range(0, term_months, 12)]
    return tuple(
        BorrowerFlow(
            day, to_fen(yearly * _outstanding(schedule, principal_fen, day) * min(12, term_months - done) / 12)
        )
        for done, day in starts
    )


def _outstanding(schedule: Schedule, principal_fen: int, day: datetime.date) -> int:
    """The principal owed after what falls due on this day."""
    return principal_fen - sum(row.principal_fen for row in schedule.rows if row.due_date <= day)
