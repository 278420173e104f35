"""固定利息（按初始本金计息）: interest on what was lent at first, whatever has been repaid, in equal payments."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pledge.instalments import LoanTerms, NoParameters, Owed, RepaymentForm, Schedule, amortise
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["REPAYMENT_FORM"]


def _build(terms: LoanTerms, owed: Owed, parameters: NoParameters) -> Schedule:
    """Interest P₀ · rₖ in every period, P₀ being the original principal; payment (P + Σ interest)/n.

    Rounded by the instalment rounding; the last payment absorbs the difference. The effective rate is nearly double.
    """
    interest = sum((each.carried_fen + terms.principal_fen * each.rate_share for each in owed.periods), Fraction(0))
    instalment = terms.instalment_rounding.to_fen((owed.principal_fen + interest) / len(owed.periods))
    schedule = amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda _, interest: instalment - interest,
        exact_total_interest_fen=interest,
        instalment_fen=instalment,
        interest_base_fen=terms.principal_fen,
    )
    return replace(schedule, warnings=(*schedule.warnings, _FLAT))


_FLAT = NamedWarning(
    "flat_rate",
    Label(
        "利息始终按初始本金计收，名义利率远低于实际年化利率，请以实际年化利率比较",
        "interest stays on the original principal: the effective rate is far above the nominal one; compare that",
    ),
)

REPAYMENT_FORM = RepaymentForm(
    id="flat_rate",
    label=Label("固定利息（按初始本金计息）", "flat rate on the original principal"),
    question=Label(
        "利息始终按初始本金计收、每期还款额相同时，每期付多少？",
        "What is paid when interest stays on the original principal and payments are equal?",
    ),
    build=_build,
)
