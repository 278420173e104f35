"""Does interest counted day by day end where the schedule says, and does a plan planned anew lose nothing?

Second way: the rows of the schedule, computed from period rates, against accrual from days. Hand: a month split by
its days. Identities by hypothesis: additive over any cut, not falling, planning anew without a change changes
nothing.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pledge.instalments import build_schedule, repayment_forms
from pledge.loan_terms import LoanTerms
from pledge.plan import (
    PaymentPlan,
    PrincipalSegment,
    accrued_interest,
    continued,
    interest_due_fen,
    payment_plan,
    rest_of,
)
from tests.pledge.schedule.loans import loan_terms, parameters_of, suits
from valuation.errors import InputError
from valuation.kernel.money import Rounding

DAY = datetime.date
FORMS = sorted(repayment_forms())


def hundred(form: str = "equal_instalment") -> PaymentPlan:
    terms = LoanTerms(
        principal_fen=100_00,
        annual_rate_share=Decimal("0.07"),
        drawdown_date=DAY(2024, 1, 1),
        period_count=6,
        interest_rounding=Rounding(mode="half_even"),
        instalment_rounding=Rounding(mode="half_even"),
    )
    return payment_plan(form, terms)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), form=st.sampled_from(FORMS), terms=loan_terms())
def test_the_interest_of_a_whole_row_is_the_schedules(data: st.DataObject, form: str, terms: LoanTerms) -> None:
    assume(suits(form, terms))
    parameters = data.draw(parameters_of(form, terms))
    plan, schedule = payment_plan(form, terms, parameters), build_schedule(form, terms, parameters)
    assert [interest_due_fen(row, terms=terms) for row in plan.rows] == [row.interest_fen for row in schedule.rows]
    assert plan.total_interest_fen == schedule.total_interest_fen
    assert plan.total_principal_fen == terms.principal_fen
    assert plan.maturity_date == schedule.rows[-1].due_date
    assert plan.principal_after(plan.rows[-1].period_end) == 0


@settings(max_examples=100, deadline=None)
@given(data=st.data(), form=st.sampled_from(FORMS), terms=loan_terms())
def test_accrual_never_falls_and_adds_up(data: st.DataObject, form: str, terms: LoanTerms) -> None:
    assume(suits(form, terms))
    row = data.draw(st.sampled_from(payment_plan(form, terms, data.draw(parameters_of(form, terms))).rows))
    days = (row.period_end - row.period_start).days
    first, second = sorted(data.draw(st.tuples(st.integers(0, days), st.integers(0, days))))
    cut = [row.period_start + datetime.timedelta(days=each) for each in (first, second)]
    values = [accrued_interest(row, upto=day) for day in (row.period_start, *cut, row.period_end)]
    assert values == sorted(values)
    assert values[0] == 0


@settings(max_examples=200, deadline=None)
@given(data=st.data(), form=st.sampled_from(FORMS), terms=loan_terms())
def test_planning_anew_without_a_change_keeps_principal_and_past(
    data: st.DataObject, form: str, terms: LoanTerms
) -> None:
    assume(suits(form, terms))
    plan = payment_plan(form, terms, data.draw(parameters_of(form, terms)))
    length = (plan.rows[-1].period_end - terms.drawdown_date).days
    on = terms.drawdown_date + datetime.timedelta(days=data.draw(st.integers(0, length - 1)))
    left = plan.principal_after(on)
    owed = rest_of(plan, on=on, principal_fen=left, annual_rate_share=terms.annual_rate_share)
    renewed = continued(plan, owed, on=on)
    past = [row for row in plan.rows if row.period_end <= on]
    assert list(renewed.rows[: len(past)]) == past
    assert renewed.total_principal_fen == terms.principal_fen
    # Interest counted day by day in the joined row is the interest that was planned from its two parts.
    assert [interest_due_fen(row, terms=terms) for row in renewed.rows] == [row.interest_fen for row in renewed.rows]
    assert [row.period_end for row in renewed.rows] == [row.period_end for row in plan.rows]


def test_a_month_is_split_by_its_actual_days() -> None:
    # Hand: 83.57 × 0.07/12 = 0.4875 for February 2024, of which 14 of 29 days to the 15th: 0.2353.
    second = hundred().rows[1]
    assert second.segments == (PrincipalSegment(DAY(2024, 2, 1), 83_57),)
    assert accrued_interest(second, upto=DAY(2024, 3, 1)) == Fraction(8357 * 7, 1200)
    assert accrued_interest(second, upto=DAY(2024, 2, 15)) == Fraction(8357 * 7 * 14, 1200 * 29)


def test_interest_runs_on_the_principal_as_it_really_was() -> None:
    # Hand: 100.00 for 14 days and 40.00 for 15 of the 29 days of February.
    second = hundred().rows[1]
    real = [PrincipalSegment(DAY(2024, 1, 1), 100_00), PrincipalSegment(DAY(2024, 2, 15), 40_00)]
    found = accrued_interest(second, upto=DAY(2024, 3, 1), segments=real)
    assert found == Fraction(7, 1200) * Fraction(100_00 * 14 + 40_00 * 15, 29)


@pytest.mark.parametrize("days", [[], [DAY(2024, 2, 2)], [DAY(2024, 2, 1), DAY(2024, 2, 1)]])
def test_segments_must_cover_the_row(days: list[datetime.date]) -> None:
    with pytest.raises(InputError, match=r"segments: .*2024-02-01 or earlier"):
        accrued_interest(hundred().rows[1], upto=DAY(2024, 2, 5), segments=[PrincipalSegment(day, 100) for day in days])


@pytest.mark.parametrize("day", [DAY(2023, 12, 31), DAY(2024, 7, 1)])
def test_a_day_outside_the_loan_is_refused(day: datetime.date) -> None:
    with pytest.raises(InputError, match="from 2024-01-01 to before 2024-07-01"):
        hundred().row_on(day)


def test_a_day_outside_the_row_is_refused() -> None:
    with pytest.raises(InputError, match="2024-02-01 to 2024-03-01"):
        accrued_interest(hundred().rows[1], upto=DAY(2024, 1, 31))
