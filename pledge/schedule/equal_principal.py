"""等额本金: the same principal each period, interest on what is left."""

from __future__ import annotations

from fractions import Fraction

from pledge.instalments import LoanTerms, RepaymentForm, Schedule, amortise, loan_periods
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM"]


def _build(terms: LoanTerms) -> Schedule:
    """Principal P/n rounded by the instalment rounding; the last period absorbs the difference.

    Without rounding Σ interest = Σ P · (n − k + 1)/n · rₖ, at a constant rate P · r · (n + 1)/2.
    """
    periods = loan_periods(terms)
    share = Fraction(terms.principal_fen, len(periods))
    principal_each = terms.instalment_rounding.to_fen(share)
    exact = share * sum(((len(periods) - period.number + 1) * period.rate_share for period in periods), Fraction(0))
    return amortise(
        terms,
        periods,
        form=REPAYMENT_FORM.id,
        principal_due=lambda _: principal_each,
        exact_total_interest_fen=exact,
    )


REPAYMENT_FORM = RepaymentForm(
    id="equal_principal",
    label=Label("等额本金", "equal principal"),
    question=Label(
        "每期归还相同本金、利息逐期递减时，每期付多少？",
        "What is paid when the principal is repaid in equal parts and interest falls with the balance?",
    ),
    build=_build,
)
