"""等额本金: the same principal each period, interest on what is left."""

from __future__ import annotations

from fractions import Fraction

from pledge.instalments import LoanTerms, NoParameters, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import interest_of_parts
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM"]


def _build(terms: LoanTerms, owed: Owed, parameters: NoParameters) -> Schedule:
    """Principal P/n rounded by the instalment rounding; the last period absorbs the difference.

    Without rounding Σ interest = Σ P · (n − k + 1)/n · rₖ, at a constant rate P · r · (n + 1)/2.
    """
    share = Fraction(owed.principal_fen, len(owed.periods))
    principal_each = terms.instalment_rounding.to_fen(share)
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda _period, _interest: principal_each,
        exact_total_interest_fen=interest_of_parts(owed.principal_fen, [share] * len(owed.periods), owed.periods),
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
