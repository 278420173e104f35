"""The running plan of a loan: which rows are still to come, and what has accrued on a day?

A schedule says what will be paid if nothing happens. A plan is the same rows in the form that a running loan needs:
each row knows its days, its rates and the principal on which interest runs, so that interest can be counted to any
day and an amendment can replace the rest. Accrual is an exact fraction, cumulative from the first day of the row;
what falls due is its value at the end, rounded once, and equals the schedule's row to the fen.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pledge.day_counts import AccrualSpan
from pledge.instalments import Instalment, Schedule, build_schedule, read_parameters
from pledge.loan_terms import LoanPeriod, LoanTerms, Owed
from pledge.rates import RateStep
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import NamedWarning

__all__ = [
    "PaymentPlan",
    "PlanRow",
    "PrincipalSegment",
    "accrued_interest",
    "continued",
    "interest_due_fen",
    "payment_plan",
    "rest_of",
]


@dataclass(frozen=True)
class PrincipalSegment:
    """From one day on, interest runs on this principal: what is not yet due, in fen."""

    from_date: datetime.date
    principal_fen: int


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One row: the days of its interest, its due date, the principal that falls due, and the interest expected.

    ``segments`` and ``rates`` begin on the first day of the row. The principal of a row leaves the principal not yet
    due on ``period_end``, where the next row's interest begins. ``flat_base_fen`` is set under a flat rate: interest
    then runs on it, whatever has been repaid. ``settled_fen`` is interest of the row that was paid before its end;
    what falls due is the rest. ``closed_on`` is the day on which an amendment ended the row early.
    """

    number: int
    due_date: datetime.date
    principal_fen: int
    interest_fen: int
    span: AccrualSpan
    segments: tuple[PrincipalSegment, ...]
    rates: tuple[RateStep, ...]
    flat_base_fen: int | None = None
    settled_fen: int = 0
    closed_on: datetime.date | None = None

    @property
    def period_start(self) -> datetime.date:
        """The first day on which the row's interest runs."""
        return self.span.marks[0]

    @property
    def period_end(self) -> datetime.date:
        """The day on which its interest is complete; that day's interest belongs to the next row."""
        return self.closed_on or self.span.marks[-1]

    @property
    def is_capitalised(self) -> bool:
        """Does the interest of this row add to the principal instead of falling due?"""
        return self.principal_fen < 0

    @property
    def annual_rate_share(self) -> Decimal:
        """The rate in force at the end of the row."""
        return self.rates[-1].annual_rate_share


@dataclass(frozen=True, kw_only=True)
class PaymentPlan:
    """The rows of a loan, past and to come, with the form and the terms by which the rest is planned anew.

    ``terms`` hold the original principal and drawdown; their rate and number of periods are those of the newest
    amendment. ``instalment_fen`` is the level payment where there is one. ``warnings`` are those of the newest
    planning.
    """

    form: str
    parameters: FrozenModel
    terms: LoanTerms
    rows: tuple[PlanRow, ...]
    instalment_fen: int | None = None
    warnings: tuple[NamedWarning, ...] = ()

    @property
    def maturity_date(self) -> datetime.date:
        """The last due date."""
        return self.rows[-1].due_date

    @property
    def total_principal_fen(self) -> int:
        """The principal of all rows."""
        return sum(row.principal_fen for row in self.rows)

    @property
    def total_interest_fen(self) -> int:
        """The interest of all rows, if nothing else happens."""
        return sum(row.interest_fen for row in self.rows)

    def row_on(self, day: datetime.date) -> PlanRow:
        """In which row does the interest of ``day`` run? A due day belongs to the row that begins on it.

        Raises
        ------
        InputError : a day before drawdown, or on or after the last day of interest.
        """
        found = next((row for row in self.rows if row.period_start <= day < row.period_end), None)
        if found is None:
            first, last = self.rows[0].period_start, self.rows[-1].period_end
            raise InputError.of("day", found=day, expected=f"from {first} to before {last}")
        return found

    def rows_from(self, day: datetime.date) -> tuple[PlanRow, ...]:
        """The rows whose interest is not complete on ``day``."""
        return tuple(row for row in self.rows if row.period_end > day)

    def principal_after(self, day: datetime.date) -> int:
        """The principal not yet due at the end of ``day``, as planned, in fen."""
        segments = [each for row in self.rows for each in row.segments if each.from_date <= day]
        if self.rows[-1].period_end <= day:
            return 0
        return segments[-1].principal_fen if segments else 0


