"""约定还款计划: the principal of every period as the parties wrote it down."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from pledge.instalments import LoanTerms, Owed, RepaymentForm, Schedule, amortise
from pledge.schedule._level import interest_of_parts
from valuation.errors import InputError
from valuation.kernel.fields import NOT_EMPTY, FrozenModel, NonNegativeMoneyText
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["REPAYMENT_FORM", "BespokeParameters"]


class BespokeParameters(FrozenModel):
    """The principal that falls due in each period, in yuan.

    Attributes
    ----------
    principal_each : one amount a period, zero where nothing falls due; together the principal of the loan.
    """

    principal_each: Annotated[tuple[NonNegativeMoneyText, ...], Field(max_length=1200), *NOT_EMPTY]


def _build(terms: LoanTerms, owed: Owed, parameters: BespokeParameters) -> Schedule:
    """The stated principal, interest on what is left of the balance: Σ (P − Σⱼ₍ⱼ<ₖ₎ partⱼ) · rₖ.

    Planned anew, the stated parts go on as long as there is balance: what was prepaid shortens the end.
    """
    stated = [Money.from_text(amount).fen for amount in parameters.principal_each]
    _check(terms, owed, stated, total=sum(parameters.principal_each, Decimal(0)))
    due, balance = {}, owed.principal_fen
    for period in owed.periods:
        part = stated[period.number - 1] if period.number <= len(stated) else 0
        due[period.number] = balance if period.is_last else min(part, balance)
        balance -= due[period.number]
    return amortise(
        terms,
        owed,
        form=REPAYMENT_FORM.id,
        principal_due=lambda period, _: due[period.number],
        exact_total_interest_fen=interest_of_parts(owed.principal_fen, list(due.values()), owed.periods),
    )


def _check(terms: LoanTerms, owed: Owed, stated: list[int], *, total: Decimal) -> None:
    """Refuse a plan that is not one of this loan, while the whole loan is planned."""
    if sum(stated) != terms.principal_fen:
        expected = f"amounts that add up to the principal {Money(terms.principal_fen).text}"
        raise InputError.of("principal_each", found=f"a total of {total:f}", expected=expected)
    if len(stated) != terms.period_count and owed.principal_fen == terms.principal_fen:
        raise InputError.of(
            "principal_each", found=f"{len(stated)} amounts", expected=f"{terms.period_count}, one a period"
        )


REPAYMENT_FORM = RepaymentForm(
    id="bespoke",
    label=Label("约定还款计划", "as agreed, row by row"),
    question=Label(
        "双方逐期约定归还本金时，每期付多少？",
        "What is paid when the parties wrote down the principal of every period?",
    ),
    build=_build,
    parameters=BespokeParameters,
)
