"""What does the borrower pay on which day, to the fen?

A repayment form (one file in ``pledge/schedule``) says how much principal falls due in each period;
everything else is the same for all forms and stands here: the periods, the interest of a period, rounding,
the last instalment that absorbs what rounding left over, and due dates that meet a holiday. All amounts are
whole fen; between two roundings every number is an exact fraction.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pledge.schedule
from pledge.day_counts import DAY_COUNTS, DayCount
from pledge.loan_terms import (
    DUE_DATE_CONVENTIONS,
    DueDateConvention,
    InterestDates,
    LoanPeriod,
    LoanTerms,
    Owed,
    Period,
    loan_periods,
    months_after,
)
from valuation.errors import InputError
from valuation.kernel.discovery import discover, named
from valuation.kernel.fields import FrozenModel, parse
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = [
    "DAY_COUNTS",
    "DUE_DATE_CONVENTIONS",
    "DayCount",
    "DueDateConvention",
    "Instalment",
    "InterestDates",
    "LoanPeriod",
    "LoanTerms",
    "NoParameters",
    "Owed",
    "Period",
    "RepaymentForm",
    "Schedule",
    "amortise",
    "build_schedule",
    "loan_periods",
    "months_after",
    "read_parameters",
    "repayment_forms",
]

#: Where the parameters of a form stand in a request; the path of every problem with them begins so.
_PARAMETERS = "repayment.parameters"


@dataclass(frozen=True)
class Instalment:
    """One row of a schedule; ``balance_fen`` is what is owed after the payment."""

    number: int
    period_start: datetime.date
    period_end: datetime.date
    due_date: datetime.date
    days: int
    interest_fen: int
    principal_fen: int
    payment_fen: int
    balance_fen: int

    def as_document(self) -> dict[str, Any]:
        """The row for JSON: dates as ISO text, amounts as text with two decimals."""
        return {
            "number": self.number,
            "period_start": self.period_start.isoformat(),
            "period_end": self.period_end.isoformat(),
            "due_date": self.due_date.isoformat(),
            "days": self.days,
            "interest": Money(self.interest_fen).text,
            "principal": Money(self.principal_fen).text,
            "payment": Money(self.payment_fen).text,
            "balance": Money(self.balance_fen).text,
        }


@dataclass(frozen=True)
class Schedule:
    """What is paid when, the totals, and the interest as it would be without any rounding.

    ``instalment_fen`` is the rounded level payment where the form has one, else None. Tables printed by banks
    often show the unrounded total; ``exact_total_interest_fen`` is that number, and differs from
    ``total_interest_fen``, which is what the rows add up to and what the borrower pays. ``interest_base_fen`` is
    the constant amount on which a flat rate is charged; None where interest follows the balance. A row with negative
    principal adds its interest to the principal instead of asking for a payment.
    """

    form: str
    rows: tuple[Instalment, ...]
    exact_total_interest_fen: Fraction
    instalment_fen: int | None
    warnings: tuple[NamedWarning, ...]
    periods: tuple[LoanPeriod, ...] = field(repr=False)
    interest_base_fen: int | None = None

    @property
    def total_interest_fen(self) -> int:
        """The interest of all rows."""
        return sum(row.interest_fen for row in self.rows)

    @property
    def total_principal_fen(self) -> int:
        """The principal of all rows: exactly what was lent."""
        return sum(row.principal_fen for row in self.rows)

    @property
    def total_payment_fen(self) -> int:
        """Everything the borrower pays under the schedule."""
        return sum(row.payment_fen for row in self.rows)

    def as_document(self) -> dict[str, Any]:
        """The schedule for JSON; the exact interest as a decimal text to a ten-thousandth of a fen."""
        exact = Rounding(mode="half_even").to_fen(self.exact_total_interest_fen * 10**4)
        level = None if self.instalment_fen is None else Money(self.instalment_fen).text
        return {
            "form": self.form,
            "instalment": level,
            "rows": [row.as_document() for row in self.rows],
            "total_interest": Money(self.total_interest_fen).text,
            "total_principal": Money(self.total_principal_fen).text,
            "total_payment": Money(self.total_payment_fen).text,
            "unrounded_total_interest": format(Decimal(exact).scaleb(-6), "f"),
            "warnings": [warning.as_document() for warning in self.warnings],
        }


class NoParameters(FrozenModel):
    """A repayment form that needs to be told nothing besides the terms."""


@dataclass(frozen=True)
class RepaymentForm:
    """A way of repaying: its name, the question it answers for the borrower, how its schedule is built.

    ``parameters`` is the model of what this form alone must be told; ``build`` gets the agreed terms, what is still
    owed under them, and those parameters read and checked.
    """

    id: str
    label: Label
    question: Label
    build: Callable[[LoanTerms, Owed, Any], Schedule]
    parameters: type[FrozenModel] = NoParameters


def repayment_forms() -> dict[str, RepaymentForm]:
    """Which repayment forms exist? One file each in ``pledge/schedule``.

    Tested by: ``tests/pledge/schedule/test_forms.py`` (a file dropped in appears).
    """
    return dict(_found(tuple(pledge.schedule.__path__)))


@cache
def _found(path: tuple[str, ...]) -> dict[str, RepaymentForm]:
    """Read the folder once for each path: every fold of a loan asks for its form."""
    del path
    return discover(pledge.schedule, attribute="REPAYMENT_FORM", of_type=RepaymentForm)


def read_parameters(form: str, parameters: Mapping[str, Any] | FrozenModel | None = None) -> FrozenModel:
    """What was this repayment form told, once checked against its own model?

    Raises
    ------
    UnknownNameError : there is no such form.
    InputError : a parameter that is missing, unknown or out of range, by its name under ``repayment.parameters``.

    Tested by: ``tests/pledge/schedule/test_parameters.py``.
    """
    model = named(repayment_forms(), form, field="repayment.form").parameters
    if isinstance(parameters, model):
        return parameters
    stated = parameters.model_dump() if isinstance(parameters, FrozenModel) else (parameters or {})
    return parse(model, stated, field=_PARAMETERS)


def build_schedule(
    form: str, terms: LoanTerms, parameters: Mapping[str, Any] | FrozenModel | None = None, *, owed: Owed | None = None
) -> Schedule:
    """What does the borrower pay under repayment form ``form``?

    Parameters
    ----------
    parameters : what the form alone must be told, as stated or as its own model; see :func:`read_parameters`.
    owed : what is left of a running loan; without it the whole loan in all its periods.

    Raises
    ------
    UnknownNameError : there is no such form.
    InputError : parameters that the form does not allow, or not under these terms.

    Examples
    --------
    >>> terms = LoanTerms(principal_fen=28_000_000, annual_rate_share=Decimal("0.084"),
    ...     drawdown_date=datetime.date(2024, 1, 31), period_count=20,
    ...     instalment_rounding=Rounding(unit_fen=100, mode="ceiling"))
    >>> build_schedule("equal_instalment", terms).instalment_fen
    1505200

    Tested by: published schedules, closed forms and hypothesis in ``tests/pledge/schedule/``.
    """
    read = read_parameters(form, parameters)
    left = Owed(terms.principal_fen, loan_periods(terms)) if owed is None else owed
    try:
        return repayment_forms()[form].build(terms, left, read)
    except InputError as error:
        raise type(error).from_problems(
            replace(problem, field=f"{_PARAMETERS}.{problem.field}") for problem in error.problems
        ) from error


def amortise(
    terms: LoanTerms,
    owed: Owed,
    *,
    form: str,
    principal_due: Callable[[LoanPeriod, int], int],
    exact_total_interest_fen: Fraction,
    instalment_fen: int | None = None,
    interest_base_fen: int | None = None,
    capitalised_to: int = 0,
) -> Schedule:
    """Run the balance down period by period.

    Interest of a period is carried interest + balance × period rate, rounded by ``terms.interest_rounding``; under a
    flat rate ``interest_base_fen`` stands for the balance. ``principal_due`` tells from a period and its interest
    (fen) the principal that falls due with it (fen). It never exceeds the balance and is never below zero, and in
    the last period it is the whole balance. Up to the period ``capitalised_to`` nothing falls due: the interest is
    added to the balance.
    """
    rows: list[Instalment] = []
    warnings = _summarised([period.warning for period in owed.periods if period.warning is not None])
    balance = owed.principal_fen
    for period in owed.periods:
        base = balance if interest_base_fen is None else interest_base_fen
        interest = terms.interest_rounding.to_fen(period.carried_fen + base * period.rate_share)
        is_capitalised = period.number <= capitalised_to
        due = -interest if is_capitalised else principal_due(period, interest)
        if due < 0 and not period.is_last and not is_capitalised:
            warnings.append(_interest_exceeds_instalment(period.number))
            due = 0
        principal = balance if period.is_last else min(due, balance)
        balance -= principal
        rows.append(_row(period, interest, principal, balance))
        if balance == 0 and principal and not period.is_last:
            warnings.append(_paid_off_early(period.number, owed.periods[-1].number))
    return Schedule(
        form=form,
        rows=tuple(rows),
        exact_total_interest_fen=exact_total_interest_fen,
        instalment_fen=instalment_fen,
        warnings=tuple(warnings),
        periods=owed.periods,
        interest_base_fen=interest_base_fen,
    )


def _row(period: LoanPeriod, interest: int, principal: int, balance: int) -> Instalment:
    return Instalment(
        number=period.number,
        period_start=period.start,
        period_end=period.end,
        due_date=period.due_date,
        days=period.days,
        interest_fen=interest,
        principal_fen=principal,
        payment_fen=interest + principal,
        balance_fen=balance,
    )


def _summarised(found: list[NamedWarning]) -> list[NamedWarning]:
    """One warning a kind, the first, with how many dates share it; nobody reads a page of the same."""
    by_code: dict[str, list[NamedWarning]] = {}
    for warning in found:
        by_code.setdefault(warning.code, []).append(warning)
    return [_counted(warnings[0], len(warnings)) for warnings in by_code.values()]


def _counted(warning: NamedWarning, count: int) -> NamedWarning:
    label = Label(f"{warning.label.zh}（共{count}个到期日）", f"{warning.label.en} (due dates concerned: {count})")
    return NamedWarning(warning.code, label)


def _interest_exceeds_instalment(number: int) -> NamedWarning:
    return NamedWarning(
        "interest_exceeds_instalment",
        Label(
            f"第{number}期利息超过应还额，该期只还利息",
            f"period {number}: the interest exceeds the instalment; only interest is paid",
        ),
    )


def _paid_off_early(number: int, count: int) -> NamedWarning:
    return NamedWarning(
        "paid_off_early",
        Label(
            f"因取整，本金在第{number}期（共{count}期）已还清",
            f"through rounding the principal is repaid in period {number} of {count}",
        ),
    )
