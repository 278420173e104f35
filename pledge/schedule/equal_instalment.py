"""等额本息: the same payment each period, of which interest first and principal with the rest."""

from __future__ import annotations

from pledge.instalments import LoanTerms, NoParameters, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import level_payment
from valuation.kernel.labels import Label

__all__ = ["REPAYMENT_FORM"]


def _build(terms: LoanTerms, owed: Owed, parameters: NoParameters) -> Schedule:
    """The level payment rounded by the instalment rounding; the last payment absorbs the difference.

    Without rounding Σ interest = n · A − P.
    """
    exact_instalment = level_payment(owed.principal_fen, owed.periods)
    instalment = terms.instalment_rounding.to_fen(exact_instalment)
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda _, interest: instalment - interest,
        exact_total_interest_fen=len(owed.periods) * exact_instalment - owed.principal_fen,
        instalment_fen=instalment,
    )


REPAYMENT_FORM = RepaymentForm(
    id="equal_instalment",
    label=Label("等额本息", "equal instalments"),
    question=Label("每期还款额相同时，每期付多少？", "What is paid when every payment of the loan is the same?"),
    build=_build,
)
