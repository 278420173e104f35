"""提前还款: principal paid before it is due, in part or all of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from pledge.amendment import AmendedPlan, Amendment, AmendmentCase
from pledge.amendments._common import ShareBelowOne, closed_on, planned_anew
from pledge.instalments import Schedule, amortise
from pledge.loan_terms import LoanPeriod, Owed
from pledge.plan import PaymentPlan, continued, rest_of
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel, NonNegativeMoneyText
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, Rounding

__all__ = ["AMENDMENT", "PrepaymentParameters"]


class PrepaymentParameters(FrozenModel):
    """How much is paid early, what that changes, and what it costs.

    Attributes
    ----------
    principal : the principal paid early, yuan; nothing stated for all of it.
    keep : ``term``: the rest is planned anew over the same periods. ``instalment``: payments stay and the loan ends
        sooner. Stated for a part, not for all.
    interest : ``with_next_due``: what has accrued falls due on the next due date. ``with_prepayment``: the interest
        accrued on the prepaid part is paid with it (利随本清); it always is when everything is paid.
    fee_share : of the principal paid early, a share of one, rounded half up to the fen.
    """

    principal: NonNegativeMoneyText | None = None
    keep: Literal["term", "instalment"] | None = None
    interest: Literal["with_next_due", "with_prepayment"] = "with_next_due"
    fee_share: ShareBelowOne = Decimal(0)

    @model_validator(mode="after")
    def _part_or_all(self) -> Self:
        if self.principal == 0:
            raise PydanticCustomError("principal", "an amount above zero, or none to pay everything")
        if (self.principal is None) != (self.keep is None):
            raise PydanticCustomError("keep", "keep with a principal, and neither to pay everything")
        return self


def _apply(case: AmendmentCase, parameters: PrepaymentParameters) -> AmendedPlan:
    """Part: the rest P − p runs on from the day; all: everything falls due on the day with interest to the day.

    Interest up to the day has run on the old principal, from the day on it runs on the new one. The fee is
    p · fee share.
    """
    if parameters.principal is None:
        plan = closed_on(case)
        fee = _fee(case.principal_fen, parameters)
        return AmendedPlan(
            plan=plan,
            principal_paid_fen=case.principal_fen,
            interest_paid_fen=plan.rows[-1].interest_fen,
            fee_fen=fee,
        )
    paid = Money.from_text(parameters.principal).fen
    if paid >= case.principal_fen:
        expected = f"less than the principal not yet due, {Money(case.principal_fen).text}, or none to pay everything"
        raise InputError.of("principal", found=parameters.principal, expected=expected)
    settled = _interest_on_part(case, paid) if parameters.interest == "with_prepayment" else 0
    case = _settled(case, settled)
    kept = parameters.keep == "instalment"
    plan = _shorter(case, paid) if kept else planned_anew(case, principal_fen=case.principal_fen - paid)
    return AmendedPlan(
        plan=plan,
        principal_paid_fen=paid,
        interest_paid_fen=settled,
        fee_fen=_fee(paid, parameters),
        warnings=plan.warnings,
    )


def _fee(principal_fen: int, parameters: PrepaymentParameters) -> int:
    return Rounding().to_fen(principal_fen * Fraction(parameters.fee_share))


def _interest_on_part(case: AmendmentCase, paid_fen: int) -> int:
    """The accrued interest of the prepaid part: its share of all that has accrued and not been settled."""
    return case.plan.terms.interest_rounding.to_fen(case.accrued_fen * Fraction(paid_fen, case.principal_fen))


def _settled(case: AmendmentCase, interest_fen: int) -> AmendmentCase:
    """The same case with so much interest of the running row paid already."""
    row = case.row
    paid = replace(row, settled_fen=row.settled_fen + interest_fen)
    rows = tuple(paid if each is row else each for each in case.plan.rows)
    return replace(case, plan=replace(case.plan, rows=rows))


def _shorter(case: AmendmentCase, paid_fen: int) -> PaymentPlan:
    """The rest with the payments of the old plan, until nothing is left."""
    plan, rate = case.plan, case.plan.terms.annual_rate_share
    left = case.principal_fen - paid_fen
    owed = rest_of(plan, on=case.on, principal_fen=left, annual_rate_share=rate, segments=case.segments)
    every = _kept(plan, owed)
    count = next(number for number, row in enumerate(every.rows, start=1) if row.balance_fen == 0)
    periods = (*owed.periods[: count - 1], replace(owed.periods[count - 1], is_last=True))
    terms = replace(plan.terms, period_count=periods[-1].number)
    schedule = _kept(plan, replace(owed, periods=periods))
    return continued(plan, owed, on=case.on, terms=terms, segments=case.segments, schedule=schedule)


def _kept(plan: PaymentPlan, owed: Owed) -> Schedule:
    """Rows that pay what the old plan paid: its level payment, or else its principal parts."""
    parts = {row.number: row.principal_fen for row in plan.rows}

    def principal_due(period: LoanPeriod, interest_fen: int) -> int:
        level = plan.instalment_fen
        return parts[period.number] if level is None or not parts[period.number] else level - interest_fen

    base = next(row.flat_base_fen for row in plan.rows if row.number == owed.periods[0].number)
    return amortise(
        plan.terms,
        owed,
        form=plan.form,
        principal_due=principal_due,
        exact_total_interest_fen=Fraction(0),
        instalment_fen=plan.instalment_fen,
        interest_base_fen=base,
        capitalised_to=max((row.number for row in plan.rows if row.is_capitalised), default=0),
    )


AMENDMENT = Amendment(
    id="prepayment",
    label=Label("提前还款", "prepayment"),
    question=Label(
        "提前归还部分或全部本金后，何时还多少？",
        "What is paid when, after principal was repaid before it was due?",
    ),
    parameters=PrepaymentParameters,
    apply=_apply,
)