def payment_plan(form: str, terms: LoanTerms, parameters: Mapping[str, Any] | FrozenModel | None = None) -> PaymentPlan:
    """By which plan does a loan run when it is drawn down?

    Raises
    ------
    UnknownNameError, InputError : see :func:`pledge.instalments.build_schedule`.

    Examples
    --------
    >>> terms = LoanTerms(principal_fen=10_000_00, annual_rate_share=Decimal("0.07"),
    ...     drawdown_date=datetime.date(2024, 1, 1), period_count=6)
    >>> plan = payment_plan("equal_instalment", terms)
    >>> [row.principal_fen + row.interest_fen for row in plan.rows][:2]
    [170086, 170086]

    Tested by: ``tests/pledge/test_plan.py`` (its interest to the last day is the schedule's, for every form).
    """
    read = read_parameters(form, parameters)
    schedule = build_schedule(form, terms, read)
    rows = _rows(schedule, terms.annual_rate_share)
    return PaymentPlan(
        form=form,
        parameters=read,
        terms=terms,
        rows=rows,
        instalment_fen=schedule.instalment_fen,
        warnings=schedule.warnings,
    )


def accrued_interest(
    row: PlanRow, *, upto: datetime.date, segments: Sequence[PrincipalSegment] | None = None
) -> Fraction:
    """How much interest has accrued in a row from its first day to ``upto``, exact, in fen?

    Σ principal · rate · (years(b) − years(a)) over the stretches from a to b in which neither principal nor rate
    changes. The interest of a day is that of the night that follows it: ``upto`` itself has not accrued.

    Parameters
    ----------
    upto : a day of the row, its last day (complete) included.
    segments : the principal as it really was, the first one from the row's first day or earlier; without it as
        planned. Days must rise.

    Raises
    ------
    InputError : a day outside the row; segments that begin too late or do not rise.

    Tested by: ``tests/pledge/test_plan.py`` (the schedule's row at the end, additivity, month split by hand).
    """
    if upto > row.period_end:
        raise InputError.of("upto", found=upto, expected=f"{row.period_end} or earlier, the end of the row")
    stretches = _segments_in(row, segments)
    changes = {each.from_date for each in stretches} | {step.from_date for step in row.rates}
    days = sorted(day for day in {row.period_start, upto, *changes} if row.period_start <= day <= upto)
    years = [row.span.years_to(day) for day in days] if days else [row.span.years_to(upto)]
    total = Fraction(0)
    for number, day in enumerate(days[:-1]):
        base = _in_force(stretches, day).principal_fen if row.flat_base_fen is None else row.flat_base_fen
        rate = Fraction(_in_force(row.rates, day).annual_rate_share)
        total += base * rate * (years[number + 1] - years[number])
    return total


def interest_due_fen(row: PlanRow, *, terms: LoanTerms, segments: Sequence[PrincipalSegment] | None = None) -> int:
    """How much interest of a row falls due, in fen? What accrued in the whole row less what was settled, rounded once.

    Tested by: ``tests/pledge/test_plan.py``.
    """
    accrued = accrued_interest(row, upto=row.period_end, segments=segments)
    return terms.interest_rounding.to_fen(accrued - row.settled_fen)


def rest_of(
    plan: PaymentPlan,
    *,
    on: datetime.date,
    principal_fen: int,
    annual_rate_share: Decimal,
    segments: Sequence[PrincipalSegment] | None = None,
) -> Owed:
    """What is still owed after a change on ``on``, in which periods, and what has accrued in the running one?

    Parameters
    ----------
    principal_fen : the principal not yet due after the change; on a due date, after that date's principal.
    annual_rate_share : the rate from ``on``.
    segments : of the running row, where it did not go as planned.

    Raises
    ------
    InputError : a day before drawdown or when the last interest is complete.

    Tested by: ``tests/pledge/test_plan.py``.
    """
    current = plan.row_on(on)
    rate = Fraction(annual_rate_share)
    rows = plan.rows_from(on)
    first = replace(
        _period(current, rate, is_last=len(rows) == 1),
        rate_share=rate * (current.span.years - current.span.years_to(on)),
        carried_fen=accrued_interest(current, upto=on, segments=segments) - current.settled_fen,
    )
    return Owed(principal_fen, (first, *(_period(row, rate, is_last=row is rows[-1]) for row in rows[1:])))


