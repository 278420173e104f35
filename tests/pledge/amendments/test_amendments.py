"""What does each amendment change, what does it leave alone, and when is it refused?

Hand: small loans at round rates, arithmetic beside the figure. Second way: interest counted from the days of the new
plan against its planned rows. Identities by hypothesis over every form: principal before and after is what was lent,
the past is untouched, rows stay consistent. Authority: limits of the general rules from their table.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pledge.amendments
from pledge.amendment import AmendedPlan, amend, amendments
from pledge.instalments import repayment_forms
from pledge.loan_terms import LoanTerms, Period
from pledge.plan import PaymentPlan, PrincipalSegment, interest_due_fen, payment_plan
from pledge.policy_catalogue import load_policies
from tests.pledge.schedule.loans import loan_terms, parameters_of, suits
from valuation.errors import BeforeFirstStepError, InputError, RefusalError, UnknownNameError

DAY = datetime.date
POLICIES = load_policies()
FIVE = ("lawful_operation", "good_credit", "willing_to_repay", "meets_lending_conditions", "old_loan_normal")


def terms(**changes: Any) -> LoanTerms:
    agreed: dict[str, Any] = {
        "principal_fen": 12_000_00,
        "annual_rate_share": Decimal("0.12"),
        "drawdown_date": DAY(2024, 1, 1),
        "period_count": 12,
    }
    return LoanTerms(**{**agreed, **changes})


def amended(name: str, plan: PaymentPlan, on: datetime.date, **parameters: Any) -> AmendedPlan:
    return amend(name, plan, parameters, on=on, policies=POLICIES)


def consistent(plan: PaymentPlan) -> None:
    """Interest counted from the days of the plan is what its rows expect, and the rows follow one another."""
    assert [interest_due_fen(row, terms=plan.terms) for row in plan.rows] == [row.interest_fen for row in plan.rows]
    for row, following in zip(plan.rows, plan.rows[1:], strict=False):
        assert row.period_end == following.period_start
        assert row.number < following.number


def test_an_amendment_joins_by_being_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"extension", "payment_holiday", "prepayment", "rate_reset", "renewal", "restructuring"}
    assert set(amendments()) == known
    (tmp_path / "nothing_for_this_test.py").write_text(
        "from pledge.amendment import AmendedPlan, Amendment\n"
        "from pledge.instalments import NoParameters\n"
        "from valuation.kernel.labels import Label\n"
        "label = Label('测试', 'test')\n"
        "AMENDMENT = Amendment('nothing_for_this_test', label, label, NoParameters,\n"
        "    lambda case, parameters: AmendedPlan(plan=case.plan))\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(pledge.amendments, "__path__", [*pledge.amendments.__path__, str(tmp_path)])
    plan = payment_plan("interest_only", terms())
    assert amended("nothing_for_this_test", plan, DAY(2024, 2, 1)).plan is plan
    with pytest.raises(UnknownNameError, match=r"amendment\.kind.*nothing_for_this_test"):
        amended("forgiveness", plan, DAY(2024, 2, 1))


# --- prepayment -------------------------------------------------------------------------------------


def test_part_prepaid_on_a_due_date_keeps_the_term() -> None:
    # Hand: after six parts of 1,000, 3,000 of the 6,000 left are prepaid: six parts of 500, interest 30, 25, … 5.
    plan = payment_plan("equal_principal", terms())
    found = amended("prepayment", plan, DAY(2024, 7, 1), principal="3000.00", keep="term")
    assert [row.principal_fen for row in found.plan.rows] == [1_000_00] * 6 + [500_00] * 6
    assert [row.interest_fen for row in found.plan.rows[6:]] == [30_00, 25_00, 20_00, 15_00, 10_00, 5_00]
    assert found.plan.rows[:6] == plan.rows[:6]
    assert (found.principal_paid_fen, found.interest_paid_fen, found.fee_fen) == (3_000_00, 0, 0)


def test_part_prepaid_on_a_due_date_keeps_the_parts_and_ends_sooner() -> None:
    plan = payment_plan("equal_principal", terms())
    found = amended("prepayment", plan, DAY(2024, 7, 1), principal="3500.00", keep="instalment")
    assert [row.principal_fen for row in found.plan.rows[6:]] == [1_000_00, 1_000_00, 500_00]
    assert found.plan.maturity_date == DAY(2024, 10, 1)
    assert found.plan.terms.period_count == 9
    consistent(found.plan)


def test_a_kept_level_payment_stays_to_the_fen_but_for_the_last() -> None:
    plan = payment_plan("equal_instalment", terms())
    found = amended("prepayment", plan, DAY(2024, 7, 15), principal="2000.00", keep="instalment")
    payments = [row.principal_fen + row.interest_fen for row in found.plan.rows]
    assert set(payments[:-1]) == {plan.instalment_fen}
    assert 0 < payments[-1] <= payments[0]
    assert len(payments) < 12
    consistent(found.plan)


def test_inside_a_period_each_principal_bears_its_own_days() -> None:
    # Hand: July 2024 at 1 % a month on 12,000 for 14 of 31 days and on 9,000 for 17: 54.19 + 49.35 = 103.55.
    plan = payment_plan("interest_only", terms())
    found = amended("prepayment", plan, DAY(2024, 7, 15), principal="3000.00", keep="term")
    assert found.plan.rows[6].interest_fen == round(1_200_000 * 0.01 * 14 / 31 + 900_000 * 0.01 * 17 / 31)
    assert found.plan.rows[7].interest_fen == 90_00
    assert found.plan.rows[6].segments == (
        PrincipalSegment(DAY(2024, 7, 1), 12_000_00),
        PrincipalSegment(DAY(2024, 7, 15), 9_000_00),
    )


def test_interest_of_the_prepaid_part_may_be_paid_with_it() -> None:
    # Hand: 3,000 at 1 % for 14 of 31 days is 13.55; the row then asks for 103.55 − 13.55 = 90.00 of its interest.
    plan = payment_plan("interest_only", terms())
    found = amended("prepayment", plan, DAY(2024, 7, 15), principal="3000.00", keep="term", interest="with_prepayment")
    assert found.interest_paid_fen == 13_55
    assert found.plan.rows[6].settled_fen == 13_55
    assert found.plan.rows[6].interest_fen == 90_00
    consistent(found.plan)


def test_everything_prepaid_ends_the_plan_on_the_day() -> None:
    # Hand: 12,000 at 1 % for 14 of 31 days is 54.19; the fee is 1 % of 12,000.
    plan = payment_plan("interest_only", terms())
    found = amended("prepayment", plan, DAY(2024, 7, 15), fee_share="0.01")
    assert (found.principal_paid_fen, found.interest_paid_fen, found.fee_fen) == (12_000_00, 54_19, 120_00)
    last = found.plan.rows[-1]
    assert (last.due_date, last.period_end, last.principal_fen) == (DAY(2024, 7, 15), DAY(2024, 7, 15), 12_000_00)
    assert found.plan.principal_after(DAY(2024, 7, 15)) == 0
    consistent(found.plan)


@pytest.mark.parametrize("on", [DAY(2024, 1, 1), DAY(2024, 7, 1)])
def test_everything_prepaid_on_the_day_of_drawdown_or_on_a_due_date_costs_no_interest(on: datetime.date) -> None:
    plan = payment_plan("equal_principal", terms())
    found = amended("prepayment", plan, on)
    assert found.interest_paid_fen == 0
    assert found.principal_paid_fen == plan.principal_after(on)
    assert found.plan.total_principal_fen == 12_000_00
    consistent(found.plan)


def test_part_prepaid_on_the_day_of_drawdown_is_a_smaller_loan() -> None:
    found = amended(
        "prepayment", payment_plan("equal_instalment", terms()), DAY(2024, 1, 1), principal="2000", keep="term"
    )
    smaller = payment_plan("equal_instalment", terms(principal_fen=10_000_00))
    assert [row.principal_fen for row in found.plan.rows] == [row.principal_fen for row in smaller.rows]
    assert [row.interest_fen for row in found.plan.rows] == [row.interest_fen for row in smaller.rows]


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(),
    form=st.sampled_from(sorted(repayment_forms())),
    agreed=loan_terms(),
    keep=st.sampled_from(["term", "instalment", None]),
    interest=st.sampled_from(["with_next_due", "with_prepayment"]),
)
def test_whatever_is_prepaid_no_fen_is_lost(
    data: st.DataObject, form: str, agreed: LoanTerms, keep: str | None, interest: str
) -> None:
    assume(suits(form, agreed) and form != "step")
    plan = payment_plan(form, agreed, data.draw(parameters_of(form, agreed)))
    length = (plan.rows[-1].period_end - agreed.drawdown_date).days
    on = agreed.drawdown_date + datetime.timedelta(days=data.draw(st.integers(0, length - 1)))
    left = plan.principal_after(on)
    assume(left > 1)
    paid = left if keep is None else data.draw(st.integers(1, left - 1))
    parameters: dict[str, Any] = {"interest": interest, "keep": keep}
    parameters["principal"] = None if keep is None else f"{Decimal(paid).scaleb(-2):.2f}"
    found = amend("prepayment", plan, parameters, on=on)
    assert found.principal_paid_fen == paid
    past = [row for row in plan.rows if row.period_end <= on]
    rest = found.plan.rows[len(past) :]
    assert list(found.plan.rows[: len(past)]) == past
    assert sum(row.principal_fen for row in rest) == (left if keep is None else left - paid)
    assert all(row.principal_fen >= 0 or row.is_capitalised for row in rest)
    assert found.plan.principal_after(found.plan.rows[-1].period_end) == 0
    consistent(found.plan)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"principal": "0.00", "keep": "term"}, "an amount above zero"),
        ({"principal": "100.00"}, "keep with a principal"),
        ({"keep": "term"}, "keep with a principal"),
        ({"principal": "12000.00", "keep": "term"}, r"amendment\.principal: found 12000\.00, expected less than"),
        ({"principal": "1.001", "keep": "term"}, r"amendment\.principal"),
        ({"fee_share": "1.5"}, r"amendment\.fee_share"),
    ],
)
def test_a_prepayment_that_makes_no_sense_names_its_field(parameters: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        amended("prepayment", payment_plan("interest_only", terms()), DAY(2024, 2, 1), **parameters)


@pytest.mark.parametrize("on", [DAY(2023, 12, 31), DAY(2025, 1, 1)])
def test_no_amendment_before_the_loan_or_after_it(on: datetime.date) -> None:
    with pytest.raises(InputError, match="from 2024-01-01 to before 2025-01-01"):
        amended("prepayment", payment_plan("interest_only", terms()), on)


# --- rate reset ---------------------------------------------------------------------------------------


def test_a_reset_is_planned_anew_and_knows_both_rates() -> None:
    plan = payment_plan("interest_only", terms())
    found = amended("rate_reset", plan, DAY(2024, 7, 15), annual_rate_share="0.06")
    # Hand: 12,000 × (1 % × 14 + 0.5 % × 17) / 31 = 87.10 (87.0968); from August 60.
    assert [row.interest_fen for row in found.plan.rows[6:8]] == [87_10, 60_00]
    consistent(found.plan)
    with pytest.raises(InputError, match=r"amendment\.annual_rate_share"):
        amended("rate_reset", plan, DAY(2024, 7, 15), annual_rate_share="6")


# --- extension ----------------------------------------------------------------------------------------


def test_an_extension_moves_the_principal_back() -> None:
    plan = payment_plan("interest_only", terms())
    found = amended("extension", plan, DAY(2024, 12, 20), extra_periods=12, annual_rate_share="0.132")
    assert found.plan.maturity_date == DAY(2026, 1, 1)
    assert [row.principal_fen for row in found.plan.rows] == [0] * 23 + [12_000_00]
    assert found.plan.rows[12].interest_fen == 132_00
    assert {value.status for value in found.values_used} == {"recalled"}
    assert {warning.code for warning in found.warnings} == {"recalled_value"}
    consistent(found.plan)


@pytest.mark.parametrize(
    ("months", "allowed"),
    # Authority: 贷款通则 art. 12: short-term its term, medium-term half of it, long-term three years.
    [(6, 6), (12, 12), (13, 6), (36, 18), (60, 30), (61, 36), (120, 36)],
)
def test_an_extension_ends_at_the_limit_of_its_term(months: int, allowed: int) -> None:
    plan, on = payment_plan("interest_only", terms(period_count=months)), DAY(2024, 2, 10)
    longest = amended("extension", plan, on, extra_periods=allowed)
    assert len(longest.plan.rows) == months + allowed
    with pytest.raises(RefusalError, match=rf"extensions of {allowed + 1} months.*at most .* months together"):
        amended("extension", plan, on, extra_periods=allowed + 1)


def test_extensions_count_together() -> None:
    once = amended("extension", payment_plan("interest_only", terms()), DAY(2024, 12, 1), extra_periods=8).plan
    again = amended("extension", once, DAY(2025, 8, 1), extra_periods=4, original_periods=12)
    assert len(again.plan.rows) == 24
    with pytest.raises(RefusalError, match="extensions of 13 months on a term of 12"):
        amended("extension", once, DAY(2025, 8, 1), extra_periods=5, original_periods=12)


def test_quarters_and_days_are_measured_in_months() -> None:
    quarterly = payment_plan("interest_only", terms(period_count=4, period=Period(months=3)))
    assert len(amended("extension", quarterly, DAY(2024, 2, 1), extra_periods=4).plan.rows) == 8
    weekly = payment_plan("interest_only", terms(period_count=8, period=Period(days=7), day_count="actual/360"))
    # Hand: 56 days from 1 January are 2 begun months, 112 days (to 22 April) are 4, and 126 days (6 May) are 5.
    assert len(amended("extension", weekly, DAY(2024, 2, 1), extra_periods=8).plan.rows) == 16
    with pytest.raises(RefusalError):
        amended("extension", weekly, DAY(2024, 2, 1), extra_periods=10)


def test_an_extension_without_the_rules_is_refused() -> None:
    plan = payment_plan("interest_only", terms())
    with pytest.raises(InputError, match="policies: found none, expected loan_contract_rules"):
        amend("extension", plan, {"extra_periods": 1}, on=DAY(2024, 2, 1))


def test_an_extension_may_change_the_form() -> None:
    plan = payment_plan("interest_only", terms())
    found = amended("extension", plan, DAY(2024, 12, 1), extra_periods=11, form="equal_principal")
    assert [row.principal_fen for row in found.plan.rows[11:]] == [1_000_00] * 12
    with pytest.raises(UnknownNameError, match=r"repayment\.form"):
        amended("extension", plan, DAY(2024, 12, 1), extra_periods=11, form="lump_sum")
    with pytest.raises(InputError, match=r"form_parameters\.amortisation_periods: found 10"):
        amended(
            "extension",
            plan,
            DAY(2024, 12, 1),
            extra_periods=11,
            form="balloon",
            form_parameters={"amortisation_periods": 10},
        )


# --- renewal ------------------------------------------------------------------------------------------


def renewal(**found: bool) -> dict[str, Any]:
    conditions = dict.fromkeys(FIVE, True) | found
    return {"conditions": conditions, "period_count": 12, "annual_rate_share": "0.06", "form": "interest_only"}


def test_a_renewal_carries_the_principal_and_settles_the_interest() -> None:
    plan = payment_plan("interest_only", terms(drawdown_date=DAY(2024, 2, 1)))
    found = amended("renewal", plan, DAY(2025, 1, 15), **renewal())
    # Hand: 14 of the 31 days of January at 1 % on 12,000: 54.19.
    assert found.interest_paid_fen == 54_19
    assert found.principal_paid_fen == 0
    assert found.closed is not None
    assert found.closed.maturity_date == DAY(2025, 1, 15)
    assert found.closed.total_principal_fen == found.plan.total_principal_fen == 12_000_00
    assert (found.plan.rows[0].period_start, found.plan.maturity_date) == (DAY(2025, 1, 15), DAY(2026, 1, 15))
    assert found.plan.rows[0].interest_fen == 60_00
    assert len(found.values_used) == 5
    consistent(found.plan)


@pytest.mark.parametrize("condition", FIVE)
def test_a_renewal_fails_on_each_of_its_five_conditions(condition: str) -> None:
    plan = payment_plan("interest_only", terms(drawdown_date=DAY(2024, 2, 1)))
    with pytest.raises(RefusalError, match=rf"{condition}.*金规〔2024〕13号"):
        amended("renewal", plan, DAY(2025, 1, 15), **renewal(**{condition: False}))
    missing = renewal()
    del missing["conditions"][condition]
    with pytest.raises(InputError, match=rf"amendment\.conditions\.{condition}: found nothing"):
        amended("renewal", plan, DAY(2025, 1, 15), **missing)


def test_no_renewal_before_its_rule() -> None:
    plan = payment_plan("interest_only", terms(drawdown_date=DAY(2023, 2, 1)))
    with pytest.raises(BeforeFirstStepError, match="2024-09-30"):
        amended("renewal", plan, DAY(2024, 1, 15), **renewal())


# --- restructuring ------------------------------------------------------------------------------------


def test_a_restructured_loan_is_watched_a_year_and_two_repayments() -> None:
    plan = payment_plan("equal_principal", terms())
    found = amended("restructuring", plan, DAY(2024, 7, 1), extra_periods=18, annual_rate_share="0.06")
    assert len(found.plan.rows) == 30
    assert [row.principal_fen for row in found.plan.rows[6:]] == [250_00] * 24
    # Hand: two repayments are over by 1 September 2024, the year by 1 July 2025.
    assert found.watch_until == DAY(2025, 7, 1)
    consistent(found.plan)


def test_rare_repayments_lengthen_the_watch() -> None:
    yearly = payment_plan("interest_only", terms(period_count=4, period=Period(months=12)))
    found = amended("restructuring", yearly, DAY(2024, 7, 1), annual_rate_share="0.06")
    # Hand: the second repayment after 1 July 2024 is that of 1 January 2026.
    assert found.watch_until == DAY(2026, 1, 1)


def test_no_watch_before_its_rule() -> None:
    plan = payment_plan("interest_only", terms(drawdown_date=DAY(2023, 1, 1)))
    with pytest.raises(BeforeFirstStepError, match="2023-07-01"):
        amended("restructuring", plan, DAY(2023, 6, 30), extra_periods=6)


# --- payment holiday ----------------------------------------------------------------------------------


def holiday(plan: PaymentPlan, meaning: str, maturity: str = "kept") -> PaymentPlan:
    return amended("payment_holiday", plan, DAY(2024, 7, 1), periods=2, meaning=meaning, maturity=maturity).plan


def test_a_holiday_from_principal() -> None:
    # Hand: 6,000 left; two months of interest only, then four parts of 1,500.
    found = holiday(payment_plan("equal_principal", terms()), "interest_only")
    assert [row.principal_fen for row in found.rows[6:]] == [0, 0] + [1_500_00] * 4
    assert [row.interest_fen for row in found.rows[6:9]] == [60_00, 60_00, 60_00]


def test_a_holiday_from_everything_capitalised_with_the_maturity_moved() -> None:
    # Hand: 6,000 → 6,060 → 6,120.60; six parts of 1,020.10.
    found = holiday(payment_plan("equal_principal", terms()), "interest_capitalised", "moved")
    assert [row.principal_fen for row in found.rows[6:]] == [-60_00, -60_60] + [1_020_10] * 6
    assert found.maturity_date == DAY(2025, 3, 1)
    assert found.total_principal_fen == 12_000_00
    consistent(found)


def test_a_holiday_without_any_payment() -> None:
    # Hand: three months at 1 % on 6,000 fall due on 1 October.
    found = holiday(payment_plan("equal_principal", terms()), "no_payment")
    first = found.rows[6]
    assert (first.period_start, first.due_date, first.interest_fen) == (DAY(2024, 7, 1), DAY(2024, 10, 1), 180_00)
    consistent(found)


def test_a_second_holiday_and_one_inside_a_period() -> None:
    once = holiday(payment_plan("equal_instalment", terms()), "interest_only", "moved")
    again = amended("payment_holiday", once, DAY(2024, 11, 10), periods=1, meaning="no_payment", maturity="moved").plan
    assert again.total_principal_fen == 12_000_00
    assert again.maturity_date == DAY(2025, 4, 1)
    consistent(again)


def test_a_holiday_needs_a_form_that_can_wait_and_periods_after_it() -> None:
    stepped = payment_plan("step", terms(), {"steps": [{"periods": 12, "weight": "1"}]})
    with pytest.raises(InputError, match="form: found step, expected equal_instalment"):
        holiday(stepped, "interest_only")
    with pytest.raises(InputError, match="grace_periods: found 12, expected less than the 12"):
        amended(
            "payment_holiday",
            payment_plan("equal_principal", terms()),
            DAY(2024, 7, 1),
            periods=6,
            meaning="interest_only",
            maturity="kept",
        )
