"""Time alone: accrual by any number of steps, the schedule to the fen, what becomes late from when.

Checked against: the schedule built for the quote (second way) for every repayment form that needs no parameters, every
day count and due date convention; hand calculation of late and compound interest; splitting time at random.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pledge.accrual import advance, advance_with_postings
from pledge.instalments import build_schedule, repayment_forms
from pledge.late_interest import LateTerms
from pledge.ledger import balances
from pledge.loan import Loan, Note
from pledge.loan_terms import LoanTerms
from pledge.plan import PaymentPlan, payment_plan
from tests.pledge.loan_life import REPAYMENT, Life, day
from tests.pledge.schedule.loans import loan_terms, parameters_of, suits
from valuation.errors import InputError

FORMS = ("interest_only", "equal_instalment", "equal_principal")
DAY_COUNTS = ("monthly", "actual/360", "actual/365", "actual/actual ISDA", "30/360")


def drawn(on: str = "0131", *, amount: str = "987654.32", **changed: Any) -> Life:
    repayment = {**REPAYMENT, **changed.pop("repayment", {})}
    return Life().agreed(repayment=repayment, **changed).does("drawdown", on, amount=amount)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("day_count", DAY_COUNTS)
@pytest.mark.parametrize("convention", ["none", "following", "modified_following"])
def test_what_falls_due_is_the_schedule_to_the_fen(form: str, day_count: str, convention: str) -> None:
    repayment = {"form": form, "day_count": day_count, "due_date_convention": convention, "period_count": 18}
    note = drawn(repayment=repayment).on("20271231").notes[0]
    schedule = build_schedule(form, note.plan.terms)
    found = [(due.due_date, due.principal_due_fen, due.interest_due_fen) for due in note.dues]
    assert found == [(row.due_date, row.principal_fen, row.interest_fen) for row in schedule.rows]
    assert note.running_row is None


def as_loan(plan: PaymentPlan) -> Loan:
    """A loan of one drawing under a plan."""
    terms = plan.terms
    late = LateTerms(surcharge_share=Decimal("0.5"), compounds=False)
    note = Note(number=1, drawn_on=terms.drawdown_date, principal_fen=terms.principal_fen, plan=plan, late_terms=late)
    return Loan(loan_id="L1", day=terms.drawdown_date, notes=(note,))


@settings(max_examples=100)
@given(loan_terms(), st.sampled_from(sorted(repayment_forms())), st.data())
def test_every_form_falls_due_as_scheduled(terms: LoanTerms, form: str, data: st.DataObject) -> None:
    assume(terms.period_count > 1 and suits(form, terms))
    parameters = data.draw(parameters_of(form, terms))
    plan = payment_plan(form, terms, parameters)
    assume(plan.maturity_date.year < 2999)
    end = max(row.period_end for row in plan.rows) + datetime.timedelta(days=10)
    loan, posted = advance_with_postings(as_loan(plan), end)
    rows = [(row.due_date, max(row.principal_fen, 0), row.interest_fen) for row in plan.rows if not row.is_capitalised]
    note = loan.notes[0]
    dues = [(due.due_date, due.principal_due_fen, due.interest_due_fen) for due in note.dues]
    paying = [due for due, row in zip(dues, plan.rows, strict=True) if not row.is_capitalised]
    assert paying == rows
    capitalised = -sum(row.principal_fen for row in plan.rows if row.is_capitalised)
    assert (note.capitalised_fen, note.undue_principal_fen) == (capitalised, 0)
    accrued = balances(posting for posting in posted if posting.meaning == "interest_accrued")
    assert accrued.get(("bank", "interest_receivable"), 0) == plan.total_interest_fen


@settings(max_examples=60)
@given(
    st.sampled_from(FORMS),
    st.sampled_from(DAY_COUNTS),
    st.sampled_from(("none", "modified_following")),
    st.lists(st.integers(0, 700), max_size=12),
)
def test_time_may_pass_in_any_number_of_steps(form: str, day_count: str, convention: str, stops: list[int]) -> None:
    repayment = {"form": form, "day_count": day_count, "due_date_convention": convention}
    loan = start = drawn(repayment=repayment, compounds=True).last
    assert start.day is not None
    posted: tuple[Any, ...] = ()
    for stop in sorted(stops):
        loan, moved = advance_with_postings(loan, start.day + datetime.timedelta(days=stop))
        posted += moved
    loan, moved = advance_with_postings(loan, start.day + datetime.timedelta(days=700))
    at_once, whole = advance_with_postings(start, start.day + datetime.timedelta(days=700))
    assert loan == at_once
    assert balances((*posted, *moved)) == balances(whole)


def test_a_payment_moved_ahead_by_a_holiday_asks_for_the_whole_period() -> None:
    # 31 January 2027 is a Sunday, the following Monday is in another month: due on Friday the 29th with the interest
    # to the 31st; late interest starts on the 31st, so that no day is charged twice. 36 × 100.00 × 31 / 31.
    life = drawn(
        "20261231",
        amount="1000000.00",
        available_until="2026-12-31",
        repayment={"due_date_convention": "modified_following"},
    )
    (due,) = life.on("20270129").notes[0].dues
    assert (due.due_date, due.late_from) == (day("20270129"), day("20270131"))
    assert due.interest_due_fen == 31 * 100_00
    assert life.on("20270130").accrued_undue_fen == 0
    assert life.on("20270201").accrued_undue_fen == 100_00
    assert life.on("20270130").overdue_days == 1


def test_late_and_compound_interest_by_hand() -> None:
    life = drawn("0115", amount="1000000.00", compounds=True, repayment={"period_count": 1})
    # Due on 15 February: 1,000,000.00 and 3,100.00, late at 3.6 % × 1.5 = 5.4 %.
    loan = life.on("0225")
    # 1,000,000.00 × 0.054 × 10 / 360 = 1,500.00; 3,100.00 × 0.054 × 10 / 360 = 4.65.
    assert (loan.late_interest_fen, loan.compound_interest_fen) == (1_500_00, 4_65)
    assert life.on("0215").late_interest_fen == 0
    assert loan.overdue_days == 10
    assert loan.accrued_undue_fen == 0


def test_what_falls_due_today_is_not_late_tonight() -> None:
    life = drawn("0115", amount="1000000.00").does("repayment", "0215", amount="3100.00")
    assert life.on("0216").late_interest_fen == 0
    assert life.on("0301").overdue_days == 0


def test_time_does_not_run_backwards() -> None:
    loan = drawn().last
    with pytest.raises(InputError, match="to_day: found 2026-01-30, expected 2026-01-31 or later"):
        advance(loan, day("0130"))
