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
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pledge.schedule
from pledge.instalments import (
    DAY_COUNTS,
    LoanTerms,
    build_schedule,
    loan_periods,
    repayment_forms,
)
from pledge.request import request_model
from tests.pledge.schedule.loans import loan_terms, parameters_of, suits
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.calendar import load_china_calendar

FORMS = sorted(repayment_forms())


PLAIN = ["equal_instalment", "equal_principal", "flat_rate", "interest_only"]


def test_the_forms_are_there_and_say_what_they_are() -> None:
    assert {*PLAIN, "balloon", "bespoke", "grace", "half_yearly_principal", "step"} == set(FORMS)
    labels = {form.label.zh for form in repayment_forms().values()}
    assert {"等额本息", "等额本金", "按期付息、到期还本", "气球贷", "阶梯还本", "宽限期后分期还款"} <= labels
    assert [name for name, form in repayment_forms().items() if not form.parameters.model_fields] == PLAIN


@settings(max_examples=300)
@given(data=st.data(), form=st.sampled_from(FORMS), terms=loan_terms())
def test_no_fen_is_lost_and_no_day_is_skipped(data: st.DataObject, form: str, terms: LoanTerms) -> None:
    assume(suits(form, terms))
    schedule = build_schedule(form, terms, data.draw(parameters_of(form, terms)))
    assert schedule.total_principal_fen == terms.principal_fen
    assert schedule.rows[-1].balance_fen == 0
    assert schedule.total_payment_fen == schedule.total_interest_fen + schedule.total_principal_fen
    # Periods without any payment are part of the first one that has a payment; the last number is always there.
    numbers = [row.number for row in schedule.rows]
    assert numbers == list(range(numbers[0], terms.period_count + 1))
    balance, start = terms.principal_fen, terms.drawdown_date
    for row, period in zip(schedule.rows, schedule.periods, strict=True):
        assert row.period_start == start
        assert row.days == (row.period_end - row.period_start).days >= 0
        base = balance if schedule.interest_base_fen is None else schedule.interest_base_fen
        assert row.interest_fen == terms.interest_rounding.to_fen(base * period.rate_share)
        assert row.payment_fen == row.interest_fen + row.principal_fen >= 0
        # Only capitalised interest makes the balance grow, and then exactly by itself.
        assert row.principal_fen >= 0 or row.principal_fen == -row.interest_fen
        assert row.balance_fen == balance - row.principal_fen >= 0
        for amount in (row.interest_fen, row.principal_fen, row.payment_fen, row.balance_fen):
            assert type(amount) is int
        balance, start = row.balance_fen, row.period_end
    assert start == loan_periods(terms)[-1].end
    assert sum(each.span.years for each in schedule.periods) == sum(each.span.years for each in loan_periods(terms))


@settings(max_examples=100)
@given(data=st.data(), form=st.sampled_from(FORMS), terms=loan_terms())
def test_moved_due_dates_are_working_days_in_order(data: st.DataObject, form: str, terms: LoanTerms) -> None:
    assume(suits(form, terms))
    rows = build_schedule(form, terms, data.draw(parameters_of(form, terms))).rows
    due = [row.due_date for row in rows]
    assert due == sorted(due)
    for row in rows:
        if terms.due_date_convention != "none":
            assert load_china_calendar().is_business_day(row.due_date)
        if terms.due_date_convention == "none" or terms.interest_dates == "adjusted":
            assert row.due_date == row.period_end


@settings(max_examples=100)
@given(
    data=st.data(),
    form=st.sampled_from([form for form in FORMS if form != "flat_rate"]),
    rate=st.decimals(0, 1, places=4),
    count=st.integers(2, 60),
    day_count=st.sampled_from(DAY_COUNTS),
)
def test_rows_discount_back_to_the_principal(
    data: st.DataObject, form: str, rate: Decimal, count: int, day_count: str
) -> None:
    # Second method: present value at the loan's own period rates, of every form whose interest follows the balance.
    # A principal of 10^13 yuan makes the rounding of a fen a relative error of 1e-15 a row.
    terms = LoanTerms(
        principal_fen=10**15,
        annual_rate_share=rate,
        drawdown_date=datetime.date(2023, 1, 31),
        period_count=count,
        day_count=day_count,  # type: ignore[arg-type]
    )
    schedule = build_schedule(form, terms, data.draw(parameters_of(form, terms)))
    value, factor = 0.0, 1.0
    for row, period in zip(schedule.rows, schedule.periods, strict=True):
        factor *= 1 + float(period.rate_share)
        value += row.payment_fen / factor
    assert value == pytest.approx(1e15, rel=1e-11)
    # Rounding moves the total interest by at most some fen a row, compounded.
    assert float(schedule.exact_total_interest_fen) == pytest.approx(schedule.total_interest_fen, abs=count * 1e4)


@pytest.mark.parametrize("form", PLAIN)
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
    with pytest.raises(UnknownNameError, match=r"repayment\.form.*lump_sum.*equal_instalment"):
        build_schedule("lump_sum", terms)


def test_a_form_joins_by_being_a_file_with_parameters_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "halves_for_this_test.py").write_text(
        "from pledge.instalments import RepaymentForm, amortise\n"
        "from valuation.kernel.fields import FrozenModel, WholeNumber\n"
        "from valuation.kernel.labels import Label\n"
        "class Parameters(FrozenModel):\n"
        "    first_fen: WholeNumber\n"
        "def build(terms, owed, parameters):\n"
        "    return amortise(terms, owed, form='halves_for_this_test', exact_total_interest_fen=0,\n"
        "        principal_due=lambda period, _: parameters.first_fen if period.number == 1 else 0)\n"
        "label = Label('测试', 'test')\n"
        "REPAYMENT_FORM = RepaymentForm('halves_for_this_test', label, label, build, Parameters)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(pledge.schedule, "__path__", [*pledge.schedule.__path__, str(tmp_path)])
    assert len(repayment_forms()) == len(FORMS) + 1
    terms = LoanTerms(
        principal_fen=1000, annual_rate_share=Decimal(0), drawdown_date=datetime.date(2024, 1, 1), period_count=2
    )
    schedule = build_schedule("halves_for_this_test", terms, {"first_fen": 300})
    assert [row.principal_fen for row in schedule.rows] == [300, 700]
    assert "first_fen" in str(request_model().model_json_schema())
    with pytest.raises(InputError, match=r"repayment\.parameters\.first_fen: found nothing"):
        build_schedule("halves_for_this_test", terms)