def continued(
    plan: PaymentPlan,
    owed: Owed,
    *,
    on: datetime.date,
    terms: LoanTerms | None = None,
    form: str | None = None,
    parameters: Mapping[str, Any] | FrozenModel | None = None,
    segments: Sequence[PrincipalSegment] | None = None,
    schedule: Schedule | None = None,
) -> PaymentPlan:
    """By which plan does the loan run from ``on``, when ``owed`` is what is left?

    Rows that were complete stay; the running row keeps what it accrued until ``on``; the rest is planned anew by
    the form, with the rate and the roundings of ``terms``, or is the ``schedule`` given.

    Tested by: ``tests/pledge/test_plan.py``; each amendment's own tests.
    """
    agreed = terms or plan.terms
    name = form or plan.form
    read = read_parameters(name, plan.parameters if parameters is None and form is None else parameters)
    rest = schedule or build_schedule(name, agreed, read, owed=owed)
    renewed = _rows(rest, agreed.annual_rate_share)
    past = tuple(row for row in plan.rows if row.period_end <= on)
    current = plan.row_on(on)
    if on > current.period_start:
        renewed = (_joined(current, renewed[0], on=on, segments=segments), *renewed[1:])
    return PaymentPlan(
        form=name,
        parameters=read,
        terms=agreed,
        rows=(*past, *renewed),
        instalment_fen=rest.instalment_fen,
        warnings=rest.warnings,
    )


def _rows(schedule: Schedule, annual_rate_share: Decimal) -> tuple[PlanRow, ...]:
    return tuple(
        _row(instalment, period, annual_rate_share, schedule.interest_base_fen)
        for instalment, period in zip(schedule.rows, schedule.periods, strict=True)
    )


def _row(instalment: Instalment, period: LoanPeriod, rate: Decimal, flat_base_fen: int | None) -> PlanRow:
    opening = instalment.balance_fen + instalment.principal_fen
    return PlanRow(
        number=instalment.number,
        due_date=instalment.due_date,
        principal_fen=instalment.principal_fen,
        interest_fen=instalment.interest_fen,
        span=period.span,
        segments=(PrincipalSegment(period.start, opening),),
        rates=(RateStep(period.start, rate),),
        flat_base_fen=flat_base_fen,
    )


def _joined(
    current: PlanRow, renewed: PlanRow, *, on: datetime.date, segments: Sequence[PrincipalSegment] | None
) -> PlanRow:
    """The running row after a change: what it was until ``on``, what was planned anew from then."""
    before = [each for each in (segments or current.segments) if each.from_date < on]
    rates = [step for step in current.rates if step.from_date < on]
    return replace(
        renewed,
        settled_fen=current.settled_fen,
        segments=(*before, PrincipalSegment(on, renewed.segments[0].principal_fen)),
        rates=(*rates, RateStep(on, renewed.rates[0].annual_rate_share)),
    )


def _period(row: PlanRow, rate: Fraction, *, is_last: bool) -> LoanPeriod:
    return LoanPeriod(
        number=row.number, due_date=row.due_date, rate_share=rate * row.span.years, is_last=is_last, span=row.span
    )


def _segments_in(row: PlanRow, stated: Sequence[PrincipalSegment] | None) -> Sequence[PrincipalSegment]:
    """The stated segments once checked, else those planned."""
    if stated is None:
        return row.segments
    days = [each.from_date for each in stated]
    if not days or days[0] > row.period_start or days != sorted(set(days)):
        found = ", ".join(map(str, days)) or "none"
        raise InputError.of("segments", found=found, expected=f"rising days, the first {row.period_start} or earlier")
    return stated


def _in_force(steps: Sequence[Any], day: datetime.date) -> Any:
    """The last step that has begun on ``day``."""
    return [step for step in steps if step.from_date <= day][-1]
