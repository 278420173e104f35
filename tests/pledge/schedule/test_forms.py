"""What every repayment form must keep, whatever the terms, and how a new form joins.

Identities by hypothesis over all discovered forms: principal adds up exactly, the balance ends at zero and is
never negative, interest is the rounded product of balance and rate, periods follow one another without a gap,
amounts are whole fen. Second method: without rounding effects the rows discount back to the principal.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pledge.schedule
from pledge.instalments import (
    DAY_COUNTS,
    LoanTerms,
    RepaymentForm,
    build_schedule,
    loan_periods,
    repayment_forms,
)
from tests.pledge.schedule.loans import loan_terms
from valuation.errors import UnknownNameError
from valuation.kernel.calendar import load_china_calendar

FORMS = sorted(repayment_forms())


def test_the_three_forms_are_there_and_say_what_they_are() -> None:
    assert FORMS == ["equal_instalment", "equal_principal", "interest_only"]
    labels = {form.label.zh for form in repayment_forms().values()}
    assert {"等额本息", "等额本金", "按期付息、到期还本"} == labels


@settings(max_examples=200)
@given(form=st.sampled_from(FORMS), terms=loan_terms())
def test_no_fen_is_lost_and_no_day_is_skipped(form: str, terms: LoanTerms) -> None:
    schedule = build_schedule(form, terms)
    assert schedule.total_principal_fen == terms.principal_fen
    assert schedule.rows[-1].balance_fen == 0
    assert schedule.total_payment_fen == schedule.total_interest_fen + schedule.total_principal_fen
    assert [row.number for row in schedule.rows] == list(range(1, terms.period_count + 1))
    balance, start = terms.principal_fen, terms.drawdown_date
    for row, period in zip(schedule.rows, loan_periods(terms), strict=True):
        assert row.period_start == start
        assert row.days == (row.period_end - row.period_start).days >= 0
        assert row.interest_fen == terms.interest_rounding.to_fen(balance * period.rate_share)
        assert row.payment_fen == row.interest_fen + row.principal_fen
        assert row.principal_fen >= 0
        assert row.balance_fen == balance - row.principal_fen >= 0
        for amount in (row.interest_fen, row.principal_fen, row.payment_fen, row.balance_fen):
            assert type(amount) is int
        balance, start = row.balance_fen, row.period_end


@settings(max_examples=100)
@given(form=st.sampled_from(FORMS), terms=loan_terms())
def test_moved_due_dates_are_working_days_in_order(form: str, terms: LoanTerms) -> None:
    rows = build_schedule(form, terms).rows
    due = [row.due_date for row in rows]
    assert due == sorted(due)
    for row in rows:
        if terms.due_date_convention != "none":
            assert load_china_calendar().is_business_day(row.due_date)
        if terms.due_date_convention == "none" or terms.interest_dates == "adjusted":
            assert row.due_date == row.period_end


@settings(max_examples=100)
@given(
    form=st.sampled_from(FORMS),
    rate=st.decimals(0, 1, places=4),
    count=st.integers(1, 60),
    day_count=st.sampled_from(DAY_COUNTS),
)
def test_rows_discount_back_to_the_principal(form: str, rate: Decimal, count: int, day_count: str) -> None:
    # Second method: present value at the loan's own period rates. A principal of 10^14 yuan makes the rounding
    # of a fen a relative error of 1e-16 a row.
    terms = LoanTerms(
        principal_fen=10**16,
        annual_rate_share=rate,
        drawdown_date=datetime.date(2023, 1, 31),
        period_count=count,
        day_count=day_count,  # type: ignore[arg-type]
    )
    schedule = build_schedule(form, terms)
    value, factor = 0.0, 1.0
    for row, period in zip(schedule.rows, loan_periods(terms), strict=True):
        factor *= 1 + float(period.rate_share)
        value += row.payment_fen / factor
    assert value == pytest.approx(1e16, rel=1e-11)
    # Rounding moves the total interest by at most some fen a row, compounded.
    assert float(schedule.exact_total_interest_fen) == pytest.approx(schedule.total_interest_fen, abs=count * 1e4)


@pytest.mark.parametrize("form", FORMS)
def test_zero_rate_costs_nothing(form: str) -> None:
    terms = LoanTerms(
        principal_fen=1000,
        annual_rate_share=Decimal(0),
        drawdown_date=datetime.date(2024, 1, 1),
        period_count=3,
    )
    schedule = build_schedule(form, terms)
    assert (schedule.total_interest_fen, schedule.exact_total_interest_fen) == (0, Fraction(0))
    # Hand: 10.00 in three parts is 3.33, 3.33, 3.34; or all at the end.
    expected = [0, 0, 1000] if form == "interest_only" else [333, 333, 334]
    assert [row.payment_fen for row in schedule.rows] == expected


def test_unknown_form_lists_the_known_ones() -> None:
    terms = LoanTerms(
        principal_fen=1, annual_rate_share=Decimal(0), drawdown_date=datetime.date(2024, 1, 1), period_count=1
    )
    with pytest.raises(UnknownNameError, match=r"repayment\.form.*balloon.*equal_instalment"):
        build_schedule("balloon", terms)


def test_a_form_joins_by_being_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bullet_for_this_test.py").write_text(
        "from pledge.instalments import RepaymentForm\n"
        "from valuation.kernel.labels import Label\n"
        "from pledge.schedule.interest_only import REPAYMENT_FORM as other\n"
        "REPAYMENT_FORM = RepaymentForm('bullet_for_this_test', Label('测试', 'test'), other.question, other.build)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(pledge.schedule, "__path__", [*pledge.schedule.__path__, str(tmp_path)])
    found = repayment_forms()
    assert isinstance(found["bullet_for_this_test"], RepaymentForm)
    assert len(found) == len(FORMS) + 1
