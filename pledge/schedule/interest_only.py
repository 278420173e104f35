"""按月（季）付息、到期还本: interest each period, the whole principal at maturity."""

from __future__ import annotations

from pledge.instalments import LoanTerms, NoParameters, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import interest_of_parts
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM"]


def _build(terms: LoanTerms, owed: Owed, parameters: NoParameters) -> Schedule:
    """Interest on the whole principal in each period; Σ interest = P · Σ rₖ."""
    exact = interest_of_parts(owed.principal_fen, [0] * len(owed.periods), owed.periods)
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda _period, _interest: 0,
        exact_total_interest_fen=exact,
    )


REPAYMENT_FORM = RepaymentForm(
    id="interest_only",
    label=Label("按期付息、到期还本", "interest each period, principal at maturity"),
    question=Label(
        "每月或每季只付利息，到期一次还本时，每期付多少？",
        "What is paid when only interest is due each month or quarter and the principal at maturity?",
    ),
    build=_build,
)
