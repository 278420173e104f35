"""等额本息: the same payment each period, of which interest first and principal with the rest."""

from __future__ import annotations

import math
from fractions import Fraction

from pledge.instalments import LoanPeriod, LoanTerms, RepaymentForm, Schedule, amortise, loan_periods
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM"]


def _build(terms: LoanTerms) -> Schedule:
    """The level payment rounded by the instalment rounding; the last payment absorbs the difference.

    Without rounding Σ interest = n · A − P.
    """
    periods = loan_periods(terms)
    exact_instalment = _level_payment(terms.principal_fen, periods)
    instalment = terms.instalment_rounding.to_fen(exact_instalment)
    return amortise(
        terms,
        periods,
        form=REPAYMENT_FORM.id,
        principal_due=lambda interest: instalment - interest,
        exact_total_interest_fen=len(periods) * exact_instalment - terms.principal_fen,
        instalment_fen=instalment,
    )


def _level_payment(principal_fen: int, periods: tuple[LoanPeriod, ...]) -> Fraction:
    """Which constant payment brings the balance to exactly zero?

    A = P · Π(1 + rₖ) / Σₖ Πⱼ₍ⱼ>ₖ₎(1 + rⱼ); at a constant rate the annuity P · r / (1 − (1 + r)⁻ⁿ), at rate
    zero P/n. All rates are brought to one denominator D, so that only whole numbers are multiplied.
    """
    denominator = math.lcm(*(period.rate_share.denominator for period in periods))
    growth, payments, scale = 1, 0, 1
    for period in periods:
        scale *= denominator
        factor = int(denominator * (1 + period.rate_share))
        growth *= factor
        payments = payments * factor + scale
    return Fraction(principal_fen * growth, payments)


REPAYMENT_FORM = RepaymentForm(
    id="equal_instalment",
    label=Label("等额本息", "equal instalments"),
    question=Label("每期还款额相同时，每期付多少？", "What is paid when every payment of the loan is the same?"),
    build=_build,
)
